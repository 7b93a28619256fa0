"""How good an alignment is, in figures."""
from collections import namedtuple

import numpy as np

# focus: mean over decoder steps of the largest weight; coverage: share of the letters that are
# visited in order; end: the share of the text at which the attention ends
Alignment = namedtuple("Alignment", "focus coverage end")

VISITED = 0.2       # a letter counts as visited when some step gives it at least this weight


def measure(weights, letters):
    """Figures of the weights [steps, jamo]; `letters`, bool [jamo], marks what makes a sound.

    A letter is visited in order when the step that gives it most weight does not come before
    that of a letter ahead of it: the longest such sequence counts.
    """
    peak_step = weights.argmax(0)
    visited = [peak_step[j] for j in np.flatnonzero(letters) if weights[:, j].max() >= VISITED]
    in_order = _longest_non_decreasing(visited)
    return Alignment(focus=float(weights.max(1).mean()),
                     coverage=in_order / float(max(1, np.count_nonzero(letters))),
                     end=(weights[-1].argmax() + 1) / float(weights.shape[1]))


def _longest_non_decreasing(values):
    """Length of the longest subsequence that never falls, by patience sorting."""
    piles = []
    for value in values:
        place = np.searchsorted(piles, value, side="right")
        piles[place:place + 1] = [value]
    return len(piles)
