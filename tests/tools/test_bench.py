"""The figures of a machine: what is kept of them."""
import json

import numpy as np
import pytest

from common.hparam_set import create_hparams
from tools.bench import bench_engine as engine, bench_reading as reading, bench_report as report
from wavenet_vocoder.engine import binding, weights
from wavenet_vocoder.engine.vocoder import multiplies_per_sample


def test_texts_are_forty_syllables_long():
    for text in reading._texts({"sentence"})[:50]:
        read = reading.korean.TextNormalizer().normalize(text).text
        assert sum("가" <= letter <= "힣" for letter in read) >= reading.SYLLABLES


def test_a_rate_is_that_of_the_median_run():
    assert report.median_rate(10, [1.0, 2.0, 50.0]) == 5.0
    taken = report.seconds(lambda: sum(range(1000)), runs=3)
    assert len(taken) == 3 and min(taken) >= 0


def test_new_figures_replace_old_ones_of_their_name_and_stack(tmp_path, capsys, monkeypatch):
    path = str(tmp_path / "logs" / "bench.json")
    report.save(path, [report.Figure("a", 1.0, "x/s", 0.5, 3), report.Figure("b", 2.0, "x/s", 0.5, 3)])
    monkeypatch.setattr(report, "STACK", "other")
    report.save(path, [report.Figure("a", 7.0, "x/s", 0.5, 3)])
    monkeypatch.undo()
    report.save(path, [report.Figure("a", 3.0, "x/s", 0.25, 3)])
    with open(path, encoding="utf-8") as file:
        stored = json.load(file)
    assert stored["machine"] == report.machine()
    assert sorted((row["name"], row["stack"], row["value"]) for row in stored["figures"]) == sorted([
        ("a", report.STACK, 3.0), ("a", "other", 7.0), ("b", report.STACK, 2.0)])
    assert {row["ratio_to_limit"] for row in stored["figures"] if row["value"] == 3.0} == {0.25}


def test_figures_of_another_machine_are_not_kept(tmp_path):
    path = tmp_path / "bench.json"
    path.write_text(json.dumps({"machine": {"cores": 99}, "figures": [
        {"name": "b", "stack": report.STACK, "value": 1, "unit": "", "ratio_to_limit": 1}]}))
    report.save(str(path), [report.Figure("a", 3.0, "x/s", 0.25, 3)])
    assert [row["name"] for row in json.loads(path.read_text())["figures"]] == ["a"]


class Limit(object):
    def gflops(self):
        return 2.0


@pytest.mark.skipif(not binding.load_library(), reason="there is no C compiler")
def test_arithmetic_and_real_time_are_those_of_the_samples_a_second():
    hp = create_hparams("tiny")
    rate, arithmetic, real_time = engine._of_engine("tiny", 3, 40, "float32", Limit())
    assert arithmetic.value == pytest.approx(rate.value * 2e-9 * multiplies_per_sample(hp))
    assert real_time.value == pytest.approx(rate.value / hp.sample_rate)
    threads = int(rate.unit.split()[-2])
    # medians are each of their own runs
    assert rate.ratio_to_limit == pytest.approx(arithmetic.value / (2.0 * threads), rel=1e-6)


@pytest.mark.parametrize("upsampling", ["transposed", "subpixel"])
def test_a_sample_takes_every_weight_once_and_its_share_of_the_condition(upsampling):
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


def test_two_samples_of_three_taps_share_a_third_of_their_products():
    hp = create_hparams("reference")
    dilated = hp.wavenet_layers * 3 * hp.wavenet_residual_channels * 2 * hp.wavenet_dilation_channels
    assert weights.uses_winograd(hp, "float32") and not weights.uses_winograd(hp, "int8")
    assert multiplies_per_sample(hp) - multiplies_per_sample(hp, winograd=True) == dilated / 3
