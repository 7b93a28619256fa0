"""python -m datasets check finds planted defects, and nothing in clean clips."""
import contextlib
import io
import json
import os
import re
import runpy
import shutil
import signal as signals
import sys

import numpy as np
import pytest
import soundfile
from conftest import CLIPS as _CLIPS, SENTENCES, harmonic_tone, write_recording
from scipy import signal

import korean
import preprocess
from audio import speaker_encoder
from common.errors import InputError
from common.hparam_set import create_hparams
from datasets import __main__ as program
from datasets import speaker_groups
from datasets.check import check_page, duplicates, findings
from datasets.check.check_report import render_json, render_text
from datasets.check.corpus_check import check_folder, parse_transcript
from datasets.check.findings import robust_z_scores
from datasets.check.measurements import ENVELOPE_SECTIONS, CheckItem, measure_recording
from datasets.corpus import exclude_utterances, read_corpus


def _report(folder, hparams=""):
    """The JSON report on a folder."""
    hp = create_hparams("small", hparams)
    return json.loads(render_json(check_folder(str(folder), "auto", hp, 1)))


def _finding_types(report):
    return {(finding["id"], finding["kind"]) for finding in report["findings"]}


def _actions(report):
    return {(finding["id"], finding["kind"]): finding["action"] for finding in report["findings"]}


def _measure(path, hp):
    return measure_recording(CheckItem("x", "가", str(path), None, None), hp)


class _Corpus(object):
    """A copy of the bundled clips, in which defects are planted."""

    def __init__(self, folder):
        self.folder = str(folder)
        shutil.copytree(_CLIPS, self.folder)

    def path(self, name, extension=".flac"):
        return os.path.join(self.folder, name + extension)

    def change_audio(self, name, change, rate=16000):
        samples, _ = soundfile.read(self.path(name))
        soundfile.write(self.path(name), change(samples), rate)

    def change_text(self, name, change):
        with open(self.path(name, ".txt"), encoding="utf-8") as file:
            text = file.read().strip()
        with open(self.path(name, ".txt"), "w", encoding="utf-8") as file:
            file.write(change(text))


