"""What a training shows of its progress: the bar, waiting and padding, and a timeline of steps."""
import json
import sys
import time

import numpy as np
from tqdm import tqdm

from common import files
from nn import compat
from nn.compat import tf

tqdm.monitor_interval = 0       # its thread compares our times with those of another clock


class Progress(tqdm):
    """A bar on stderr from step `done` to step `steps`.

    It reads a clock that nobody sets: when that of the machine jumps, pace and time left stay.
    """

    def __init__(self, name, done, steps):
        super(Progress, self).__init__(total=steps, initial=done, unit="step", file=sys.stderr,
                                       desc=name)
        self._time = time.monotonic
        self.start_t = self.last_print_t = self._time()

    def at(self, step, loss, waiting_share, padding_share):
        """Show that `step` is done, a loss, and the shares of waiting and of padding."""
        self.set_postfix_str("loss %.4f, waiting %.0f %%, padding %.0f %%" % (
            loss, 100 * waiting_share, 100 * padding_share), refresh=False)
        if step < self.n:       # the run went back
            self.n = self.last_print_n = step
            self.refresh()
        else:
            self.update(step - self.n)

    def say(self, sentence):
        """Print a line of its own on stderr."""
        self.write(sentence, file=sys.stderr)


class OverheadMeter(object):
    """`clock` gives seconds, and is never set back."""

    def __init__(self, clock=time.monotonic):
        self.clock = clock
        self.reset()

    def reset(self):
        """Forget what was before."""
        self._since, self._waited, self._padding = self.clock(), 0.0, []

    def add_wait(self, seconds):
        """Note the time that the loop stood still until a batch was there."""
        self._waited += seconds

    def add_padding(self, share):
        """Note the share of a batch that is padding."""
        self._padding.append(share)

    def shares(self):
        """{name: share from 0 to 1}: of all time on waiting, of the batches (mean) on padding."""
        return {"waiting_share": self._waited / max(self.clock() - self._since, 1e-9),
                "padding_share": float(np.mean(self._padding)) if self._padding else 0.0}


WARMUP_STEPS = 3        # steps before the first that is traced: the first ones reserve memory


class Profiler(object):
    """Traces `count` steps, from the fourth on, into the file `path`; their results are the same.

    say(sentence) is told when it is there.
    """

    def __init__(self, path, count, say):
        self.path, self.count, self.say = path, count, say
        self._steps, self._events = 0, []

    def run(self, session, fetches, feed_dict):
        """session.run of a training step."""
        self._steps += 1
        if not WARMUP_STEPS < self._steps <= WARMUP_STEPS + self.count:
            return session.run(fetches, feed_dict)
        traced = tf.RunMetadata()
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
        got = session.run(fetches, feed_dict, options, traced)
        self._events += compat.trace_events(traced)
        if self._steps == WARMUP_STEPS + self.count:
            self.close()
        return got

    def close(self):
        """Write what was traced and is not written yet."""
        if self._events:
            with files.whole(self.path, "w", encoding="utf-8") as out:
                json.dump({"traceEvents": self._events}, out)
            self.say("the timeline of %d steps is in %s: open it with chrome://tracing or "
                     "ui.perfetto.dev" % (min(self.count, self._steps - WARMUP_STEPS), self.path))
            self._events = []
