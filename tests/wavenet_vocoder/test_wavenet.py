"""WaveNet: generation gives what the training network gives, and both are what the paper says."""
import numpy as np
import pytest

from nn.compat import create_session, tf
from wavenet_vocoder import distributions, incremental, upsampling, wavenet
from wavenet_vocoder.wavegen import GraphVocoder, generate_waveforms

OUTPUTS = ("logistics", "gaussian", "mulaw")
UPSAMPLINGS = ("transposed", "subpixel")


@pytest.fixture
def hp(hp):
    """The tiny preset with short frames, so that few samples make many of them."""
    return hp.replace(hop_length=20, wavenet_upsample_scales=(4, 5), n_mels=6, wavenet_layers=3, wavenet_stacks=1)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        yield


@pytest.fixture
def run():
    """Call it with tensors to evaluate; its session, with random weights, lasts for the test."""
    opened = []

    def evaluate(tensors, feed=None):
        if not opened:
            opened.append(create_session(1))
            initialise(opened[0])
        return opened[0].run(tensors, feed)
    yield evaluate
    for each in opened:
        each.close()


def initialise(open_session, memory=1.0):
    """Random weights, biases too: a test with zero biases would not see where one is missing.

    `memory` scales the kernels that look back.
    """
    open_session.run(tf.global_variables_initializer())
    random = np.random.RandomState(2)
    for variable in tf.trainable_variables():
        if variable.op.name.endswith("bias"):
            shape = variable.get_shape().as_list()
            variable.load(random.normal(scale=0.3, size=shape).astype(np.float32), open_session)
        if variable.op.name.endswith("dilated/kernel"):
            variable.load(memory * open_session.run(variable), open_session)


def segments(hp, batch=2, frames=3, seed=0):
    """Random audio [batch, samples] and mel [batch, frames with context, mels] as constants."""
    random = np.random.RandomState(seed)
    context = upsampling.context_frames(hp)
    audio = random.uniform(-1, 1, [batch, frames * hp.hop_length]).astype(np.float32)
    mel = random.normal(size=[batch, frames + 2 * context, hp.n_mels]).astype(np.float32)
    return audio, mel


def noise_of(hp, shape):
    """Noise float32 [*shape, noise_dim] for the samples of hp's output."""
    output = distributions.output_distribution(hp)
    return output.noise_from_uniform(np.random.RandomState(3).uniform(size=shape + [output.noise_dim]))


# -- one sample at a time ------------------------------------------------------------------------

@pytest.mark.parametrize("speakers", (0, 3))
@pytest.mark.parametrize("kernel", (2, 3))
@pytest.mark.parametrize("kind", UPSAMPLINGS)
@pytest.mark.parametrize("output", OUTPUTS)
def test_sample_by_sample_gives_what_the_training_network_gives(hp, run, output, kind, kernel,
                                                                speakers):
    hp = hp.replace(wavenet_output_distribution=output, wavenet_upsample_type=kind, wavenet_kernel_size=kernel)
    audio, mel = segments(hp)
    speaker = tf.constant([0, max(0, speakers - 1)])
    whole = wavenet.wavenet(tf.constant(audio), tf.constant(mel), speaker, hp, speakers)
    made = len(tf.global_variables())
    followed = incremental.score_samples(tf.constant(audio), tf.constant(mel), speaker, hp, speakers,
                                 reuse=True)
    assert len(tf.global_variables()) == made
    whole, followed = run([whole, followed])
    assert whole.shape == (2, 60, distributions.output_distribution(hp).n_parameters)
    assert np.abs(whole - followed).max() <= 1e-4 < np.std(whole)


@pytest.mark.parametrize("output", OUTPUTS)
def test_what_is_generated_is_a_draw_from_the_training_networks_distribution(hp, run, output):
    hp = hp.replace(wavenet_output_distribution=output)
    _, mel = segments(hp)
    noise = noise_of(hp, [2, 60])
    audio, _ = incremental.generate_samples(tf.constant(mel), None, tf.constant(noise), hp, 0)
    audio = run(audio)
    parameters = wavenet.wavenet(tf.constant(audio), tf.constant(mel), None, hp, 0, reuse=True)
    drawn = run(distributions.output_distribution(hp).sample(parameters, tf.constant(noise)))
    assert np.abs(drawn - audio).max() <= 1e-4
    assert np.abs(audio).max() <= 1 and np.std(audio) > 0.1


