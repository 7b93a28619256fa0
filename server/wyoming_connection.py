"""One connection of a client of the Wyoming protocol."""
import contextlib
import socket
import time
import traceback

import audio
from server import limits, wyoming_info
from server.request_errors import RequestError
from server.speech import POLL_SECONDS
from server.streamed_text import StreamedText
from server.wyoming_events import encode_event, take_event
from synthesis.pauses import silence

CHUNK_SAMPLES = 2048        # of an event `audio-chunk`
_RECEIVE_BYTES = 1 << 16
_CLOSE_SECONDS = 1.0


class WyomingConnection(object):
    """Answers the events of a client on a socket, one after the other.

    describe                → info
    synthesize              → audio-start, audio-chunk …, audio-stop
    synthesize-start, synthesize-chunk …, synthesize-stop
                            → the same, while text arrives, then synthesize-stopped
    ping                    → pong
    others                  are ignored, as the protocol demands

    After an error, the client gets an event `error`, and the connection ends: some clients ignore
    that event and would wait for ever. A client that closes its side is taken for gone.

    is_stopping(): whether idle connections should end.
    """

    def __init__(self, connection, speech_queue, strict, is_stopping):
        self._socket, self._queue, self._strict = connection, speech_queue, strict
        self._is_stopping, self._input = is_stopping, bytearray()
        self._text, self._voice = None, None        # of a stream of text: StreamedText, object
        self._is_audible = False                    # between audio-start and audio-stop

    def run(self):
        """Serve the client until it goes away, or an error or a time limit ends the connection."""
        try:
            self._serve()
        except RequestError as error:
            self._send_error(error)
        except OSError:             # the client is gone
            pass
        except Exception:           # a defect, or no memory
            traceback.print_exc()
            self._send_error(RequestError("the request failed", 500, "server_error"))
        finally:
            self._close()

    def _serve(self):
        handlers = {"describe": self._describe, "ping": self._ping, "synthesize": self._synthesize,
                    "synthesize-start": self._start_text, "synthesize-chunk": self._add_text,
                    "synthesize-stop": self._stop_text}
        while True:
            self._receive_waiting()
            event = take_event(self._input)
            sentences = "" if event or not self._text else self._text.take_sentences()
            if sentences:
                self._speak(sentences, self._voice)
                continue
            event = event or self._wait_for_event()
            if event.type in handlers:
                handlers[event.type](event.data)

    # -- events ------------------------------------------------------------------------------------

    def _describe(self, _):
        self._send("info", wyoming_info.describe(self._queue.library))

    def _ping(self, data):
        self._send("pong", {"text": data["text"]} if isinstance(data.get("text"), str) else None)

    def _synthesize(self, data):
        if self._text:
            return      # the whole text once more, for servers that do not know streams of text
        _check_text_format(data)
        self._speak(_string(data, "text"), data.get("voice"))
        self._end_audio()

    def _start_text(self, data):
        _check_text_format(data)
        self._voice = data.get("voice")
        wyoming_info.find_voice(self._queue.library, self._voice)
        self._text = StreamedText()

    def _add_text(self, data):
        self._stream().add(_string(data, "text"))

    def _stop_text(self, _):
        rest = self._stream().take_rest()
        if rest or not self._is_audible:
            try:
                self._speak(rest, self._voice)
            except RequestError as error:
                # a bracket or an emoji after the last sentence
                if error.code != "unreadable_text" or self._strict or not self._is_audible:
                    raise
        self._text = None
        self._end_audio()
        self._send("synthesize-stopped")

    def _stream(self):
        if not self._text:
            raise RequestError("synthesize-start should come first", code="protocol_error")
        return self._text

    # -- audio -------------------------------------------------------------------------------------

    def _speak(self, text, voice):
        """Send the audio of a text while it is generated."""
        name, speaker = wyoming_info.find_voice(self._queue.library, voice)
        deadline = time.monotonic() + limits.MAX_ANSWER_SECONDS
        with self._queue.submit(text, name, speaker, strict=self._strict) as reader:
            form = {"rate": reader.sample_rate, "width": 2, "channels": 1}
            pause = self._text.pause if self._text and self._is_audible else 0.0
            for samples in reader.blocks(self._receive_waiting):
                if not self._is_audible:
                    self._send("audio-start", form)
                    self._is_audible = True
                if pause:
                    self._send_samples(audio.to_pcm16(silence(pause, reader.sample_rate)), form)
                    pause = 0.0
                self._send_samples(samples, form)
                if time.monotonic() > deadline:
                    raise ConnectionAbortedError

    def _send_samples(self, samples, form):
        for start in range(0, len(samples), CHUNK_SAMPLES):
            self._send("audio-chunk", form,
                       samples[start:start + CHUNK_SAMPLES].astype("<i2").tobytes())

    def _end_audio(self):
        self._is_audible = False
        self._send("audio-stop")

    # -- bytes -------------------------------------------------------------------------------------

    def _wait_for_event(self):
        """The next event. Raises OSError if nothing comes, RequestError if it takes too long."""
        start_time = time.monotonic()
        while True:
            is_new = not self._input
            if self._receive(POLL_SECONDS):
                start_time = time.monotonic() if is_new else start_time
                event = take_event(self._input)
                if event:
                    return event
            seconds = time.monotonic() - start_time
            if self._input and seconds > limits.MAX_RECEIVE_SECONDS:
                raise RequestError("an event took longer than %d s" % limits.MAX_RECEIVE_SECONDS,
                                   408, "timeout")
            if not self._input and (self._is_stopping() or seconds > (
                    limits.MAX_TEXT_PAUSE_SECONDS if self._text else limits.MAX_IDLE_SECONDS)):
                raise ConnectionAbortedError

    def _receive_waiting(self):
        """Receive the bytes that are there. Raises OSError if the client is gone."""
        while self._receive(0):
            pass

    def _receive(self, seconds):
        """Receive bytes, and return whether there were any within `seconds`."""
        self._socket.settimeout(seconds)
        try:
            data = self._socket.recv(_RECEIVE_BYTES)
        except (socket.timeout, BlockingIOError):
            return False
        if not data:
            raise ConnectionAbortedError
        self._input += data
        if len(self._input) > limits.MAX_WAITING_BYTES:
            raise RequestError("more than %d bytes wait to be answered" % limits.MAX_WAITING_BYTES,
                               413, "too_many_events")
        return True

    def _send_error(self, error):
        with contextlib.suppress(OSError):
            self._send("error", {"text": str(error), "code": error.code})

    def _send(self, name, data=None, payload=b""):
        self._socket.settimeout(limits.MAX_IDLE_SECONDS)
        self._socket.sendall(encode_event(name, data, payload))

    def _close(self):
        """Close the socket when the client stops sending; else it would lose the answer."""
        deadline = time.monotonic() + _CLOSE_SECONDS
        try:
            self._socket.shutdown(socket.SHUT_WR)
            while time.monotonic() < deadline:
                self._input = bytearray()
                self._receive(_CLOSE_SECONDS)
        except OSError:
            pass
        self._socket.close()


def _string(data, name):
    value = data.get(name)
    if not isinstance(value, str):
        raise RequestError("%s: should be a string" % name, code="invalid_type")
    return value


def _check_text_format(data):
    if data.get("text_format") not in (None, "text"):
        raise RequestError("text_format: should be text; SSML is not supported")
