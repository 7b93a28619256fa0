"""Make batches in a background thread, ahead of the training step that needs them."""
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

MAX_BATCHES = 8     # batches that are made in advance


def prefetch(make_batch, steps, on_wait=lambda seconds: None):
    """Yield make_batch(step) for each of `steps`, which are made one after the other in a thread.

    on_wait(seconds) is called with the time that the consumer waited for each batch. Exceptions
    of make_batch are raised here. The thread ends when the generator is closed.
    """
    steps = iter(steps)
    with ThreadPoolExecutor(max_workers=1) as executor:
        futures = deque(executor.submit(make_batch, step) for step in islice(steps, MAX_BATCHES))
        try:
            while futures:
                start = time.monotonic()
                batch = futures.popleft().result()
                on_wait(time.monotonic() - start)
                futures.extend(executor.submit(make_batch, step) for step in islice(steps, 1))
                yield batch
        finally:
            for future in futures:
                future.cancel()
