"""The benchmarks: what they measure and write."""
import json

import numpy as np
import pytest

from common.hparam_set import create_hparams
from korean.hangul import count_syllables
from tools.bench import bench_engine, bench_reading, bench_report, bench_startup, sgemm_peak
from tools.bench.bench_report import Result
from wavenet_vocoder.engine import binding, weights
from wavenet_vocoder.engine.vocoder import multiplies_per_sample


def test_texts_have_forty_syllables():
    normalizer = bench_reading.korean.TextNormalizer()
    for text in bench_reading.corpus_texts({"sentence"})[:50]:
        assert count_syllables(normalizer.normalize(text).text) >= bench_reading.SYLLABLES


def test_a_rate_is_computed_from_the_median_run():
    assert bench_report.median_rate(10, [1.0, 2.0, 50.0]) == 5.0
    times = bench_report.cpu_times(lambda: sum(range(1000)), runs=3)
    assert len(times) == 3 and min(times) >= 0


def test_results_replace_older_ones_of_the_same_name_and_stack(tmp_path, monkeypatch):
    path = str(tmp_path / "logs" / "bench.json")
    bench_report.save_results(path, [Result("a", 1.0, "x/s", 0.5, 3),
                                     Result("b", 2.0, "x/s", None, 3)])
    monkeypatch.setattr(bench_report, "STACK", "other")
    bench_report.save_results(path, [Result("a", 7.0, "x/s", 0.5, 3)])
    monkeypatch.undo()
    bench_report.save_results(path, [Result("a", 3.0, "x/s", 0.25, 3)])
    with open(path, encoding="utf-8") as file:
        stored = json.load(file)
    assert stored["machine"] == bench_report.describe_machine()
    stack = bench_report.STACK
    assert sorted(map(sorted, (row.items() for row in stored["figures"]))) == sorted(
        sorted({"name": name, "stack": stack, "value": value, "unit": "x/s",
                "ratio_to_limit": ratio}.items())
        for name, stack, value, ratio in (("a", stack, 3.0, 0.25), ("a", "other", 7.0, 0.5),
                                          ("b", stack, 2.0, None)))


def test_results_of_another_machine_are_not_kept(tmp_path):
    path = tmp_path / "bench.json"
    path.write_text(json.dumps({"machine": {"cores": 99}, "figures": [
        {"name": "b", "stack": bench_report.STACK, "value": 1, "unit": "", "ratio_to_limit": 1}]}))
    bench_report.save_results(str(path), [Result("a", 3.0, "x/s", 0.25, 3)])
    assert [row["name"] for row in json.loads(path.read_text())["figures"]] == ["a"]


@pytest.mark.skipif(not binding.load_library(), reason="there is no C compiler")
def test_rate_arithmetic_and_real_time_factor_agree(monkeypatch):
    monkeypatch.setattr(bench_engine, "sgemm_peak", lambda threads: threads * 1e12)
    hp, peaks = create_hparams("tiny"), {}
    rate, arithmetic, real_time = bench_engine.measure_engine("tiny", 3, 40, "float32", peaks)
    assert arithmetic.value == pytest.approx(rate.value * 2e-9 * multiplies_per_sample(hp))
    assert real_time.value == pytest.approx(rate.value / hp.sample_rate)
    (threads, peak), = peaks.items()
    assert (threads, peak) == (int(rate.unit.split()[-2]), threads * 1e12)
    assert rate.ratio_to_limit == arithmetic.ratio_to_limit == pytest.approx(
        arithmetic.value * 1e9 / peak)
    assert real_time.ratio_to_limit is None


@pytest.mark.skipif(not binding.supports("int8"), reason="this CPU has no int8 kernels")
def test_integer_arithmetic_has_no_ratio_to_the_sgemm_peak():
    results = bench_engine.measure_engine("tiny", 1, 40, "int8", {})
    assert [result.ratio_to_limit for result in results] == [None] * 3
    assert results[1].unit == "GOP/s"


@pytest.mark.skipif(not binding.supports("int8"), reason="this CPU has no int8 kernels")
def test_the_automatic_precision_is_compared_with_the_faster_one():
    for int8_rate, ratio in ((500.0, 1.0), (50.0, 0.5)):
        result = bench_engine.automatic_result("tiny", 1, {"float32": 100.0, "int8": int8_rate})
        assert result.name == "WaveNet tiny, auto: int8, one stream" and result.value == ratio


@pytest.mark.skipif(not binding.supports("float32", "avx2"), reason="this CPU has no AVX2")
def test_the_peak_is_measured_with_the_kernels_for_this_cpu(monkeypatch):
    """Old OpenBLAS takes new CPUs for one without AVX; the engine would exceed that peak."""
    environments = []

    class Process(object):
        def __init__(self, command, stdout, env):
            environments.append(env)

        def communicate(self):
            return b"2e9\n", None

    monkeypatch.setattr(sgemm_peak.subprocess, "Popen", Process)
    assert sgemm_peak.sgemm_peak(3) == 6e9
    kernels = "SkylakeX" if binding.supports("float32", "avx512") else "Haswell"
    assert [environment["OPENBLAS_CORETYPE"] for environment in environments] == 3 * [kernels]
    assert {environment["OPENBLAS_NUM_THREADS"] for environment in environments} == {"1"}


def test_the_peak_grows_with_the_threads():
    one, two = sgemm_peak.sgemm_peak(1), sgemm_peak.sgemm_peak(2)
    assert 1e8 < one < two < 4 * one


@pytest.mark.parametrize("upsampling", ["transposed", "subpixel"])
def test_a_sample_multiplies_by_every_weight_and_by_its_share_of_the_condition(upsampling):
    hp = create_hparams("small", "wavenet_upsample_type=%s" % upsampling)
    kernels = {name: np.prod(shape) for name, shape in weights.variable_shapes(hp, 0).items()
               if not name.endswith("bias") and "upsampling" not in name}
    condition = sum(size for name, size in kernels.items() if "condition" in name)
    others = sum(size for name, size in kernels.items()
                 if "condition" not in name and "input" not in name)
    neighbours, taps = 3, {"transposed": 2, "subpixel": 3}[upsampling]
    mixed = hp.wavenet_layers * 2 * hp.wavenet_dilation_channels * neighbours * taps
    assert multiplies_per_sample(hp) == pytest.approx(
        others + mixed + neighbours * condition / hp.wavenet_upsample_scales[-1])


def test_winograd_saves_a_third_of_the_multiplications_of_three_taps():
    hp = create_hparams("reference")
    gates = 2 * hp.wavenet_dilation_channels
    dilated = hp.wavenet_layers * 3 * hp.wavenet_residual_channels * gates
    assert weights.uses_winograd(hp, "float32") and not weights.uses_winograd(hp, "int8")
    assert (multiplies_per_sample(hp) - multiplies_per_sample(hp, winograd=True)
            == dilated / 3)


def test_start_up_is_measured_in_seconds_of_a_process_of_its_own(monkeypatch):
    monkeypatch.setattr(bench_startup, "RUNS", 1)
    wav, first, first_cpu = [result.value for result in bench_startup.measure()]
    assert 0.1 < first_cpu < wav and 0.1 < first
