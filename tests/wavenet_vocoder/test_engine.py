"""The native engine makes the numbers of the training network, in every form and arrangement."""
import sys

import numpy as np
import pytest
from conftest import unoptimized_session

from common.errors import InputError
from nn.compat import tf
from wavenet_vocoder import distributions, philox, upsampling, wavenet
from wavenet_vocoder.engine import binding, build, conditioning, vocoder, weights
from wavenet_vocoder.engine.vocoder import NativeVocoder
from wavenet_vocoder.wavegen import GraphVocoder, generate_waveforms, stream_waveform
from wavenet_vocoder.chunks import find_split_frames, join_chunks, split_into_chunks

pytestmark = pytest.mark.skipif(not binding.load_library(), reason="there is no C compiler")

OUTPUTS = ("logistics", "gaussian", "mulaw")
UPSAMPLINGS = ("transposed", "subpixel")


@pytest.fixture
def hp(hp):
    """The tiny preset with short frames, so that few samples make many of them."""
    return hp.replace(hop_length=20, wavenet_upsample_scales=(4, 5), n_mels=6, wavenet_layers=6, wavenet_stacks=2)


def random_weights(hp, speakers=0, seed=0):
    """Weights of the size that training begins with, biases too; as weights.validate_weights gives them."""
    random = np.random.RandomState(seed)

    def drawn(name, shape):
        if "upsampling" in name:        # about an interpolation's
            return random.normal(loc=1.0 / shape[1], scale=0.1, size=shape) / len(shape[:1])
        return random.normal(size=shape) / np.sqrt(shape[0] if len(shape) > 1 else 10)
    return weights.validate_weights({name: drawn(name, shape) for name, shape
                            in sorted(weights.variable_shapes(hp, speakers).items())}, hp, speakers, "test")


def sounds(hp, batch=2, frames=3, seed=0):
    """Random audio [batch, samples] and mels [batch, frames, mels]."""
    random = np.random.RandomState(seed)
    return (random.uniform(-1, 1, [batch, frames * hp.hop_length]).astype(np.float32),
            random.normal(size=[batch, frames, hp.n_mels]).astype(np.float32))


def parameters_of_graph(values, audio, mels, speakers, hp, all_speakers):
    """wavenet.wavenet on these weights, mels [frames, mels] each, of the whole utterances."""
    with tf.Graph().as_default():
        padded = np.stack([upsampling.pad_context(mel, hp) for mel in mels])
        parameters = wavenet.wavenet(tf.constant(audio), tf.constant(padded),
                                     tf.constant(speakers), hp, all_speakers)
        with unoptimized_session(1) as session:
            for variable in tf.global_variables():
                variable.load(values[variable.op.name[len("wavenet/"):]], session)
            return session.run(parameters)


def classes(audio):
    """The µ-law class of every sample."""
    with tf.Graph().as_default(), unoptimized_session(1) as session:
        return session.run(distributions.mulaw_encode(tf.constant(audio)))


def followed(values, audio, mels, speakers, hp, threads=1, shared=False, calls=1, wide=True,
             **options):
    """The engine's parameters for the same, in `calls` calls."""
    streams = binding.Streams(binding.NativeNetwork(values, hp, wide, **options), speakers, threads,
                              shared)
    given = classes(audio) if hp.wavenet_output_distribution == "mulaw" else audio
    positions = np.stack([conditioning.last_layer_inputs(upsampling.pad_context(mel, hp), values, hp)
                          for mel in mels])
    parts = []
    for part in np.array_split(given, calls, 1):
        parts.append(streams.score_samples(positions[:, streams.condition_rows(part.shape[1])], part))
    return np.concatenate(parts, 1)


@pytest.mark.parametrize("speakers", (0, 3))
@pytest.mark.parametrize("kernel", (2, 3))
@pytest.mark.parametrize("kind", UPSAMPLINGS)
@pytest.mark.parametrize("output", OUTPUTS)
def test_the_distributions_are_those_of_the_training_network(hp, output, kind, kernel, speakers):
    hp = hp.replace(wavenet_output_distribution=output, wavenet_upsample_type=kind, wavenet_kernel_size=kernel)
    values = random_weights(hp, speakers)
    audio, mels = sounds(hp, frames=205)
    voices = [0, max(0, speakers - 1)]
    expected = parameters_of_graph(values, audio, mels, voices, hp, speakers)
    found = followed(values, audio, mels, voices, hp, calls=7)
    assert found.shape == expected.shape == (2, 4100, distributions.output_distribution(hp).n_parameters)
    assert np.abs(found - expected).max() <= 1e-3 < 0.01 < np.std(expected, 1).mean()


