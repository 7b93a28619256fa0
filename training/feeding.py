"""Batches made ahead of the step that needs them, in a thread."""
import queue
import threading

AHEAD = 8


def ahead(make, steps):
    """Yield make(step) for each step of `steps`, computed up to AHEAD batches before it is taken.

    What make raises is raised here. The thread ends with the generator.
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
        except Exception as problem:        # carried to whoever takes the batch
            put((None, problem))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        for _ in steps:
            batch, problem = made.get()
            if problem is not None:
                raise problem
            yield batch
    finally:
        stopped.set()
        thread.join()
