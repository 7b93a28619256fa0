"""Metrics of an attention alignment."""
from collections import namedtuple

import numpy as np

# focus         largest weight of a decoder step, averaged over the steps
# coverage      fraction of the letters that are attended in order
# end           position of the last step's largest weight, as a fraction of the text
# monotonicity  fraction of the decoder steps in which the expected position does not move back
# skipped       number of letters that are not attended
# repeated      number of letters that are attended again after the attention has left them
# Letters are the symbols that are spoken, unlike spaces and punctuation.
AlignmentMetrics = namedtuple("AlignmentMetrics",
                              "focus coverage end monotonicity skipped repeated")

ATTENDED_WEIGHT = 0.2       # a letter counts as attended if a step gives it at least this weight
BACKWARD_TOLERANCE = 0.1    # smaller backward moves of the expected position are ignored [jamo]
MIN_TOTAL_WEIGHT = 1e-3     # a step with less weight on the text has no position
REPEAT_DISTANCE = 2         # moving back this far starts a repetition [jamo]


def measure_alignment(alignment, is_letter):
    """AlignmentMetrics of an alignment [steps, jamo]; `is_letter`, bool [jamo], marks the letters.

    Each letter has a step that gives it the most weight. The letters attended in order are those of
    the longest subsequence in which these steps do not decrease.
    """
    n_letters = np.count_nonzero(is_letter)
    attended = np.setdiff1d(np.flatnonzero(is_letter), skipped_letters(alignment, is_letter))
    n_in_order = _longest_non_decreasing(alignment.argmax(0)[attended])
    moves = np.diff(expected_positions(alignment))
    return AlignmentMetrics(
        focus=float(alignment.max(1).mean()),
        coverage=n_in_order / float(max(1, n_letters)),
        end=(alignment[-1].argmax() + 1) / float(alignment.shape[1]),
        monotonicity=float(np.mean(moves >= -BACKWARD_TOLERANCE)) if len(moves) else 1.0,
        skipped=n_letters - len(attended),
        repeated=len(repeated_letters(alignment, is_letter)))


def skipped_letters(alignment, is_letter):
    """The positions of the letters that are not attended, in ascending order."""
    return np.flatnonzero(np.asarray(is_letter, bool) & (alignment.max(0) < ATTENDED_WEIGHT))


def repeated_letters(alignment, is_letter):
    """The positions of the letters to which the attention returns, in ascending order."""
    path = alignment.argmax(1)
    farthest = np.maximum.accumulate(path)
    repeated, moved_back = set(), False
    for position, distance in zip(path, farthest - path):
        moved_back = distance >= REPEAT_DISTANCE or (moved_back and distance > 0)
        if moved_back:
            repeated.add(position)
    read_forwards = set(path[path == farthest])
    return np.array(sorted(position for position in repeated & read_forwards
                           if is_letter[position]), int)


def expected_positions(alignment):
    """The expected position in the text at each step: [steps, jamo] → [steps], in jamo.

    The weights of a step are normalised, because those of gmm attention may sum to less than 1. A
    step without weight on the text has the position of the last step with weight on it.
    """
    total = alignment.sum(1)
    positions = alignment.dot(np.arange(alignment.shape[1])) / np.maximum(total, MIN_TOTAL_WEIGHT)
    last_on_text = np.maximum.accumulate(
        np.where(total > MIN_TOTAL_WEIGHT, np.arange(len(total)), 0))
    return positions[last_on_text]


def _longest_non_decreasing(values):
    """Length of the longest non-decreasing subsequence, by patience sorting."""
    piles = []
    for value in values:
        i = np.searchsorted(piles, value, side="right")
        piles[i:i + 1] = [value]
    return len(piles)
