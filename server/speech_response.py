"""Responses with audio."""
import base64
import itertools
import json
import threading
from urllib.parse import quote

import flask
import numpy as np
from waitress.channel import ClientDisconnected

from server import encoders, limits
from server.request_errors import RequestError
from server.text_reading import describe_unreadable

_streams = threading.BoundedSemaphore(limits.MAX_STREAMS)


def check_format(name, served):
    """Raise RequestError unless a ServedVoice can be encoded so."""
    if name not in served.formats:
        raise RequestError("format %s: is not available; choose one of %s"
                           % (ascii(name)[:40], ", ".join(served.formats)), code="unknown_format")


def stream_audio(reader, name):
    """A response with the audio of a SpeechReader while it is generated, in the format `name`."""
    def encode(blocks):
        pieces = _encode(blocks, name, reader.speech)
        # complete before it begins in any case; as a list, an error still has its own status
        return list(pieces) if name == "flac" else pieces
    return _respond(reader, encoders.MEDIA_TYPES[name], encode)


def stream_events(reader, name):
    """The same as server-sent events of OpenAI's interface."""
    def events(blocks):
        for piece in _encode(blocks, name, reader.speech):
            yield _event({"type": "speech.audio.delta",
                          "audio": base64.b64encode(piece).decode("ascii")})
        n_tokens = len(reader.speech.reading.text)
        yield _event({"type": "speech.audio.done", "usage": {
            "input_tokens": n_tokens, "output_tokens": 0, "total_tokens": n_tokens}})
    return _respond(reader, "text/event-stream", events)


def complete_file(reader, name):
    """A response with the complete file, for download."""
    def content(blocks):
        samples = np.concatenate(list(blocks))
        return [encoders.encode_file(samples, name, reader.sample_rate,
                                     create_comment(reader.speech))]
    response = _respond(reader, encoders.MEDIA_TYPES[name], content)
    response.headers["Content-Disposition"] = 'attachment; filename="speech-%s.%s"' % (
        reader.speech.key[:8], name)
    return response


def create_comment(speech):
    """The metadata of the audio file: that it is synthetic, and from what."""
    return speech.served.comment(speech.speaker, speech.seed, speech.reading.text)


def _encode(blocks, name, speech):
    return encoders.encode_stream(blocks, name, speech.sample_rate, create_comment(speech))


def _event(content):
    return ("data: %s\n\n" % json.dumps(content)).encode("ascii")


def _respond(reader, media_type, encode):
    """A response with the bytes of encode(blocks). Closing it closes the reader.

    It is returned when there are samples, so that an error before them has its own status.
    """
    if not _streams.acquire(False):
        reader.cancel()
        raise RequestError("too many streams at a time; try again later", 503, "queue_full",
                           "server_error", limits.RETRY_SECONDS)
    is_disconnected = flask.request.environ.get("waitress.client_disconnected", lambda: False)
    lock = threading.Lock()

    def close():
        if lock.acquire(False):     # once
            reader.cancel()
            _streams.release()

    def poll():
        if is_disconnected():
            raise ClientDisconnected
    try:
        blocks = reader.blocks(poll)
        first = next(blocks)
        content = encode(itertools.chain([first], blocks))
        body = content if isinstance(content, list) else _abort_on_error(content)
        response = flask.Response(body, mimetype=media_type)
    except BaseException:
        close()
        raise
    response.call_on_close(close)
    speech = reader.speech
    response.headers["X-Synthetic-Speech"] = "true"
    response.headers["X-Sample-Rate"] = str(speech.sample_rate)
    response.headers["X-Speech-Id"] = speech.key
    if speech.reading.unreadable:
        response.headers["X-Speech-Warning"] = quote("; ".join(
            describe_unreadable(speech.reading.unreadable)), " ;:,")
    return response


def _abort_on_error(pieces):
    """The same pieces. An error in the middle closes the connection: the client sees the break."""
    try:
        for piece in pieces:
            yield piece
    except RequestError:
        raise ClientDisconnected
