"""The WaveNet graph: generation agrees with the training network, and both with the papers."""
import numpy as np
import pytest

from nn.compat import create_session, tf
from wavenet_vocoder import distributions, incremental, upsampling, wavenet
from wavenet_vocoder.distributions import output_distribution
from wavenet_vocoder.wavegen import GraphVocoder, generate_waveforms

DISTRIBUTIONS = ("logistics", "gaussian", "mulaw")
UPSAMPLE_TYPES = ("transposed", "subpixel")


@pytest.fixture
def hp(hp):
    """The tiny preset with a small hop, so that few samples make many frames."""
    return hp.replace(hop_length=20, wavenet_upsample_scales=(4, 5), n_mels=6, wavenet_layers=3,
                      wavenet_stacks=1)


def set_scales(hp, upsample_type, scales):
    return hp.replace(wavenet_upsample_type=upsample_type, wavenet_upsample_scales=scales,
                      hop_length=int(np.prod(scales)))


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        tf.set_random_seed(2)
        yield


@pytest.fixture
def run():
    """A function that evaluates tensors in one session with random weights."""
    sessions = []

    def evaluate(tensors, feed=None):
        if not sessions:
            sessions.append(create_session(1))
            initialise(sessions[0])
        return sessions[0].run(tensors, feed)
    yield evaluate
    for session in sessions:
        session.close()


def initialise(session, dilated_scale=1.0):
    """Random weights. Biases are not zero, so that a missing one is noticed.

    `dilated_scale` scales the dilated kernels, and so the influence of previous samples.
    """
    session.run(tf.global_variables_initializer())
    random = np.random.RandomState(2)
    for variable in tf.trainable_variables():
        if variable.op.name.endswith("bias"):
            shape = variable.get_shape().as_list()
            variable.load(random.normal(scale=0.3, size=shape).astype(np.float32), session)
        if variable.op.name.endswith("dilated/kernel"):
            variable.load(dilated_scale * session.run(variable), session)


def random_segments(hp, batch=2, frames=3, seed=0):
    """Random audio [batch, samples] and mel [batch, frames + 2·context_frames, mels]."""
    random = np.random.RandomState(seed)
    context = upsampling.context_frames(hp)
    audio = random.uniform(-1, 1, [batch, frames * hp.hop_length]).astype(np.float32)
    mel = random.normal(size=[batch, frames + 2 * context, hp.n_mels]).astype(np.float32)
    return audio, mel


def random_noise(hp, shape):
    """Noise float32 shape + [noise_dim] for the output distribution of hp."""
    distribution = output_distribution(hp)
    uniform = np.random.RandomState(3).uniform(size=shape + [distribution.noise_dim])
    return distribution.noise_from_uniform(uniform)


# -- one sample at a time ------------------------------------------------------------------------

@pytest.mark.parametrize("n_speakers", (0, 3))
@pytest.mark.parametrize("kernel_size", (2, 3))
@pytest.mark.parametrize("upsample_type", UPSAMPLE_TYPES)
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_incremental_parameters_equal_those_of_the_training_network(
        hp, run, monkeypatch, distribution, upsample_type, kernel_size, n_speakers):
    hp = hp.replace(wavenet_output_distribution=distribution, wavenet_upsample_type=upsample_type,
                    wavenet_kernel_size=kernel_size)
    # instead of drawing a sample, project all its parameters onto one random direction per sample
    monkeypatch.setattr(incremental, "output_distribution", lambda hp: output_distribution(hp)
                        ._replace(sample=lambda x, noise: tf.tanh(tf.reduce_sum(x * noise, -1))))
    mel, speaker_ids = tf.constant(random_segments(hp)[1]), tf.constant([0, max(0, n_speakers - 1)])
    directions = np.random.RandomState(4).normal(
        scale=0.3, size=[2, 60, output_distribution(hp).n_parameters]).astype(np.float32)
    sequential = run(incremental.generate_samples(mel, speaker_ids, tf.constant(directions), hp,
                                                  n_speakers, incremental.initial_state(2, hp))[0])
    n_variables = len(tf.global_variables())
    parameters = run(wavenet.wavenet(tf.constant(sequential), mel, speaker_ids, hp, n_speakers,
                                     reuse=True))
    assert len(tf.global_variables()) == n_variables
    parallel = np.tanh((parameters * directions).sum(-1))
    assert parallel.shape == sequential.shape == (2, 60)
    assert np.abs(parallel - sequential).max() <= 1e-4 < np.std(parallel, 1).min()


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_generated_samples_are_drawn_from_the_distributions_of_the_training_network(
        hp, run, distribution):
    hp = hp.replace(wavenet_output_distribution=distribution)
    _, mel = random_segments(hp)
    noise = random_noise(hp, [2, 60])
    audio = run(incremental.generate_samples(tf.constant(mel), None, tf.constant(noise), hp, 0,
                                             incremental.initial_state(2, hp))[0])
    parameters = wavenet.wavenet(tf.constant(audio), tf.constant(mel), None, hp, 0, reuse=True)
    expected = run(output_distribution(hp).sample(parameters, tf.constant(noise)))
    assert np.abs(expected - audio).max() <= 1e-4
    assert np.abs(audio).max() <= 1 and np.std(audio) > 0.1