@pytest.mark.parametrize("output", ("logistics", "gaussian"))
def test_a_mel_gives_the_same_alone_in_a_batch_and_again(hp, output):
    hp = hp.replace(wavenet_output_distribution=output)
    graph_vocoder = GraphVocoder(hp, 3)
    random = np.random.RandomState(0)
    # the longest takes more than one stretch
    mels = [random.normal(size=[frames, hp.n_mels]) for frames in (2, 23, 5)]
    speaker, seeds, told = [0, 1, 2], [7, 8, 9], []
    with create_session(1) as open_session:
        # a batch of another size rounds otherwise: small kernels forget that, as trained ones do
        initialise(open_session, memory=0.3)
        vocoder = graph_vocoder.with_session(open_session)
        together = generate_waveforms(vocoder, mels, speaker, seeds, hp, told.append)
        alone = [generate_waveforms(vocoder, [mels[i]], [speaker[i]], [seeds[i]], hp)[0]
                 for i in (0, 1, 2, 0)]
        other_seed = generate_waveforms(vocoder, mels[:1], speaker[:1], [10], hp)[0]
        other_speaker = generate_waveforms(vocoder, mels[:1], [1], seeds[:1], hp)[0]
    assert [len(audio) for audio in together] == [40, 460, 100]
    assert sum(told) == 600
    for batched, single in zip(together, alone):
        assert np.abs(batched - single).max() <= 1e-5
    assert np.array_equal(alone[0], alone[3])
    assert np.abs(other_seed - together[0]).max() > 1e-3
    assert np.abs(other_speaker - together[0]).max() > 1e-3


def test_generation_begins_anew_without_a_state_and_goes_on_with_one(hp, run):
    _, mel = segments(hp, frames=4)
    context = upsampling.context_frames(hp)
    noise = noise_of(hp, [2, 80])
    whole, _ = incremental.generate_samples(tf.constant(mel), None, tf.constant(noise), hp, 0)
    first, state = incremental.generate_samples(tf.constant(mel[:, :1 + 2 * context]), None,
                                       tf.constant(noise[:, :20]), hp, 0, reuse=True)
    second, _ = incremental.generate_samples(tf.constant(mel[:, 1:]), None, tf.constant(noise[:, 20:]), hp,
                                    0, incremental.IncrementalState(*state), reuse=True)
    once = run(whole)
    assert np.array_equal(once, run(whole))
    assert np.abs(np.concatenate(run([first, second]), 1) - once).max() <= 1e-4


def test_a_graph_that_only_generates_has_the_training_graphs_variables(hp):
    def built():
        return {v.op.name: v.get_shape().as_list() for v in tf.global_variables()}

    for output, speakers in (("mulaw", 0), ("logistics", 2)):
        hp = hp.replace(wavenet_output_distribution=output)
        with tf.Graph().as_default():
            wavenet.wavenet(tf.zeros([1, 60]), tf.zeros([1, 5, hp.n_mels]), tf.zeros([1], tf.int32),
                            hp, speakers)
            trained = built()
        with tf.Graph().as_default():
            GraphVocoder(hp, speakers)
            assert built() == trained
        assert all(name.startswith("wavenet/") for name in trained)


# -- which samples an output depends on ----------------------------------------------------------

