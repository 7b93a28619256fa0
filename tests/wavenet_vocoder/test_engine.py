"""The native engine computes the numbers of the training network in every configuration."""
import ctypes
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from conftest import ROOT, run_main, unoptimized_session

from common.errors import InputError
from nn import compat
from nn.compat import tf
from tools import engine_dump
from training import checkpoint, run_folder
from wavenet_vocoder import distributions, philox, upsampling, wavenet
from wavenet_vocoder.chunks import (find_split_frames, join_chunks, n_frames,
                                    split_into_chunks)
from wavenet_vocoder.engine import binding, build, conditioning, vocoder, weights
from wavenet_vocoder.engine.vocoder import NativeVocoder
from wavenet_vocoder.wavegen import GraphVocoder, generate_waveforms, stream_waveform

pytestmark = pytest.mark.skipif(not binding.load_library(), reason="there is no C compiler")

DISTRIBUTIONS = ("logistics", "gaussian", "mulaw")
UPSAMPLE_TYPES = ("transposed", "subpixel")


@pytest.fixture
def hp(hp):
    """The tiny preset with a small hop, so that few samples make many frames."""
    return hp.replace(hop_length=20, wavenet_upsample_scales=(4, 5), n_mels=6, wavenet_layers=6,
                      wavenet_stacks=2)


def random_weights(hp, n_speakers=0, seed=0):
    """Validated random weights of the magnitude of initial ones; biases are not zero."""
    random = np.random.RandomState(seed)

    def value(name, shape):
        if "upsampling" in name:        # similar to an interpolation
            return random.normal(loc=1.0 / shape[1], scale=0.1, size=shape)
        return random.normal(size=shape) / np.sqrt(shape[0] if len(shape) > 1 else 10)
    shapes = sorted(weights.variable_shapes(hp, n_speakers).items())
    return weights.validate_weights({name: value(name, shape) for name, shape in shapes}, hp,
                                    n_speakers, "test")


def random_segments(hp, batch=2, frames=3, seed=0):
    """Random audio [batch, samples] and mels [batch, frames, mels]."""
    random = np.random.RandomState(seed)
    return (random.uniform(-1, 1, [batch, frames * hp.hop_length]).astype(np.float32),
            random.normal(size=[batch, frames, hp.n_mels]).astype(np.float32))


def graph_parameters(values, audio, mels, speaker_ids, hp, n_speakers):
    """The output of wavenet.wavenet with these weights. mels [frames, mels]: whole utterances."""
    with tf.Graph().as_default():
        padded = np.stack([upsampling.pad_context(mel, hp) for mel in mels])
        parameters = wavenet.wavenet(tf.constant(audio), tf.constant(padded),
                                     tf.constant(speaker_ids), hp, n_speakers)
        with unoptimized_session(1) as session:
            compat.load_variables(session, [(v, values[v.op.name[len("wavenet/"):]])
                                            for v in tf.global_variables()])
            return session.run(parameters)


def mulaw_classes(audio):
    with tf.Graph().as_default(), unoptimized_session(1) as session:
        return session.run(distributions.mulaw_encode(tf.constant(audio)))


def engine_parameters(values, audio, mels, speaker_ids, hp, threads=1, shared=False, calls=1,
                      batched=True, **options):
    """The same from the engine, with the samples split among several calls."""
    streams = binding.Streams(binding.NativeNetwork(values, hp, batched, **options), speaker_ids,
                              threads, shared)
    samples = mulaw_classes(audio) if hp.wavenet_output_distribution == "mulaw" else audio
    condition = np.stack([conditioning.last_layer_inputs(upsampling.pad_context(mel, hp), values,
                                                         hp) for mel in mels])
    parameters = []
    for part in np.array_split(samples, calls, 1):
        rows = streams.condition_rows(part.shape[1])
        parameters.append(streams.score_samples(condition[:, rows], part))
    return np.concatenate(parameters, 1)


