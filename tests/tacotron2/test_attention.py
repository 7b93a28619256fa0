"""The five attention types: properties of their alignments."""
import numpy as np
import pytest
from conftest import unoptimized_session

from nn import compat, deferred_gradients
from nn.compat import tf
from tacotron2 import attention
from tacotron2.alignment_metrics import expected_positions

ATTENTION_TYPES = sorted(attention.ATTENTION_TYPES)
LENGTHS = (9, 5, 1)
STEPS, UNITS, CHANNELS = 12, 8, 6


def build_alignments(hp, random, padding=0, training=False, gain=2.0):
    """A tensor [3, STEPS, jamo]: alignments of random queries on three random memories.

    The memories have the LENGTHS and `padding` more columns of padding.
    """
    memory = np.full([3, 9 + padding, CHANNELS], 7.0, np.float32)
    for row, length in enumerate(LENGTHS):
        memory[row, :length] = random.uniform(-2, 2, [length, CHANNELS])
    queries = gain * random.standard_normal([STEPS, 3, UNITS]).astype(np.float32)
    memory = tf.placeholder_with_default(memory, [3, None, CHANNELS])   # dynamic, as in training
    memory = attention.process_memory(memory, tf.constant(LENGTHS), hp)
    state, alignments = attention.initial_state(memory, hp), []
    for step in range(STEPS):
        with tf.variable_scope(tf.get_variable_scope(), reuse=True if step else None):
            context, alignment, state = attention.attend(tf.constant(queries[step]), state, memory,
                                                         hp, training)
        alignments.append(alignment)
    assert context.get_shape().as_list() == [3, CHANNELS]
    return tf.stack(alignments, 1)


def compute_alignments(hp, **options):
    """The values of build_alignments, with random weights that are the same on every call."""
    with tf.Graph().as_default(), unoptimized_session(1) as session:
        tf.set_random_seed(1)
        random = np.random.RandomState(0)
        alignments = build_alignments(hp, random, **options)
        session.run(tf.global_variables_initializer())
        compat.load_variables(session, [(v, random.uniform(-1, 1, v.get_shape().as_list()))
                                        for v in tf.trainable_variables()])
        return session.run(alignments)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("attention_type", ATTENTION_TYPES)
def test_alignments_are_distributions_over_the_jamo(hp, attention_type, training):
    alignments = compute_alignments(hp.replace(attention_type=attention_type), training=training)
    assert alignments.min() >= 0
    total = alignments.sum(2)
    if attention_type == "gmm":         # weight past the end of the text is lost
        assert total.max() <= 1 + 1e-5
    else:
        np.testing.assert_allclose(total, 1, atol=1e-5)
    for row, length in enumerate(LENGTHS):
        assert np.all(alignments[row, :, length:] == 0), "weight on padding"


@pytest.mark.parametrize("attention_type", ATTENTION_TYPES)
def test_alignments_do_not_depend_on_padding(hp, attention_type):
    hp = hp.replace(attention_type=attention_type)
    np.testing.assert_allclose(compute_alignments(hp), compute_alignments(hp, padding=4)[:, :, :9],
                               atol=1e-6)


@pytest.mark.parametrize("attention_type", ATTENTION_TYPES)
def test_every_attention_type_has_gradients_on_this_tensorflow(hp, attention_type):
    """TensorFlow 1.3.0 cannot differentiate the noise of monotonic attention without nn.compat."""
    with tf.Graph().as_default(), unoptimized_session(1) as session:
        alignments = build_alignments(hp.replace(attention_type=attention_type),
                                      np.random.RandomState(0), training=True)
        variables = tf.trainable_variables()
        gradients = deferred_gradients.compute_gradients(
            tf.reduce_sum(tf.square(alignments)), variables)
        session.run(tf.global_variables_initializer())
        for variable, gradient in zip(variables, session.run(gradients)):
            assert np.isfinite(gradient).all(), variable.op.name


@pytest.mark.parametrize("training", [False, True])
def test_monotonic_attention_never_moves_back_and_at_most_r_jamo_forward(hp, training):
    for r in (1, 3):
        alignments = compute_alignments(
            hp.replace(attention_type="monotonic", outputs_per_step=r), training=training)
        positions = [expected_positions(alignment) for alignment in alignments]
        assert np.diff(positions).min() > -1e-5
        at_or_past = np.cumsum(alignments[:, :, ::-1], 2)[:, :, ::-1]
        assert np.diff(at_or_past, axis=1).min() > -1e-5
        assert np.all(alignments[0, 0, r + 1:] == 0) and alignments[0, 0, r] > 0


def test_the_means_of_gmm_attention_never_move_back(hp):
    """With one Gaussian the peak of the alignment follows its mean up to the end of the text."""
    alignments = compute_alignments(hp.replace(attention_type="gmm", attention_num_mixtures=1))
    peaks = alignments[0].argmax(1)
    assert np.diff(peaks).min() >= 0 and peaks[-1] > peaks[0]


def test_attention_by_content_moves_back(hp):
    """Shows that the two tests above can fail."""
    for attention_type in ("bahdanau", "luong"):
        alignments = compute_alignments(hp.replace(attention_type=attention_type), gain=20.0)
        assert np.diff(expected_positions(alignments[0])).min() < -1
