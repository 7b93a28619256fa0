"""What a core of this machine can do at best: a matrix product by NumPy's library.

Measured in a process of its own, because the library takes all cores it finds, and more time of
the processor to wait for them.
"""
import os
import subprocess
import sys
import time

import numpy as np

SIZE, TIMES = 1024, 4


class Limit(object):
    """Call gflops() as often as there is something to compare."""

    def __enter__(self):
        alone = dict(os.environ, OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1", OMP_NUM_THREADS="1")
        self.process = subprocess.Popen([sys.executable, "-m", "tools.bench.sgemm_peak"], env=alone,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        universal_newlines=True)
        return self

    def gflops(self):
        """10⁹ additions and multiplications of single precision in a second of one core."""
        self.process.stdin.write("once\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def __exit__(self, *problem):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def _main():
    random = np.random.RandomState(0)
    a, b = (random.normal(size=[SIZE, SIZE]).astype(np.float32) for _ in range(2))
    a.dot(b)
    for _ in sys.stdin:
        began = time.process_time()
        for _ in range(TIMES):
            a.dot(b)
        print(TIMES * 2e-9 * SIZE ** 3 / (time.process_time() - began), flush=True)


if __name__ == "__main__":
    _main()