def pointer(array):
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_float))


def require_precision(precision):
    if not binding.supports(precision):
        pytest.skip("this CPU has no kernels for it")


@pytest.mark.parametrize("n_speakers", (0, 3))
@pytest.mark.parametrize("kernel_size", (2, 3))
@pytest.mark.parametrize("upsample_type", UPSAMPLE_TYPES)
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_parameters_equal_those_of_the_training_network(hp, distribution, upsample_type,
                                                        kernel_size, n_speakers):
    hp = hp.replace(wavenet_output_distribution=distribution, wavenet_upsample_type=upsample_type,
                    wavenet_kernel_size=kernel_size)
    values = random_weights(hp, n_speakers)
    audio, mels = random_segments(hp, frames=205)
    speaker_ids = [0, max(0, n_speakers - 1)]
    expected = graph_parameters(values, audio, mels, speaker_ids, hp, n_speakers)
    actual = engine_parameters(values, audio, mels, speaker_ids, hp, calls=7)
    assert actual.shape == expected.shape == (
        2, 4100, distributions.output_distribution(hp).n_parameters)
    assert np.abs(actual - expected).max() <= 1e-3 < 0.01 < np.std(expected, 1).mean()


@pytest.mark.parametrize("precision", binding.PRECISIONS)
@pytest.mark.parametrize("sizes", (dict(), dict(
    wavenet_residual_channels=13, wavenet_dilation_channels=19, wavenet_skip_channels=9,
    wavenet_kernel_size=3)))
def test_a_stream_is_bit_identical_in_each_layout_batch_and_number_of_threads(hp, precision, sizes):
    require_precision(precision)
    hp = hp.replace(**sizes)
    values = random_weights(hp, 3)
    audio, mels = random_segments(hp, 70, frames=5)
    speaker_ids = [i % 3 for i in range(70)]

    def parameters(count, **options):
        return engine_parameters(values, audio[:count], mels[:count], speaker_ids[:count], hp,
                                 precision=precision, **options)
    expected = parameters(70)
    for count, options in (
            (1, dict(batched=False)), (1, dict(batched=False, threads=2, shared=True)),
            (7, dict()), (7, dict(threads=2, shared=True)), (7, dict(calls=3)),
            (7, dict(batched=False, threads=2)), (70, dict(threads=2)),
            (70, dict(threads=3, calls=2))):
        assert np.array_equal(parameters(count, **options), expected[:count]), (count, options)


@pytest.mark.parametrize("instruction_set", binding.INSTRUCTION_SETS[1:])
@pytest.mark.parametrize("batched", (True, False))
def test_all_instruction_sets_agree(hp, instruction_set, batched):
    if not binding.supports("float32", instruction_set):
        pytest.skip("this CPU does not have it")
    values = random_weights(hp)
    audio, mels = random_segments(hp, 1, frames=10)
    expected = engine_parameters(values, audio, mels, [0], hp, batched=batched)
    actual = engine_parameters(values, audio, mels, [0], hp, batched=batched,
                               instruction_set=instruction_set)
    assert np.abs(actual - expected).max() <= 1e-4


@pytest.mark.parametrize("instruction_set", binding.INSTRUCTION_SETS[1:])
def test_the_error_of_the_gated_activation_is_at_most_4e_7(instruction_set):
    if not binding.supports("float32", instruction_set):
        pytest.skip("this CPU does not have it")
    random = np.random.RandomState(0)
    for scale in (0.1, 1.0, 5.0, 30.0, 1e30):
        a, b = (random.normal(scale=scale, size=20000).astype(np.float32) for _ in range(2))
        with np.errstate(over="ignore"):
            exact = np.tanh(np.float64(a)) / (1 + np.exp(-np.float64(b)))
        actual = np.empty_like(a)
        binding.load_library().wavenet_gated_activation(
            binding.INSTRUCTION_SETS.index(instruction_set), pointer(a), pointer(b),
            pointer(actual), len(a))
        assert np.abs(actual - exact).max() <= 4e-7


