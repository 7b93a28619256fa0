"""Runs a function on many items in worker processes, with a progress bar.

A process that dies, for example because memory ran out, costs at most the item it worked on.
"""
import contextlib
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections import deque, namedtuple
from multiprocessing import connection

from common.errors import InputError
from common.progress_bar import tqdm
from common.signals import ending_signals

# The result of an item for which there was not enough memory, or whose processes died.
# reason: what happened, for messages of the form `ITEM: REASON`
Failure = namedtuple("Failure", "reason")

_WATCH_INTERVAL = 0.5       # [s] between two looks whether the parent process still runs
# The parent process handles these, so that the items in progress are finished.
_IGNORED_SIGNALS = ("SIGINT", "SIGHUP", "SIGQUIT")
# What a worker sends: the result; the exception and its traceback as text; or nothing
RESULT, ERROR, NO_MEMORY = "result", "error", "no memory"
_DEAD = None, None


def map_in_order(function, items, workers, unit):
    """Yield function(item) of each item of a list, in the order of the items.

    workers: number of processes, or a dask_cluster.Cluster; unit: names an item in the progress
    bar. Function, items and results must be picklable. If memory runs out, or a process dies, the
    item is computed again while nothing else is; if that fails too, a Failure is its result.

    An InputError or OSError of the function is raised here, any other exception as a RuntimeError.
    After it, or after Ctrl-C, the items in progress are finished and the others are not begun. The
    processes end with this one, also if it is killed.
    """
    results = (_map_as_finished(function, items, workers) if isinstance(workers, int)
               else workers.map_as_finished(function, items))
    with contextlib.closing(results), \
            tqdm(total=len(items), unit=unit, disable=None if items else True) as progress:
        yield from in_order(results, progress.update)


def in_order(results, report=lambda: None):
    """Yield the results of pairs (index, result) in the order of the indices.

    Calls report() for each pair.
    """
    finished, next_index = {}, 0
    for index, result in results:
        finished[index] = result
        report()
        while next_index in finished:
            yield finished.pop(next_index)
            next_index += 1


@contextlib.contextmanager
def open_workers(scheduler, n_processes, inputs=(), output=None):
    """Yield the `workers` of map_in_order: those of a Dask scheduler if its address is given.

    inputs, output: folders that the workers need. Raises InputError as dask_cluster.Cluster does.
    """
    if not scheduler:
        yield n_processes
        return
    from common import dask_cluster     # most users do not have Dask
    with contextlib.closing(dask_cluster.Cluster(scheduler, inputs, output)) as cluster:
        yield cluster


def _map_as_finished(function, items, n_workers):
    """Yield (index, result) of each item as soon as it is known."""
    waiting, suspects, retried = deque(range(len(items))), deque(), set()
    idle, busy = [], {}         # _Workers; {connection: _Worker}
    try:
        while waiting or suspects or busy:
            if suspects and not busy:
                _close(idle)        # frees their memory
                retried.add(suspects[0])
                _give(_Worker(function), suspects[0], items, busy)
            while waiting and not suspects and len(busy) < n_workers:
                _give(idle.pop() if idle else _Worker(function), waiting.popleft(), items, busy)
            for ready in connection.wait(list(busy)):
                worker = busy.pop(ready)
                index = worker.index
                kind, content = worker.receive()
                if kind == ERROR:
                    raise content[0] from RuntimeError("in a worker process:\n" + content[1])
                if kind == RESULT:
                    idle.append(worker)
                else:
                    _close([worker])
                    if index not in retried:
                        suspects.append(index)
                        continue
                    content = Failure("there is not enough memory for it" if kind == NO_MEMORY
                                      else worker.describe_death())
                if index in retried:
                    suspects.popleft()
                yield index, content
    finally:
        _close(idle + list(busy.values()))


def _give(worker, index, items, busy):
    worker.send(index, items[index])
    busy[worker.connection] = worker


def _close(workers):
    """Let workers finish their items and end. Empties the list."""
    for worker in workers:
        worker.send(worker.index)
    for worker in workers:
        while worker.receive() != _DEAD:
            pass        # a result that is not needed any more
        worker.connection.close()
        worker.process.join()
    del workers[:]


class _Worker(object):
    """A process that computes one item at a time: the one of number `index`."""

    def __init__(self, function):
        self.connection, other_end = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=_work, args=(function, other_end),
                                               daemon=True)
        # Ctrl-C must not end the process before it ignores the signal; and in this process, Python
        # would lose an exception that a signal raises in what it calls after a fork
        blocked = ending_signals()
        try:
            signal.pthread_sigmask(signal.SIG_BLOCK, blocked)
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, blocked)
        other_end.close()
        self.index = None

    def send(self, index, *item):
        """Send an item, or without one, the request to end."""
        self.index = index
        with contextlib.suppress(OSError):      # it died while it was idle: `receive` reports it
            self.connection.send(item)

    def receive(self):
        """(kind, content) of the worker's message; _DEAD if it has ended."""
        try:
            return self.connection.recv()
        except (EOFError, OSError):
            return _DEAD

    def describe_death(self):
        code = self.process.exitcode
        return ("the process that worked on it was ended twice, at last by %s; perhaps there is "
                "not enough memory" % (signal.Signals(-code).name if code < 0
                                       else "exit status %d" % code))


def _work(function, parent):
    """The main function of a worker process."""
    for name in _IGNORED_SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ending_signals())
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    kind = RESULT
    with contextlib.suppress(EOFError, OSError):    # the parent has ended
        while kind != NO_MEMORY:
            item = parent.recv()
            if not item:
                break
            kind, content = call(function, *item)
            parent.send((kind, content))
    # at once: what the parent has prepared for its own end is not for this process
    os._exit(0)


def _end_with_parent(process):
    while os.getppid() == process:
        time.sleep(_WATCH_INTERVAL)
    os._exit(1)


def call(function, item):
    """The message (kind, content) about an item."""
    try:
        return RESULT, function(item)
    except MemoryError:
        return NO_MEMORY, None
    except Exception as error:
        return ERROR, (_portable(error), traceback.format_exc())


def _portable(error):
    """An exception that can be sent to another process: not every class allows it.

    Errors of input and system keep their type, which programs report; others are defects.
    """
    if isinstance(error, InputError):
        return InputError(str(error))
    if isinstance(error, OSError) and error.errno:
        return OSError(error.errno, error.strerror, error.filename)
    return RuntimeError(repr(error))
