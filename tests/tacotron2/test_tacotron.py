"""Tacotron 2: padding, batching and the three ways of running the decoder."""
import numpy as np
import pytest
from conftest import unoptimized_session

from datasets.batches import TextBatch
from nn.compat import tf
from tacotron2 import attention, loss, tacotron
from tacotron2.decoder import prenet_noise_dim
from tacotron2.synthesizer import Synthesizer
from tacotron2.tacotron_training_graph import batch_placeholders

N_SYMBOLS = 80


@pytest.fixture
def deterministic(hp):
    """Hyper-parameters without randomness except for the pre-net noise, which is fed."""
    return hp.replace(dropout=0.0, zoneout=0.0)


def make_batch(hp, lengths=(9, 5), n_frames=(14, 9)):
    """Two utterances of random text and mel, padded as make_text_batch pads them."""
    random, r = np.random.RandomState(0), hp.outputs_per_step
    text = np.zeros([2, max(lengths)], np.int32)
    mel = np.full([2, -(-max(n_frames) // r) * r, hp.n_mels], -hp.max_abs_value, np.float32)
    for row in range(2):
        text[row, :lengths[row]] = random.randint(2, N_SYMBOLS, lengths[row])
        mel[row, :n_frames[row]] = random.uniform(-4, 4, [n_frames[row], hp.n_mels])
    return TextBatch(text, np.array(lengths), np.zeros(2, np.int32), mel, np.array(n_frames))


def with_random_padding(batch, hp, extra_text, extra_frames):
    """The same utterances with more padding, which is random instead of silent."""
    random = np.random.RandomState(3)
    text = random.randint(2, N_SYMBOLS, [2, batch.text_ids.shape[1] + extra_text])
    mel = random.uniform(-9, 9, [2, batch.mel.shape[1] + extra_frames, hp.n_mels])
    for row in range(2):
        text[row, :batch.text_lengths[row]] = batch.text_ids[row, :batch.text_lengths[row]]
        mel[row, :batch.mel_lengths[row]] = batch.mel[row, :batch.mel_lengths[row]]
    return batch._replace(text_ids=text, mel=mel)


def make_noise(hp, n_steps):
    return np.random.RandomState(7).uniform(size=[2, n_steps, prenet_noise_dim(hp)])


class TeacherForcedGraph(object):
    """The network in training or validation, with its losses."""

    def __init__(self, hp, training=False):
        self.hp, self.batch = hp, batch_placeholders(hp)
        self.prenet_noise = tf.placeholder(tf.float32, [None, None, prenet_noise_dim(hp)])
        self.outputs, = tacotron.tacotron2(
            self.batch.text_ids, self.batch.text_lengths, self.batch.speaker_ids, self.prenet_noise,
            hp, N_SYMBOLS, 0, targets=self.batch, training=training)
        self.losses = loss.compute_losses([self.outputs], self.batch, hp,
                                          guided_attention_weight=1.0)

    def run(self, session, fetches, batch, noise=None):
        if noise is None:
            noise = make_noise(self.hp, 50)
        feed_dict = dict(zip(self.batch, batch))
        feed_dict[self.prenet_noise] = noise[:, :batch.mel.shape[1] // self.hp.outputs_per_step]
        return session.run(fetches, feed_dict)


def set_stop_bias(session, value):
    """A large value makes the stop token fire at every step, a negative one at none."""
    bias, = [v for v in tf.trainable_variables() if v.op.name.endswith("stop/bias")]
    bias.load([value], session)


@pytest.mark.parametrize("training", [False, True])
def test_losses_do_not_depend_on_padding(deterministic, training):
    batch = make_batch(deterministic)
    padded = with_random_padding(batch, deterministic, extra_text=4, extra_frames=6)
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        graph = TeacherForcedGraph(deterministic, training)
        with unoptimized_session() as session:
            session.run(tf.global_variables_initializer())
            losses, padded_losses = (graph.run(session, graph.losses, each)
                                     for each in (batch, padded))
    np.testing.assert_allclose(losses, padded_losses, rtol=1e-5, atol=1e-6)


def test_losses_depend_on_the_last_frame(deterministic):
    """Shows that the test above can fail."""
    batch = make_batch(deterministic)
    changed = batch._replace(mel=batch.mel.copy())
    changed.mel[1, batch.mel_lengths[1] - 1] += 1
    with tf.Graph().as_default():
        graph = TeacherForcedGraph(deterministic)
        with unoptimized_session() as session:
            session.run(tf.global_variables_initializer())
            losses, changed_losses = (graph.run(session, graph.losses, each)
                                      for each in (batch, changed))
    assert abs(losses.mel - changed_losses.mel) > 1e-3


@pytest.mark.parametrize("changes", [
    dict(attention_type=attention_type) for attention_type in sorted(attention.ATTENTION_TYPES)
] + [dict(outputs_per_step=1, outputs_per_step_schedule=(3, 9))])
def test_free_running_and_teacher_forced_decoding_agree_on_the_same_frames(deterministic, changes):
    hp = deterministic.replace(zoneout=0.1, **changes)
    batch, noise = make_batch(hp), make_noise(hp, 12)
    with tf.Graph().as_default():
        tf.set_random_seed(2)
        graph = TeacherForcedGraph(hp)
        with tf.variable_scope(tf.get_variable_scope(), reuse=True):
            free_running, = tacotron.tacotron2(
                graph.batch.text_ids, graph.batch.text_lengths, graph.batch.speaker_ids,
                graph.prenet_noise, hp, N_SYMBOLS, 0, max_steps=tf.constant([12, 12]))
        with unoptimized_session() as session:
            session.run(tf.global_variables_initializer())
            set_stop_bias(session, -100.0)
            predicted = session.run(free_running, {
                graph.batch.text_ids: batch.text_ids,
                graph.batch.text_lengths: batch.text_lengths,
                graph.batch.speaker_ids: batch.speaker_ids, graph.prenet_noise: noise})
            assert list(predicted.n_frames) == [12 * hp.outputs_per_step] * 2
            forced = graph.run(session, graph.outputs, batch._replace(
                mel=predicted.mel_outputs, mel_lengths=predicted.n_frames), noise)
    for name in ("mel_outputs", "mel_outputs_postnet", "stop_logits", "alignments"):
        np.testing.assert_allclose(getattr(predicted, name), getattr(forced, name), atol=1e-4,
                                   err_msg=name)


def test_an_utterance_is_the_same_alone_and_in_a_batch_and_depends_on_its_seed(hp):
    texts, seeds = [[5, 6, 7, 8, 9, 1], [30, 31, 1], [40, 41, 42, 1]], [1, 2, 3]
    with tf.Graph().as_default():
        tf.set_random_seed(3)
        synthesizer = Synthesizer(hp, N_SYMBOLS, 0)
        with unoptimized_session() as session:
            session.run(tf.global_variables_initializer())
            batch = synthesizer.infer(session, texts, [0] * 3, seeds)
            for ids, seed, in_batch in zip(texts, seeds, batch):
                alone, = synthesizer.infer(session, [ids], [0], [seed])
                np.testing.assert_allclose(alone.mel, in_batch.mel, atol=1e-5)
                assert alone.alignment.shape == (len(alone.mel) // hp.outputs_per_step, len(ids))
            other, = synthesizer.infer(session, texts[:1], [0], [9])
    n_frames = min(len(other.mel), len(batch[0].mel))
    assert np.abs(other.mel[:n_frames] - batch[0].mel[:n_frames]).max() > 1e-4


def test_synthesis_ends_at_the_stop_token_or_at_a_limit_that_grows_with_the_text(hp):
    with tf.Graph().as_default():
        synthesizer = Synthesizer(hp, N_SYMBOLS, 0)
        with unoptimized_session() as session:
            session.run(tf.global_variables_initializer())
            set_stop_bias(session, -100.0)
            short, long = synthesizer.infer(session, [[5, 1], [5] * 200 + [1]], [0, 0], [1, 1])
            assert len(short.mel) == 2 * hp.max_frames_per_symbol
            assert len(long.mel) == 201 * hp.max_frames_per_symbol
            assert not short.stopped
            set_stop_bias(session, 100.0)
            output, = synthesizer.infer(session, [[5] * 9 + [1]], [0], [1])
            assert output.stopped and len(output.mel) == hp.outputs_per_step


def test_speaker_ids_change_the_mel(hp):
    with tf.Graph().as_default():
        tf.set_random_seed(4)
        synthesizer = Synthesizer(hp, N_SYMBOLS, 2)
        with unoptimized_session() as session:
            session.run(tf.global_variables_initializer())
            first, second = synthesizer.infer(session, [[5, 6, 1]] * 2, [0, 1], [1, 1])
    n_frames = min(len(first.mel), len(second.mel))
    assert np.abs(first.mel[:n_frames] - second.mel[:n_frames]).max() > 1e-3


def test_output_shapes_with_three_frames_per_step(deterministic):
    hp = deterministic.replace(outputs_per_step=3)
    batch = make_batch(hp, n_frames=(14, 9))
    with tf.Graph().as_default():
        graph = TeacherForcedGraph(hp)
        with unoptimized_session() as session:
            session.run(tf.global_variables_initializer())
            outputs = graph.run(session, graph.outputs, batch)
    assert batch.mel.shape[1] == 15
    assert outputs.mel_outputs_postnet.shape == batch.mel.shape
    assert outputs.alignments.shape == (2, 5, 9)
    np.testing.assert_allclose(outputs.alignments.sum(2), 1, atol=1e-5)
    assert np.all(outputs.alignments[1, :, 5:] == 0), "weight on padding"


def test_guided_attention_penalties_are_0_on_the_diagonal_and_near_1_far_from_it():
    n_steps, n_jamo = 20, 20
    on_diagonal, off_diagonal = np.zeros([2, 1, n_steps, n_jamo], np.float32)
    on_diagonal[0, np.arange(n_steps), np.arange(n_jamo)] = 1
    off_diagonal[0, :5, -1] = 1
    off_diagonal[0, 5:, 0] = 1
    with tf.Graph().as_default(), unoptimized_session() as session:
        on, off = session.run([
            tf.reduce_mean(loss.guided_attention_penalties(
                tf.constant(alignment), tf.constant([n_jamo]), tf.constant([n_steps]), 0.2))
            for alignment in (on_diagonal, off_diagonal)])
    assert on == 0
    assert off > 0.7


def test_a_frozen_part_computes_in_training_what_it_computes_in_synthesis(deterministic):
    """With its moving moments: the other parts are trained with the outputs that they get later."""
    batch = make_batch(deterministic)
    for freeze, equal in (("encoder+postnet", True), ("encoder", False), ("postnet", False)):
        hp = deterministic.replace(freeze=freeze)
        with tf.Graph().as_default(), unoptimized_session(1) as session:
            tf.set_random_seed(1)
            training = TeacherForcedGraph(hp, training=True)
            with tf.variable_scope(tf.get_variable_scope(), reuse=True):
                validation = TeacherForcedGraph(hp)
            session.run(tf.global_variables_initializer())
            mels = [graph.run(session, graph.outputs.mel_outputs_postnet, batch)
                    for graph in (training, validation)]
        assert (np.abs(mels[0] - mels[1]).max() < 1e-5) == equal, freeze
