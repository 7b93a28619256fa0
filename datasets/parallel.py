"""Runs a function on many jobs in worker processes, with a progress bar."""
import contextlib
import functools
import signal
from concurrent.futures import ProcessPoolExecutor

from tqdm import tqdm


def run_parallel(function, jobs, workers, unit):
    """[function(job) for job in jobs]; `unit` names a job in the progress bar.

    After an exception or Ctrl-C, the jobs in progress are finished and the others are cancelled.
    """
    if not jobs:
        return []
    with ProcessPoolExecutor(min(workers, len(jobs))) as pool:
        # closing the iterator cancels the jobs that have not begun
        with contextlib.closing(pool.map(functools.partial(_call, function), jobs)) as results:
            return list(tqdm(results, total=len(jobs), unit=unit, disable=None))


def _call(function, job):
    # Ctrl-C is handled by the parent process. Pools of Python 3.6 have no initializer to do this.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return function(job)
