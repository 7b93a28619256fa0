"""Signals that end a program: it cleans up first, and its exit status is 128 + their number."""
import contextlib
import os
import signal
import threading

_ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")    # of which some systems lack the last two


class EndingSignal(KeyboardInterrupt):
    """Raised by a signal `number` other than that of Ctrl-C, which is a KeyboardInterrupt."""

    def __init__(self, number):
        super(EndingSignal, self).__init__("signal %d" % number)
        self.number = number


def ending_signals():
    """The numbers of the signals that end this process; under nohup, SIGHUP is not one of them."""
    numbers = [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]
    return [number for number in numbers if number in (signal.SIGINT, signal.SIGTERM)
            or signal.getsignal(number) != signal.SIG_IGN]


@contextlib.contextmanager
def handle_signals(handler, numbers):
    """A context in which handler(number, frame) is called for these signals."""
    old_handlers = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old_handler in old_handlers.items():
            signal.signal(number, old_handler)


@contextlib.contextmanager
def defer_signals():
    """A context at whose end the ending signals that arrived in it are handled.

    For calls of C code that calls Python: it would lose an exception of a handler.
    """
    if threading.current_thread() is not threading.main_thread():   # handlers run in the main one
        yield
        return
    arrived, numbers = [], ending_signals()
    try:
        with handle_signals(lambda number, _: arrived.append(number), numbers):
            yield
    finally:
        for number in arrived[:1]:
            os.kill(os.getpid(), number)


@contextlib.contextmanager
def raise_ending_signals():
    """A context in which a signal raises EndingSignal; Ctrl-C raises KeyboardInterrupt anyway.

    Processes that are forked in it end at once.
    """
    process = os.getpid()

    def end(number, _):
        if os.getpid() != process:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        raise EndingSignal(number)

    is_main = threading.current_thread() is threading.main_thread()     # no other may set handlers
    with handle_signals(end, [number for number in ending_signals()
                              if is_main and number != signal.SIGINT]):
        yield
