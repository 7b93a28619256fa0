"""How good an alignment is, in figures."""
from collections import namedtuple

import numpy as np

# focus         mean over decoder steps of the largest weight
# coverage      share of the letters that are visited in order
# end           share of the text at which the attention ends
# monotonicity  share of the decoder steps at which the expected place does not go back
# skipped       how many letters are not visited at all
# repeated      how many letters the attention stands on again after it had left them
AlignmentMetrics = namedtuple("AlignmentMetrics", "focus coverage end monotonicity skipped repeated")

VISITED_WEIGHT = 0.2       # a letter counts as visited when some step gives it at least this weight
BACK = 0.1          # the expected place goes back when it falls by more than this [jamo]
EMPTY = 1e-3        # where all weights of a step together are no more, it stands on no letter
PAST = 2            # the attention repeats letters once it goes this far back [jamo]


def measure_alignment(weights, letters):
    """Figures of the weights [steps, jamo]; `letters`, bool [jamo], marks what makes a sound.

    A letter is visited in order when the step that gives it most weight does not come before
    that of a letter ahead of it: the longest such sequence counts.
    """
    letters = np.asarray(letters, bool)
    count = np.count_nonzero(letters)
    visited = np.flatnonzero(letters & (weights.max(0) >= VISITED_WEIGHT))
    in_order = _longest_non_decreasing(weights.argmax(0)[visited])
    return AlignmentMetrics(focus=float(weights.max(1).mean()),
                     coverage=in_order / float(max(1, count)),
                     end=(weights[-1].argmax() + 1) / float(weights.shape[1]),
                     monotonicity=float(np.mean(np.diff(expected_positions(weights)) >= -BACK))
                     if len(weights) > 1 else 1.0,
                     skipped=count - len(visited),
                     repeated=_repeated(weights.argmax(1), letters))


def expected_positions(weights):
    """The expected place in the text at each step, [steps], in jamo.

    Of what lies on jamo: a mixture may lie partly before the first or past the last. Where nothing
    does any more, the place is the one before.
    """
    total = weights.sum(1)
    place = weights.dot(np.arange(weights.shape[1])) / np.maximum(total, EMPTY)
    last_seen = np.maximum.accumulate(np.where(total > EMPTY, np.arange(len(total)), 0))
    return place[last_seen]


def _repeated(path, letters):
    """How many letters the path, a place for each step, stands on again when they were left."""
    farthest = np.maximum.accumulate(path)
    again, went_back = set(), False
    for place, behind in zip(path, farthest - path):
        went_back = behind >= PAST or (went_back and behind > 0)
        if went_back:
            again.add(place)
    read = set(path[path == farthest])
    return sum(1 for place in again & read if letters[place])


def _longest_non_decreasing(values):
    """Length of the longest subsequence that never falls, by patience sorting."""
    piles = []
    for value in values:
        place = np.searchsorted(piles, value, side="right")
        piles[place:place + 1] = [value]
    return len(piles)