def test_int8_is_close_to_float32(hp):
    require_precision("int8")
    values = random_weights(hp)
    audio, mels = random_segments(hp, frames=20)
    exact, quantised = (engine_parameters(values, audio, mels, [0, 0], hp, precision=precision)
                        for precision in binding.PRECISIONS)
    assert 0 < np.abs(quantised - exact).max() <= 0.05 < np.std(exact)


def test_automatic_precision_is_int8_if_the_likelihood_hardly_changes(hp, monkeypatch):
    require_precision("int8")
    engine = NativeVocoder(random_weights(hp), hp, 1, "auto")
    exact, quantised = vocoder.log_likelihoods(engine)
    assert exact != quantised and abs(quantised / exact - 1) < 0.05
    for limit, precision in ((10.0, "int8"), (0.0, "float32")):
        monkeypatch.setattr(vocoder, "MAX_LIKELIHOOD_CHANGE", limit)
        assert vocoder.select_precision(engine) == precision


# -- the C interface -----------------------------------------------------------------------------

def test_another_version_and_values_out_of_range_are_refused(hp):
    values, library = random_weights(hp), binding.load_library()
    arrays = weights.engine_arrays(values, hp, False)
    pointers = binding.Weights(**{name: pointer(array) for name, array in arrays.items()})
    for changes, message in ((dict(version=2), b"another version"),
                             (dict(kernel_size=17), b"out of range"),
                             (dict(layers=0), b"out of range"),
                             (dict(winograd=1), b"out of range"),
                             (dict(precision=7), b"no kernels")):
        config, network = binding.make_config(values, hp, True), ctypes.c_void_p(1)
        for name, value in changes.items():
            setattr(config, name, value)
        status = library.wavenet_network_create(config, pointers, network)
        assert message in library.wavenet_status_message(status) and not network


def test_a_wrong_number_of_condition_rows_is_refused(hp):
    streams = binding.Streams(binding.NativeNetwork(random_weights(hp), hp, True), [0])
    rows = streams.condition_rows(20)
    for count in (rows.stop - rows.start - 1, rows.stop - rows.start + 1):
        with pytest.raises(ValueError, match="condition rows"):
            streams.generate(np.zeros([1, count, hp.n_mels]), np.zeros([1, 20, 2]))


