"""Evaluation: distances match their definitions, and better audio has better figures."""
import os
import types

import numpy as np
import pytest
from conftest import CLIPS, run_main

import audio
import evaluate
import korean
from common import files
from common.errors import InputError
from common.hparam_set import create_hparams
from datasets.store import load_store
from evaluation import (distances, evaluation_report, held_out, intelligibility, measure, rendering,
                        speaker_similarity, systems, world)
from evaluation.evaluation_page import render_report
from evaluation.evaluation_report import estimate_mean, estimate_share
from korean.utterances import split_into_utterances
from synthesis import text_lines
from tacotron2 import alignment_plot
from tacotron2.synthesizer import MelOutput
from tools import demo_corpus, pictures
from tools.demo_corpus import __main__ as demo_corpus_program

needs_world = pytest.mark.skipif(not world.is_available(), reason=world.UNAVAILABLE)


@pytest.fixture(scope="module")
def small():
    return create_hparams("small")


@pytest.fixture(scope="module")
def clip(small):
    return audio.pad_to_hop(audio.load_recording(os.path.join(CLIPS, "0001.flac"), small), small)


def analysis(cepstra, f0):
    return world.Analysis(np.array(f0, float), None, None, np.array(cepstra, float))


def test_mel_cepstral_distortion_follows_its_formula_and_ignores_the_level():
    recorded = np.random.RandomState(0).standard_normal([30, 1 + world.CEPSTRUM_ORDER])
    recorded[:, 0] = 0
    identity = np.eye(1 + world.CEPSTRUM_ORDER)
    other = recorded + 0.01 * identity[3] + 7 * identity[0]
    distortion, cents, voicing = distances.world_distances(
        analysis(other, [200.0] * 15 + [0.0] * 15), analysis(recorded, [100.0] * 30))
    assert distortion == pytest.approx(10 / np.log(10) * 0.01)
    assert cents == pytest.approx(1200), "an octave"
    assert voicing == pytest.approx(0.5)


def test_pauses_of_the_recording_are_ignored():
    recorded = np.random.RandomState(0).standard_normal([30, 1 + world.CEPSTRUM_ORDER])
    recorded[:, 0] = np.where(np.arange(30) < 20, 0, -20)       # 87 dB lower
    other = recorded + np.where(np.arange(30) < 20, 0, 0.1)[:, None]
    analyses = [analysis(cepstra, [100.0] * 30) for cepstra in (other, recorded)]
    assert distances.world_distances(*analyses)[0] == 0


def test_frames_are_aligned_by_time_warping():
    slow = np.repeat(np.random.RandomState(0).standard_normal([20, 5]), 3, axis=0)
    path = distances.dtw_path(slow, slow[::3])
    assert (slow[path[:, 0]] == slow[::3][path[:, 1]]).all() and len(path) == 60


@needs_world
def test_the_cepstrum_of_world_has_the_scale_that_the_formula_expects():
    """A ripple of 3 dB along the mel axis has an RMS of 3 / √2 dB."""
    import pyworld
    ripple = np.zeros([40, 1 + world.CEPSTRUM_ORDER])
    ripple[:, 4] = 3 / np.sqrt(2) * np.log(10) / 10
    envelopes = [pyworld.decode_spectral_envelope(each, 16000, 1024)
                 for each in (ripple, 0 * ripple)]
    decibels = 10 * np.log10(envelopes[0][0] / envelopes[1][0])
    assert np.abs(decibels).max() == pytest.approx(3, abs=0.01)
    coded = [pyworld.code_spectral_envelope(each, 16000, 1 + world.CEPSTRUM_ORDER)
             for each in envelopes]
    distortion = distances.world_distances(*[analysis(each, [100.0] * 40) for each in coded])[0]
    assert distortion == pytest.approx(3 / np.sqrt(2), abs=0.02)


def test_every_distance_grows_from_recording_to_griffin_lim_to_noise(clip, small):
    example = types.SimpleNamespace(audio=clip, mel=audio.melspectrogram(clip, small))
    computed = {system: distances.compute_distances(samples, clip, small)
                for system, samples in systems.synthesize_baselines(example, small).items()}
    names = ("log_mel_distance_db", "energy_error_db") + (
        ("mcd_db", "vuv_error") if world.is_available() else ())
    for name in names:
        recording, inverted, noise = [getattr(computed[system], name)
                                      for system in ("recording", "griffin-lim", "noise")]
        assert 0 == recording < inverted < noise, name
    assert np.isnan(computed["noise"].f0_rmse_cents), "noise is unvoiced"
    if world.is_available():
        assert computed["world"].mcd_db < computed["griffin-lim"].mcd_db
    else:
        assert np.isnan(computed["griffin-lim"].mcd_db)


def diagonal(n_symbols, steps_each=3):
    return np.repeat(np.eye(n_symbols), steps_each, axis=0)


TEXT_IDS = [2, 21, 2, 21, 2, 21, 2, 21, 1]      # 가가가가 and the end symbol