@pytest.mark.parametrize("distribution", ("logistics", "gaussian"))
def test_an_utterance_does_not_depend_on_its_batch_and_is_repeatable(hp, distribution):
    hp = hp.replace(wavenet_output_distribution=distribution)
    graph_vocoder = GraphVocoder(hp, 3)
    random = np.random.RandomState(0)
    # the longest takes several calls
    mels = [random.normal(size=[frames, hp.n_mels]) for frames in (2, 23, 5)]
    speaker_ids, keys, progress = [0, 1, 2], [7, 8, 9], []
    with create_session(1) as session:
        # sums of another batch size are rounded differently; as with trained weights, small
        # kernels keep the difference from growing
        initialise(session, dilated_scale=0.3)
        vocoder = graph_vocoder.with_session(session)
        batch = generate_waveforms(vocoder, mels, speaker_ids, keys, hp, progress.append)
        alone = [generate_waveforms(vocoder, [mels[i]], [speaker_ids[i]], [keys[i]], hp)[0]
                 for i in (0, 1, 2, 0)]
        other_key, = generate_waveforms(vocoder, mels[:1], speaker_ids[:1], [10], hp)
        other_speaker, = generate_waveforms(vocoder, mels[:1], [1], keys[:1], hp)
    assert [len(audio) for audio in batch] == [40, 460, 100]
    assert sum(progress) == 600
    for expected, actual in zip(batch, alone):
        assert np.abs(actual - expected).max() <= 1e-5
    assert np.array_equal(alone[0], alone[3])
    assert np.abs(other_key - batch[0]).max() > 1e-3
    assert np.abs(other_speaker - batch[0]).max() > 1e-3


def test_generation_starts_from_silence_or_continues_from_a_state(hp, run):
    _, mel = random_segments(hp, frames=4)
    context = upsampling.context_frames(hp)
    noise = random_noise(hp, [2, 80])
    silence = incremental.initial_state(2, hp)
    complete, _ = incremental.generate_samples(tf.constant(mel), None, tf.constant(noise), hp, 0,
                                               silence)
    first, state = incremental.generate_samples(
        tf.constant(mel[:, :1 + 2 * context]), None, tf.constant(noise[:, :20]), hp, 0, silence,
        reuse=True)
    second, _ = incremental.generate_samples(
        tf.constant(mel[:, 1:]), None, tf.constant(noise[:, 20:]), hp, 0, state, reuse=True)
    expected = run(complete)
    assert np.array_equal(expected, run(complete))
    assert np.abs(np.concatenate(run([first, second]), 1) - expected).max() <= 1e-4


def test_the_generating_graph_has_the_variables_of_the_training_graph(hp):
    def variables():
        return {v.op.name: v.get_shape().as_list() for v in tf.global_variables()}

    for distribution, n_speakers in (("mulaw", 0), ("logistics", 2)):
        hp = hp.replace(wavenet_output_distribution=distribution)
        with tf.Graph().as_default():
            wavenet.wavenet(tf.zeros([1, 60]), tf.zeros([1, 5, hp.n_mels]), tf.zeros([1], tf.int32),
                            hp, n_speakers)
            expected = variables()
        with tf.Graph().as_default():
            GraphVocoder(hp, n_speakers)
            assert variables() == expected
        assert all(name.startswith("wavenet/") for name in expected)


# -- causality -----------------------------------------------------------------------------------