def test_the_library_exports_only_functions_with_its_prefix():
    if not shutil.which("nm"):
        pytest.skip("nm is not installed")
    output = subprocess.check_output(["nm", "-D", "--defined-only", build.library_path()])
    names = [line.split()[-1] for line in output.decode("ascii").splitlines()]
    exported = [name for name in names if not name.startswith("_")]     # those of the linker
    assert "wavenet_generate" in exported
    assert [name for name in exported if not name.startswith("wavenet_")] == []


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The path of the compiled example program."""
    if not shutil.which("make"):
        pytest.skip("make is not installed")
    folder = str(tmp_path_factory.mktemp("example"))
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    # a relative path, like the default: the program must also run from other folders
    subprocess.check_call(["make", "-s", "-C", build.SOURCE, "example",
                           "BUILD=" + os.path.relpath(folder, build.SOURCE)], env=environment)
    return os.path.join(folder, "example")


def run_example(example, folder):
    path = os.path.join(folder, "out.wav")
    subprocess.check_call([example, os.path.join(folder, "network.bin"),
                           os.path.join(folder, "utterance.bin"), path])
    return soundfile.read(path, dtype="float32")


@pytest.mark.parametrize("upsample_type", UPSAMPLE_TYPES)
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_example_program_writes_the_samples_of_the_vocoder(hp, example, tmp_path, distribution,
                                                               upsample_type):
    hp = hp.replace(wavenet_output_distribution=distribution, wavenet_upsample_type=upsample_type,
                    wavenet_preemphasis=0.85)
    values = random_weights(hp, 2)
    _, mels = random_segments(hp, 1, frames=20)
    expected, = generate_waveforms(NativeVocoder(values, hp, 1), mels, [1], [7], hp)
    engine_dump.write_network(str(tmp_path / "network.bin"), values, hp)
    engine_dump.write_utterance(str(tmp_path / "utterance.bin"), mels[0], values, hp, 1, 7)
    samples, sample_rate = run_example(example, str(tmp_path))
    assert sample_rate == hp.sample_rate
    assert samples.tobytes() == expected.tobytes()


def test_the_example_program_runs_a_dumped_voice(example, tmp_path, capsys):
    folder = os.path.join(ROOT, "voices", "demo", "vocoder")
    run = run_folder.load_run(folder, "vocoder")
    mel = np.random.RandomState(0).uniform(-1, 1, [8, run.hp.n_mels]).astype(np.float32)
    np.save(str(tmp_path / "mel.npy"), mel)
    assert run_main(engine_dump.main, "--vocoder", folder, "--mel", tmp_path / "mel.npy", "--out",
                tmp_path) == 0
    shapes = weights.variable_shapes(run.hp, run.n_speaker_embeddings)
    values = weights.validate_weights(checkpoint.read_trained_weights(run, shapes)[0], run.hp,
                                      run.n_speaker_embeddings, folder)
    expected, = generate_waveforms(NativeVocoder(values, run.hp, 1), [mel], [0],
                                   [philox.make_key(1, [])], run.hp)
    samples, sample_rate = run_example(example, str(tmp_path))
    assert sample_rate == run.hp.sample_rate and samples.tobytes() == expected.tobytes()
    (tmp_path / "mel.npy").write_bytes(b"no array")
    with pytest.raises(InputError, match="mel.npy: is not an array"):
        engine_dump.main(["--vocoder", folder, "--mel", str(tmp_path / "mel.npy"), "--out",
                          str(tmp_path)])


# -- whole utterances ----------------------------------------------------------------------------

@pytest.fixture
def utterances(hp):
    """(hp, mels, speaker ids, keys) of seven utterances; the longer ones are split into chunks."""
    hp = hp.replace(sample_rate=200, wavenet_layers=4, wavenet_stacks=2,    # a frame is 0.1 s
                    wavenet_preemphasis=0.85)
    random = np.random.RandomState(1)
    mels = [random.normal(size=[frames, hp.n_mels]).astype(np.float32)
            for frames in (40, 3, 9, 1, 33, 12, 17)]
    return hp, mels, [i % 3 for i in range(7)], [philox.make_key(5, [i]) for i in range(7)]


@pytest.mark.parametrize("precision", binding.PRECISIONS)
def test_an_utterance_does_not_depend_on_the_batch_or_the_threads(utterances, precision):
    require_precision(precision)
    hp, mels, speaker_ids, keys = utterances
    values, progress = random_weights(hp, 3), []
    expected = generate_waveforms(NativeVocoder(values, hp, 1, precision), mels, speaker_ids, keys,
                                  hp, progress.append)
    assert [len(samples) for samples in expected] == [20 * len(mel) for mel in mels]
    assert sum(progress) == sum(map(len, expected))
    for threads in (1, 2):
        engine = NativeVocoder(values, hp, threads, precision)
        reversed_batch = generate_waveforms(engine, mels[::-1], speaker_ids[::-1], keys[::-1],
                                            hp)[::-1]
        for i, samples in enumerate(expected):
            alone, = generate_waveforms(engine, mels[i:i + 1], speaker_ids[i:i + 1], keys[i:i + 1],
                                        hp)
            parts = list(stream_waveform(engine, mels[i], speaker_ids[i], keys[i], hp))
            assert len(parts) >= len(mels[i]) // 4
            for actual in (reversed_batch[i], alone, np.concatenate(parts)):
                assert actual.tobytes() == samples.tobytes()
    other_key, = generate_waveforms(engine, mels[:1], speaker_ids[:1], keys[1:2], hp)
    assert not np.array_equal(other_key, expected[0])


@pytest.mark.parametrize("precision", binding.PRECISIONS)
@pytest.mark.parametrize("upsample_type", UPSAMPLE_TYPES)
@pytest.mark.parametrize("n_streams", (3, 20))      # in the layouts for few and for many streams
def test_a_chunk_that_replaces_another_has_the_samples_that_it_has_alone(
        utterances, precision, upsample_type, n_streams):
    require_precision(precision)
    hp, mels, speaker_ids, keys = utterances
    hp = hp.replace(wavenet_upsample_type=upsample_type)
    engine = NativeVocoder(random_weights(hp, 3), hp, 1, precision)
    chunks = [chunk for arguments in zip(mels, speaker_ids, keys)
              for chunk in split_into_chunks(*(arguments + (hp,)))]
    generator = engine.start([chunks[i % len(chunks)] for i in range(n_streams)])
    interval = generator.replacement_interval
    assert interval == (3 if upsample_type == "subpixel" else 1)
    others = [generator.generate(interval)]
    for index, number in ((1, 4), (n_streams - 1, 0), (1, 6), (0, 2)):
        generator.replace(index, chunks[number])
        parts = [generator.generate(count) for count in (1, 5, 3)]
        samples, others = np.concatenate([part[index] for part in parts]), others + parts
        length = min(9, n_frames(chunks[number])) * hp.hop_length
        expected, = engine.start([chunks[number]]).generate(9)
        assert samples[:length].tobytes() == expected[:length].tobytes()
    if n_streams > 3:   # stream 2 was not replaced
        expected, = engine.start([chunks[2]]).generate(25)
        length = n_frames(chunks[2]) * hp.hop_length
        assert np.concatenate(others, 1)[2, :length].tobytes() == expected[:length].tobytes()


def test_with_winograd_no_chunk_can_be_replaced(hp):
    hp = hp.replace(wavenet_kernel_size=3)
    chunk = split_into_chunks(np.zeros([9, hp.n_mels], np.float32), 0, 1, hp)[0]
    generator = NativeVocoder(random_weights(hp), hp, 1).start([chunk])
    assert generator.replacement_interval is None
    with pytest.raises(ValueError, match="restarted"):
        generator.replace(0, chunk)


def test_the_preemphasis_of_the_generated_samples_is_undone(utterances):
    hp, mels, speaker_ids, keys = utterances
    engine = NativeVocoder(random_weights(hp, 3), hp, 1)
    emphasised = generate_waveforms(engine, mels, speaker_ids, keys,
                                    hp.replace(wavenet_preemphasis=0.0))
    for samples, expected in zip(generate_waveforms(engine, mels, speaker_ids, keys, hp),
                                 emphasised):
        assert np.allclose(np.append(samples[0], samples[1:] - 0.85 * samples[:-1]), expected,
                           atol=1e-5)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_engine_generates_the_samples_of_the_graph_up_to_rounding(hp, distribution):
    hp = hp.replace(wavenet_output_distribution=distribution, wavenet_temperature=0.8)
    values = random_weights(hp, 2)
    _, mels = random_segments(hp, frames=30)
    with tf.Graph().as_default():
        graph_vocoder = GraphVocoder(hp, 2)
        with unoptimized_session(1) as session:
            compat.load_variables(session, [(v, values[v.op.name[len("wavenet/"):]])
                                            for v in tf.trainable_variables()])
            from_graph = generate_waveforms(graph_vocoder.with_session(session), mels, [0, 1],
                                            [3, 4], hp)
    from_engine = generate_waveforms(NativeVocoder(values, hp, 1), mels, [0, 1], [3, 4], hp)
    for expected, actual in zip(from_graph, from_engine):
        assert np.abs(actual - expected)[:100].max() <= 1e-3 < np.std(expected)


def test_an_utterance_is_split_at_quiet_frames_and_joined_without_a_gap(utterances):
    hp = utterances[0]
    mel = np.ones([55, hp.n_mels], np.float32)
    quiet = [8, 19, 31, 41]
    mel[quiet] = -1
    assert find_split_frames(mel, hp) == quiet
    chunks = split_into_chunks(mel, 0, 1, hp)
    assert [(chunk.keep_start, chunk.keep_end) for chunk in chunks] == [
        (0, 8), (8, 19), (19, 31), (31, 41), (41, 55)]
    for chunk in chunks:
        warm_up = (chunk.keep_start - chunk.start) * hp.hop_length
        assert chunk.start == 0 or warm_up >= wavenet.receptive_field(hp)
        assert chunk.end == min(chunk.keep_end + 1, 55)
    ramp = np.arange(55 * hp.hop_length, dtype=np.float32)
    audio = [ramp[chunk.start * hp.hop_length:chunk.end * hp.hop_length] for chunk in chunks]
    assert np.array_equal(join_chunks(list(zip(chunks, audio)), hp), ramp)
    audio[1] = audio[1] + 10            # a different rendering is cross-faded
    assert np.abs(np.diff(join_chunks(list(zip(chunks, audio)), hp))).max() < 2.0
    assert len(split_into_chunks(mel[:15], 0, 1, hp)) == 1


def test_invalid_mels_are_refused(hp):
    engine = NativeVocoder(random_weights(hp), hp, 1)
    valid = np.zeros([3, hp.n_mels], np.float32)
    not_finite = valid.copy()
    not_finite[1, 2] = np.nan
    for mel, message in ((not_finite, "NaN or infinite"), (valid[:0], "no frames"),
                         (valid[:, 1:], r"\[3, 5\]; it should be \[frames, 6\]"),
                         (valid[0], r"\[6\]; it should be \[frames, 6\]")):
        with pytest.raises(InputError, match=message):
            generate_waveforms(engine, [valid, mel], [0, 0], [1, 2], hp)
        with pytest.raises(InputError, match=message):
            list(stream_waveform(engine, mel, 0, 1, hp))


def test_unsuitable_weights_are_refused_by_name(hp):
    variables = {"wavenet/" + name: value for name, value in random_weights(hp).items()}
    for name, value, message in (
            ("layer_01/skip/kernel", np.zeros([8, 7]),
             r"the shape of wavenet/layer_01/skip/kernel is \[8, 7\]; it should be \[8, 8\]"),
            ("post/bias", np.full([8], np.inf), "wavenet/post/bias contains NaN or infinite"),
            ("input/kernel", None, "the weight wavenet/input/kernel is missing")):
        damaged = dict(variables, **{"wavenet/" + name: value})
        if value is None:
            del damaged["wavenet/" + name]
        with pytest.raises(InputError, match="here: " + message):
            weights.validate_weights(damaged, hp, 0, "here")


def test_a_precision_that_the_cpu_does_not_support_is_refused(hp, monkeypatch):
    monkeypatch.setattr(binding, "supports", lambda precision: False)
    with pytest.raises(InputError, match="--precision int8"):
        NativeVocoder(random_weights(hp), hp, 1, "int8")


# -- noise ---------------------------------------------------------------------------------------

def test_philox_gives_the_known_answers_of_its_reference_implementation():
    for counter, key, words in (
            (0, 0, (0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8)),
            (0xffffffff, 2 ** 64 - 1, (0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd))):
        counters = [np.full([1], counter, np.uint64)] * 4
        assert tuple(int(word[0]) for word in philox.philox4x32(*(counters + [key]))) == words


def test_noise_is_uniform_and_depends_only_on_key_and_sample():
    noise = philox.uniform(7, 0, 20000, 2)
    assert abs(noise.mean() - 0.5) < 0.01 and abs(noise.std() - 12 ** -0.5) < 0.01
    assert abs(np.corrcoef(noise[:-1, 0], noise[1:, 0])[0, 1]) < 0.02
    assert 0 < noise.min() and noise.max() < 1
    assert np.array_equal(philox.uniform(7, 500, 10, 2), noise[500:510])
    assert not np.isin(philox.uniform(8, 0, 1000, 2), noise).any()
    assert len({philox.make_key(seed, ids) for seed in (1, 2) for ids in ([1], [2], [1, 2])}) == 6


# -- building the library ------------------------------------------------------------------------

def test_a_failed_build_is_reported_in_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build, "BUILD", str(tmp_path))
    monkeypatch.setenv("CC", sys.executable + " -c 'raise SystemExit(3)'")
    assert build.build_library() is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert build.build_library() is None
    monkeypatch.delenv("CC")
    assert build.build_library() is None
    failed, no_make, no_compiler = capsys.readouterr().err.splitlines()
    assert "failed" in failed and "make: No such file" in no_make
    assert "no C compiler" in no_compiler
    assert os.listdir(str(tmp_path)) == []


def test_a_damaged_library_is_not_loaded_but_compiled_again(tmp_path, monkeypatch, capsys):
    good = build.library_path()
    (tmp_path / "bin").mkdir()
    make = tmp_path / "bin" / "make"        # instead of a minute of compiling
    make.write_text("#!/bin/sh\nfor word; do case $word in BUILD=*) cp %s ${word#BUILD=}/"
                    "libwavenet.so;; esac; done\n" % good)
    make.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    monkeypatch.setattr(build, "BUILD", str(tmp_path / "build"))
    path = build.build_library()
    assert path == build.library_path() != good
    made = os.stat(path).st_ino
    assert build.build_library() == path and os.stat(path).st_ino == made, "it is not made again"
    for damage in (lambda file: file.truncate(4096), lambda file: file.write(b"damaged")):
        with open(path, "r+b") as file:
            damage(file)
        assert build.build_library() == path
        with open(path, "rb") as file, open(good, "rb") as original:
            assert file.read() == original.read()
    os.remove(path + ".sha256")
    make.write_text("#!/bin/sh\nexit 1\n")
    assert build.build_library() is None, "it cannot be verified"
    assert "is not available" in capsys.readouterr().err


def test_a_library_that_cannot_be_loaded_is_reported(tmp_path, monkeypatch, capsys):
    (tmp_path / "library.so").write_bytes(b"of another system")
    monkeypatch.setattr(build, "build_library", lambda: str(tmp_path / "library.so"))
    assert binding.load_library.__wrapped__() is None
    assert "is not available" in capsys.readouterr().err


def test_other_sources_or_flags_make_another_library(tmp_path, monkeypatch):
    path = build.library_path()
    monkeypatch.setenv("CFLAGS", "-g")
    assert build.library_path() != path
    monkeypatch.delenv("CFLAGS")
    monkeypatch.setattr(build, "SOURCE", str(tmp_path))
    (tmp_path / "a.c").write_text("int a;\n")
    assert build.library_path() != path


@pytest.mark.parametrize("batched, precision", [
    (False, "float32"), (True, "float32"), (False, "auto")])
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_samples_of_a_network_that_computes_nan_are_nan(hp, distribution, batched, precision):
    """The programs then say that the weights are damaged, instead of writing a constant."""
    hp = hp.replace(wavenet_output_distribution=distribution)
    values = dict(random_weights(hp))
    values["parameters/bias"] = np.full_like(values["parameters/bias"], np.nan)
    vocoder = NativeVocoder(values, hp, precision=precision)
    mels = random_segments(hp, batch=9 if batched else 1)[1]
    waveforms = generate_waveforms(vocoder, mels, [0] * len(mels), range(len(mels)), hp)
    assert all(np.isnan(samples).all() for samples in waveforms)
