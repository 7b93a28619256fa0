"""Make batches in a background thread, ahead of the training step that needs them."""
import queue
import threading
import time

MAX_BATCHES = 8     # batches that wait in the queue at most


def prefetch(make_batch, steps, on_wait=lambda seconds: None):
    """Yield make_batch(step) for each of `steps`; up to MAX_BATCHES are made in advance.

    on_wait(seconds) is called with the time that the consumer waited for each batch. Exceptions
    of make_batch are raised here. The thread ends when the generator is closed.
    """
    batches, stopped = queue.Queue(MAX_BATCHES), threading.Event()

    def put(result):
        while not stopped.is_set():
            try:
                return batches.put(result, timeout=0.2)
            except queue.Full:
                pass

    def produce():
        try:
            for step in steps:
                put((make_batch(step), None))
                if stopped.is_set():
                    return
        except BaseException as error:      # raised again in the consumer
            put((None, error))

    def get():
        while True:
            try:
                return batches.get(timeout=1)
            except queue.Empty:
                if not thread.is_alive() and batches.empty():
                    raise RuntimeError("the thread that makes the batches has died")

    thread = threading.Thread(target=produce, daemon=True)
    thread.start()
    try:
        for _ in steps:
            start = time.monotonic()
            batch, error = get()
            on_wait(time.monotonic() - start)
            if error is not None:
                raise error
            yield batch
    finally:
        stopped.set()
        thread.join()
