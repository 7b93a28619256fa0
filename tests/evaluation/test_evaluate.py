"""The yardstick: known distances have the figures of their definitions, better sound better ones."""
import os
import types
from multiprocessing.pool import ThreadPool

import numpy as np
import pytest
from conftest import CLIPS, run_main

import audio
import evaluate
import korean
from common import files
from common.errors import InputError
from common.hparam_set import create_hparams
from datasets import batches
from datasets.store import load_store
from evaluation import (choosing, closeness, faults, intelligibility, ladder,
                        likeness, measuring, speaking, summary, world)
from korean.utterances import split_into_utterances
from synthesis import text_lines
from tacotron2.synthesizer import MelOutput
from tools import demo_corpus, pictures
from tools.demo_corpus import __main__ as corpus
from training import training_plots

needs_world = pytest.mark.skipif(not world.is_there(), reason=world.ABSENT)


@pytest.fixture(scope="module")
def small():
    return create_hparams("small")


@pytest.fixture(scope="module")
def clip(small):
    return audio.pad_to_hop(audio.load_recording(os.path.join(CLIPS, "0001.flac"), small), small)


def analysis(cepstra, f0):
    return world.Analysis(np.array(f0, float), None, None, np.array(cepstra, float))


def test_cepstral_distortion_is_that_of_its_formula_and_leaves_out_the_level():
    recorded = np.random.RandomState(0).standard_normal([30, 1 + world.ORDER])
    recorded[:, 0] = 0
    other = recorded + 0.01 * np.eye(1 + world.ORDER)[3] + 7 * np.eye(1 + world.ORDER)[0]
    distortion, cents, voicing = closeness.world_distances(
        analysis(other, [200.0] * 15 + [0.0] * 15), analysis(recorded, [100.0] * 30))
    assert distortion == pytest.approx(10 / np.log(10) * 0.01)
    assert cents == pytest.approx(1200), "an octave"
    assert voicing == pytest.approx(0.5)


def test_pauses_of_the_recording_do_not_count():
    recorded = np.random.RandomState(0).standard_normal([30, 1 + world.ORDER])
    recorded[:, 0] = np.where(np.arange(30) < 20, 0, -20)       # 87 dB lower
    other = recorded + np.where(np.arange(30) < 20, 0, 0.1)[:, None]
    of = [analysis(cepstra, [100.0] * 30) for cepstra in (other, recorded)]
    assert closeness.world_distances(*of)[0] == 0


def test_time_is_warped_before_anything_is_compared():
    slow = np.repeat(np.random.RandomState(0).standard_normal([20, 5]), 3, axis=0)
    path = closeness.warped(slow, slow[::3])
    assert (slow[path[:, 0]] == slow[::3][path[:, 1]]).all() and len(path) == 60


@needs_world
def test_the_cepstrum_of_world_has_the_scale_that_the_formula_takes():
    """A ripple of 3 dB on the mel axis, whose effective value is 3 / √2 dB."""
    import pyworld
    ripple = np.zeros([40, 1 + world.ORDER])
    ripple[:, 4] = 3 / np.sqrt(2) * np.log(10) / 10
    envelopes = [pyworld.decode_spectral_envelope(each, 16000, 1024)
                 for each in (ripple, 0 * ripple)]
    decibels = 10 * np.log10(envelopes[0][0] / envelopes[1][0])
    assert np.abs(decibels).max() == pytest.approx(3, abs=0.01)
    coded = [pyworld.code_spectral_envelope(each, 16000, 1 + world.ORDER) for each in envelopes]
    found = closeness.world_distances(*[analysis(each, [100.0] * 40) for each in coded])[0]
    assert found == pytest.approx(3 / np.sqrt(2), abs=0.02)


def test_the_further_from_the_recording_the_larger_is_every_distance(clip, small):
    example = types.SimpleNamespace(audio=clip, mel=audio.melspectrogram(clip, small))
    made = ladder.without_network(example, small)
    found = {system: closeness.measured(samples, clip, small) for system, samples in made.items()}
    names = ("mel", "energy") + (("cepstral", "voicing") if world.is_there() else ())
    for name in names:
        recording, inverted, noise = [getattr(found[system], name)
                                      for system in ("recording", "griffin-lim", "noise")]
        assert 0 == recording < inverted < noise, name
    assert found["noise"].pitch != found["noise"].pitch, "nothing of it is voiced"
    if world.is_there():
        assert found["world"].cepstral < found["griffin-lim"].cepstral
    else:
        assert np.isnan(found["griffin-lim"].cepstral)


def diagonal(letters, steps_each=3):
    return np.repeat(np.eye(letters), steps_each, axis=0)


SPOKEN = [2, 21, 2, 21, 2, 21, 2, 21, 1]        # 가가가가, and the end


