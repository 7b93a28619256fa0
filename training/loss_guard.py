"""Detect losses that are not finite or explode, and decide what to do about them.

A batch whose loss or gradient norm is not finite, or whose loss lies far above the recent ones, is
skipped: the optimizer leaves the weights as they are (nn.optimizer), and the log names the
utterances. A first bad batch, or an isolated large loss, which happens with vocoders, has no other
effect. If more follow soon, the weights themselves may be damaged: the run is rolled back to its
last checkpoint, at half the learning rate, and the bad batches are skipped. After MAX_BAD_BATCHES
within WINDOW_STEPS training stops.
"""
import numpy as np

from common.errors import InputError

HISTORY = 100           # number of recent losses that the next one is compared with
MIN_HISTORY = 10        # while there are fewer, only the first loss sets a limit
EXPLOSION_FACTOR = 20.0     # a loss explodes if it exceeds the median by this multiple of its size
MIN_INITIAL_LOSS = 10.0     # a smaller first loss counts as this one
WINDOW_STEPS = 1000     # bad batches within this many steps count as the same problem
MAX_BAD_BATCHES = 5


class TrainingDiverged(InputError):
    """Rolling back and lowering the learning rate did not help."""


def check_state(state):
    """Raise ValueError if a JSON value is not like LossGuard.state."""
    try:
        guard = LossGuard(state)
        numbers = guard.losses + [guard.first_loss or 0, guard.learning_rate_factor]
        if not (all(type(number) in (int, float) for number in numbers) and all(
                type(step) is int and isinstance(ids, list) and type(finite) is bool
                for step, ids, finite in guard.bad_batches)):
            raise ValueError
    except (AttributeError, TypeError, ValueError):
        raise ValueError("its state of the loss guard is damaged")


class LossGuard(object):
    """Judges each loss by those before it. `state`, ready for JSON, is all it remembers."""

    def __init__(self, state=None):
        self.restore(state or {})

    @property
    def state(self):
        return {"losses": self.losses, "first": self.first_loss, "troubles": self.bad_batches,
                "factor": self.learning_rate_factor}

    def restore(self, state):
        self.losses = list(state.get("losses", []))
        self.first_loss = state.get("first")
        # (step, ids of its utterances, whether the loss was finite)
        self.bad_batches = [tuple(batch) for batch in state.get("troubles", [])]
        self.learning_rate_factor = state.get("factor", 1.0)

    def max_loss(self):
        """The limit for the next loss.

        The median of the recent losses plus EXPLOSION_FACTOR times its size, or times their range
        if that is larger, because a vocoder's loss passes through zero. The first loss, that of an
        untrained network, sets a limit of the same form for the whole run.
        """
        if self.first_loss is None:
            return float("inf")
        limit = self.first_loss + EXPLOSION_FACTOR * max(abs(self.first_loss), MIN_INITIAL_LOSS)
        if len(self.losses) >= MIN_HISTORY:
            median, spread = np.median(self.losses), np.ptp(self.losses)
            limit = min(limit, median + EXPLOSION_FACTOR * max(abs(median), spread))
        return float(limit)

    def add_loss(self, loss):
        """Add the loss of a batch that was trained on."""
        if self.first_loss is None:
            self.first_loss = loss
        self.losses = (self.losses + [loss])[-HISTORY:]

    def mean_loss(self):
        """The mean of the recent losses, NaN before the first."""
        return float(np.mean(self.losses or [np.nan]))

    def skipped_steps(self):
        """The set of steps whose batches must be skipped."""
        return {step for step, _, _ in self.bad_batches}

    def reject_batch(self, step, utterance_ids, finite):
        """Skip the batch of `step` from now on. Returns whether the run must be rolled back.

        In that case learning_rate_factor is halved. Raises TrainingDiverged if there were too many.
        """
        self.bad_batches.append((step, utterance_ids, finite))
        recent = [batch for batch in self.bad_batches
                  if abs(step - batch[0]) < WINDOW_STEPS and not self._is_isolated_peak(batch)]
        if len(recent) >= MAX_BAD_BATCHES:
            raise TrainingDiverged(self._explanation(recent))
        if len(recent) > 1 and not self._is_isolated_peak(self.bad_batches[-1]):
            self.learning_rate_factor /= 2
            return True
        return False

    def _is_isolated_peak(self, bad_batch):
        """Whether the loss was finite and those of the steps before and after were normal."""
        step, _, finite = bad_batch
        return finite and not {step - 1, step + 1} & self.skipped_steps()

    def _explanation(self, recent):
        in_all = set(recent[0][1]).intersection(*(ids for _, ids, _ in recent))
        if in_all:
            advice = ("All of these batches contain the utterance %s: check it, or remove it"
                      % ", ".join(sorted(in_all)))
        else:
            advice = ("No utterance is in all of these batches: the learning rate is too high. "
                      "Continue with a lower one")
        return ("%d batches within %d steps (%s) had a loss or gradient norm that was not finite "
                "or far too large, although the learning rate was lowered to 1/%d. %s"
                % (len(recent), WINDOW_STEPS, ", ".join("step %d" % step for step, _, _ in recent),
                   round(1 / self.learning_rate_factor), advice))
