"""Several towers learn what one learns, each on its own device; and the averages of the weights."""
import numpy as np
import pytest
from conftest import unoptimized_session

from datasets.batches import AudioBatch, TextBatch
from nn import compat
from nn.compat import tf
from tacotron2 import tacotron_training_graph
from training.checkpoint import EMA_SUFFIX
from wavenet_vocoder import upsampling, wavenet_training_graph

N_SYMBOLS, N_SPEAKERS = 20, 2
BATCH_SIZES = (5, 4, 1)         # an even and an uneven split, and fewer examples than towers
MORE_NOISE = dict(attention_type="monotonic", teacher_forcing_ratio=0.5,
                  teacher_forcing_decay_end=1, outputs_per_step=1, outputs_per_step_schedule=(3, 2))


def make_text_batch(hp, size, random):
    text_lengths, mel_lengths = random.randint(2, 6, size), random.randint(3, 10, size)
    return TextBatch(random.randint(1, N_SYMBOLS, [size, text_lengths.max()]), text_lengths,
                     random.randint(0, N_SPEAKERS, size),
                     random.uniform(-4, 4, [size, 12, hp.n_mels]), mel_lengths)


def make_audio_batch(hp, size, random):
    frames = 2 + 2 * upsampling.context_frames(hp)
    mask = np.arange(2 * hp.hop_length) < random.randint(100, 2 * hp.hop_length, [size, 1])
    return AudioBatch(random.uniform(-0.5, 0.5, mask.shape), mask,
                      random.randint(0, N_SPEAKERS, size),
                      random.uniform(-4, 4, [size, frames, hp.n_mels]))


def build(model_type, hp, tower_devices):
    """(TrainingGraph, function (hp, size, random) → batch)"""
    tf.set_random_seed(hp.seed)
    if model_type == "tacotron":
        return tacotron_training_graph.TrainingGraph(hp, N_SYMBOLS, N_SPEAKERS,
                                                     tower_devices), make_text_batch
    return wavenet_training_graph.TrainingGraph(hp, N_SPEAKERS, 1,
                                                tower_devices), make_audio_batch


def train(model_type, hp, n_towers, steps):
    """(losses [steps], {name: value} of all variables after them, validation loss)"""
    with tf.Graph().as_default(), unoptimized_session(1) as session:
        graph, make_batch = build(model_type, hp, [None] * n_towers)
        session.run(tf.global_variables_initializer())
        losses = []
        for step in range(steps):
            batch = make_batch(hp, BATCH_SIZES[step % 3], np.random.RandomState(step))
            losses.append(session.run(graph.optimizer.train_op, dict(zip(graph.batch, batch))))
        validation_loss = (graph.validation_losses.total if model_type == "tacotron" else
                           graph.validation_loss)
        batch = make_batch(hp, BATCH_SIZES[0], np.random.RandomState(steps))
        return (losses, {v.op.name: session.run(v) for v in tf.global_variables()},
                session.run(validation_loss, dict(zip(graph.batch, batch))))


@pytest.mark.parametrize("model_type,n_towers,changes,steps", [
    ("tacotron", 2, {}, 20), ("tacotron", 2, MORE_NOISE, 3), ("vocoder", 3, {}, 20)])
def test_several_towers_learn_what_one_learns(hp, model_type, n_towers, changes, steps):
    hp = hp.replace(**changes)
    (losses, variables, loss), (tower_losses, tower_variables, tower_loss) = (
        train(model_type, hp, n, steps) for n in (1, n_towers))
    assert tower_loss == pytest.approx(loss, rel=1e-3)
    np.testing.assert_allclose(tower_losses, losses, rtol=1e-4, atol=1e-4)
    assert len(set(losses)) == steps
    assert sorted(variables) == sorted(tower_variables)
    for name in variables:
        if "Adam" not in name:
            np.testing.assert_allclose(tower_variables[name], variables[name], rtol=1e-3,
                                       atol=1e-3, err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("model_type", ["tacotron", "vocoder"])
def test_after_300_steps_the_validation_loss_of_two_towers_is_that_of_one(hp, model_type):
    """Up to rounding, which every step amplifies."""
    losses = [train(model_type, hp, n_towers, 300)[2] for n_towers in (1, 2)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-2)


@pytest.mark.parametrize("model_type", ["tacotron", "vocoder"])
def test_a_tower_computes_network_and_gradients_on_its_device(hp, model_type):
    """Two devices of the CPU stand for two GPUs."""
    config = tf.ConfigProto(device_count={"CPU": 2}, allow_soft_placement=True)
    trace, metadata = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), tf.RunMetadata()
    with tf.Graph().as_default(), tf.Session(config=config) as session:
        graph, make_batch = build(model_type, hp, ["/cpu:0", "/cpu:1"])
        session.run(tf.global_variables_initializer())
        batch = make_batch(hp, BATCH_SIZES[0], np.random.RandomState(0))
        session.run(graph.optimizer.train_op, dict(zip(graph.batch, batch)), trace, metadata)
    computed = {device.device[-1]: [node.node_name for node in device.node_stats]
                for device in metadata.step_stats.dev_stats}
    for device in "01":
        products = [name for name in computed[device] if "MatMul" in name]
        assert any("gradients" in name for name in products)
        assert any("gradients" not in name for name in products)


def test_towers_on_the_cpu_share_its_threads(monkeypatch):
    monkeypatch.setattr(compat.tf, "Session", lambda config: config)
    for threads, devices, intra_op, inter_op in (
            (6, [None], 6, 6), (6, [None] * 3, 2, 3), (1, [None] * 2, 1, 1),
            (6, ["/gpu:0", "/gpu:1"], 6, 6)):
        config = compat.create_session(threads, False, devices)
        assert config.intra_op_parallelism_threads == intra_op
        assert config.inter_op_parallelism_threads == inter_op


@pytest.mark.parametrize("model_type", ["tacotron", "vocoder"])
def test_validation_uses_the_moving_averages_of_the_weights(hp, model_type):
    with tf.Graph().as_default(), unoptimized_session(1) as session:
        graph, make_batch = build(model_type, hp, [None])
        session.run(tf.global_variables_initializer())
        feed_dict = dict(zip(graph.batch, make_batch(hp, 4, np.random.RandomState(0))))
        if model_type == "tacotron":        # the loss has the L2 norm of the weights, too
            loss = graph.validation_losses.mel
            noise = np.ones(session.run(tf.shape(graph.prenet_noise), feed_dict)) * 0.9
            feed_dict[graph.prenet_noise] = noise
        else:
            loss = graph.validation_loss
        before = session.run(loss, feed_dict)
        averages = [v for v in tf.global_variables() if v.op.name.endswith(EMA_SUFFIX)]
        assert len(averages) == len(tf.trainable_variables())
        for variable in tf.trainable_variables():
            variable.load(np.zeros(variable.get_shape().as_list()), session)
        assert session.run(loss, feed_dict) == before
        for variable in averages:
            variable.load(np.zeros(variable.get_shape().as_list()), session)
        assert session.run(loss, feed_dict) != before
