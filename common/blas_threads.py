"""One thread for the matrix products of NumPy."""
import functools

from threadpoolctl import ThreadpoolController


def one_blas_thread():
    """A context manager, for products so small that several threads only wait for each other.

    At its end, the number of threads is as before. Without `with`, it stays at one.
    """
    return _controller().limit(limits=1, user_api="blas")


@functools.lru_cache(maxsize=1)
def _controller():
    # Created once, because it searches the loaded libraries. The search holds a lock of the dynamic
    # loader while it waits for the lock of the interpreter. A thread that imports an extension
    # module at that time holds the second one and waits for the first: the process hangs.
    return ThreadpoolController()