@pytest.mark.parametrize("kind", binding.PRECISIONS)
@pytest.mark.parametrize("sizes", (dict(), dict(wavenet_residual_channels=13, wavenet_dilation_channels=19,
                                                wavenet_skip_channels=9, wavenet_kernel_size=3)))
def test_a_stream_is_the_same_to_the_byte_alone_in_a_batch_and_on_more_threads(hp, kind, sizes):
    if not binding.supports(kind):
        pytest.skip("this processor has no kernels for it")
    hp = hp.replace(**sizes)
    values = random_weights(hp, 3)
    audio, mels = sounds(hp, 70, frames=5)
    voices = [i % 3 for i in range(70)]

    def of(count, **options):
        return followed(values, audio[:count], mels[:count], voices[:count], hp,
                        precision=kind, **options)
    all_together = of(70)
    for count, options in ((1, dict(wide=False)), (1, dict(wide=False, threads=2, shared=True)),
                           (7, dict()), (7, dict(threads=2, shared=True)), (7, dict(calls=3)),
                           (7, dict(wide=False, threads=2)), (70, dict(threads=2)),
                           (70, dict(threads=3, calls=2))):
        assert np.array_equal(of(count, **options), all_together[:count]), (count, options)


@pytest.mark.parametrize("instructions", binding.INSTRUCTION_SETS[1:])
@pytest.mark.parametrize("wide", (True, False))
def test_all_sets_of_instructions_agree(hp, instructions, wide):
    if not binding.supports("float32", instructions):
        pytest.skip("this processor does not have them")
    values = random_weights(hp)
    audio, mels = sounds(hp, 1, frames=10)
    best = followed(values, audio, mels, [0], hp, wide=wide)
    found = followed(values, audio, mels, [0], hp, wide=wide, instruction_set=instructions)
    assert np.abs(found - best).max() <= 1e-4


@pytest.mark.parametrize("instructions", binding.INSTRUCTION_SETS[1:])
def test_the_gate_is_tanh_times_sigmoid_to_4e_7(instructions):
    if not binding.supports("float32", instructions):
        pytest.skip("this processor does not have them")
    random = np.random.RandomState(0)
    for size in (0.1, 1.0, 5.0, 30.0, 1e30):
        a, b = (random.normal(scale=size, size=20000).astype(np.float32) for _ in range(2))
        with np.errstate(over="ignore"):
            exact = np.tanh(np.float64(a)) / (1 + np.exp(-np.float64(b)))
        assert np.abs(binding.gated_activation(a, b, instructions) - exact).max() <= 4e-7


def test_int8_is_near(hp):
    if not binding.supports("int8"):
        pytest.skip("this processor has no kernels for it")
    values = random_weights(hp)
    audio, mels = sounds(hp, frames=20)
    exact, near = (followed(values, audio, mels, [0, 0], hp, precision=precision)
                   for precision in binding.PRECISIONS)
    assert 0 < np.abs(near - exact).max() <= 0.05 < np.std(exact)


def test_automatic_precision_is_the_one_whose_likelihood_is_near(hp, monkeypatch):
    if not binding.supports("int8"):
        pytest.skip("this processor has no kernels for it")
    engine = NativeVocoder(random_weights(hp), hp, 1, "auto")
    exact, near = vocoder.log_likelihoods(engine)
    assert exact != near and abs(near / exact - 1) < 0.05
    for allowed, chosen in ((10.0, "int8"), (0.0, "float32")):
        monkeypatch.setattr(vocoder, "MAX_LIKELIHOOD_CHANGE", allowed)
        assert vocoder.select_precision(engine) == chosen


# -- whole utterances ----------------------------------------------------------------------------

