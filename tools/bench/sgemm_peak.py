"""This machine's peak in single-precision matrix products, the limit of float32 arithmetic."""
import os
import subprocess
import sys
import time

import numpy as np

from tools.bench.bench_report import Result, format_threads

SIZE, PRODUCTS, RUNS = 1024, 4, 20
# OpenBLAS takes a CPU that is newer than its release for a much older one: select the kernels here
_OPENBLAS_KERNELS = (("avx512", "SkylakeX"), ("avx2", "Haswell"))


def sgemm_peak(threads):
    """FLOP/s of NumPy's sgemm on `threads` threads: the best of RUNS runs on each.

    Time is CPU time, as in bench_engine.py. Each thread is a process of its own, because the
    threads of BLAS spend CPU time on waiting for each other, and because OpenBLAS reads its
    settings when it is loaded.
    """
    # imported here, because it imports TensorFlow, which the child process does not need
    from wavenet_vocoder.engine import binding
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
    for instruction_set, kernels in _OPENBLAS_KERNELS:
        if binding.supports("float32", instruction_set):
            environment["OPENBLAS_CORETYPE"] = kernels
            break
    processes = [subprocess.Popen([sys.executable, "-m", "tools.bench.sgemm_peak"],
                                  stdout=subprocess.PIPE, env=environment) for _ in range(threads)]
    return sum([float(process.communicate()[0]) for process in processes])


def peak_result(peak, threads):
    return Result("sgemm peak, %s, best of %d runs" % (format_threads(threads), RUNS), peak / 1e9,
                  "GFLOP/s", 1.0, 1)


def _measure():
    random = np.random.RandomState(0)
    a, b = (random.normal(size=[SIZE, SIZE]).astype(np.float32) for _ in range(2))
    a.dot(b)
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        for _ in range(PRODUCTS):
            a.dot(b)
        times.append(time.process_time() - start)
    return PRODUCTS * 2.0 * SIZE ** 3 / min(times)


if __name__ == "__main__":
    print(_measure())
