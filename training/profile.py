"""A timeline of a few training steps: --profile N. chrome://tracing and ui.perfetto.dev open it."""
import json

from common import files
from nn import compat
from nn.compat import tf

WARM = 3        # steps before the first that is traced: the first ones reserve memory


class Profile(object):
    """Traces `count` steps, from the fourth on, into the file `path`; their results are the same.

    say(sentence) is told when it is there.
    """

    def __init__(self, path, count, say):
        self.path, self.count, self.say = path, count, say
        self._steps, self._events = 0, []

    def run(self, session, fetches, feed_dict):
        """session.run of a training step."""
        self._steps += 1
        if not WARM < self._steps <= WARM + self.count:
            return session.run(fetches, feed_dict)
        traced = tf.RunMetadata()
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
        got = session.run(fetches, feed_dict, options, traced)
        self._events += compat.trace_events(traced)
        if self._steps == WARM + self.count:
            self.close()
        return got

    def close(self):
        """Write what was traced and is not written yet."""
        if self._events:
            with files.whole(self.path, "w", encoding="utf-8") as out:
                json.dump({"traceEvents": self._events}, out)
            self.say("the timeline of %d steps is in %s: open it with chrome://tracing or "
                     "ui.perfetto.dev" % (min(self.count, self._steps - WARM), self.path))
            self._events = []
