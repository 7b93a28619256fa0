"""The native engine makes the numbers of the training network, in every form and arrangement."""
import numpy as np
import pytest

from conftest import quick_session
from tf1 import tf
from wavenet_vocoder import network, outputs, upsampling
from wavenet_vocoder.engine import condition, library, weights

pytestmark = pytest.mark.skipif(not library.library(), reason="there is no C compiler")

OUTPUTS = ("logistics", "gaussian", "mulaw")
UPSAMPLINGS = ("transposed", "subpixel")


@pytest.fixture
def hp(hp):
    """The tiny preset with short frames, so that few samples make many of them."""
    return hp.replace(hop=20, wavenet_scales=(4, 5), mels=6, wavenet_layers=6, wavenet_cycles=2)


def random_weights(hp, speakers=1, seed=0):
    """Weights of the size that training begins with, biases too; as weights.checked gives them."""
    random = np.random.RandomState(seed)

    def drawn(name, shape):
        if "upsampling" in name:        # about an interpolation's
            return random.normal(loc=1.0 / shape[1], scale=0.1, size=shape) / len(shape[:1])
        return random.normal(size=shape) / np.sqrt(shape[0] if len(shape) > 1 else 10)
    return weights.checked({name: drawn(name, shape) for name, shape
                            in sorted(weights.shapes(hp, speakers).items())}, hp, speakers, "test")


def sounds(hp, batch=2, frames=3, seed=0):
    """Random audio [batch, samples] and mels [batch, frames, mels]."""
    random = np.random.RandomState(seed)
    return (random.uniform(-1, 1, [batch, frames * hp.hop]).astype(np.float32),
            random.normal(size=[batch, frames, hp.mels]).astype(np.float32))


def parameters_of_graph(values, audio, mels, speakers, hp, all_speakers):
    """network.network on these weights, mels [frames, mels] each, of the whole utterances."""
    with tf.Graph().as_default():
        padded = np.stack([upsampling.with_context(mel, hp) for mel in mels])
        parameters = network.network(tf.constant(audio), tf.constant(padded),
                                     tf.constant(speakers), hp, all_speakers)
        with quick_session(1) as session:
            for variable in tf.global_variables():
                variable.load(values[variable.op.name[len("wavenet/"):]], session)
            return session.run(parameters)


def classes(audio):
    """The µ-law class of every sample."""
    with tf.Graph().as_default(), quick_session(1) as session:
        return session.run(outputs.mulaw_class(tf.constant(audio)))


def followed(values, audio, mels, speakers, hp, threads=1, shared=False, calls=1, wide=True,
             **options):
    """The engine's parameters for the same, in `calls` calls."""
    streams = library.Streams(library.Network(values, hp, wide, **options), speakers, threads,
                              shared)
    given = classes(audio) if hp.wavenet_output == "mulaw" else audio
    positions = np.stack([condition.positions(upsampling.with_context(mel, hp), values, hp)
                          for mel in mels])
    parts = []
    for part in np.array_split(given, calls, 1):
        parts.append(streams.follow(positions[:, streams.needed(part.shape[1])], part))
    return np.concatenate(parts, 1)


@pytest.mark.parametrize("speakers", (1, 3))
@pytest.mark.parametrize("kernel", (2, 3))
@pytest.mark.parametrize("kind", UPSAMPLINGS)
@pytest.mark.parametrize("output", OUTPUTS)
def test_the_distributions_are_those_of_the_training_network(hp, output, kind, kernel, speakers):
    hp = hp.replace(wavenet_output=output, wavenet_upsampling=kind, wavenet_kernel=kernel)
    values = random_weights(hp, speakers)
    audio, mels = sounds(hp, frames=205)
    voices = [0, speakers - 1]
    expected = parameters_of_graph(values, audio, mels, voices, hp, speakers)
    found = followed(values, audio, mels, voices, hp, calls=7)
    assert found.shape == expected.shape == (2, 4100, outputs.of(hp).size)
    assert np.abs(found - expected).max() <= 1e-3 < 0.01 < np.std(expected, 1).mean()


@pytest.mark.parametrize("precision", library.PRECISIONS)
@pytest.mark.parametrize("sizes", (dict(), dict(wavenet_residual=13, wavenet_gate=19,
                                                wavenet_skip=9, wavenet_kernel=3)))
def test_a_stream_is_the_same_to_the_byte_alone_in_a_batch_and_on_more_threads(hp, precision,
                                                                                sizes):
    if not library.has(precision):
        pytest.skip("this processor has no kernels for it")
    hp = hp.replace(**sizes)
    values = random_weights(hp, 3)
    audio, mels = sounds(hp, 70, frames=5)
    voices = [i % 3 for i in range(70)]

    def of(count, **options):
        return followed(values, audio[:count], mels[:count], voices[:count], hp,
                        precision=precision, **options)
    all_together = of(70)
    for count, options in ((1, dict(wide=False)), (1, dict(wide=False, threads=2, shared=True)),
                           (7, dict()), (7, dict(threads=2, shared=True)), (7, dict(calls=3)),
                           (7, dict(wide=False, threads=2)), (70, dict(threads=2)),
                           (70, dict(threads=3, calls=2))):
        assert np.array_equal(of(count, **options), all_together[:count]), (count, options)


@pytest.mark.parametrize("instructions", library.SETS[1:])
@pytest.mark.parametrize("wide", (True, False))
def test_all_sets_of_instructions_agree(hp, instructions, wide):
    if not library.has("float32", instructions):
        pytest.skip("this processor does not have them")
    values = random_weights(hp)
    audio, mels = sounds(hp, 1, frames=10)
    best = followed(values, audio, mels, [0], hp, wide=wide)
    found = followed(values, audio, mels, [0], hp, wide=wide, instructions=instructions)
    assert np.abs(found - best).max() <= 1e-4


def test_int8_is_near(hp):
    values = random_weights(hp)
    audio, mels = sounds(hp, frames=20)
    exact, near = (followed(values, audio, mels, [0, 0], hp, precision=precision)
                   for precision in library.PRECISIONS)
    assert 0 < np.abs(near - exact).max() <= 0.05 < np.std(exact)