@pytest.fixture
def speech(hp):
    """Sizes with which an utterance of 40 frames is cut, and (mels, speakers, keys) of seven."""
    hp = hp.replace(sample_rate=200, wavenet_layers=4, wavenet_stacks=2,    # a frame is 0.1 s
                    wavenet_preemphasis=0.85)
    random = np.random.RandomState(1)
    mels = [random.normal(size=[frames, hp.n_mels]).astype(np.float32)
            for frames in (40, 3, 9, 1, 33, 12, 17)]
    return hp, mels, [i % 3 for i in range(7)], [philox.make_key(5, [i]) for i in range(7)]


@pytest.mark.parametrize("kind", binding.PRECISIONS)
def test_an_utterance_does_not_depend_on_the_batch_or_the_threads(speech, kind):
    if not binding.supports(kind):
        pytest.skip("this processor has no kernels for it")
    hp, mels, speakers, keys = speech
    values, told = random_weights(hp, 3), []
    together = generate_waveforms(NativeVocoder(values, hp, 1, kind), mels, speakers, keys, hp, told.append)
    assert [len(samples) for samples in together] == [20 * len(mel) for mel in mels]
    assert sum(told) == sum(map(len, together))
    for threads in (1, 2):
        begin = NativeVocoder(values, hp, threads, kind)
        again = generate_waveforms(begin, mels[::-1], speakers[::-1], keys[::-1], hp)[::-1]
        for i, samples in enumerate(together):
            alone, = generate_waveforms(begin, mels[i:i + 1], speakers[i:i + 1], keys[i:i + 1], hp)
            parts = list(stream_waveform(begin, mels[i], speakers[i], keys[i], hp))
            assert len(parts) >= len(mels[i]) // 4
            for other in (again[i], alone, np.concatenate(parts)):
                assert other.tobytes() == samples.tobytes()
    other_key, = generate_waveforms(begin, mels[:1], speakers[:1], keys[1:2], hp)
    assert not np.array_equal(other_key, together[0])


def test_the_emphasis_of_what_the_network_makes_is_undone(speech):
    hp, mels, speakers, keys = speech
    begin = NativeVocoder(random_weights(hp, 3), hp, 1)
    made = generate_waveforms(begin, mels, speakers, keys, hp.replace(wavenet_preemphasis=0.0))
    for sound, high in zip(generate_waveforms(begin, mels, speakers, keys, hp), made):
        assert np.allclose(np.append(sound[0], sound[1:] - 0.85 * sound[:-1]), high, atol=1e-5)


@pytest.mark.parametrize("output", OUTPUTS)
def test_it_speaks_as_the_graph_does_until_rounding_decides(hp, output):
    hp = hp.replace(wavenet_output_distribution=output)
    values = random_weights(hp, 2)
    _, mels = sounds(hp, frames=30)
    with tf.Graph().as_default():
        graph_vocoder = GraphVocoder(hp, 2)
        with unoptimized_session(1) as session:
            for variable in tf.trainable_variables():
                variable.load(values[variable.op.name[len("wavenet/"):]], session)
            of_graph = generate_waveforms(graph_vocoder.with_session(session), mels, [0, 1], [3, 4],
                                          hp)
    of_engine = generate_waveforms(NativeVocoder(values, hp, 1), mels, [0, 1], [3, 4], hp)
    for expected, found in zip(of_graph, of_engine):
        assert np.abs(found - expected)[:100].max() <= 1e-3 < np.std(expected)


def test_pieces_are_cut_where_it_is_quiet_and_joined_without_a_gap(speech):
    hp, mels, _, _ = speech
    mel = np.ones([55, hp.n_mels], np.float32)
    quiet = [8, 19, 31, 41]
    mel[quiet] = -1
    assert find_split_frames(mel, hp) == quiet
    parts = split_into_chunks(0, mel, 0, 1, hp)
    assert [(part.keep_start, part.keep_end) for part in parts] == [(0, 8), (8, 19), (19, 31), (31, 41),
                                                             (41, 55)]
    field = wavenet.receptive_field(hp)
    for part in parts:
        assert part.start == 0 or (part.keep_start - part.start) * hp.hop_length >= field
        assert part.end == min(part.keep_end + 1, 55)
    ramp = np.arange(55 * hp.hop_length, dtype=np.float32)
    audio = [ramp[part.start * hp.hop_length:part.end * hp.hop_length] for part in parts]
    assert np.array_equal(join_chunks(list(zip(parts, audio)), hp), ramp)
    audio[1] = audio[1] + 10            # another rendering: the way from one to the other is smooth
    assert np.abs(np.diff(join_chunks(list(zip(parts, audio)), hp))).max() < 2.0
    assert len(split_into_chunks(0, mel[:15], 0, 1, hp)) == 1


