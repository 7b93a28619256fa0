"""Who may use the server: tokens, names of the host, headers that protect the page."""
import hashlib
import hmac
import ipaddress
import re
import socket

import flask

from common import files
from common.errors import InputError
from server.request_errors import RequestError

MIN_TOKEN_LENGTH = 16
_TOKEN = re.compile("[!-~]+")
# these contain nothing that has to be protected; the page asks for the token itself
PUBLIC_ENDPOINTS = ("page", "static", "health")
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; media-src 'self' blob:; "
                               "img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
                               "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin"}


def is_loopback(host):
    """Whether only programs on this machine can connect to an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_tokens(path):
    """The tokens in a file, one per line. A # before or after one begins a comment.

    Raises InputError.
    """
    tokens = []
    for number, line in enumerate(files.read_lines(path), 1):
        token = re.sub(r"(^|\s)#.*", "", line).strip()
        if token and (len(token) < MIN_TOKEN_LENGTH or not _TOKEN.fullmatch(token)):
            raise InputError("%s:%d: a token should have at least %d letters, digits or signs, for "
                             "example from: openssl rand -hex 32" % (path, number,
                                                                     MIN_TOKEN_LENGTH))
        if token:
            tokens.append(token)
    if not tokens:
        raise InputError("%s: contains no token; write one per line" % path)
    return tokens


class AccessControl(object):
    """Checks each request of a Flask application.

    tokens         without any, no token is needed
    allowed_hosts  names in the header Host besides IP addresses and the names of this machine.
                   Without tokens, others are refused: a web page whose own name leads to this
                   machine (DNS rebinding) could use the server through the user's browser.
    """

    def __init__(self, tokens=(), allowed_hosts=()):
        self._digests = [_digest(token) for token in tokens]
        self._hosts = set(map(_host_name, ["localhost", socket.gethostname()]
                              + list(allowed_hosts)))

    def protect(self, app):
        app.before_request(self._check)
        app.after_request(_add_headers)

    def _check(self):
        flask.g.may_see_all = not self._digests or self._has_token()
        if self._digests:
            if flask.request.endpoint not in PUBLIC_ENDPOINTS and not flask.g.may_see_all:
                raise RequestError("a valid token is needed: Authorization: Bearer TOKEN", 401,
                                   "invalid_api_key")
        elif not self._is_own_host(flask.request.host):
            raise RequestError("the host %.80s is not known here; serve.py --allowed-host adds a "
                               "name" % ascii(_host_name(flask.request.host)), 403, "unknown_host")
        if (flask.request.headers.get("Sec-Fetch-Site") == "cross-site"
                and flask.request.endpoint != "page"):
            raise RequestError("other web sites may not use this server", 403, "cross_site")

    def _has_token(self):
        scheme, _, token = flask.request.headers.get("Authorization", "").partition(" ")
        digest = _digest(token.strip())
        # compare with all, so that the time does not depend on the token
        matches = [hmac.compare_digest(digest, known) for known in self._digests]
        return scheme.lower() == "bearer" and any(matches)

    def _is_own_host(self, host):
        name = _host_name(host)
        try:
            ipaddress.ip_address(name[1:-1] if name[:1] + name[-1:] == "[]" else name)
            return True
        except ValueError:
            return name in self._hosts


def _host_name(host):
    """A host in the form NAME or NAME:PORT → the name in its usual spelling."""
    return re.sub(r":\d*$", "", host).lower().rstrip(".")


def _digest(token):
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def _add_headers(response):
    for name, value in _HEADERS.items():
        response.headers[name] = value
    if flask.request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
