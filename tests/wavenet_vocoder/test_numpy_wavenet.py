"""WaveNet in NumPy generates what the TensorFlow graph and the native engine generate."""
import numpy as np
import pytest
from conftest import unoptimized_session
from scipy import special

from nn import compat
from nn.compat import tf
from wavenet_vocoder import numpy_distributions
from wavenet_vocoder.distributions import MULAW_VALUES, make_noise, output_distribution
from wavenet_vocoder.engine import weights
from wavenet_vocoder.normal_quantile import normal_quantile
from wavenet_vocoder.numpy_wavenet import NumpyVocoder
from wavenet_vocoder.wavegen import GraphVocoder, generate_waveforms

DISTRIBUTIONS = ("logistics", "gaussian", "mulaw")


@pytest.fixture
def hp(hp):
    return hp.replace(hop_length=20, wavenet_upsample_scales=(4, 5), n_mels=6, wavenet_layers=6,
                      wavenet_stacks=2)


def random_weights(hp, n_speakers):
    random = np.random.RandomState(1)
    return weights.validate_weights(
        {name: random.normal(size=shape) / np.sqrt(shape[0] if len(shape) > 1 else 10)
         for name, shape in sorted(weights.variable_shapes(hp, n_speakers).items())},
        hp, n_speakers, "test")


@pytest.mark.parametrize("distribution,kernel_size,upsample_type,n_speakers", [
    ("logistics", 3, "transposed", 2), ("gaussian", 2, "subpixel", 0),
    ("mulaw", 2, "transposed", 2)])
def test_it_generates_the_samples_of_the_graph(hp, distribution, kernel_size, upsample_type,
                                               n_speakers):
    hp = hp.replace(wavenet_output_distribution=distribution, wavenet_kernel_size=kernel_size,
                    wavenet_upsample_type=upsample_type, wavenet_temperature=0.8)
    values, random = random_weights(hp, n_speakers), np.random.RandomState(2)
    mels = [random.normal(size=[length, hp.n_mels]).astype(np.float32) for length in (9, 5)]
    speaker_ids = [0, max(0, n_speakers - 1)]
    with tf.Graph().as_default():
        graph = GraphVocoder(hp, n_speakers)
        with unoptimized_session(1) as session:
            compat.load_variables(session, [(v, values[v.op.name[len("wavenet/"):]])
                                            for v in tf.trainable_variables()])
            expected = generate_waveforms(graph.with_session(session), mels, speaker_ids, [3, 4],
                                          hp)
    actual = generate_waveforms(NumpyVocoder(values, hp), mels, speaker_ids, [3, 4], hp)
    for i in range(2):
        assert len(actual[i]) == len(mels[i]) * hp.hop_length
        # rounding grows from sample to sample
        assert np.abs(actual[i] - expected[i])[:100].max() <= 1e-3 < np.std(expected[i])


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_samples_and_likelihoods_are_those_of_the_graph(hp, distribution):
    hp = hp.replace(wavenet_output_distribution=distribution)
    functions, random = output_distribution(hp), np.random.RandomState(3)
    parameters = random.normal(0, 2, [200, functions.n_parameters]).astype(np.float32)
    noise = make_noise(5, 0, 200, hp)
    audio = random.uniform(-1, 1, 200).astype(np.float32)
    audio[:2] = -1, 1
    with tf.Graph().as_default(), unoptimized_session(1) as session:
        samples, likelihoods = session.run([functions.sample(tf.constant(parameters), noise),
                                            functions.log_probability(parameters, audio)])
    np.testing.assert_allclose(numpy_distributions.sample(parameters, noise, hp), samples,
                               atol=1e-5)
    np.testing.assert_allclose(numpy_distributions.log_probability(parameters, audio, hp),
                               likelihoods, rtol=1e-4, atol=1e-4)


def test_every_mulaw_class_is_encoded_as_itself():
    np.testing.assert_array_equal(numpy_distributions.mulaw_encode(MULAW_VALUES), np.arange(256))


def test_normal_quantiles_are_those_of_scipy():
    ends = (np.arange(1000) + 0.5) / 2.0 ** 32
    uniform = np.concatenate([ends, np.random.RandomState(0).uniform(size=10000), 1 - ends])
    np.testing.assert_allclose(normal_quantile(uniform), special.ndtri(uniform), rtol=1e-14)


@pytest.mark.parametrize("distribution", ("mulaw", "logistics"))
def test_the_largest_random_number_draws_a_probable_class(hp, distribution):
    """One in 2^25 numbers is rounded to 1: it must not draw the last class, a click."""
    hp = hp.replace(wavenet_output_distribution=distribution)
    functions = output_distribution(hp)
    # the first half of the classes (or of the components) is equally probable, the rest is not
    classes = 256 if distribution == "mulaw" else hp.wavenet_num_mixtures
    parameters = np.zeros([1, functions.n_parameters], np.float32)
    parameters[:, classes // 2:classes] = -60
    if distribution == "logistics":
        parameters[:, classes:2 * classes] = np.repeat([-0.5, 0.5], classes // 2)
        parameters[:, 2 * classes:] = -60
    noise = functions.noise_from_uniform(np.array([[1 - 1e-12, 0.5]])[:, :functions.noise_dim])
    assert noise[0, 0] < 1
    with tf.Graph().as_default(), unoptimized_session(1) as session:
        sample, = session.run(functions.sample(tf.constant(parameters), tf.constant(noise)))
    assert sample < 0 and numpy_distributions.sample(parameters, noise, hp)[0] < 0