@pytest.mark.parametrize("kernel", (2, 3))
def test_an_output_sees_its_receptive_field_and_not_itself(hp, run, kernel):
    hp = hp.replace(wavenet_kernel_size=kernel)
    field = wavenet.receptive_field(hp)
    assert wavenet.dilations(hp) == [1, 2, 4] and field == {2: 8, 3: 15}[kernel]
    audio, mel = segments(hp, batch=1)
    changed = np.tile(audio, [61, 1])                       # in row n < 60 it is sample n
    changed[np.arange(60), np.arange(60)] += 0.1
    parameters = run(wavenet.wavenet(tf.constant(changed), tf.constant(np.tile(mel, [61, 1, 1])),
                                     None, hp, 0))
    differs = np.abs(parameters[:60] - parameters[60]).max(2) > 1e-6
    for n in (1, 5, 50):
        seen = np.nonzero(differs[:, n])[0]
        assert (seen.min(), seen.max()) == (max(0, n - field), n - 1)
    assert not differs[:, 0].any()


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_changed_sample_changes_only_what_follows(hp, run, output):
    hp = hp.replace(wavenet_output_distribution=output)
    audio, mel = segments(hp, batch=1)
    fed = tf.placeholder(tf.float32, audio.shape)
    parameters = wavenet.wavenet(fed, tf.constant(mel), None, hp, 0)
    before = run(parameters, {fed: audio})
    audio[0, 30] = -audio[0, 30]
    changed = np.abs(run(parameters, {fed: audio}) - before).max(2)[0]
    assert changed[:31].max() == 0 and changed[31] > 0


# -- the condition -------------------------------------------------------------------------------

@pytest.mark.parametrize("scales", ((4, 5), (5, 4), (2, 2, 5), (20,), (3, 7)))
@pytest.mark.parametrize("kind", UPSAMPLINGS)
def test_a_segment_has_the_condition_that_it_has_in_the_whole(hp, run, kind, scales):
    hp = hp.replace(wavenet_upsample_type=kind, wavenet_upsample_scales=scales, hop_length=int(np.prod(scales)))
    context = upsampling.context_frames(hp)
    mel = np.random.RandomState(0).normal(size=[12, hp.n_mels]).astype(np.float32)
    padded = upsampling.pad_context(mel, hp)
    fed = tf.placeholder(tf.float32, [None, None, hp.n_mels])
    condition = upsampling.upsample(fed, hp)
    shake = [tf.assign_add(kernel, tf.random_normal(tf.shape(kernel)))   # not interpolation now
             for kernel in tf.trainable_variables()]
    run(shake)
    whole = run(condition, {fed: padded[None]})
    assert whole.shape == (1, 12 * hp.hop_length, hp.n_mels)
    for start, stop in ((0, 3), (4, 9), (11, 12)):
        segment = run(condition, {fed: padded[None, start:stop + 2 * context]})
        assert np.allclose(segment, whole[:, start * hp.hop_length:stop * hp.hop_length], atol=1e-4)
    # and the outermost frame of the margins does count
    for outermost, nearest in ((0, 0), (-1, -1)):
        changed = padded[None, :1 + 2 * context].copy()
        before = run(condition, {fed: changed})
        changed[0, outermost] += 1
        assert np.abs(run(condition, {fed: changed}) - before)[0, nearest].max() > 0


@pytest.mark.parametrize("scales", ((4, 5), (3, 7)))
@pytest.mark.parametrize("kind", UPSAMPLINGS)
def test_upsampling_starts_as_interpolation_between_the_centres_of_frames(hp, run, kind, scales):
    hp = hp.replace(wavenet_upsample_type=kind, wavenet_upsample_scales=scales, hop_length=int(np.prod(scales)))
    context = upsampling.context_frames(hp)
    frames = np.arange(-context, 6 + context, dtype=np.float32)
    mel = np.tile(frames[None, :, None], [1, 1, hp.n_mels])                # frame i has the value i
    condition = run(upsampling.upsample(tf.constant(mel), hp))[0]
    centred = (np.arange(6 * hp.hop_length) + 0.5) / hp.hop_length - 0.5
    assert np.allclose(condition, centred[:, None], atol=0.13)
    assert np.allclose(condition.reshape(6, hp.hop_length, hp.n_mels).mean(1), np.arange(6)[:, None],
                       atol=1e-5)


