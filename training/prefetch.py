"""Batches made ahead of the step that needs them, in a thread."""
import queue
import threading
import time

AHEAD = 8


def prefetch(make, steps, waited=lambda seconds: None):
    """Yield make(step) for each step of `steps`, computed up to AHEAD batches before it is taken.

    waited(seconds) is told how long the taker of each stood still until it was there. What make
    raises is raised here, and the thread's own death too. The thread ends with the generator.
    """
    made, stopped = queue.Queue(AHEAD), threading.Event()

    def put(item):
        while not stopped.is_set():
            try:
                return made.put(item, timeout=0.2)
            except queue.Full:
                pass

    def work():
        try:
            for step in steps:
                put((make(step), None))
                if stopped.is_set():
                    return
        except BaseException as problem:        # carried to whoever takes the batch
            put((None, problem))

    def take():
        while True:
            try:
                return made.get(timeout=1)
            except queue.Empty:
                if not thread.is_alive() and made.empty():
                    raise RuntimeError("the thread that makes the batches has died")

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        for _ in steps:
            began = time.monotonic()
            batch, problem = take()
            waited(time.monotonic() - began)
            if problem is not None:
                raise problem
            yield batch
    finally:
        stopped.set()
        thread.join()
