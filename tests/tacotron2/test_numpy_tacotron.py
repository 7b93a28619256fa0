"""Tacotron 2 in NumPy predicts what the TensorFlow graph predicts."""
import numpy as np
import pytest
from conftest import unoptimized_session

from common.hparam_set import create_hparams
from nn import compat
from nn.compat import tf
from tacotron2.attention import ATTENTION_TYPES
from tacotron2.numpy_tacotron import NumpyTacotron
from tacotron2.synthesizer import Synthesizer
from tacotron2.tacotron_weights import variable_shapes

N_SYMBOLS = 9
TEXTS = [[3, 1, 4, 1, 5, 8, 2, 6], [5], [2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5, 9 - 1]]
SEEDS = [1, 7, 2 ** 31]


def create_weights(hp, n_speakers):
    """Random weights of all variables, with which attention and stop token do not idle."""
    random = np.random.RandomState(0)
    weights = {}
    for name, shape in sorted(variable_shapes(hp, N_SYMBOLS, n_speakers).items()):
        value = random.uniform(-0.5, 0.5, shape)
        if name.endswith(("moving_variance", "gamma", "scale")):
            value = np.abs(value) + 0.5
        weights[name] = np.asarray(value, np.float32)
    weights["tacotron2/decoder/stop/bias"] -= 2.5       # otherwise some stop at the first step
    return weights


def predict_with_graph(hp, weights, n_speakers, speaker_ids):
    """The MelOutputs of TEXTS, and {name: shape} of the graph's variables."""
    with tf.Graph().as_default(), unoptimized_session() as session:
        synthesizer = Synthesizer(hp, N_SYMBOLS, n_speakers)
        variables = {v.op.name: v for v in tf.global_variables()}
        compat.load_variables(session, [(variable, weights.get(name, 0))    # global_step is 0
                                        for name, variable in variables.items()])
        outputs = [synthesizer.infer(session, [ids], [speaker_id], [seed])[0]
                   for ids, speaker_id, seed in zip(TEXTS, speaker_ids, SEEDS)]
    return outputs, {name: v.get_shape().as_list() for name, v in variables.items()}


@pytest.mark.parametrize("overrides,n_speakers", [
    ("attention_type=%s" % attention_type, 2) for attention_type in sorted(ATTENTION_TYPES)] + [
        ("outputs_per_step=1,zoneout=0,prenet_dims=7x5x6,attention_location_kernel_size=4", 0),
        ("outputs_per_step=3,encoder_kernel_size=4,postnet_n_convolutions=1", 3),
        ("outputs_per_step=2,outputs_per_step_schedule=5x3x3x6,attention_type=monotonic", 0)])
def test_it_predicts_the_mel_and_the_alignment_of_the_graph(overrides, n_speakers):
    hp = create_hparams("tiny", overrides)
    weights, speaker_ids = create_weights(hp, n_speakers), [n_speakers // 2, 0, 0]
    expected, shapes = predict_with_graph(hp, weights, n_speakers, speaker_ids)
    shapes.pop("global_step", None)
    assert shapes == variable_shapes(hp, N_SYMBOLS, n_speakers)
    # a graph with a schedule, at step 0, has the first value of the schedule
    r = hp.outputs_per_step_schedule[0] if hp.outputs_per_step_schedule else hp.outputs_per_step
    network = NumpyTacotron(weights, hp, r)
    for ids, speaker_id, seed, output in zip(TEXTS, speaker_ids, SEEDS, expected):
        mel, alignment, stopped = network.predict(ids, speaker_id, seed)
        assert mel.dtype == alignment.dtype == np.float32
        np.testing.assert_allclose(mel, output.mel, rtol=0, atol=1e-5)
        np.testing.assert_allclose(alignment, output.alignment, rtol=0, atol=1e-5)
        assert stopped == output.stopped


def create_network(attention_type="location"):
    hp = create_hparams("tiny", "attention_type=%s" % attention_type)
    weights = create_weights(hp, 0)
    weights["tacotron2/decoder/stop/bias"] = np.float32([-100])
    return NumpyTacotron(weights, hp, hp.outputs_per_step)


def test_another_noise_seed_gives_another_mel():
    network = create_network()
    first, again, other = (network.predict(TEXTS[0], 0, seed).mel for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.01


def test_the_number_of_steps_is_limited():
    network = create_network()
    output = network.predict(TEXTS[0], 0, 1)
    assert len(output.mel) == 8 * network.hp.max_frames_per_symbol and not output.stopped
    shorter = network.predict(TEXTS[0], 0, 1, max_steps=5)
    assert len(shorter.alignment) == 5
    np.testing.assert_array_equal(shorter.alignment, output.alignment[:5])


@pytest.mark.parametrize("attention_type", ["location", "bahdanau", "luong"])
def test_a_window_restricts_the_attention_and_never_moves_back(attention_type):
    network, ids = create_network(attention_type), TEXTS[2]
    alignment = network.predict(ids, 0, 1, window=(1, 2)).alignment
    np.testing.assert_allclose(alignment.sum(1), 1, atol=1e-5)
    position = 0
    for weights in alignment:
        reached = np.flatnonzero(weights)
        assert max(0, position - 1) <= reached.min() and reached.max() <= position + 2
        position = max(position, weights.argmax())
    assert (network.predict(ids, 0, 1).alignment[0] > 0).all()
    np.testing.assert_array_equal(network.predict(ids, 0, 1, window=(99, 99)).alignment,
                                  network.predict(ids, 0, 1).alignment)


def test_a_window_is_refused_where_the_attention_cannot_jump_anyway():
    for attention_type in ("monotonic", "gmm"):
        network = create_network(attention_type)
        assert not network.supports_window
        with pytest.raises(ValueError, match=attention_type):
            network.predict(TEXTS[0], 0, 1, window=(1, 3))
