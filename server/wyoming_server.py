"""Listens for clients of the Wyoming protocol, such as Home Assistant.

The protocol has no authentication.
"""
import contextlib
import socket
import threading
import time

from server import limits
from server.http_server import listen
from server.wyoming_connection import WyomingConnection
from server.wyoming_events import encode_event

_LOOP_SECONDS = 0.25


class WyomingServer(object):
    """Serves the voices of a SpeechQueue on host:port; port 0: any free one.

    Has a thread for each connection, at most limits.WYOMING_CONNECTIONS. Raises InputError if the
    port cannot be used.
    """

    def __init__(self, speech_queue, host, port, strict=False):
        self._queue, self._strict, self._threads = speech_queue, strict, set()
        self._is_stopped, self._deadline = False, None
        self.address, self._listener = listen(host, port, "--wyoming")
        self._listener.listen(limits.WYOMING_CONNECTIONS)
        self._listener.settimeout(_LOOP_SECONDS)
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def start(self):
        """Accept connections, in a thread."""
        self._thread.start()

    def stop(self):
        """Accept no further connections, and end those that do nothing."""
        self._deadline = time.monotonic() + limits.MAX_DRAIN_SECONDS
        self._is_stopped = True

    def join(self):
        """Wait until the speech in progress is sent, until MAX_DRAIN_SECONDS after stop()."""
        for thread in [self._thread] + list(self._threads):
            thread.join(max(0.0, self._deadline - time.monotonic()))

    def _accept(self):
        while not self._is_stopped:
            try:
                connection = self._listener.accept()[0]
            except socket.timeout:
                continue
            except OSError:         # no file descriptor, or the client is gone already
                time.sleep(_LOOP_SECONDS)
                continue
            if len(self._threads) < limits.WYOMING_CONNECTIONS:
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.add(thread)
                thread.start()
            else:
                _refuse(connection)
        self._listener.close()

    def _serve(self, connection):
        try:
            WyomingConnection(connection, self._queue, self._strict, lambda: self._is_stopped).run()
        finally:
            self._threads.discard(threading.current_thread())


def _refuse(connection):
    with contextlib.suppress(OSError), contextlib.closing(connection):
        connection.settimeout(0)
        connection.sendall(encode_event("error", {
            "text": "too many connections at a time; try again later", "code": "queue_full"}))