@pytest.mark.parametrize("kind,alignment,stopped", [
    (None, diagonal(9), True), ("missed_stop", diagonal(9), False),
    ("skip", np.delete(diagonal(9), [9, 10, 11], axis=0), True),
    ("repeat", np.concatenate([diagonal(9)[:18], diagonal(9)[3:]]), True)])
def test_every_fault_of_an_alignment_is_found(kind, alignment, stopped):
    figures = faults.of_parts([(SPOKEN, MelOutput(None, diagonal(9), True)),
                               (SPOKEN, MelOutput(None, alignment, stopped))])
    assert [name for name in ("skip", "repeat", "missed_stop") if figures[name]] == (
        [kind] if kind else [])
    assert figures["faultless"] == (kind is None)


def test_intervals_are_those_of_their_formulas():
    assert summary.share([0] * 100)[:3] == pytest.approx((0, 0, 0.0370), abs=1e-4)
    assert summary.share([1] * 99 + [0])[:3] == pytest.approx((0.99, 0.9455, 0.9982), abs=1e-4)
    values = np.random.RandomState(0).normal(5, 2, 400)
    found = summary.mean(values)
    assert found.mean == pytest.approx(values.mean()) and found == summary.mean(values)
    # of so many, the bootstrap finds what the normal distribution says
    assert (found.low, found.high) == pytest.approx(
        values.mean() + np.array([-1.96, 1.96]) * values.std() / 20, abs=0.03)


def test_a_ladder_out_of_order_is_told():
    figures = [{"recording": {"mel": 0.0}, "world": {"mel": 3.0 + 0.1 * i},
                "griffin-lim": {"mel": 1.0}, "noise": {"mel": 20.0}} for i in range(5)]
    assert summary.inversions(figures) == [("mel", "griffin-lim", "world")]


def test_errors_of_recognition_are_shares_of_the_text():
    assert intelligibility.letters("네, 맞아요. 3개!") == "네맞아요3개"
    assert len(intelligibility.jamo("닭이 3")) == 5
    pytest.importorskip("editdistance")
    assert intelligibility.error("닭이운다", "닭은운다") == 0.25
    assert intelligibility.error("", "네") == 1


def test_the_sentences_of_other_kinds_are_a_hundred_that_no_corpus_has():
    lines = files.read_lines(os.path.join(os.path.dirname(demo_corpus.__file__), "unseen.txt"))
    assert len(lines) == len(set(lines)) == 100
    assert not set(lines) & set(corpus.corpus_sentences(4000))
    texts = text_lines.normalize_lines("unseen.txt", lines, korean.TextNormalizer(), strict=True)
    assert sum(text.endswith("?") for text in texts) >= 25
    assert sum(written != read for written, read in zip(lines, texts)) >= 25, "numbers, and Latin"
    assert sum(len(split_into_utterances(text)) > 1 for text in texts) >= 25


# the program

@pytest.fixture
def here(monkeypatch):
    """Sentences are measured in this process."""
    monkeypatch.setattr(measuring, "workers", lambda count: ThreadPool(1))


@pytest.fixture(scope="module")
def evaluated(stores, trained, tmp_path_factory):
    """An evaluation of three sentences, and of two lines of a text."""
    folder = tmp_path_factory.mktemp("evaluated")
    (folder / "text.txt").write_text("가자!\n\n비가 온다.\n", encoding="utf-8")
    workers, measuring.workers = measuring.workers, lambda count: ThreadPool(1)
    try:
        run_main(evaluate.main, "--tacotron", trained["tacotron"], "--vocoder", trained["vocoder"],
             "--data", stores[0], "--data", stores[1], "--unseen", "--sentences", 3, "--rated", 1,
             "--text", folder / "text.txt", "--out", folder / "out")
    finally:
        measuring.workers = workers
    return folder


def test_an_evaluation_leaves_figures_a_page_and_sounds_of_every_system(evaluated):
    told = files.read_json(str(evaluated / "out" / "evaluation.json"))
    systems = [name for name in ladder.SYSTEMS if name != "world" or world.is_there()]
    assert sorted(told["metrics"]["mel"]["systems"]) == sorted(systems)
    assert told["metrics"]["mel"]["systems"]["recording"]["mean"] == 0
    assert told["metrics"]["mel"]["systems"]["noise"]["count"] == 3
    assert told["metrics"]["faultless"]["systems"]["synthesis"]["count"] == 3
    assert told["text"]["metrics"]["focus"]["systems"]["synthesis"]["count"] == 2
    assert set(told["metrics"]) | set(told["absent"]) >= {"cepstral", "likeness", "naturalness",
                                                          "jamo_error"}
    page = (evaluated / "out" / "evaluation.html").read_text(encoding="utf-8")
    names = os.listdir(str(evaluated / "out" / "sentences"))
    assert sorted(name[:3] for name in names) == ["one", "one", "two"]
    for name in names:
        for system in systems:
            sound = "sentences/%s/%s.wav" % (name, system)
            assert os.path.exists(str(evaluated / "out" / sound)) and sound in page
            said = audio.read_wav_info(str(evaluated / "out" / sound))[0]
            assert said.startswith("a recording" if system == "recording" else "synthetic")