def log_scale(raw):
    """What a raw output means: no scale is smaller than e^-7."""
    return np.logaddexp(0, raw + 7) - 7


# -- the distributions ---------------------------------------------------------------------------

def test_logistics_are_a_distribution_over_all_16_bit_values(hp, run):
    values = (np.arange(65536) * 2 / 65535.0 - 1).astype(np.float32)
    random = np.random.RandomState(0)
    for scale in (-9.0, -7.0, -4.0, 0.0):       # from the narrowest to one that exceeds the range
        parameters = np.concatenate([random.normal(size=2), [-0.99, 0.3], [scale, -3.0]])
        log_probability = distributions.output_distribution(hp).log_probability(
            tf.constant(np.tile(parameters, [65536, 1]).astype(np.float32)), tf.constant(values))
        assert abs(np.exp(np.float64(run(log_probability))).sum() - 1) < 2e-3


def test_each_loss_is_what_its_formula_gives(hp, run):
    random = np.random.RandomState(0)
    audio = random.uniform(-0.9, 0.9, 50).astype(np.float32)

    def loss_of(output):
        parameters = random.normal(size=[50, distributions.output_distribution(hp.replace(wavenet_output_distribution=output)).n_parameters])
        parameters = parameters.astype(np.float32)
        return np.float64(parameters), run(distributions.negative_log_likelihood(
            tf.constant(parameters), tf.constant(audio), tf.ones([50]),
            hp.replace(wavenet_output_distribution=output)))

    parameters, loss = loss_of("gaussian")
    mean, scale = parameters[:, 0], np.exp(log_scale(parameters[:, 1]))
    density = np.exp(-((audio - mean) / scale) ** 2 / 2) / (scale * np.sqrt(2 * np.pi))
    assert abs(loss + np.log(density).mean()) < 1e-4

    parameters, loss = loss_of("logistics")
    weights = np.exp(parameters[:, :2])
    precision = np.exp(-log_scale(parameters[:, 4:]))
    above, below = (1 / (1 + np.exp(-(audio[:, None] + side - parameters[:, 2:4]) * precision))
                    for side in (1 / 65535.0, -1 / 65535.0))
    mixed = (weights * (above - below)).sum(1) / weights.sum(1)
    assert abs(loss + np.log(mixed).mean()) < 1e-4

    parameters, loss = loss_of("mulaw")
    compressed = np.sign(audio) * np.log(1 + 255 * np.abs(audio)) / np.log(256)
    classes = np.floor((compressed + 1) / 2 * 255 + 0.5).astype(int)
    chosen = parameters[np.arange(50), classes] - np.log(np.exp(parameters).sum(1))
    assert abs(loss + chosen.mean()) < 1e-4


def test_samples_have_the_distribution_of_the_parameters(hp, run):
    count = 20000

    def draw(output, parameters):
        hp_of = hp.replace(wavenet_output_distribution=output)
        parameters = np.tile(np.float32(parameters), [count, 1])
        noise = noise_of(hp_of, [count])
        assert noise.dtype == np.float32 and noise.shape == (count, distributions.output_distribution(hp_of).noise_dim)
        return run(distributions.output_distribution(hp_of).sample(tf.constant(parameters), tf.constant(noise)))

    drawn = draw("gaussian", [0.3, -2.5])
    assert abs(drawn.mean() - 0.3) < 0.005
    assert abs(drawn.std() / np.exp(log_scale(-2.5)) - 1) < 0.03
    drawn = draw("logistics", [np.log(3), 0, 0.5, -0.5, -4, -5])
    assert abs((drawn > 0).mean() - 0.75) < 0.02
    for side, raw in ((drawn[drawn > 0], -4), (drawn[drawn < 0], -5)):
        assert abs(side.std() / (np.exp(log_scale(raw)) * np.pi / np.sqrt(3)) - 1) < 0.05
    logits = np.full(256, -20.0)
    logits[[3, 128, 250]] = np.log([0.2, 0.5, 0.3])
    drawn = draw("mulaw", logits)
    classes = run(distributions.mulaw_encode(tf.constant(drawn)))
    assert np.allclose([(classes == c).mean() for c in (3, 128, 250)], [0.2, 0.5, 0.3], atol=0.02)