@pytest.mark.parametrize("fault,alignment,stopped", [
    (None, diagonal(9), True), ("missed_stop", diagonal(9), False),
    ("skip", np.delete(diagonal(9), [9, 10, 11], axis=0), True),
    ("repeat", np.concatenate([diagonal(9)[:18], diagonal(9)[3:]]), True)])
def test_each_alignment_fault_is_detected(fault, alignment, stopped):
    figures = measure.alignment_figures([(TEXT_IDS, MelOutput(None, diagonal(9), True)),
                                         (TEXT_IDS, MelOutput(None, alignment, stopped))])
    assert [name for name in ("skip", "repeat", "missed_stop") if figures[name]] == (
        [fault] if fault else [])
    assert figures["fault_free"] == (fault is None)


def test_confidence_intervals_follow_their_formulas():
    assert estimate_share([0] * 100)[:3] == pytest.approx((0, 0, 0.0370), abs=1e-4)
    assert estimate_share([1] * 99 + [0])[:3] == pytest.approx((0.99, 0.9455, 0.9982), abs=1e-4)
    values = np.random.RandomState(0).normal(5, 2, 400)
    estimate = estimate_mean(values)
    assert estimate.mean == pytest.approx(values.mean()) and estimate == estimate_mean(values)
    # for so many values, the bootstrap interval is that of the normal distribution
    assert (estimate.ci_low, estimate.ci_high) == pytest.approx(
        values.mean() + np.array([-1.96, 1.96]) * values.std() / 20, abs=0.03)


def test_an_error_rate_is_that_of_all_letters_together():
    figures = [{"synthesis": {"cer": 1.0, "n_letters": 2}},
               {"synthesis": {"cer": 0.0, "n_letters": 38}}]
    assert evaluation_report.estimate_metrics(figures)["cer"]["synthesis"].mean == 2 / 40.0


def test_systems_in_unexpected_order_are_reported():
    figures = [{system: {"mcd_db": value} for system, value in (
        ("recording", 0.0), ("world", 3.0 + 0.1 * i), ("griffin-lim", 1.0), ("noise", 20.0))}
               for i in range(5)]
    assert evaluation_report.find_order_violations(figures) == [("mcd_db", "griffin-lim", "world")]


def test_error_rates_of_recognition_are_relative_to_the_text():
    assert intelligibility.keep_letters("네, 맞아요. 3개!") == "네맞아요3개"
    assert len(intelligibility.letters_to_jamo("닭이 3")) == 5
    pytest.importorskip("editdistance")
    assert intelligibility.edit_error_rate("닭이운다", "닭은운다") == 0.25
    assert intelligibility.edit_error_rate("", "네") == 1


def test_the_hundred_unseen_sentences_are_not_in_the_demo_corpus():
    lines = files.read_lines(os.path.join(os.path.dirname(demo_corpus.__file__), "unseen.txt"))
    assert len(lines) == len(set(lines)) == 100
    assert not set(lines) & set(demo_corpus_program.corpus_sentences())
    texts = text_lines.normalize_lines("unseen.txt", lines, korean.TextNormalizer(), strict=True)
    assert sum(text.endswith("?") for text in texts) >= 25
    assert sum(written != read for written, read in zip(lines, texts)) >= 25, "numbers, and Latin"
    assert sum(len(split_into_utterances(text)) > 1 for text in texts) >= 25


# -- the program ----------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def evaluated(stores, trained, tmp_path_factory):
    """A folder with text.txt and, in out/, an evaluation of four sentences and its two lines."""
    folder = tmp_path_factory.mktemp("evaluated")
    (folder / "text.txt").write_text("가자!\n\n비가 온다.\n", encoding="utf-8")
    run_main(evaluate.main, "--tacotron", trained["tacotron"], "--vocoder", trained["vocoder"],
             "--data", stores[0], "--data", stores[1], "--unseen", "--sentences", 2,
             "--rated", 1, "--text", folder / "text.txt", "--out", folder / "out")
    return folder


def test_an_evaluation_writes_figures_a_page_and_a_wav_of_every_system(evaluated):
    result = files.read_json(str(evaluated / "out" / "evaluation.json"))
    names = [name for name in systems.SYSTEMS if name != "base-speaker" and
             (name != "world" or world.is_available())]
    distance = result["metrics"]["log_mel_distance_db"]["systems"]
    assert sorted(distance) == sorted(names)
    assert distance["recording"]["mean"] == 0
    assert distance["noise"]["count"] == 4
    assert result["metrics"]["fault_free"]["systems"]["synthesis"]["count"] == 4
    assert result["text"]["metrics"]["focus"]["systems"]["synthesis"]["count"] == 2
    assert set(result["metrics"]) | set(result["unavailable"]) >= {
        "mcd_db", "speaker_similarity", "naturalness_mos", "jamo_error_rate"}
    page = (evaluated / "out" / "evaluation.html").read_text(encoding="utf-8")
    folders = os.listdir(str(evaluated / "out" / "sentences"))
    assert sorted(folder[:3] for folder in folders) == ["one", "one", "two", "two"]
    assert result["summary"]["sentences"] == 4
    assert set(result["speakers"]) == {"one", "two"}
    two = result["speakers"]["two"]
    assert two["summary"]["sentences"] == 2
    assert two["metrics"]["log_mel_distance_db"]["systems"]["griffin-lim"]["count"] == 2
    for folder in folders:
        for system in names:
            wav = "sentences/%s/%s.wav" % (folder, system)
            assert os.path.exists(str(evaluated / "out" / wav)) and 'src="%s"' % wav in page
            comment = audio.read_wav_info(str(evaluated / "out" / wav))[0]
            assert comment.startswith("a recording" if system == "recording" else "synthetic")


