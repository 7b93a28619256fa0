"""common.parallel: results in order, processes that die, and the end of the processes."""
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from conftest import ROOT
from helpers.waiting import wait_until

from common.errors import InputError
from common.parallel import Failure, map_in_order


def _map(function, items, workers=2):
    return list(map_in_order(function, items, workers, "item"))


def test_results_have_the_order_of_the_items():
    def square(number):
        time.sleep(0.02 * (number == 0))        # the first is finished last
        return number ** 2

    assert _map(square, list(range(40))) == [number ** 2 for number in range(40)]
    assert _map(square, []) == []
    assert _map(lambda text: text, ["x" * 300000] * 3) == ["x" * 300000] * 3   # more than a pipe


def test_a_result_is_available_before_the_later_items_are_finished(tmp_path):
    def wait_for_file(number):
        while number == 1 and not (tmp_path / "go").exists():
            time.sleep(0.01)
        return number

    results = map_in_order(wait_for_file, [0, 1], 2, "item")
    assert next(results) == 0
    (tmp_path / "go").write_text("")
    assert list(results) == [1]


def test_only_the_item_that_ends_its_process_fails():
    def end_at_three(number):
        if number == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    results = _map(end_at_three, list(range(10)), 3)
    assert [number for number in range(10) if results[number] != number] == [3]
    assert isinstance(results[3], Failure) and "twice, at last by SIGKILL" in results[3].reason


def test_an_item_whose_process_died_is_computed_again_while_nothing_else_is(tmp_path):
    """As when several processes together need too much memory."""
    def count_running(number):
        """The number of items in progress; the processes of 1 and 2 die at the first attempt."""
        running, tried = tmp_path / str(os.getpid()), tmp_path / ("tried-%d" % number)
        if number in (1, 2) and not tried.exists():
            tried.write_text("")
            os.kill(os.getpid(), signal.SIGKILL)
        running.write_text("")
        end = time.time() + (10 if number > 2 else 0.05)
        n_running = 1
        while n_running == 1 and time.time() < end:
            n_running = sum(name.isdigit() for name in os.listdir(str(tmp_path)))
        time.sleep(0.3)         # the others see this one
        running.unlink()
        return n_running

    results = _map(count_running, list(range(7)), 3)
    assert results[1] == results[2] == 1 and min(results[3:5]) > 1


def test_too_little_memory_for_an_item_is_a_failure():
    def fail(number):
        if number == 1:
            raise MemoryError
        return number

    assert _map(fail, [0, 1, 2]) == [0, Failure("there is not enough memory for it"), 2]


def test_an_exception_is_raised_with_the_traceback_of_the_worker(tmp_path):
    def divide(number):
        (tmp_path / str(number)).write_text("")
        return 1 // number

    with pytest.raises(RuntimeError, match="ZeroDivisionError") as caught:
        _map(divide, list(range(500)))
    assert "return 1 // number" in str(caught.value.__cause__)
    assert len(list(tmp_path.iterdir())) < 100       # the others were not begun

    def refuse(number):
        raise InputError("no %d" % number)

    with pytest.raises(InputError, match="no 0"):
        _map(refuse, [0], 1)


def test_two_maps_at_the_same_time_do_not_wait_for_each_other():
    first, second = (map_in_order(abs, [-1, -2, -3], 2, "item") for _ in range(2))
    assert (next(first), next(second)) == (1, 1)
    first.close()
    assert list(second) == [2, 3]


_PROGRAM = textwrap.dedent("""
    import os, sys, time
    sys.path.insert(0, %r)
    from common import command_line
    from common.parallel import map_in_order

    def work(number):
        with open(os.path.join(%r, str(os.getpid())), "w"):
            time.sleep(%r)

    def main(arguments):
        list(map_in_order(work, [0] * 100, 2, "item"))

    command_line.run_program(main)
""")


def _is_running(process):
    try:
        with open("/proc/%d/stat" % process) as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not os.path.exists("/proc"), reason="needs /proc")
@pytest.mark.parametrize("number, seconds, status", [
    (signal.SIGKILL, 60, -signal.SIGKILL), (signal.SIGHUP, 0.2, 129), (signal.SIGTERM, 0.2, 143)])
def test_the_processes_end_with_their_parent(tmp_path, number, seconds, status):
    process = subprocess.Popen([sys.executable, "-c", _PROGRAM % (ROOT, str(tmp_path), seconds)],
                               stderr=subprocess.DEVNULL)
    while len(os.listdir(str(tmp_path))) < 2:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(number)
    assert process.wait(timeout=20) == status
    workers = [int(name) for name in os.listdir(str(tmp_path))]
    wait_until(lambda: not any(map(_is_running, workers)))