def test_what_is_done_is_not_done_again(evaluated, stores, trained):
    class Fails(object):
        def with_speaker(self, name):
            raise AssertionError("asked to speak")

    speaker = types.SimpleNamespace(
        hp=create_hparams("tiny"), speakers=["one", "two"],
        normalizer=load_store(stores[0]).normalizer, runs=[types.SimpleNamespace(folder="run")])
    chosen, _ = choosing.chosen([load_store(path) for path in stores], speaker, 3, None, True)
    out = str(evaluated / "out")
    speaking.bring_into_sound(out, chosen, Fails(), None, 1)
    job = measuring.Job(out, chosen[0].sentence, None, {"one": 0, "two": 0} if
                        likeness.is_there() else {}, True)
    assert "mel" in measuring.figures(job)["noise"]


def test_sentences_that_were_trained_on_are_not_asked_for(stores, hp):
    run = types.SimpleNamespace(folder="run")
    speaker = types.SimpleNamespace(hp=hp.replace(validation_fraction=0.3), speakers=["one", "two"],
                                    normalizer=load_store(stores[0]).normalizer, runs=[run])
    loaded = [load_store(path) for path in stores]
    trained = {(item.store.speaker, item.row.id) for item in batches.split_train_validation(loaded, 0.3)[0]}
    chosen, references = choosing.chosen(loaded, speaker)
    assert chosen and not trained & {(one.store.speaker, one.row.id) for one in chosen}
    assert {one.sentence.speaker for one in chosen} == {"one", "two"} == set(references)
    for store, rows in references.values():
        assert {(store.speaker, row.id) for row in rows} <= trained
    speaker.speakers = ["three"]
    with pytest.raises(InputError, match="speaker one, whom the voice does not know.*: three"):
        choosing.chosen(loaded, speaker)
    chosen, _ = choosing.chosen(loaded, speaker, 4, "three")
    assert [one.speaker for one in chosen] == 4 * ["three"]
    speaker.hp = hp.replace(fmax=7000.0)
    with pytest.raises(InputError, match="fmax is 7600.0 in .*one but 7000.0 in run"):
        choosing.chosen(loaded, speaker)


@pytest.mark.parametrize("options,says", [
    ((), "nothing to speak"), (("--data", "{folder}/nowhere"), "is no example store"),
    (("--text", "{folder}/marks.txt", "--out", "{folder}/other"), "nothing to speak"),
    (("--text", "{folder}/text.txt", "--seed", 2), "other values of data, runs, seed"),
    (("--text", "{folder}/text.txt", "--speaker", "three"), "one, two")])
def test_an_evaluation_that_cannot_be_is_refused(evaluated, trained, here, options, says):
    (evaluated / "marks.txt").write_text("?!...\n", encoding="utf-8")
    options = [str(option).format(folder=evaluated) for option in options]
    with pytest.raises(InputError) as refusal:
        run_main(evaluate.main, "--tacotron", trained["tacotron"], "--vocoder", "griffin-lim",
             "--out", evaluated / "out", *options)
    assert says in str(refusal.value)


def test_pictures_of_a_run_are_those_of_its_middle_and_end_beside_the_untrained(tmp_path, trained):
    (tmp_path / "eval").mkdir()
    with pytest.raises(InputError, match="of 0 evaluations"):
        pictures.alignments(str(tmp_path))
    for step in (10, 20, 30, 90, 100):
        for name in ("sentences-one-1-alignment", "sentences-2-alignment", "held-out-7-mel"):
            path = tmp_path / "eval" / ("%07d-%s.png" % (step, name))
            path.write_bytes(training_plots.alignment_png(np.eye(4), list("가가"), "가가"))
    number, chosen = pictures.alignments(str(tmp_path))
    assert number == 2
    assert [step for step, _ in chosen] == [30, 100]
    assert all("sentences-2" in path for _, path in chosen)
    assert pictures.alignments_png(chosen)[:4] == b"\x89PNG"
    assert pictures.untrained_png(trained["tacotron"], 2)[:4] == b"\x89PNG"
    assert pictures.curves_png(trained["tacotron"], trained["vocoder"])[:4] == b"\x89PNG"
    with pytest.raises(InputError, match="has no history.jsonl"):
        pictures.curves_png(str(tmp_path))
    assert pictures.mels_png(np.zeros([9, 4]), np.zeros([7, 4]), "가", 4.0)[:4] == b"\x89PNG"