def test_mulaw_classes_keep_their_values(run):
    classes = np.arange(256, dtype=np.int32)
    values = distributions.mulaw_decode(tf.constant(classes))
    again, values, silence, loudest = run([distributions.mulaw_encode(values), values,
                                           distributions.mulaw_encode(tf.constant([0.0])),
                                           distributions.mulaw_encode(tf.constant([-1.0, 1.0]))])
    assert np.array_equal(again, classes) and np.all(np.diff(values) > 0)
    assert silence == [128] and list(loudest) == [0, 255]


@pytest.mark.parametrize("output", OUTPUTS)
def test_losses_and_gradients_are_finite_at_the_extremes(hp, run, output):
    hp = hp.replace(wavenet_output_distribution=output)
    rows = [np.full(distributions.output_distribution(hp).n_parameters, value) for value in (-50.0, -7.0, 0.0, 7.0, 50.0)]
    audio = np.tile(np.float32([-1, 0, 1]), 5)
    parameters = tf.constant(np.repeat(np.float32(rows), 3, 0))
    loss = distributions.negative_log_likelihood(parameters, tf.constant(audio), tf.ones([15]), hp)
    loss, gradient = run([loss, tf.gradients(loss, parameters)[0]])
    assert np.isfinite(loss) and np.all(np.isfinite(gradient))


# -- learning ------------------------------------------------------------------------------------

@pytest.mark.parametrize("output", OUTPUTS)
def test_padding_does_not_count(hp, run, output):
    hp = hp.replace(wavenet_output_distribution=output)
    audio, mel = segments(hp, frames=5)
    context = upsampling.context_frames(hp)
    real = np.float32(np.arange(100) < np.array([[100], [33]]))
    fed = [tf.placeholder(tf.float32, array.shape) for array in (audio, mel)]
    loss, _ = wavenet.training_loss(fed[0], fed[1], None, tf.constant(real), hp, 0)
    gradient = tf.gradients(loss, tf.trainable_variables()[-1])
    before = run([loss] + gradient, dict(zip(fed, (audio, mel))))
    audio[1, 33:] = 0.9
    mel[1, 2 + 2 * context:] = 100
    after = run([loss] + gradient, dict(zip(fed, (audio, mel))))
    assert np.isclose(before[0], after[0], rtol=1e-5) and np.allclose(before[1], after[1],
                                                                     atol=1e-5)
    audio[1, 32] = -audio[1, 32]
    assert not np.isclose(run(loss, dict(zip(fed, (audio, mel)))), before[0], rtol=1e-5)


@pytest.mark.parametrize("output", OUTPUTS)
def test_it_learns_a_sine(hp, run, output):
    hp = hp.replace(wavenet_output_distribution=output, wavenet_residual_channels=16, wavenet_dilation_channels=16, wavenet_skip_channels=16)
    sine = 0.8 * np.sin(np.arange(400) * 2 * np.pi / 25 + np.arange(4)[:, None]).astype(np.float32)
    mel = tf.zeros([4, 20 + 2 * upsampling.context_frames(hp), hp.n_mels])
    loss, _ = wavenet.training_loss(tf.constant(sine), mel, None, tf.ones([4, 400]), hp, 0)
    variables = tf.trainable_variables()
    gradients, _ = tf.clip_by_global_norm(tf.gradients(loss, variables), hp.wavenet_grad_clip_thresh)
    train = tf.train.AdamOptimizer(0.005).apply_gradients(zip(gradients, variables))
    with create_session(1) as open_session:
        open_session.run(tf.global_variables_initializer())
        losses = [open_session.run([loss, train])[0] for _ in range(100)]
    # a nat better than what knows only how loud it is; the median, because a narrow Gaussian leaps
    blind = {"gaussian": 0.85, "logistics": 11.2, "mulaw": 4.6}[output]
    assert np.median(losses[-20:]) < blind - 1 < losses[0]
