"""The HTTP server of the review: serves the page to this machine only, and stores its changes.

    GET  /TOKEN/                the page, its style, script and font
    GET  /TOKEN/clips           all clips and counts as JSON
    GET  /TOKEN/audio/NUMBER    a recording as 16-bit WAV
    POST /TOKEN/reading         {"text"} → how the text is read
    POST /TOKEN/accept/NUMBER   {"text", "previous"} → the clip and counts
    POST /TOKEN/drop/NUMBER     {} → the clip and counts

TOKEN is random, so that other web pages and users of this machine cannot send requests. The Host
header is checked, because a foreign name may be made to resolve to this machine (DNS rebinding).
Errors have the status 4xx or 5xx and a text.
"""
import hmac
import io
import json
import os
import re
import secrets
import socket
import socketserver
import sys
from http.server import BaseHTTPRequestHandler

import audio
from common import files
from common.errors import InputError
from common.fonts import KOREAN_FONT_PATH
from datasets.review.clip_review import ChangedElsewhere
from datasets.review.text_reading import describe_reading

ADDRESS = "127.0.0.1"
MAX_BODY = 64 * 1024        # bytes
MAX_TEXT = 2000             # characters; the time of reading a text grows with its length
MAX_AUDIO_SECONDS = 600     # bounds the memory; clips for training are shorter than 20 s
_FOLDER = os.path.dirname(os.path.abspath(__file__))
# {path: (file, media type)}
_FILES = {"": (os.path.join(_FOLDER, "review_page.html"), "text/html; charset=utf-8"),
          "style": (os.path.join(_FOLDER, "review_page.css"), "text/css; charset=utf-8"),
          "script": (os.path.join(_FOLDER, "review_page.js"), "text/javascript; charset=utf-8"),
          "font": (KOREAN_FONT_PATH, "font/ttf")}
_HEADERS = {
    "Content-Security-Policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "connect-src 'self'; media-src blob:; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store"}


class ReviewServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Serves a ClipReview on `port`, 0 for any free one. Raises InputError if it is taken."""
    allow_reuse_address = daemon_threads = True

    def __init__(self, review, port=0):
        self.review, self.token = review, secrets.token_urlsafe(18)
        try:
            super(ReviewServer, self).__init__((ADDRESS, port), _Handler)
        except (OSError, OverflowError) as error:
            raise InputError("--port %d: cannot be used (%s); give another port, or leave it out"
                             % (port, getattr(error, "strerror", None) or error))

    @property
    def port(self):
        return self.server_address[1]

    @property
    def url(self):
        return "http://%s:%d/%s/" % (ADDRESS, self.port, self.token)

    def handle_error(self, request, client_address):
        # a browser may close a connection at any time
        if not isinstance(sys.exc_info()[1], (ConnectionError, socket.timeout)):
            super(ReviewServer, self).handle_error(request, client_address)


class _RequestError(Exception):
    """A request that is answered with an HTTP status and a text."""

    def __init__(self, status, text):
        super(_RequestError, self).__init__(text)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    protocol_version, server_version, sys_version = "HTTP/1.1", "review", ""
    timeout = 60        # seconds without a request on a connection

    def do_GET(self):
        self._answer(self._get)

    def do_POST(self):
        self._answer(self._post)

    def log_message(self, *_):
        """Print nothing for each request."""

    def _answer(self, find_response):
        """Send the (content, media type) of find_response(path below the token), or an error."""
        status = 200
        try:
            content, media_type = find_response(self._authorized_path())
        except _RequestError as error:
            status, text = error.status, str(error)
        except ChangedElsewhere as error:
            status, text = 409, str(error)
        except InputError as error:
            status, text = 422, str(error)
        except IndexError:
            status, text = 404, "there is no such clip"
        except OSError as error:
            if isinstance(error, (ConnectionError, socket.timeout)):
                raise
            status, text = 507, "%s: %s" % (error.filename or "a file", error.strerror)
        if status != 200:
            content, media_type = text.encode("utf-8"), "text/plain; charset=utf-8"
            # the body of a refused request may not have been read
            self.close_connection = True
        self._send(status, content, media_type)

    def _send(self, status, content, media_type):
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def _authorized_path(self):
        """The path below the token. Raises _RequestError if the page did not send the request."""
        hosts = ["%s:%d" % (name, self.server.port) for name in (ADDRESS, "localhost")]
        origin = self.headers.get("Origin")
        if self.headers.get("Host") not in hosts or (
                origin is not None and origin not in ["http://" + host for host in hosts]):
            raise _RequestError(403, "requests from other pages are refused")
        _, token, path = (self.path.split("/", 2) + ["", ""])[:3]
        if not hmac.compare_digest(token.encode("utf-8"), self.server.token.encode("ascii")):
            raise _RequestError(403, "open the address that the program has printed")
        return path

    def _get(self, path):
        if path in _FILES:
            name, media_type = _FILES[path]
            with open(name, "rb") as file:
                return file.read(), media_type
        if path == "clips":
            review = self.server.review
            return _as_json({"folder": os.path.basename(os.path.abspath(review.folder)),
                             "clips": [clip._asdict() for clip in review.clips()],
                             "counts": review.counts(), "skipped": review.skipped})
        return _read_audio(self.server.review.audio_path(_clip_number(path, "audio"))), "audio/wav"

    def _post(self, path):
        review, body = self.server.review, self._read_body()
        if path == "reading":
            return _as_json(describe_reading(_string(body, "text"), review.normalizer))
        if path.startswith("accept/"):
            clip = review.accept(_clip_number(path, "accept"), _string(body, "text"),
                                 _string(body, "previous"))
        else:
            clip = review.drop(_clip_number(path, "drop"))
        return _as_json({"clip": clip._asdict(), "counts": review.counts()})

    def _read_body(self):
        """The JSON object of a POST request."""
        length = self.headers.get("Content-Length", "")
        if not re.match("[0-9]{1,9}$", length):
            raise _RequestError(411, "the request needs a Content-Length")
        if int(length) > MAX_BODY:
            raise _RequestError(413, "the request is larger than %d bytes" % MAX_BODY)
        try:
            body = files.parse_json(self.rfile.read(int(length)).decode("utf-8"), "request",
                                    any_surrogates=True)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise _RequestError(400, "the request should be a JSON object")
        return body


def _clip_number(path, action):
    """The number in "ACTION/NUMBER"."""
    match = re.match("%s/([0-9]{1,9})$" % action, path)
    if not match:
        raise _RequestError(404, "there is no such page")
    return int(match.group(1))


def _string(body, name):
    if not isinstance(body.get(name), str):
        raise _RequestError(400, "%s should be a string" % name)
    if len(body[name]) > MAX_TEXT:
        raise _RequestError(413, "the text is longer than %d characters" % MAX_TEXT)
    return body[name]


def _as_json(content):
    return json.dumps(content).encode("ascii"), "application/json"


def _read_audio(path):
    """A recording as a 16-bit mono WAV file, which every browser plays. Raises InputError."""
    seconds = audio.read_wav_info(path)[1]
    if seconds > MAX_AUDIO_SECONDS:
        raise InputError("%s: is longer than %d minutes; cut it into clips"
                         % (path, MAX_AUDIO_SECONDS // 60))
    samples, rate = audio.read_wav(path)
    wav = io.BytesIO()
    audio.write_wav(wav, samples, rate, comment="recording", software="review")
    return wav.getvalue()
