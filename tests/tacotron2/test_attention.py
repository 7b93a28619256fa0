"""The kinds of attention: what their weights are and are not; how r falls with the steps."""
import numpy as np
import pytest

from common.errors import InputError
from common.hparam_set import create_hparams
from nn import compat
from nn.compat import tf
from tacotron2 import attention, outputs_per_step
from tacotron2.alignment_metrics import expected_positions, measure_alignment

KINDS = sorted(attention.ATTENTION_TYPES)
LENGTHS = (9, 5, 1)
STEPS, UNITS, CHANNELS = 12, 8, 6


def attended(hp, padding=0, training=False, gain=2.0):
    """Weights [lines, STEPS, jamo] of random queries on random lines with more or less padding,

    by a network of random weights that are the same every time."""
    random = np.random.RandomState(0)
    values = np.full([3, 9 + padding, CHANNELS], 7.0, np.float32)
    for row, length in enumerate(LENGTHS):
        values[row, :length] = random.uniform(-2, 2, [length, CHANNELS])
    queries = gain * random.standard_normal([STEPS, 3, UNITS]).astype(np.float32)
    with tf.Graph().as_default(), compat.create_session(1) as session:
        tf.set_random_seed(1)
        memory = attention.memory(tf.constant(values), tf.constant(LENGTHS), hp)
        state, weights = attention.initial(memory, hp), []
        for step in range(STEPS):
            with tf.variable_scope(tf.get_variable_scope(), reuse=True if step else None):
                context, now, state = attention.attend(tf.constant(queries[step]), state, memory,
                                                       hp, training)
            weights.append(now)
        session.run(tf.global_variables_initializer())
        for variable in tf.trainable_variables():
            variable.load(random.uniform(-1, 1, variable.get_shape().as_list()), session)
        assert context.get_shape().as_list() == [3, CHANNELS]
        return session.run(tf.stack(weights, 1))


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_weights_are_shares_of_the_real_jamo(hp, kind, training):
    weights = attended(hp.replace(attention_type=kind), training=training)
    assert weights.min() >= 0
    total = weights.sum(2)
    if kind == "gmm":           # what has moved past the end of the text is no jamo's
        assert total.max() <= 1 + 1e-5
    else:
        np.testing.assert_allclose(total, 1, atol=1e-5)
    for row, length in enumerate(LENGTHS):
        assert np.all(weights[row, :, length:] == 0), "weight on padding"


@pytest.mark.parametrize("kind", KINDS)
def test_weights_do_not_depend_on_padding(hp, kind):
    hp = hp.replace(attention_type=kind)
    np.testing.assert_allclose(attended(hp), attended(hp, padding=4)[:, :, :9], atol=1e-6)


@pytest.mark.parametrize("training", [False, True])
def test_monotonic_attention_never_goes_back_and_moves_r_jamo_at_most(hp, training):
    for r in (1, 3):
        weights = attended(hp.replace(attention_type="monotonic", outputs_per_step=r), training=training)
        assert np.diff([expected_positions(line) for line in weights]).min() > -1e-5
        reached = np.cumsum(weights[:, :, ::-1], 2)[:, :, ::-1]     # share at or past a jamo
        assert np.diff(reached, axis=1).min() > -1e-5
        assert np.all(weights[0, 0, r + 1:] == 0) and weights[0, 0, r] > 0


def test_the_means_of_gmm_attention_never_go_back(hp):
    """With one Gaussian its mean is the expected place, until it comes near the text's end."""
    weights = attended(hp.replace(attention_type="gmm", attention_num_mixtures=1))
    peaks = weights[0].argmax(1)
    assert np.diff(peaks).min() >= 0 and peaks[-1] > peaks[0]


def test_contents_decide_where_there_are_no_places(hp):
    """The control of the tests above: the kinds that know no place do go back."""
    for kind in ("bahdanau", "luong"):
        weights = attended(hp.replace(attention_type=kind), gain=20.0)
        assert np.diff(expected_positions(weights[0])).min() < -1


def test_figures_of_skips_and_repeats():
    diagonal, letters = np.repeat(np.eye(10), 2, 0), [True] * 10
    skipping = np.delete(diagonal, [8, 9, 10, 11], 0)
    assert (measure_alignment(skipping, letters).skipped, measure_alignment(skipping, letters).repeated) == (2, 0)
    # 0 1 2 3 4, then once more from 2 on: 2 and 3 are said again, 4 had not been left
    again = np.concatenate([diagonal[:10], diagonal[4:]])
    figures = measure_alignment(again, letters)
    assert (figures.skipped, figures.repeated, figures.coverage) == (0, 2, 1)
    assert figures.monotonicity == 1 - 1 / 25.0
    # what makes no sound is neither skipped nor repeated
    silent = [number not in (2, 3, 4, 5) for number in range(10)]
    assert measure_alignment(skipping, silent).skipped == 0 and measure_alignment(again, silent).repeated == 0
    # a step back to the neighbour is no repetition
    assert measure_alignment(diagonal[[0, 2, 0, 2, 4, 6]], letters).repeated == 0
    # attention that has left the text has not gone back
    assert measure_alignment(np.concatenate([diagonal, np.zeros([3, 10])]), letters).monotonicity == 1


def test_r_falls_with_the_steps(hp):
    hp = hp.replace(outputs_per_step=2, outputs_per_step_schedule=(5, 100, 3, 200))
    steps, expected = (0, 99, 100, 199, 200, 5000), [5, 5, 3, 3, 2, 2]
    assert outputs_per_step.max_outputs_per_step(hp) == 5
    assert [outputs_per_step.outputs_per_step_at(hp, step) for step in steps] == expected
    with tf.Graph().as_default(), tf.Session() as session:
        step = tf.placeholder(tf.int64, [])
        r = outputs_per_step.outputs_per_step_tensor(hp, step)
        assert [session.run(r, {step: at}) for at in steps] == expected
    assert outputs_per_step.outputs_per_step_tensor(hp.replace(outputs_per_step_schedule=()), None) == 2


@pytest.mark.parametrize("changes", [
    "outputs_per_step_schedule=5", "outputs_per_step_schedule=5x100x3x100", "outputs_per_step_schedule=5x200x3x100", "outputs_per_step_schedule=0x100",
    "attention_type=best", "learning_rate_schedule=slow", "teacher_forcing_ratio=1.5"])
def test_settings_that_make_no_sense_are_refused(changes):
    with pytest.raises(InputError) as refusal:
        create_hparams("tiny", changes)
    assert changes.split("=")[0] in str(refusal.value)


def test_a_batch_fits_the_r_of_its_step_and_of_the_next(hp):
    hp = hp.replace(outputs_per_step=2, outputs_per_step_schedule=(5, 10, 3, 20))
    assert [outputs_per_step.outputs_per_step_at(hp, step) for step in (9, 10, 19, 20)] == [5, 3, 3, 2]
    assert [outputs_per_step.frame_multiple_at(hp, step) for step in (8, 9, 10, 19, 20)] == [5, 15, 3, 6, 2]
