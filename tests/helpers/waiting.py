"""Waiting for what other threads and processes do."""
import time

_PAUSE_SECONDS = 0.02


def wait_until(condition, seconds=60):
    """Fail unless a condition becomes true. `seconds` is without the time that the condition takes.

    It counts pauses, because a clock goes on while the machine is suspended or starved: the
    condition would have had no time.
    """
    for _ in range(int(seconds / _PAUSE_SECONDS)):
        if condition():
            return
        time.sleep(_PAUSE_SECONDS)
    assert condition()
