"""What this machine can do at best: a matrix product, single precision, by NumPy's library."""
import time

import numpy as np

SIZE = 1024


def gflops():
    """10⁹ floating-point operations in a second of one core, additions and multiplications."""
    random = np.random.RandomState(0)
    a, b = (random.normal(size=[SIZE, SIZE]).astype(np.float32) for _ in range(2))
    a.dot(b)
    began = time.process_time()
    for _ in range(4):
        a.dot(b)
    return 4 * 2e-9 * SIZE ** 3 / (time.process_time() - began)
