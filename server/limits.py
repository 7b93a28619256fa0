"""Limits of the server on what one request, and all of them together, may use."""

MAX_CHARACTERS = 5000           # of a text
MAX_LINES = 200
MAX_BODY_BYTES = 128 * 1024     # JSON may write a character as 12 bytes
MAX_HEADER_BYTES = 64 * 1024    # a URL may write a character as 12 bytes
MAX_JOBS = 32                   # requests whose speech is generated at the same time, or waits;
                                # the default of --queue, which is at most MAX_STREAMS
MAX_SECONDS = 600               # until a request must have ended
CACHE_BYTES = 128 << 20         # of finished speech
RETRY_SECONDS = 5               # Retry-After of a full queue
HOLD_SECONDS = 10               # a result of the page waits so long for its first reader
MAX_STREAMS = 48                # responses with audio at the same time
HTTP_THREADS = 64               # the others answer short requests
MAX_CONNECTIONS = 1000
MAX_RECEIVE_SECONDS = 20        # until the headers and the body of a request must have arrived
MAX_IDLE_SECONDS = 60           # of a connection, also while its client reads nothing
MAX_ANSWER_SECONDS = 1200       # until a client must have read an answer
MAX_DRAIN_SECONDS = 60          # for running requests after SIGTERM
WYOMING_CONNECTIONS = 64        # connections of Wyoming at the same time
MAX_WAITING_BYTES = 1 << 20     # of events of one of them that are not answered yet
MAX_TEXT_PAUSE_SECONDS = 300    # between two pieces of a text that a language model writes
