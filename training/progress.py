"""Progress of a training: progress bar, overheads, and a profile of some steps."""
import json
import sys
import time

import numpy as np

from common import files
from common.progress_bar import tqdm
from nn import compat
from nn.compat import tf

WARMUP_STEPS = 3        # steps before the first profiled one: the first steps allocate memory


def print_line(message):
    """Print a line on stderr, above the progress bar if there is one."""
    tqdm.write(message, file=sys.stderr)


class ProgressBar(tqdm):
    """The progress bar of a training, on stderr."""

    def __init__(self, name, step, max_steps):
        super(ProgressBar, self).__init__(total=max_steps, initial=step, unit="step",
                                          file=sys.stderr, desc=name)

    def show_step(self, step, loss, waiting_share, padding_share):
        self.set_postfix_str("loss %.4f, waiting %.0f %%, padding %.0f %%" % (
            loss, 100 * waiting_share, 100 * padding_share), refresh=False)
        if step < self.n:       # the run was rolled back
            self.n = self.last_print_n = step
            self.refresh()
        else:
            self.update(step - self.n)


class OverheadMeter(object):
    """Shares of waiting for batches and of padding since the last reset; `clock` gives seconds."""

    def __init__(self, clock=time.monotonic):
        self.clock = clock
        self.reset()

    def reset(self):
        self._start, self._waiting, self._padding = self.clock(), 0.0, []

    def add_wait(self, seconds):
        self._waiting += seconds

    def add_padding(self, share):
        """Add the share of padding, 0 to 1, in one batch."""
        self._padding.append(share)

    def shares(self):
        """{name: share from 0 to 1}: time spent waiting for batches; padding, mean of batches."""
        return {"waiting_share": self._waiting / max(self.clock() - self._start, 1e-9),
                "padding_share": float(np.mean(self._padding)) if self._padding else 0.0}


class Profiler(object):
    """Traces `count` training steps after WARMUP_STEPS into a Chrome trace file (--profile N).

    The results of the steps do not change. With a count of 0 it traces nothing.
    """

    def __init__(self, path, count):
        self.path, self.count = path, count
        self._step, self._events = 0, []

    def run(self, session, fetches, feed_dict):
        """session.run of one training step."""
        self._step += 1
        if not WARMUP_STEPS < self._step <= WARMUP_STEPS + self.count:
            return session.run(fetches, feed_dict)
        metadata = tf.RunMetadata()
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
        results = session.run(fetches, feed_dict, options, metadata)
        self._events += compat.trace_events(metadata)
        if self._step == WARMUP_STEPS + self.count:
            self.close()
        return results

    def close(self):
        """Write the events that are not written yet."""
        if self._events:
            with files.atomic_write(self.path, "w", encoding="utf-8") as out:
                json.dump({"traceEvents": self._events}, out)
            print_line("profile of %d steps: %s; open it with chrome://tracing or ui.perfetto.dev"
                       % (min(self.count, self._step - WARMUP_STEPS), self.path))
            self._events = []