def _plant_defects(corpus):
    """Plant defects, each in its own clips. Returns the (id, type) that should be found."""
    random = np.random.RandomState(7)
    corpus.change_audio("0001", lambda samples: np.clip(6 * samples, -0.9, 0.9))
    corpus.change_audio(
        "0002", lambda samples: samples + 0.06 * random.standard_normal(len(samples)))
    corpus.change_text("0003", lambda text: "제 찻잔을 못 보셨어요? 옥수수가 참 맛있네요!")  # of other clips
    corpus.change_text("0004", lambda text: " \n")
    shutil.copy(corpus.path("0005"), corpus.path("0006"))
    with open(corpus.path("0007"), "r+b") as file:
        file.truncate(9000)
    corpus.change_audio("0008", lambda samples: np.concatenate(
        [samples[:12000], np.zeros(24000), samples[12000:]]))
    corpus.change_audio("0009", lambda samples: np.concatenate([np.zeros(24000), samples]))
    corpus.change_audio("0010", lambda samples: signal.resample_poly(samples, 1, 2), rate=8000)
    corpus.change_text("0011", lambda text: text + " 𐌰 ♥")
    corpus.change_text("0012", lambda text: text[:len(text) // 2])
    corpus.change_audio("0013", lambda samples: samples[:len(samples) // 2])
    soundfile.write(corpus.path("0015"), np.concatenate(                    # a disguised copy
        [np.zeros(3000), 0.4 * soundfile.read(corpus.path("0014"))[0]]), 16000)
    shutil.copy(corpus.path("0014", ".txt"), corpus.path("0015", ".txt"))
    os.remove(corpus.path("0016", ".txt"))
    os.remove(corpus.path("0017"))
    return {("0001", "clipping"), ("0002", "noise"), ("0003", "too much text"),
            ("0004", "empty transcript"), ("0005", "same recording"), ("0006", "same recording"),
            ("0007", "unreadable file"), ("0008", "long pause"), ("0009", "silence around"),
            ("0010", "sample rate or channels"), ("0011", "unreadable characters"),
            ("0012", "too little text"), ("0013", "too much text"), ("0015", "same recording")}


@pytest.fixture(scope="module")
def defective(tmp_path_factory):
    """(corpus, folder of the page and the list, (id, type) planted, report, page)."""
    folder = tmp_path_factory.mktemp("check")
    corpus, out = _Corpus(folder / "defective"), str(folder / "out")
    planted, stdout = _plant_defects(corpus), io.StringIO()
    with contextlib.redirect_stdout(stdout):
        program.main(["check", corpus.folder, "--out", out, "--preset", "small", "--json",
                      "--workers", "1"])
    with open(os.path.join(out, "check.html"), encoding="utf-8") as file:
        return corpus, out, planted, json.loads(stdout.getvalue()), file.read()


# -- findings -----------------------------------------------------------------------------------

def test_every_planted_defect_is_found(defective):
    _, _, planted, report, _ = defective
    assert planted - _finding_types(report) == set()
    assert report["without_transcript"] == ["0016.flac"]
    assert report["without_recording"] == ["0017.txt"]


def test_other_findings_are_consequences_of_planted_defects(defective):
    _, _, planted, report, _ = defective
    # a truncated clip is also short, for example
    assert _finding_types(report) - planted <= {
        ("0013", "cut at the edge"), ("0015", "level"), ("0008", "duration"), ("0009", "duration"),
        ("0013", "duration")}


def test_serious_defects_are_to_be_dropped(defective):
    _, _, _, report, _ = defective
    assert report["drop"] == ["0001", "0002", "0003", "0004", "0005", "0006", "0007", "0011",
                              "0012", "0013", "0015"]
    actions = _actions(report)
    assert actions["0009", "silence around"] == "note"        # preprocessing trims it
    assert actions["0008", "long pause"] == actions["0010", "sample rate or channels"] == "look"
    assert 0 < report["usable_hours"] < report["hours_without_silence"] < report["hours"]


def test_half_a_text_and_half_a_recording_are_found_if_the_pace_varies(tmp_path):
    """Jamo per second are not enough: half a text in fast speech has the rate of slow speech."""
    corpus = _Corpus(tmp_path / "corpus")
    paces = np.linspace(0.75, 1.3, 24)[np.random.RandomState(3).permutation(24)]
    names = ["%04d" % number for number in range(1, 25)]
    for name, pace in zip(names, paces):
        corpus.change_audio(
            name, lambda samples: signal.resample_poly(samples, 100, int(100 * pace)))
    assert _report(corpus.folder)["findings"] == []
    by_pace = [name for _, name in sorted(zip(paces, names))]
    fast, slow = by_pace[-3], by_pace[2]
    corpus.change_text(fast, lambda text: text[:len(text) // 2])
    corpus.change_audio(slow, lambda samples: samples[:int(0.55 * len(samples))])
    found = _finding_types(_report(corpus.folder))
    assert (fast, "too little text") in found
    assert {(slow, "too much text"), (slow, "cut at the edge")} & found
    assert {utterance_id for utterance_id, _ in found} == {fast, slow}


@pytest.mark.parametrize("pace", [70, 100, 140])
def test_syllable_peaks_are_about_the_number_of_syllables_at_any_pace(tmp_path, hp, pace):
    peaks = syllables = 0
    for name in ("0002", "0009", "0017"):
        samples, rate = soundfile.read(os.path.join(_CLIPS, name + ".flac"))
        soundfile.write(str(tmp_path / "a.wav"), signal.resample_poly(samples, 100, pace), rate)
        peaks += _measure(tmp_path / "a.wav", hp).syllable_peaks
        with open(os.path.join(_CLIPS, name + ".txt"), encoding="utf-8") as file:
            syllables += len(re.findall("[가-힣]", file.read()))
    assert 0.75 < peaks / syllables < 1.25


def test_clean_clips_have_no_findings():
    report = _report(_CLIPS)
    assert report["findings"] == [] and report["drop"] == []
    # the transcripts in tests/clips do not contain these
    assert report["jamo_never"]["initial"] == ["ㄸ"] and "ㅢ" in report["jamo_never"]["vowel"]
    assert 12 < report["figures"]["speaking rate"]["median"] < 14
    assert report["files"] == [{"rate": 16000, "channels": 1, "recordings": 24}]


def test_the_exclude_list_contains_what_should_be_dropped(defective, tmp_path, capsys):
    corpus, out, _, report, _ = defective
    exclude_list = os.path.join(out, "exclude.txt")
    remaining, excluded, unknown = exclude_utterances(
        read_corpus(corpus.folder).utterances, exclude_list)
    assert excluded == report["drop"] and unknown == []
    assert len(remaining) == 22 - len(excluded)
    preprocess.main(["--corpus", corpus.folder, "--out", str(tmp_path), "--preset", "tiny",
                     "--workers", "1", "--exclude", exclude_list])
    assert "11 excluded\n" in capsys.readouterr().out


def test_the_text_report_names_the_defects(defective, hp):
    text = "\n".join(render_text(check_folder(defective[0].folder, "folder", hp, 2)))
    for words in ("22 recordings with transcript (folder)", "drop, or correct: 11 recordings",
                  "0004: the transcript is empty", "'𐌰' (U+10330, column", "0016.flac",
                  "0017.txt: has no recording", "0015: the same sound as 0014, which is kept",
                  "0006: the same file as 0005, with another transcript",
                  "s before speech; preprocessing",
                  "8000 Hz, 1 channel; most have 16000 Hz", "initial jamo that never occur:"):
        assert words in text


# -- the page --------------------------------------------------------------------------------------

def test_the_page_is_self_contained(defective):
    _, _, _, report, html = defective
    assert html.count("<img ") == html.count('src="data:image/png;base64,') == 2
    assert not re.search(r"(?:src|href)=\"(?!data:)|https?://|@import|url\((?!\"data:)|<script", html)
    assert all(finding["id"] in html for finding in report["findings"]) and "𐌰 ♥" in html


def test_the_page_escapes_ids_and_transcripts(make_corpus, hp, monkeypatch):
    monkeypatch.setattr(check_page, "_draw_plots", lambda report: [])
    folder = make_corpus({"a&b<i>": "<b>alert(1)</b>", "b": "가"})
    html = check_page.render_html(check_folder(folder, "auto", hp, 1))
    assert "<b>alert" not in html and "<i>" not in html
    assert "&lt;b&gt;alert" in html and "a&amp;b&lt;i&gt;" in html


def test_page_and_list_are_written_to_the_given_paths(make_corpus, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(check_page, "_draw_plots", lambda report: [])
    exclude_list = str(tmp_path / "my list.txt")
    program.main(["check", make_corpus({"a": "하나", "b": "𐌰"}), "--out", str(tmp_path / "out"),
                  "--exclude-list", exclude_list, "--workers", "1"])
    stdout = capsys.readouterr().out
    assert os.listdir(str(tmp_path / "out")) == ["check.html"]
    assert "--exclude %s\n" % exclude_list in stdout and "check.html" in stdout
    with open(exclude_list, encoding="utf-8") as file:
        lines = file.read().splitlines()
    assert lines[-1] == "b"
    assert lines[-2].startswith("# unreadable characters: no reading for '𐌰' (U+10330, column 1)")


def test_an_edited_list_is_kept_and_that_of_the_review_is_not_replaced(
        make_corpus, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(check_page, "_draw_plots", lambda report: [])
    corpus, out = make_corpus({"a": "하나", "b": "𐌰", "c": "𐌰"}), tmp_path / "out"
    check = ["check", corpus, "--out", str(out), "--workers", "1"]
    program.main(check)
    program.main(check)
    assert sorted(os.listdir(str(out))) == ["check.html", "exclude.txt"]
    edited = (out / "exclude.txt").read_text(encoding="utf-8").replace("\nc\n", "\n")
    (out / "exclude.txt").write_text(edited, encoding="utf-8")
    program.main(check)
    assert (out / "exclude.txt.old-1").read_text(encoding="utf-8") == edited
    assert "exclude.txt was edited; it is kept as" in capsys.readouterr().err
    with pytest.raises(InputError, match="has what was dropped in the review"):
        program.main(check + ["--exclude-list", os.path.join(corpus, "exclude.txt")])


def test_what_was_dropped_in_the_review_is_not_checked(make_corpus, hp):
    corpus = make_corpus({"a": "하나", "b": "𐌰"})
    with open(os.path.join(corpus, "exclude.txt"), "w", encoding="utf-8") as file:
        file.write("b\n")
    report = check_folder(corpus, "auto", hp, 1)
    assert [recording.item.id for recording in report.recordings] == ["a"]
    assert ("b", "is listed in %s" % os.path.join(corpus, "exclude.txt")) in report.skipped


# -- a store ---------------------------------------------------------------------------------------

def test_a_store_and_the_texts_that_were_recorded_more_than_once(tmp_path):
    corpus = tmp_path / "corpus"
    for number in range(40):
        write_recording(corpus / ("%02d.wav" % number), 0.6 + 0.01 * number, pitch=100 + number)
        (corpus / ("%02d.txt" % number)).write_text(SENTENCES[number % 10], encoding="utf-8")
    (corpus / "40.txt").write_text("소리가 없다.", encoding="utf-8")
    store = str(tmp_path / "store")
    preprocess.main(["--corpus", str(corpus), "--out", store, "--preset", "tiny", "--workers", "1"])
    report = _report(store)
    assert report["format"] == "store" and report["recordings"] == 40
    assert report["without_recording"] == ["40.txt"] and len(report["same_text"]) == 10


def test_damaged_arrays_of_a_store_are_found(tmp_path, make_corpus):
    store = str(tmp_path / "store")
    preprocess.main(["--corpus", make_corpus({"a": "하나", "b": "둘"}), "--out", store,
                     "--preset", "tiny", "--workers", "1"])
    name = sorted(os.listdir(os.path.join(store, "examples")))[0]
    with open(os.path.join(store, "examples", name), "r+b") as file:
        file.truncate(500)
    assert ("a", "unreadable file") in _finding_types(_report(store))


# -- fit for adaptation ----------------------------------------------------------------------------

def _narrow(samples):
    """16 kHz samples after a transmission at 8 kHz."""
    return signal.resample_poly(signal.resample_poly(samples, 1, 2), 2, 1)


def test_recordings_without_the_upper_half_of_the_band_are_noted_at_any_sample_rate(tmp_path, hp):
    corpus = _Corpus(tmp_path / "corpus")
    assert not any("muffled" in note for note in _report(corpus.folder)["notes"])
    for number in range(1, 14):
        corpus.change_audio("%04d" % number, _narrow)
    note, = [note for note in _report(corpus.folder)["notes"] if "muffled" in note]
    assert "like those at 8 kHz or by telephone" in note and "up to 7600 Hz" in note
    assert 4000 <= _measure(corpus.path("0001"), hp).bandwidth <= 4750
    assert _measure(corpus.path("0020"), hp).bandwidth > 7000


def test_few_recordings_are_noted_with_what_to_record(make_corpus):
    notes = _report(make_corpus({name: "하나" for name in "abcd"}))["notes"]
    assert any("recordings are usable: record at least 5 sentences of 3 to 8" in note
               for note in notes)


def _embeddings(random, centre, count):
    """`count` embeddings [count, 256] of norm 1 around a centre."""
    embeddings = np.maximum(0, centre + 0.05 * random.standard_normal([count, 256]))
    return embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)


def test_two_groups_of_speaker_embeddings_are_found_and_one_is_not():
    random = np.random.RandomState(1)
    first, second = np.abs(random.standard_normal([2, 256])) * (random.uniform(size=[2, 256]) > 0.5)
    first, second = first / np.linalg.norm(first), second / np.linalg.norm(second)
    one = _embeddings(random, first, 9)
    ids = ["%02d" % number for number in range(15)]
    assert speaker_groups.group_embeddings(ids[:9], one) is None
    assert speaker_groups.group_embeddings(ids[:3], one[[0, 0, 0]]) is None
    assert speaker_groups.group_embeddings(ids[:5], one[[0, 0, 0, 0, 0]]) is None
    two = np.concatenate([one, _embeddings(random, second, 6)])
    groups = speaker_groups.group_embeddings(ids, two)
    assert sorted(groups.ids, key=len) == [ids[9:], ids[:9]] and groups.is_clear
    # a second speaker who is similar
    near = 0.45 * first + 0.55 * second
    two = np.concatenate([one, _embeddings(random, near / np.linalg.norm(near), 6)])
    groups = speaker_groups.group_embeddings(ids, two)
    assert groups and not groups.is_clear
    assert "may have two speakers" in groups.describe()
    # a single recording that differs is no second speaker
    assert speaker_groups.group_embeddings(ids[:10], two[:10]) is None


def test_two_speakers_in_one_folder_are_noted_with_recordings_of_both(monkeypatch):
    def embed(samples, rate):
        """Tells the clips apart by their length."""
        return np.eye(2)[int(len(samples) > 1.8 * rate)]

    monkeypatch.setattr(speaker_groups.speaker_encoder, "is_available", lambda: True)
    monkeypatch.setattr(speaker_groups.speaker_encoder, "embed_utterance", embed)
    note, = [note for note in _report(_CLIPS)["notes"] if "two speakers" in note]
    assert note.startswith("the recordings have two speakers: 00") and "of the 24 compared" in note
    monkeypatch.setattr(speaker_groups.speaker_encoder, "embed_utterance",
                        lambda samples, rate: np.eye(2)[0])
    assert not any("two speakers" in note for note in _report(_CLIPS)["notes"])


@pytest.mark.skipif(not speaker_encoder.is_available(), reason=speaker_encoder.UNAVAILABLE)
def test_the_clips_of_one_synthetic_voice_and_of_two_are_told_apart(tmp_path):
    corpus = _Corpus(tmp_path / "corpus")
    assert not any("two speakers" in note for note in _report(corpus.folder)["notes"])
    for number in range(1, 11):      # deeper and slower
        corpus.change_audio("%04d" % number, lambda samples: signal.resample_poly(samples, 14, 10))
    assert any("two speakers" in note for note in _report(corpus.folder)["notes"])


# -- measurements ----------------------------------------------------------------------------------

def test_silences_are_measured(tmp_path, hp):
    sound, path = harmonic_tone(0.8), str(tmp_path / "a.wav")
    soundfile.write(path, np.concatenate([np.zeros(8000), sound, np.zeros(19200), sound,
                                          np.zeros(4800)]), 16000)
    measured = _measure(path, hp)
    for name, seconds in (("leading_silence", 0.5), ("longest_pause", 1.2), ("seconds", 3.6),
                          ("trailing_silence", 0.3), ("speech_seconds", 1.6),
                          ("longest_pause_start", 1.3)):
        assert abs(getattr(measured, name) - seconds) < 0.05
    assert measured.leading_kept < 0.1 and measured.trailing_kept < 0.1 and measured.flat_runs == 0


def test_noisy_silence_is_not_trimmed(tmp_path, hp):
    hiss = 0.02 * np.random.RandomState(1).standard_normal(24000)
    sound = np.concatenate([np.zeros(24000), 0.5 * harmonic_tone(1.0)])
    sound[:24000] += hiss
    soundfile.write(str(tmp_path / "a.wav"), sound, 16000)
    measured = _measure(tmp_path / "a.wav", hp)
    assert abs(measured.leading_silence - 1.5) < 0.1 and measured.leading_kept > 1.3


@pytest.mark.parametrize("rate", [2000, 8000, 11025, 192000])
@pytest.mark.parametrize("samples", [
    harmonic_tone(0.06), harmonic_tone(2.0), np.eye(1, 16000, 7)[0], np.sign(harmonic_tone(0.5)),
    np.repeat([0.0, 0.5], 8000)])
def test_every_sound_can_be_measured(tmp_path, hp, samples, rate):
    soundfile.write(str(tmp_path / "a.wav"), np.tile(samples, max(1, rate // 8000)), rate)
    with np.errstate(all="raise"):
        measured = _measure(tmp_path / "a.wav", hp)
    numbers = [value for value in measured if isinstance(value, (int, float))]
    assert np.isfinite(numbers + list(measured.fingerprint)).all()
    assert measured.speech_seconds > 0 and len(measured.envelope) == ENVELOPE_SECTIONS
    assert 0 <= measured.leading_silence <= measured.seconds
    assert 0 <= measured.trailing_silence <= measured.seconds


@pytest.mark.parametrize("gain, clipped", [(0.9, False), (2, True), (3, True)])
@pytest.mark.parametrize("resampled", [False, True])
def test_clipping_is_detected(tmp_path, hp, gain, clipped, resampled):
    samples, rate = soundfile.read(os.path.join(_CLIPS, "0002.flac"))
    samples = np.clip(gain / np.abs(samples).max() * samples, -1, 1)
    if resampled:
        samples = 0.8 * signal.resample_poly(samples, 3, 2)
    soundfile.write(str(tmp_path / "a.wav"), samples, rate * 3 // 2 if resampled else rate)
    measured = _measure(tmp_path / "a.wav", hp)
    assert clipped == (measured.clipping_score > 1 if resampled else measured.flat_runs >= 10)


def test_the_signal_to_noise_ratio_is_measured(tmp_path, hp):
    samples, rate = soundfile.read(os.path.join(_CLIPS, "0001.flac"))
    for level, snr in ((0.1, 4), (0.01, 24)):
        noise = level * np.random.RandomState(3).standard_normal(len(samples))
        soundfile.write(str(tmp_path / "a.wav"), samples + noise, rate)
        assert abs(_measure(tmp_path / "a.wav", hp).snr_db - snr) < 4


@pytest.mark.parametrize("gains, loss, is_found", [
    ([1, 0], 0, False), ([1, 1], -3, False), ([1, 0, 0, 0], 0, False), ([1, -0.9], 22.6, True)])
def test_channels_cancel_only_if_their_average_is_quieter_than_that_of_unrelated_ones(
        tmp_path, hp, gains, loss, is_found):
    """A corpus in stereo with one silent channel is not to be dropped."""
    tone = harmonic_tone(1.0)
    soundfile.write(str(tmp_path / "a.wav"), tone[:, None] * gains, 16000)
    (tmp_path / "a.txt").write_text("오늘은 맑다", encoding="utf-8")
    measured = _measure(tmp_path / "a.wav", hp)
    assert measured.mixing_loss_db == pytest.approx(loss, abs=0.1)
    found = {finding.type for finding in findings.collect_findings(
        [findings.CheckedRecording(CheckItem("a", "오늘은", "", None, None),
                                   parse_transcript("오늘은", korean.TextNormalizer()),
                                   measured, None)], [])}
    assert ("channels cancel" in found) == is_found


def test_recordings_that_cannot_be_measured_are_reported_and_the_others_checked(
        tmp_path, monkeypatch):
    corpus = _Corpus(tmp_path / "corpus")
    soundfile.write(corpus.path("0001"), np.zeros(61 * 4000), 4000)
    measure = measure_recording

    def kill_at_2(item, hp):
        if item.id == "0002":
            os.kill(os.getpid(), signals.SIGKILL)
        return measure(item, hp)

    monkeypatch.setattr("datasets.check.corpus_check.measure_recording", kill_at_2)
    report = _report(corpus.folder)
    assert report["drop"] == ["0001", "0002"] and len(report["findings"]) == 2
    reasons = [finding["reason"] for finding in report["findings"]]
    assert "is longer than 60 seconds; cut it into clips" in reasons[0]
    assert "the process that worked on it was ended twice" in reasons[1]


@pytest.mark.parametrize("samples, message", [
    (np.zeros(16000), "contains only silence$"), (np.ones(16000), "contains only silence$"),
    (np.ones(10), "shorter than a frame"),
    (harmonic_tone(1.0)[:, None] * [1, -1], "after mixing its channels: they cancel each other")])
def test_recordings_without_speech_raise_errors(tmp_path, hp, samples, message):
    soundfile.write(str(tmp_path / "a.wav"), samples, 16000)
    with pytest.raises(InputError, match="a.wav: .*" + message):
        _measure(tmp_path / "a.wav", hp)


def test_duplicates_are_found_despite_level_noise_rate_and_sign(tmp_path, hp):
    samples, rate = soundfile.read(os.path.join(_CLIPS, "0001.flac"))
    noise = 0.005 * np.random.RandomState(4).standard_normal(len(samples))
    soundfile.write(str(tmp_path / "copy.wav"),
                    signal.resample_poly(-0.3 * (samples + noise), 147, 160), 14700)
    paths = [os.path.join(_CLIPS, "0001.flac"), str(tmp_path / "copy.wav"),
             os.path.join(_CLIPS, "0010.flac")]
    items = [CheckItem(path, "가", path, None, None) for path in paths]
    assert (0, 1) in duplicates.find_candidates([measure_recording(item, hp) for item in items])
    assert duplicates.is_same_sound(items[:2]) and not duplicates.is_same_sound(items[1:])


def test_pairs_are_joined_to_groups():
    assert duplicates.group_pairs(7, [(0, 3), (3, 5), (1, 2)]) == [[0, 3, 5], [1, 2]]
    assert duplicates.group_pairs(3, []) == []


def test_robust_z_scores_are_not_changed_by_outliers():
    usual = list(np.linspace(0.9, 1.1, 21))
    assert robust_z_scores(usual + [50])[-1] > 100
    assert np.abs(robust_z_scores(usual + [50])[:-1]).max() < 2.5
    assert (robust_z_scores([1, 2, 300]) == 0).all()


def test_a_transcript_lists_all_unreadable_characters():
    transcript = parse_transcript("가𐌰나 ♥", korean.TextNormalizer())
    assert transcript.unreadable == [(2, "𐌰")] and len(transcript.jamo) == 4
    assert parse_transcript("", korean.TextNormalizer()) == ("", "", [])


# -- bad input -------------------------------------------------------------------------------------

@pytest.mark.parametrize("arguments, message", [
    ([], "the following arguments are required: "), (["check"], "required: DIR"),
    (["repair", "."], "invalid choice: 'repair'"),
    (["check", "nowhere"], "there is no such folder"),
    (["check", _CLIPS, "--format", "kss"], "is not in the format kss"),
    (["check", _CLIPS, "--workers", "0"], "integer from 1"),
    (["check", _CLIPS, "--hparams", "hopp=1"], "no hyper-parameter of that name")])
def test_bad_options(arguments, message):
    with pytest.raises(InputError, match=message):
        program.main(arguments)


def test_the_program_ends_with_one_line_and_status_2(tmp_path, monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "datasets.__main__")
    monkeypatch.setattr(sys, "argv", ["datasets", "check", str(tmp_path / "none")])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("datasets", run_name="__main__")
    out, err = capsys.readouterr()
    assert caught.value.code == 2 and out == "" and err.count("\n") == 1
    assert err.startswith("error: ") and "there is no such folder" in err


def test_words_of_the_lexicon_are_no_reason_to_drop_a_recording(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number in range(6):
        write_recording(tmp_path / "corpus" / ("%d.wav" % number), seconds=1.0, pitch=150 + number)
        (tmp_path / "corpus" / ("%d.txt" % number)).write_text("이건 ㄹㅈㄷ 가나다 %d" % number,
                                                               encoding="utf-8")
    (tmp_path / "own.tsv").write_text("ㄹㅈㄷ\t레전드\n", encoding="utf-8")

    def unreadable(folder, lexicon=None):
        report = check_folder(folder, "auto", create_hparams("tiny"), 1, lexicon)
        return [finding for finding in report.findings if finding.type == "unreadable characters"]

    assert unreadable("corpus") and not unreadable("corpus", {"ㄹㅈㄷ": "레전드"})
    preprocess.main(["--corpus", "corpus", "--out", "store", "--preset", "tiny", "--lexicon",
                     "own.tsv"])
    assert not unreadable("store")
    program.main(["check", "corpus", "--preset", "tiny", "--lexicon", "own.tsv"])
    assert "no reading for" not in (tmp_path / "logs/check/corpus/exclude.txt").read_text(
        encoding="utf-8")
