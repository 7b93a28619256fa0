"""Tacotron2: what it computes, whatever is beside a line in its batch."""
import numpy as np
import pytest

from datasets.batches import TextBatch
from nn import compat
from nn.compat import tf
from tacotron2 import attention, loss, tacotron
from tacotron2.alignment_metrics import measure_alignment
from tacotron2.decoder import prenet_noise_dim
from tacotron2.synthesizer import Synthesizer

SYMBOLS = 80


@pytest.fixture
def still(hp):
    """Settings in which nothing is random but what is fed."""
    return hp.replace(dropout=0.0, zoneout=0.0)


def example(hp, seed=0, lengths=(9, 5), frames=(14, 9)):
    """Two lines of text and mel, padded as make_text_batch pads them."""
    random = np.random.RandomState(seed)
    text = np.zeros([2, max(lengths)], np.int32)
    mel = np.full([2, -(-max(frames) // hp.outputs_per_step) * hp.outputs_per_step, hp.n_mels], -hp.max_abs_value, np.float32)
    for row in range(2):
        text[row, :lengths[row]] = random.randint(2, SYMBOLS, lengths[row])
        mel[row, :frames[row]] = random.uniform(-4, 4, [frames[row], hp.n_mels])
    return TextBatch(text, np.array(lengths), np.zeros(2, np.int32), mel, np.array(frames))


def uniform(hp, steps):
    return np.random.RandomState(7).uniform(size=[2, steps, prenet_noise_dim(hp)])


class TeacherForced(object):
    """The training or validation network with its losses, in a graph and session of its own."""

    def __init__(self, hp, training=False, speakers=0):
        self.hp = hp
        self.batch = TextBatch(
            tf.placeholder(tf.int32, [None, None]), tf.placeholder(tf.int32, [None]),
            tf.placeholder(tf.int32, [None]), tf.placeholder(tf.float32, [None, None, hp.n_mels]),
            tf.placeholder(tf.int32, [None]))
        self.noise = tf.placeholder(tf.float32, [None, None, prenet_noise_dim(hp)])
        targets = tacotron.Targets(self.batch.mel, self.batch.mel_lengths)
        self.spoken = tacotron.tacotron2(
            self.batch.text_ids, self.batch.text_lengths, self.batch.speaker_ids, self.noise, hp, SYMBOLS,
            speakers, targets=targets, training=training)
        self.losses = loss.compute_losses(self.spoken, self.batch.text_lengths, targets, hp, guided=1.0)

    def run(self, session, wanted, batch, noise=None):
        if noise is None:
            noise = uniform(self.hp, 50)
        feed = dict(zip(self.batch, batch))
        feed[self.noise] = noise[:, :batch.mel.shape[1] // self.hp.outputs_per_step]
        return session.run(wanted, feed)


def padded(batch, hp, text, frames):
    """The same lines with rubbish after their ends: `text` more ids, `frames` more frames."""
    random = np.random.RandomState(3)
    ids = random.randint(2, SYMBOLS, [2, batch.text_ids.shape[1] + text])
    mel = random.uniform(-9, 9, [2, batch.mel.shape[1] + frames, hp.n_mels])
    for row in range(2):
        ids[row, :batch.text_lengths[row]] = batch.text_ids[row, :batch.text_lengths[row]]
        mel[row, :batch.mel_lengths[row]] = batch.mel[row, :batch.mel_lengths[row]]
    return batch._replace(text_ids=ids, mel=mel)


@pytest.mark.parametrize("training", [False, True])
def test_losses_ignore_what_lies_after_the_end(still, training):
    batch = example(still)
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        model = TeacherForced(still, training)
        with compat.create_session() as session:
            session.run(tf.global_variables_initializer())
            plain = model.run(session, model.losses, batch)
            rubbish = model.run(session, model.losses, padded(batch, still, text=4, frames=6))
    np.testing.assert_allclose(plain, rubbish, rtol=1e-5, atol=1e-6)


def test_losses_notice_what_lies_before_the_end(still):
    """The control of the test above: the last real frame counts."""
    batch = example(still)
    changed = batch._replace(mel=batch.mel.copy())
    changed.mel[1, batch.mel_lengths[1] - 1] += 1
    with tf.Graph().as_default():
        model = TeacherForced(still)
        with compat.create_session() as session:
            session.run(tf.global_variables_initializer())
            plain = model.run(session, model.losses, batch)
            other = model.run(session, model.losses, changed)
    assert abs(plain.mel - other.mel) > 1e-3


@pytest.mark.parametrize("changes", [
    dict(attention_type=kind) for kind in sorted(attention.ATTENTION_TYPES)] + [dict(outputs_per_step=1, outputs_per_step_schedule=(3, 9))])
def test_free_running_and_teacher_forced_agree_on_the_same_frames(still, changes):
    """Zoneout's expectation, the pre-net's dropout and the attention included."""
    hp = still.replace(zoneout=0.1, **changes)
    batch = example(hp)
    noise = uniform(hp, 12)
    with tf.Graph().as_default():
        tf.set_random_seed(2)
        model = TeacherForced(hp)
        with tf.variable_scope(tf.get_variable_scope(), reuse=True):
            free = tacotron.tacotron2(
                model.batch.text_ids, model.batch.text_lengths, model.batch.speaker_ids, model.noise, hp,
                SYMBOLS, 0, limits=tf.constant([12, 12]))
        with compat.create_session() as session:
            session.run(tf.global_variables_initializer())
            # a stop token that never fires, so that there is something to compare
            stop = [v for v in tf.trainable_variables() if v.op.name.endswith("stop/bias")][0]
            stop.load([-100.0], session)
            made = session.run(free, {
                model.batch.text_ids: batch.text_ids, model.batch.text_lengths: batch.text_lengths,
                model.batch.speaker_ids: batch.speaker_ids, model.noise: noise})
            assert list(made.n_frames) == [12 * hp.outputs_per_step] * 2
            again = model.run(session, model.spoken,
                              batch._replace(mel=made.mel_outputs, frames=made.n_frames), noise)
    for name in ("mel_outputs", "mel_outputs_postnet", "stop_logits", "alignments"):
        np.testing.assert_allclose(getattr(made, name), getattr(again, name), atol=1e-4,
                                   err_msg=name)


def test_a_line_sounds_the_same_alone_and_in_a_batch(hp):
    lines, seeds = [[5, 6, 7, 8, 9, 1], [30, 31, 1], [40, 41, 42, 1]], [1, 2, 3]
    with tf.Graph().as_default():
        tf.set_random_seed(3)
        synthesizer = Synthesizer(hp, SYMBOLS, 0)
        with compat.create_session() as session:
            session.run(tf.global_variables_initializer())
            together = synthesizer.infer(session, lines, [0] * 3, seeds)
            for line, seed, beside in zip(lines, seeds, together):
                alone, = synthesizer.infer(session, [line], [0], [seed])
                np.testing.assert_allclose(alone.mel, beside.mel, atol=1e-5)
                assert alone.alignment.shape == (len(alone.mel) // hp.outputs_per_step, len(line))
            other, = synthesizer.infer(session, lines[:1], [0], [9])
    size = min(len(other.mel), len(together[0].mel))
    assert np.abs(other.mel[:size] - together[0].mel[:size]).max() > 1e-4, "the seed does nothing"


def test_the_limit_grows_with_the_text_and_the_stop_token_ends_a_line(hp):
    with tf.Graph().as_default():
        synthesizer = Synthesizer(hp, SYMBOLS, 0)
        with compat.create_session() as session:
            session.run(tf.global_variables_initializer())
            stop = [v for v in tf.trainable_variables() if v.op.name.endswith("stop/bias")][0]
            stop.load([-100.0], session)
            short, long = synthesizer.infer(session, [[5, 1], [5] * 200 + [1]], [0, 0], [1, 1])
            assert len(short.mel) == 2 * hp.max_frames_per_symbol
            assert len(long.mel) == 201 * hp.max_frames_per_symbol
            assert not short.stopped
            stop.load([100.0], session)
            line, = synthesizer.infer(session, [[5] * 9 + [1]], [0], [1])
            assert line.stopped and len(line.mel) == hp.outputs_per_step


def test_speakers_sound_different(hp):
    with tf.Graph().as_default():
        tf.set_random_seed(4)
        synthesizer = Synthesizer(hp, SYMBOLS, 2)
        with compat.create_session() as session:
            session.run(tf.global_variables_initializer())
            first, second = synthesizer.infer(session, [[5, 6, 1]] * 2, [0, 1], [1, 1])
    size = min(len(first.mel), len(second.mel))
    assert np.abs(first.mel[:size] - second.mel[:size]).max() > 1e-3


def test_the_decoder_starts_from_silence_and_r_frames_make_a_step(still):
    hp = still.replace(outputs_per_step=3)
    batch = example(hp, frames=(14, 9))
    with tf.Graph().as_default():
        model = TeacherForced(hp)
        with compat.create_session() as session:
            session.run(tf.global_variables_initializer())
            spoken = model.run(session, model.spoken, batch)
    assert batch.mel.shape[1] == 15
    assert spoken.mel_outputs_postnet.shape == batch.mel.shape
    assert spoken.alignments.shape == (2, 5, 9)
    np.testing.assert_allclose(spoken.alignments.sum(2), 1, atol=1e-5)
    assert np.all(spoken.alignments[1, :, 5:] == 0), "weight on padding"


def test_guided_attention_is_nothing_on_the_diagonal_and_one_far_from_it():
    steps, jamo = 20, 20
    alignments = np.zeros([2, steps, jamo], np.float32)
    alignments[0, np.arange(steps), np.arange(jamo)] = 1
    alignments[1, :, 0] = 1
    alignments[1, :5, 0], alignments[1, :5, -1] = 0, 1

    def value(row):
        return loss.guided_attention_loss(tf.constant(alignments[row:row + 1]), tf.constant([jamo]),
                                          tf.constant([steps]), 0.2)
    with tf.Graph().as_default(), compat.create_session() as session:
        on, off = session.run([value(0), value(1)])
    assert on == 0
    assert off > 0.7


def test_alignment_figures():
    """A clean diagonal is perfect; what is left out, blurred or not finished shows."""
    diagonal = np.repeat(np.eye(10), 2, 0)
    letters = [True] * 10
    assert measure_alignment(diagonal, letters) == (1, 1, 1, 1, 0, 0)
    assert measure_alignment(diagonal[:10], letters) == (1, 0.5, 0.5, 1, 5, 0)
    skipping = np.delete(diagonal, [8, 9], 0)
    assert measure_alignment(skipping, letters).coverage == 0.9
    assert measure_alignment(diagonal[::-1], letters).coverage == 0.1
    assert measure_alignment(diagonal * 0.1 + 0.09, letters).coverage == 0
    assert measure_alignment(skipping, [number != 4 for number in range(10)]).coverage == 1