def test_what_is_no_mel_is_refused(hp):
    begin = NativeVocoder(random_weights(hp), hp, 1)
    good = np.zeros([3, hp.n_mels], np.float32)
    bad = good.copy()
    bad[1, 2] = np.nan
    for mel, says in ((bad, "NaN or infinite"), (good[:0], "no frames"), (good[:, 1:], "6"), (good[0], "6")):
        for speaking in (lambda: generate_waveforms(begin, [good, mel], [0, 0], [1, 2], hp),
                         lambda: list(stream_waveform(begin, mel, 0, 1, hp))):
            with pytest.raises(InputError, match=says):
                speaking()


def test_weights_that_do_not_fit_are_refused_by_name(hp):
    scoped = {"wavenet/" + name: value for name, value in random_weights(hp).items()}
    for name, value, says in (
            ("wavenet/layer_01/skip/kernel", np.zeros([8, 7]), r"\[8, 7\]; it should be"),
            ("wavenet/post/bias", np.full([8], np.inf), "infinite"), ("wavenet/input/kernel", None,
                                                                     "missing")):
        damaged = dict(scoped, **{name: value})
        if value is None:
            del damaged[name]
        with pytest.raises(InputError, match="here: .*%s.*%s|here: .*%s.*%s"
                           % (name, says, says, name)):
            weights.validate_weights(damaged, hp, 0, "here")


def test_an_unknown_precision_of_this_processor_is_refused(hp, monkeypatch):
    monkeypatch.setattr(binding, "supports", lambda precision: False)
    with pytest.raises(InputError, match="--precision int8"):
        NativeVocoder(random_weights(hp), hp, 1, "int8")


# -- chance --------------------------------------------------------------------------------------

def test_the_generator_gives_the_numbers_of_its_authors():
    # the known answers of Philox4x32-10 that come with its reference implementation
    for counter, key, words in (
            (0, 0, (0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8)),
            (0xffffffff, 2 ** 64 - 1, (0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd))):
        counters = [np.full([1], counter, np.uint64)] * 4
        assert tuple(int(word[0]) for word in philox.philox4x32(*(counters + [key]))) == words


def test_noise_is_uniform_and_a_function_of_key_and_sample():
    drawn = philox.uniform(7, 0, 20000, 2)
    assert abs(drawn.mean() - 0.5) < 0.01 and abs(drawn.std() - 12 ** -0.5) < 0.01
    assert abs(np.corrcoef(drawn[:-1, 0], drawn[1:, 0])[0, 1]) < 0.02
    assert 0 < drawn.min() and drawn.max() < 1
    assert np.array_equal(philox.uniform(7, 500, 10, 2), drawn[500:510])
    assert not np.isin(philox.uniform(8, 0, 1000, 2), drawn).any()
    assert len({philox.make_key(seed, ids) for seed in (1, 2) for ids in ([1], [2], [1, 2])}) == 6


# -- where there is no compiler ------------------------------------------------------------------

def test_without_a_compiler_a_line_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build, "BUILD", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert build.build_library() is None
    monkeypatch.setenv("CC", sys.executable + " -c 'raise SystemExit(3)'")
    assert build.build_library() is None
    first, second = capsys.readouterr().err.splitlines()
    assert "no C compiler" in first and "TensorFlow" in first and "failed" in second


def test_a_library_of_other_sources_or_flags_is_another_file(tmp_path, monkeypatch):
    path = build.library_path()
    monkeypatch.setenv("CFLAGS", "-g")
    assert build.library_path() != path
    monkeypatch.delenv("CFLAGS")
    monkeypatch.setattr(build, "SOURCE", str(tmp_path))
    (tmp_path / "a.c").write_text("int a;\n")
    assert build.library_path() != path
