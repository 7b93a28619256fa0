"""Calling a function for many jobs in worker processes, with a progress bar."""
import signal
from concurrent.futures import ProcessPoolExecutor, as_completed

from tqdm import tqdm


def run_parallel(function, jobs, workers, unit):
    """Yield (index of the job, function(job)) in the order of completion.

    After an exception or Ctrl-C, the jobs in progress are finished and the others are cancelled.
    """
    if not jobs:
        return
    with ProcessPoolExecutor(min(workers, len(jobs))) as pool:
        futures = {pool.submit(_call, function, job): index for index, job in enumerate(jobs)}
        try:
            for future in tqdm(as_completed(futures), total=len(jobs), unit=unit, disable=None):
                yield futures[future], future.result()
        except BaseException:
            for future in futures:
                future.cancel()
            raise


def _call(function, job):
    signal.signal(signal.SIGINT, signal.SIG_IGN)    # Ctrl-C is handled by the parent process
    return function(job)