@pytest.mark.parametrize("kernel_size", (2, 3))
def test_an_output_depends_on_its_receptive_field_without_its_own_sample(hp, run, kernel_size):
    hp = hp.replace(wavenet_kernel_size=kernel_size)
    field = wavenet.receptive_field(hp)
    assert wavenet.dilations(hp) == [1, 2, 4] and field == {2: 8, 3: 15}[kernel_size]
    audio, mel = random_segments(hp, batch=1)
    changed = np.tile(audio, [61, 1])                       # sample n differs in row n < 60
    changed[np.arange(60), np.arange(60)] += 0.1
    parameters = run(wavenet.wavenet(tf.constant(changed), tf.constant(np.tile(mel, [61, 1, 1])),
                                     None, hp, 0))
    differs = np.abs(parameters[:60] - parameters[60]).max(2) > 1e-6
    for n in (1, 5, 50):
        inputs = np.nonzero(differs[:, n])[0]
        assert (inputs.min(), inputs.max()) == (max(0, n - field), n - 1)
    assert not differs[:, 0].any()


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_a_changed_sample_changes_only_later_outputs(hp, run, distribution):
    hp = hp.replace(wavenet_output_distribution=distribution)
    audio, mel = random_segments(hp, batch=1)
    placeholder = tf.placeholder(tf.float32, audio.shape)
    parameters = wavenet.wavenet(placeholder, tf.constant(mel), None, hp, 0)
    original = run(parameters, {placeholder: audio})
    audio[0, 30] = -audio[0, 30]
    difference = np.abs(run(parameters, {placeholder: audio}) - original).max(2)[0]
    assert difference[:31].max() == 0 and difference[31] > 0


# -- the condition -------------------------------------------------------------------------------

@pytest.mark.parametrize("scales", ((4, 5), (5, 4), (2, 2, 5), (20,), (3, 7)))
@pytest.mark.parametrize("upsample_type", UPSAMPLE_TYPES)
def test_the_condition_of_a_segment_is_a_segment_of_the_condition(hp, run, upsample_type, scales):
    hp = set_scales(hp, upsample_type, scales)
    context = upsampling.context_frames(hp)
    mel = np.random.RandomState(0).normal(size=[12, hp.n_mels]).astype(np.float32)
    padded = upsampling.pad_context(mel, hp)
    placeholder = tf.placeholder(tf.float32, [None, None, hp.n_mels])
    condition = upsampling.upsample(placeholder, hp)
    run([tf.assign_add(kernel, tf.random_normal(tf.shape(kernel)))      # no longer interpolation
         for kernel in tf.trainable_variables()])
    complete = run(condition, {placeholder: padded[None]})
    assert complete.shape == (1, 12 * hp.hop_length, hp.n_mels)
    for start, stop in ((0, 3), (4, 9), (11, 12)):
        segment = run(condition, {placeholder: padded[None, start:stop + 2 * context]})
        assert np.allclose(segment, complete[:, start * hp.hop_length:stop * hp.hop_length],
                           atol=1e-4)
    # context_frames is no larger than necessary: the outermost frames matter
    for outermost, nearest in ((0, 0), (-1, -1)):
        frames = padded[None, :1 + 2 * context].copy()
        original = run(condition, {placeholder: frames})
        frames[0, outermost] += 1
        assert np.abs(run(condition, {placeholder: frames}) - original)[0, nearest].max() > 0


@pytest.mark.parametrize("scales", ((4, 5), (3, 7)))
@pytest.mark.parametrize("upsample_type", UPSAMPLE_TYPES)
def test_untrained_upsampling_interpolates_between_frame_centres(hp, run, upsample_type, scales):
    hp = set_scales(hp, upsample_type, scales)
    context = upsampling.context_frames(hp)
    frames = np.arange(-context, 6 + context, dtype=np.float32)
    mel = np.tile(frames[None, :, None], [1, 1, hp.n_mels])             # frame i has the value i
    condition = run(upsampling.upsample(tf.constant(mel), hp))[0]
    expected = (np.arange(6 * hp.hop_length) + 0.5) / hp.hop_length - 0.5
    assert np.allclose(condition, expected[:, None], atol=0.13)
    assert np.allclose(condition.reshape(6, hp.hop_length, hp.n_mels).mean(1),
                       np.arange(6)[:, None], atol=1e-5)


# -- the distributions ---------------------------------------------------------------------------

def log_scale(raw):
    """The log scale that a network output stands for: at least -7."""
    return np.logaddexp(0, raw + 7) - 7


