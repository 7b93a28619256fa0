"""Evaluation of several speakers and of cloned voices: texts, recordings, speaker similarity."""
import os
import types

import numpy as np
import pytest
from conftest import run_main, write_recording

import audio
import evaluate
import korean
import preprocess
from common import files
from common.errors import InputError
from datasets import batches
from datasets.store import load_store
from evaluation import evaluation_report, held_out, speaker_similarity, speaker_summary


@pytest.fixture
def loaded(stores):
    return [load_store(path) for path in stores]


def make_voice(hp, speakers, fraction=0.3):
    run = types.SimpleNamespace(folder="run", hp=hp, validation_hash_limit=fraction)
    normalizer = types.SimpleNamespace(to_jamo=korean.to_jamo)
    return types.SimpleNamespace(hp=run.hp, speakers=speakers, tacotron_run=run, vocoder_run=None,
                                 normalizer=normalizer)


def texts_of(sentences, speaker=None):
    return [each.sentence.text for each in sentences
            if speaker in (None, each.sentence.speaker) and each.voice_speaker]


def with_texts(store, start, stop):
    """A store with a part of the utterances."""
    store.utterances = store.utterances[start:stop]
    return store


def test_only_texts_that_no_speaker_was_trained_on_are_selected(loaded, hp):
    voice = make_voice(hp, ["one", "two"])
    training, validation = batches.split_train_validation(loaded, 0.3)
    sentences = held_out.select_sentences(loaded, voice)
    assert texts_of(sentences) and not set(texts_of(sentences)) & {i.row.text for i in training}
    assert set(texts_of(sentences)) == {item.row.text for item in validation}
    assert [each.sentence.speaker for each in sentences[:4]] == ["one", "two"] * 2


def test_texts_of_another_speaker_complete_those_that_a_speaker_recorded(loaded, hp):
    one, two = with_texts(loaded[0], 0, 6), loaded[1]
    n_held_out = len(batches.split_train_validation([one, two], 0.5)[1])
    sentences = held_out.select_sentences([one, two], make_voice(hp, ["one", "two"], 0.5), 20,
                                          ["one"])
    recorded = [each for each in sentences if each.row and each.voice_speaker]
    read = [each for each in sentences if not each.row]
    further = [each for each in sentences if not each.voice_speaker]
    assert recorded and read and {each.sentence.speaker for each in sentences} == {"one"}
    # texts that both recorded count once, and the recordings include those of training texts
    assert len(texts_of(sentences)) == len(set(texts_of(sentences))) < n_held_out
    assert len(recorded) + len(further) == 6
    assert len({each.sentence.name for each in sentences}) == len(sentences)
    assert [bool(each.row) for each in held_out.select_sentences(
        [one, two], make_voice(hp, ["one", "two"], 0.5), len(recorded), ["one"])] == (
            [True] * len(recorded))


def test_of_a_part_of_the_stores_only_certain_texts_are_selected(loaded, hp):
    # the split of this store alone would hold out one text, which may be in the training
    alone = [with_texts(loaded[0], 0, 3)]
    fraction = 0.5 * min(batches.text_hash(item) for item in
                         batches.split_train_validation(alone, 0.0)[1])
    with pytest.raises(InputError, match="the voice was trained on all its texts; give --sent"):
        held_out.select_sentences(alone, make_voice(hp, ["one", "two"], fraction))
    assert held_out.select_sentences(alone, make_voice(hp, ["one"], fraction))
    with pytest.raises(InputError, match="no text is held out of training; give the stores of all"):
        held_out.select_sentences(alone, make_voice(hp, ["one", "two"], fraction), 5)


def test_training_texts_of_the_base_voice_are_excluded(loaded, hp):
    clone, base = make_voice(hp, ["one"], 0.9), make_voice(hp, ["two"], 0.3)
    trained = {item.row.text for item in batches.split_train_validation(loaded[1:], 0.3)[0]}
    alone = texts_of(held_out.select_sentences(loaded[:1], clone))
    assert set(alone) & trained
    assert set(texts_of(held_out.select_sentences(loaded[:1], clone, base_stores=loaded[1:],
                                                  base=base))) == set(alone) - trained


def test_stores_that_do_not_fit_the_voice_are_refused(loaded, hp):
    voice = make_voice(hp, ["three", "four"])
    with pytest.raises(InputError, match="does not know the speaker one; .*: three, four"):
        held_out.select_sentences(loaded, voice)
    sentences = held_out.select_sentences(loaded, voice, 2, ["three"])
    assert [each.voice_speaker for each in sentences] == 4 * ["three"]
    with pytest.raises(InputError, match="--speaker four: no store given by --data has this"):
        held_out.select_sentences(loaded, make_voice(hp, ["one", "two", "four"]), 2,
                                  ["one", "four"])
    with pytest.raises(InputError, match="two stores have the speaker one"):
        held_out.select_sentences(loaded[:1], make_voice(hp, ["one"]), base=voice,
                                  base_stores=loaded[:1])
    voice.hp = hp.replace(fmax=7000.0)
    with pytest.raises(InputError, match="fmax is 7600.0 in .*one but 7000.0 in run"):
        held_out.select_sentences(loaded, voice)


