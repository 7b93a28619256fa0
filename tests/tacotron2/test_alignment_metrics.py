"""Metrics of hand-made alignments."""
import numpy as np

from tacotron2.alignment_metrics import measure_alignment

DIAGONAL = np.repeat(np.eye(10), 2, 0)      # 20 steps, two on each of 10 letters
LETTERS = [True] * 10


def test_a_diagonal_is_perfect():
    assert measure_alignment(DIAGONAL, LETTERS) == (1, 1, 1, 1, 0, 0)


def test_an_early_end_lowers_coverage_and_end():
    assert measure_alignment(DIAGONAL[:10], LETTERS) == (1, 0.5, 0.5, 1, 5, 0)


def test_coverage_counts_letters_attended_in_order():
    skipping = np.delete(DIAGONAL, [8, 9], 0)
    assert measure_alignment(skipping, LETTERS).coverage == 0.9
    assert measure_alignment(DIAGONAL[::-1], LETTERS).coverage == 0.1
    assert measure_alignment(DIAGONAL * 0.1 + 0.09, LETTERS).coverage == 0
    assert measure_alignment(skipping, [i != 4 for i in range(10)]).coverage == 1


def test_skipped_and_repeated_letters_are_counted():
    skipping = np.delete(DIAGONAL, [8, 9, 10, 11], 0)
    metrics = measure_alignment(skipping, LETTERS)
    assert (metrics.skipped, metrics.repeated) == (2, 0)
    # 0 1 2 3 4, then from 2 on: 2 and 3 are repeated; 4 is not, the attention had not left it
    repeating = np.concatenate([DIAGONAL[:10], DIAGONAL[4:]])
    metrics = measure_alignment(repeating, LETTERS)
    assert (metrics.skipped, metrics.repeated, metrics.coverage) == (0, 2, 1)
    assert metrics.monotonicity == 1 - 1 / 25.0


def test_symbols_without_a_sound_are_neither_skipped_nor_repeated():
    skipping = np.delete(DIAGONAL, [8, 9, 10, 11], 0)
    repeating = np.concatenate([DIAGONAL[:10], DIAGONAL[4:]])
    is_letter = [i not in (2, 3, 4, 5) for i in range(10)]
    assert measure_alignment(skipping, is_letter).skipped == 0
    assert measure_alignment(repeating, is_letter).repeated == 0


def test_a_step_back_to_the_neighbour_is_no_repetition():
    assert measure_alignment(DIAGONAL[[0, 2, 0, 2, 4, 6]], LETTERS).repeated == 0


def test_attention_past_the_end_of_the_text_does_not_move_back():
    past_end = np.concatenate([DIAGONAL, np.zeros([3, 10])])
    assert measure_alignment(past_end, LETTERS).monotonicity == 1