def test_a_mixture_of_logistics_sums_to_one_over_all_16_bit_values(hp, run):
    values = (np.arange(65536) * 2 / 65535.0 - 1).astype(np.float32)
    random = np.random.RandomState(0)
    for scale in (-9.0, -7.0, -4.0, 0.0):       # from the narrowest to one that exceeds the range
        parameters = np.concatenate([random.normal(size=2), [-0.99, 0.3], [scale, -3.0]])
        log_probability = output_distribution(hp).log_probability(
            tf.constant(np.tile(parameters, [65536, 1]).astype(np.float32)), tf.constant(values))
        assert abs(np.exp(np.float64(run(log_probability))).sum() - 1) < 2e-3


def test_each_loss_equals_its_formula(hp, run):
    random = np.random.RandomState(0)
    audio = random.uniform(-0.9, 0.9, 50).astype(np.float32)

    def random_loss(distribution):
        """(random parameters, their loss)"""
        changed = hp.replace(wavenet_output_distribution=distribution)
        parameters = random.normal(size=[50, output_distribution(changed).n_parameters])
        parameters = parameters.astype(np.float32)
        return np.float64(parameters), -run(tf.reduce_mean(
            output_distribution(changed).log_probability(tf.constant(parameters),
                                                         tf.constant(audio))))

    parameters, loss = random_loss("gaussian")
    mean, scale = parameters[:, 0], np.exp(log_scale(parameters[:, 1]))
    density = np.exp(-((audio - mean) / scale) ** 2 / 2) / (scale * np.sqrt(2 * np.pi))
    assert abs(loss + np.log(density).mean()) < 1e-4

    parameters, loss = random_loss("logistics")
    weights = np.exp(parameters[:, :2])
    precision = np.exp(-log_scale(parameters[:, 4:]))
    upper, lower = (1 / (1 + np.exp(-(audio[:, None] + half - parameters[:, 2:4]) * precision))
                    for half in (1 / 65535.0, -1 / 65535.0))
    probability = (weights * (upper - lower)).sum(1) / weights.sum(1)
    assert abs(loss + np.log(probability).mean()) < 1e-4

    parameters, loss = random_loss("mulaw")
    compressed = np.sign(audio) * np.log(1 + 255 * np.abs(audio)) / np.log(256)
    classes = np.floor((compressed + 1) / 2 * 255 + 0.5).astype(int)
    log_probability = parameters[np.arange(50), classes] - np.log(np.exp(parameters).sum(1))
    assert abs(loss + log_probability.mean()) < 1e-4