def test_a_recording_is_not_compared_with_itself():
    embeddings = {"a": {"1": np.array([1.0, 0]), "2": np.array([0, 1.0])},
                  "b": {"1": np.array([1.0, 0])}}
    centroids = speaker_similarity.find_centroids(embeddings, ("a", "1"))
    assert centroids["a"].tolist() == [0, 1] and centroids["b"].tolist() == [1, 0]
    assert speaker_similarity.measure_similarities(np.array([0.6, 0.8]), "a", centroids) == {
        "speaker_similarity": 0.8, "other_speaker_similarity": 0.6, "speaker_identified": 1.0}
    without = speaker_similarity.find_centroids(embeddings, ("b", "1"))
    assert "b" not in without
    assert speaker_similarity.measure_similarities(np.ones(2), "b", without) == {}


def test_a_summary_compares_the_synthesis_with_the_recordings():
    def estimates(metric, **systems):
        return {metric: {name.replace("_", "-"): evaluation_report.estimate_mean([value])
                         for name, value in systems.items()}}

    by_metric = dict(estimates("speaker_similarity", recording=0.8, synthesis=0.6),
                     **estimates("cer", recording=0.2, synthesis=0.25))
    by_metric.update(estimates("naturalness_mos", recording=4.0, synthesis=3.0, copy_synthesis=3.5,
                               griffin_lim=3.25))
    summary, total = speaker_summary.summarize_speakers({"a": by_metric}, by_metric,
                                                        {"a": ("b", 0.5)})
    assert (summary.speaker, summary.nearest_speaker, total.speaker) == ("a", "b", "total")
    assert summary.similarity_ratio == pytest.approx(0.75)
    assert summary.cer_difference == pytest.approx(0.05)
    assert (summary.mos_ratio, summary.copy_synthesis_mos, summary.griffin_lim_mos) == (
        0.75, 3.5, 3.25)
    assert summary.fault_free is None and summary.griffin_lim_mcd_db is None
    header, row, _ = speaker_summary.format_summaries([summary, total])
    assert len(header) == len(row) and "0.750" in row and "faultless" not in header


def spectral_embedding(samples, sample_rate):
    """A stand-in for the speaker encoder: voices of different pitch have different spectra."""
    spectrum = np.abs(np.fft.rfft(samples, 2048))[:256]
    return spectrum / np.linalg.norm(spectrum)


def test_a_cloned_voice_is_compared_with_the_nearest_base_speaker(stores, trained, tmp_path,
                                                                 monkeypatch):
    monkeypatch.setattr(speaker_similarity, "is_available", lambda: True)
    monkeypatch.setattr(speaker_similarity, "embed_utterance", spectral_embedding)
    for number, text in enumerate(("나무가 크다.", "바다로 간다.", "나무가 크다.", "눈이 온다.")):
        stem = tmp_path / "corpus" / str(number)
        write_recording("%s.wav" % stem, seconds=0.4, pitch=212 + number)
        stem.with_suffix(".txt").write_text(text, encoding="utf-8")
    preprocess.main(["--corpus", str(tmp_path / "corpus"), "--out", str(tmp_path / "three"),
                     "--speaker", "three", "--preset", "tiny"])
    run_main(evaluate.main, "--tacotron", trained["tacotron"], "--vocoder", "griffin-lim",
             "--data", tmp_path / "three", "--speaker", "one", "--sentences", 5,
             "--against", stores[0], "--against", stores[1],
             "--base", os.path.dirname(trained["tacotron"]), "--out", tmp_path / "out")
    result = files.read_json(str(tmp_path / "out" / "evaluation.json"))
    summary = result["speakers"]["three"]["summary"]
    assert summary["nearest_speaker"] == "two" and summary["base_speaker_similarity"] > 0
    assert summary["recordings"] == 4, "also the second recording of a text"
    assert summary["sentences"] == 3 + 1, "three recorded texts, and one that the base held out"
    assert result["metrics"]["fault_free"]["systems"]["base-speaker"]["count"] == 4
    assert result["metrics"]["log_mel_distance_db"]["systems"]["synthesis"]["count"] == 3
    page = (tmp_path / "out" / "evaluation.html").read_text(encoding="utf-8")
    assert "nearest other speaker" in page and "base speaker" in page
    path = [str(tmp_path / "out" / "sentences" / name / "base-speaker.wav")
            for name in sorted(os.listdir(str(tmp_path / "out" / "sentences")))]
    assert [os.path.exists(each) for each in path].count(True) == 4
    assert "base speaker" in audio.read_wav_info(path[0])[0]
