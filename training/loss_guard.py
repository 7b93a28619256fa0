"""Whether a run is in numerical health, and what to do when it is not.

A batch whose loss or gradient is not finite, or whose loss lies far above the others', is never
learnt from: its step changes nothing (nn.optimizer), and its utterances are named. The first
time that is all, and so is a single loss that is far too large: a vocoder's may leap. When more
comes soon, the weights themselves are suspect: the run goes back to its last checkpoint, at half
the rate, without those batches. When that does not help, it stops.
"""
import numpy as np

from common.errors import InputError

WINDOW = 100        # losses that the next one is compared with
ENOUGH = 10         # of them, before they say what is usual
FAR = 20.0          # times the usual size of a loss above the usual loss: it has exploded
UNLEARNT = 10.0     # the size of a loss before anything is learnt, at least
SOON = 1000         # steps within which trouble counts as the same trouble
LIMIT = 5           # as many times, and the run stops


class Unhealthy(InputError):
    """Going back and a lower rate did not help."""


class Health(object):
    """What the losses so far tell. `state` is all of it, and can be kept as JSON."""

    def __init__(self, state=None):
        self.losses, self.first = [], None
        self.troubles = []      # (step, ids of its utterances, loss was finite): not learnt from
        self.factor = 1.0       # of the learning rate
        self.restore(state or {})

    @property
    def state(self):
        return {"losses": self.losses, "first": self.first, "troubles": self.troubles,
                "factor": self.factor}

    def restore(self, state):
        """Know what `state` knew."""
        self.losses = list(state.get("losses", []))
        self.first = state.get("first")
        self.troubles = [tuple(trouble) for trouble in state.get("troubles", [])]
        self.factor = state.get("factor", 1.0)

    def bound(self):
        """What the next loss must lie below.

        Above the median of the last losses by FAR times its size, or their range where that is
        more: the loss of a vocoder goes through zero. No loss may lie as far above the first one,
        either: that of a network that has learnt nothing.
        """
        if self.first is None:
            return float("inf")
        bound = self.first + FAR * max(abs(self.first), UNLEARNT)
        if len(self.losses) >= ENOUGH:
            median, spread = np.median(self.losses), np.ptp(self.losses)
            bound = min(bound, median + FAR * max(abs(median), spread))
        return float(bound)

    def passed(self, loss):
        """Note the loss of a step that was taken."""
        if self.first is None:
            self.first = loss
        self.losses = (self.losses + [loss])[-WINDOW:]

    def steps(self):
        """Those whose batches are not learnt from."""
        return {step for step, _, _ in self.troubles}

    def trouble(self, step, names, finite):
        """Note a batch that must not be learnt from; whether to go back, at the new `factor`.

        Raises Unhealthy where there were too many.
        """
        self.troubles.append((step, names, finite))
        recent = [trouble for trouble in self.troubles
                  if abs(step - trouble[0]) < SOON and not self._is_a_leap(trouble)]
        if len(recent) >= LIMIT:
            raise Unhealthy(self._verdict(recent))
        if len(recent) > 1 and not self._is_a_leap(self.troubles[-1]):
            self.factor /= 2
            return True
        return False

    def _is_a_leap(self, trouble):
        """Whether it was a single large loss, with sound ones before and after it."""
        step, _, finite = trouble
        return finite and not {step - 1, step + 1} & self.steps()

    def _verdict(self, recent):
        common = set(recent[0][1]).intersection(*(ids for _, ids, _ in recent))
        cause = ("Each of these batches has the utterance %s: look at it, or leave it out"
                 % ", ".join(sorted(common)) if common else
                 "No utterance is in all of these batches: the learning rate is too high. Go on "
                 "with a lower one")
        return ("%d batches within %d steps (%s) had a loss or a gradient that was not finite or "
                "far too large, and going back and lowering the learning rate to 1/%d did not "
                "help. %s" % (
                    len(recent), SOON, ", ".join("step %d" % step for step, _, _ in recent),
                    round(1 / self.factor), cause))