def test_samples_follow_the_distribution_of_the_parameters(hp, run):
    count = 20000

    def draw(name, parameters):
        changed = hp.replace(wavenet_output_distribution=name)
        distribution = output_distribution(changed)
        parameters = np.tile(np.float32(parameters), [count, 1])
        noise = random_noise(changed, [count])
        assert noise.dtype == np.float32 and noise.shape == (count, distribution.noise_dim)
        return run(distribution.sample(tf.constant(parameters), tf.constant(noise)))

    samples = draw("gaussian", [0.3, -2.5])
    assert abs(samples.mean() - 0.3) < 0.005
    assert abs(samples.std() / np.exp(log_scale(-2.5)) - 1) < 0.03
    samples = draw("logistics", [np.log(3), 0, 0.5, -0.5, -4, -5])
    assert abs((samples > 0).mean() - 0.75) < 0.02
    for component, raw in ((samples[samples > 0], -4), (samples[samples < 0], -5)):
        assert abs(component.std() / (np.exp(log_scale(raw)) * np.pi / np.sqrt(3)) - 1) < 0.05
    logits = np.full(256, -20.0)
    logits[[3, 128, 250]] = np.log([0.2, 0.5, 0.3])
    samples = draw("mulaw", logits)
    classes = run(distributions.mulaw_encode(tf.constant(samples)))
    assert np.allclose([(classes == c).mean() for c in (3, 128, 250)], [0.2, 0.5, 0.3], atol=0.02)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_temperature_divides_logits_and_multiplies_scales(hp, distribution):
    hp = hp.replace(wavenet_output_distribution=distribution)
    n, random = output_distribution(hp).n_parameters, np.random.RandomState(1)
    kernel, bias, x = random.normal(size=[4, n]), random.normal(size=n), random.normal(size=4)
    parameters = np.dot(x, kernel) + bias
    hotter, offset = distributions.set_temperature(kernel, bias, hp.replace(wavenet_temperature=2))
    logits, means, log_scales = {
        "mulaw": (slice(n), slice(0), slice(0)), "gaussian": (slice(0), slice(1), slice(1, 2)),
        "logistics": (slice(n // 3), slice(n // 3, 2 * n // 3), slice(2 * n // 3, n))}[distribution]
    changed = np.dot(x, hotter) + offset
    assert np.allclose(changed[logits], parameters[logits] / 2)
    assert np.allclose(changed[means], parameters[means])
    assert np.allclose(np.exp(changed[log_scales]), 2 * np.exp(parameters[log_scales]))
    assert all(a is b for a, b in zip(distributions.set_temperature(kernel, bias, hp),
                                      (kernel, bias)))


def test_decoding_and_encoding_a_mulaw_class_returns_it(run):
    classes = np.arange(256, dtype=np.int32)
    values = distributions.mulaw_decode(tf.constant(classes))
    encoded, values, silence, extremes = run([
        distributions.mulaw_encode(values), values,
        distributions.mulaw_encode(tf.constant([0.0])),
        distributions.mulaw_encode(tf.constant([-1.0, 1.0]))])
    assert np.array_equal(encoded, classes) and np.all(np.diff(values) > 0)
    assert silence == [128] and list(extremes) == [0, 255]


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_losses_and_gradients_of_extreme_values_are_finite(hp, run, distribution):
    hp = hp.replace(wavenet_output_distribution=distribution)
    size = output_distribution(hp).n_parameters
    rows = [np.full(size, value) for value in (-50.0, -7.0, 0.0, 7.0, 50.0)]
    audio = np.tile(np.float32([-1, 0, 1]), 5)
    parameters = tf.constant(np.repeat(np.float32(rows), 3, 0))
    loss = -tf.reduce_mean(
        output_distribution(hp).log_probability(parameters, tf.constant(audio)))
    loss, gradient = run([loss, tf.gradients(loss, parameters)[0]])
    assert np.isfinite(loss) and np.all(np.isfinite(gradient))


# -- training ------------------------------------------------------------------------------------

@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_padding_changes_neither_the_loss_nor_its_gradient(hp, run, distribution):
    hp = hp.replace(wavenet_output_distribution=distribution)
    audio, mel = random_segments(hp, frames=5)
    context = upsampling.context_frames(hp)
    mask = np.float32(np.arange(100) < np.array([[100], [33]]))
    placeholders = [tf.placeholder(tf.float32, array.shape) for array in (audio, mel)]
    loss = wavenet.training_loss(placeholders[0], placeholders[1], None, tf.constant(mask), hp, 0)
    gradient = tf.gradients(loss, tf.trainable_variables()[-1])

    def evaluate():
        return run([loss] + gradient, dict(zip(placeholders, (audio, mel))))

    expected = evaluate()
    audio[1, 33:] = 0.9
    mel[1, 2 + 2 * context:] = 100
    actual = evaluate()
    assert np.isclose(actual[0], expected[0], rtol=1e-5)
    assert np.allclose(actual[1], expected[1], atol=1e-5)
    audio[1, 32] = -audio[1, 32]
    assert not np.isclose(evaluate()[0], expected[0], rtol=1e-5)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_network_learns_a_sine(hp, run, distribution):
    hp = hp.replace(wavenet_output_distribution=distribution, wavenet_residual_channels=16,
                    wavenet_dilation_channels=16, wavenet_skip_channels=16)
    sine = 0.8 * np.sin(np.arange(400) * 2 * np.pi / 25 + np.arange(4)[:, None]).astype(np.float32)
    mel = tf.zeros([4, 20 + 2 * upsampling.context_frames(hp), hp.n_mels])
    loss = wavenet.training_loss(tf.constant(sine), mel, None, tf.ones([4, 400]), hp, 0)
    variables = tf.trainable_variables()
    gradients, _ = tf.clip_by_global_norm(tf.gradients(loss, variables),
                                          hp.wavenet_grad_clip_thresh)
    train = tf.train.AdamOptimizer(0.005).apply_gradients(zip(gradients, variables))
    with create_session(1) as session:
        session.run(tf.global_variables_initializer())
        losses = [session.run([loss, train])[0] for _ in range(100)]
    # a nat below the loss of a model that knows only the amplitude distribution of a sine; the
    # minimum, because the loss of a narrow Gaussian has peaks
    baseline = {"gaussian": 0.85, "logistics": 11.2, "mulaw": 4.6}[distribution]
    assert min(losses[-20:]) < baseline - 1 < losses[0]
