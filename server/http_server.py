"""A WSGI application on waitress, with limits on time and an end that finishes running requests."""
import contextlib
import resource
import socket
import time

import waitress

from common.errors import InputError
from server import limits

_LOOP_SECONDS = 0.5


class HttpServer(object):
    """Listens on host:port; port 0: any free one. Raises InputError if that is not possible.

    run() serves until stop() is called, by a signal handler or another thread.
    """

    def __init__(self, application, host, port):
        _raise_file_limit()
        self.address, listener = listen(host, port)
        self._is_stopped, self._map = False, {}
        self._first_seen = {}       # {what a connection waits for: since when}
        self._server = waitress.create_server(
            application, map=self._map, sockets=[listener], threads=limits.HTTP_THREADS,
            max_request_body_size=8 * limits.MAX_BODY_BYTES,
            max_request_header_size=limits.MAX_HEADER_BYTES,
            connection_limit=limits.MAX_CONNECTIONS, channel_timeout=limits.MAX_IDLE_SECONDS,
            cleanup_interval=5, asyncore_use_poll=True, channel_request_lookahead=1,
            ident=None, clear_untrusted_proxy_headers=True)

    def run(self, on_stop=lambda: None):
        """Serve; after stop(), call on_stop() and finish the running requests."""
        while not self._is_stopped:
            self._loop()
        on_stop()
        # no new connections; the wake-up of the loop stays open
        self._server.accepting = False
        self._server.del_channel()
        self._server.socket.close()
        deadline = time.monotonic() + limits.MAX_DRAIN_SECONDS
        while self._is_busy() and time.monotonic() < deadline:
            self._loop()
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        self._server.task_dispatcher.shutdown(timeout=1)

    def stop(self):
        self._is_stopped = True
        with contextlib.suppress(OSError):
            self._server.pull_trigger()

    def _loop(self):
        self._server.asyncore.loop(timeout=_LOOP_SECONDS, map=self._map, use_poll=True, count=1)
        self._close_slow_channels()

    def _is_busy(self):
        return any(channel.requests or channel.total_outbufs_len
                   for channel in list(self._server.active_channels.values()))

    def _close_slow_channels(self):
        """Close connections that send a request too slowly, or that do not read the answer."""
        first_seen = {}
        for channel in list(self._server.active_channels.values()):
            waits = []
            if channel.request is not None:     # it is being received
                waits.append((channel.request, limits.MAX_RECEIVE_SECONDS))
            requests = list(channel.requests)
            if requests:                        # it is being answered
                waits.append((requests[0], limits.MAX_ANSWER_SECONDS))
            if channel.total_outbufs_len:       # last_activity changes when some of it is sent
                waits.append(((channel, channel.last_activity), limits.MAX_IDLE_SECONDS))
            for wait, limit in waits:
                first_seen[wait] = self._first_seen.get(wait, time.monotonic())
                if time.monotonic() - first_seen[wait] > limit:
                    channel.handle_close()
        self._first_seen = first_seen


def listen(host, port, option="--port"):
    """((host, port), bound socket). `option` gives the port. Raises InputError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise InputError("--host %s: is no address of this machine (%s)" % (host, error))
    family, kind, protocol, _, address = min(found, key=lambda item: item[0])     # IPv4 first
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise InputError("--host %s %s %d: %s; choose another port, or end the program that "
                         "uses it" % (host, option, port, error.strerror))
    return listener.getsockname()[:2], listener


def _raise_file_limit():
    """Each connection needs a file descriptor."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * limits.MAX_CONNECTIONS + 200
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
