"""int8 on each instruction set, --precision auto, its cache, and CPUs without AVX2."""
import functools
import os

import numpy as np
import pytest
from test_engine import engine_parameters, random_segments, random_weights

from wavenet_vocoder.engine import binding, build, vocoder
from wavenet_vocoder.engine.vocoder import NativeVocoder
from wavenet_vocoder.wavegen import generate_waveforms

pytestmark = pytest.mark.skipif(not binding.load_library(), reason="there is no C compiler")
needs_int8 = pytest.mark.skipif(not binding.supports("int8"), reason="this CPU has no int8 kernels")


@pytest.fixture
def hp(hp):
    return hp.replace(hop_length=20, wavenet_upsample_scales=(4, 5), n_mels=6)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder of the library and the cache; it is empty."""
    monkeypatch.setattr(build, "BUILD", str(tmp_path))
    return tmp_path


@pytest.fixture
def tests_of_int8(monkeypatch):
    """A list that grows with each measurement of the likelihoods."""
    measured, measure = [], vocoder.log_likelihoods

    def counted(native_vocoder):
        measured.append(native_vocoder)
        return measure(native_vocoder)
    monkeypatch.setattr(vocoder, "log_likelihoods", counted)
    return measured


@needs_int8
@pytest.mark.parametrize("batched", (True, False))
@pytest.mark.parametrize("channels", (8, 40))
def test_int8_gives_the_same_bits_on_all_instruction_sets(hp, channels, batched):
    hp = hp.replace(wavenet_residual_channels=channels, wavenet_dilation_channels=channels + 6,
                    wavenet_kernel_size=3)
    values = random_weights(hp)
    audio, mels = random_segments(hp, 3)
    sets = [name for name in binding.INSTRUCTION_SETS if binding.supports("int8", name)]
    assert "best" in sets and "avx2" in sets
    expected, *others = [engine_parameters(values, audio, mels, [0] * 3, hp, batched=batched,
                                           precision="int8", instruction_set=name)
                         for name in sets]
    for name, actual in zip(sets[1:], others):
        assert np.array_equal(actual, expected), name


@needs_int8
def test_int8_is_tested_once_for_the_same_network(hp, cache, tests_of_int8):
    values = random_weights(hp)
    precisions = {NativeVocoder(values, hp, 1, "auto").precision for _ in range(3)}
    assert len(precisions) == len(tests_of_int8) == len(os.listdir(str(cache))) == 1
    NativeVocoder(random_weights(hp, seed=1), hp, 1, "auto")
    NativeVocoder(values, hp.replace(wavenet_log_scale_min=-5.0), 1, "auto")
    assert len(tests_of_int8) == len(os.listdir(str(cache))) == 3


@needs_int8
@pytest.mark.parametrize("content", ("", "[1, ", "[1]", "[NaN, 1]", '["a", "b"]', "7", "\udcff",
                                     '{"a": 1, "b": 2}', "[1e999, 1]", "[[1], [2]]"))
def test_a_damaged_cache_is_measured_again(hp, cache, tests_of_int8, content):
    values = random_weights(hp)
    NativeVocoder(values, hp, 1, "auto")
    path, = cache.iterdir()
    valid = path.read_bytes()
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    NativeVocoder(values, hp, 1, "auto")
    assert len(tests_of_int8) == 2 and path.read_bytes() == valid


@needs_int8
def test_without_a_writable_cache_int8_is_tested_each_time(hp, cache, monkeypatch, tests_of_int8):
    monkeypatch.setattr(build, "BUILD", str(cache / "missing"))
    for _ in range(2):
        NativeVocoder(random_weights(hp), hp, 1, "auto")
    assert len(tests_of_int8) == 2 and os.listdir(str(cache)) == []


def test_without_avx2_the_portable_kernels_speak(hp, monkeypatch):
    values, mels = random_weights(hp), random_segments(hp, frames=20)[1]
    expected = generate_waveforms(NativeVocoder(values, hp, 1), mels, [0, 0], [1, 2], hp)
    monkeypatch.setattr(binding, "supports", functools.partial(binding.supports,
                                                               instruction_set="portable"))
    monkeypatch.setattr(binding, "NativeNetwork", functools.partial(binding.NativeNetwork,
                                                                    instruction_set="portable"))
    portable = NativeVocoder(values, hp, 1, "auto")
    assert portable.precision == "float32"
    for actual, samples in zip(generate_waveforms(portable, mels, [0, 0], [1, 2], hp), expected):
        assert np.abs(actual - samples)[:100].max() <= 1e-3 < np.std(samples)