def test_the_page_escapes_text_and_lists_every_metric_and_fault(evaluated):
    page = (evaluated / "out" / "evaluation.html").read_text(encoding="utf-8")
    for text in ("log-mel distance [dB]", "lower is better", "4 held-out sentences", "missed stop",
                 "alignment of 2 lines", "95 % confidence intervals", "data:font/woff;base64,"):
        assert text in page
    assert page.count("data:image/png;base64,") == 1 + 2 * 4
    # speakers, systems, systems of each speaker, text, players
    assert page.count("<table>") == page.count("</table>") == 6
    report = evaluation_report.create_text_report("<b>", ["가<나"],
                                                  [{"synthesis": {"skip": 1.0}}], None)
    page = render_report(evaluation_report.create_report("a & b", "", None, [], [], 1, {}, report))
    assert "a &amp; b" in page and "&lt;b&gt;" in page and "skip</span>: 가&lt;나" in page


def test_finished_sentences_are_neither_synthesized_nor_measured_again(evaluated, stores, trained):
    class FailingVoice(object):
        def with_speaker(self, name):
            raise AssertionError("a sentence is synthesized")

    voice = types.SimpleNamespace(
        hp=create_hparams("tiny"), speakers=["one", "two"],
        normalizer=load_store(stores[0]).normalizer,
        tacotron_run=types.SimpleNamespace(folder="run"))
    sentences = held_out.select_sentences([load_store(path) for path in stores], voice, 2,
                                          unseen=True)
    out = str(evaluated / "out")
    rendering.render_sentences(out, sentences, FailingVoice(), None, 1)
    centroids = {"one": 0, "two": 0} if speaker_similarity.is_available() else {}
    job = measure.MeasureJob(out, sentences[0].sentence, None, centroids, True)
    assert "log_mel_distance_db" in measure.measure_sentence(job)["noise"]


@pytest.mark.parametrize("options,message", [
    ((), "nothing to evaluate"), (("--data", "{folder}/nowhere"), "is not an example store"),
    (("--text", "{folder}/marks.txt", "--out", "{folder}/other"), "to pronounce"),
    (("--text", "{folder}/text.txt", "--seed", 2), "other values of checkpoints, data, runs, seed"),
    (("--text", "{folder}/text.txt", "--speaker", "three"), "one, two"),
    (("--text", "{folder}/text.txt", "--base", "{folder}"), "stores with --against STORE")])
def test_invalid_options_are_refused(evaluated, trained, options, message):
    (evaluated / "marks.txt").write_text("?!...\n", encoding="utf-8")
    options = [str(option).format(folder=evaluated) for option in options]
    with pytest.raises(InputError) as error:
        run_main(evaluate.main, "--tacotron", trained["tacotron"], "--vocoder", "griffin-lim",
                 "--out", evaluated / "out", *options)
    assert message in str(error.value)


def test_an_evaluation_of_another_format_is_not_continued(tmp_path):
    (tmp_path / "sentences").mkdir()
    with pytest.raises(InputError, match="other values of format, seed"):
        systems.prepare_output_folder(str(tmp_path), {"seed": 1})
    (tmp_path / "sentences").rmdir()
    systems.prepare_output_folder(str(tmp_path), {"seed": 1})
    systems.prepare_output_folder(str(tmp_path), {"seed": 1})


def test_pictures_show_initial_middle_and_last_alignments_mels_and_curves(tmp_path, trained):
    (tmp_path / "eval").mkdir()
    with pytest.raises(InputError, match="of 0 evaluations"):
        pictures.find_alignments(str(tmp_path))
    for step in (10, 20, 30, 90, 100):
        for name in ("sentences-one-1-alignment", "sentences-2-alignment", "held-out-7-mel"):
            path = tmp_path / "eval" / ("%07d-%s.png" % (step, name))
            path.write_bytes(alignment_plot.alignment_png(np.eye(4), list("가가"), "가가"))
    number, alignments = pictures.find_alignments(str(tmp_path))
    assert number == 2
    assert [step for step, _ in alignments] == [30, 100]
    assert all("sentences-2" in path for _, path in alignments)
    mels = np.zeros([9, 4]), np.zeros([7, 4])
    for png in (pictures.join_alignments_png(alignments),
                pictures.untrained_alignment_png(trained["tacotron"], 2),
                pictures.curves_png(trained["tacotron"], trained["vocoder"]),
                pictures.compare_mels_png(mels[0], mels[1], "가", 4.0)):
        assert png[:4] == b"\x89PNG"
    with pytest.raises(InputError, match="has no history.jsonl"):
        pictures.curves_png(str(tmp_path))
