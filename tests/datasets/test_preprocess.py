"""preprocess.py: contents of the store, excluded and skipped utterances, and repeated runs."""
import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import time
import unicodedata
from collections import OrderedDict

import numpy as np
import pytest
import soundfile
from conftest import ROOT, harmonic_tone, write_recording

import korean
import preprocess
from common import files
from common.errors import InputError
from common.folder_lock import FolderLock
from datasets import store_builder
from datasets.corpus import exclude_utterances, write_exclude_list
from datasets.store import load_store
from datasets.transcripts import Utterance
from hparams import RENAMED

_TEXTS = {"a": "하나", "b": "둘 셋", "c": "넷"}
_PROGRAM = os.path.join(ROOT, "preprocess.py")


@pytest.fixture
def out(tmp_path):
    return str(tmp_path / "store")


def _preprocess(corpus, out, *more):
    preprocess.main(["--corpus", corpus, "--out", out, "--preset", "tiny", "--workers", "2"]
                    + list(more))


def _write_text(corpus, stem, text):
    with open(os.path.join(corpus, stem + ".txt"), "w", encoding="utf-8") as file:
        file.write(text)


def _times(out):
    """{name: modification time in nanoseconds} of the files of a store."""
    return {name: os.stat(os.path.join(folder, name)).st_mtime_ns
            for folder, _, names in os.walk(out) for name in names if name != "skipped.txt"}


def _error(capfd, *arguments):
    """The error message on stderr of the program, which must exit with status 2."""
    status = subprocess.call([sys.executable, _PROGRAM] + list(arguments))
    out, err = capfd.readouterr()
    assert status == 2 and err.startswith("error: ") and err.count("\n") == 1, err
    return err


# -- valid input ----------------------------------------------------------------------------------

def test_the_store_is_sorted_aligned_and_named_after_the_folder(make_corpus, out, capsys, hp):
    _preprocess(make_corpus(_TEXTS, name="moon"), out)
    store = load_store(out)
    assert store.speaker == "moon" and [row.id for row in store.utterances] == ["a", "b", "c"]
    for row, seconds in zip(store.utterances, (0.3, 0.4, 0.5)):
        assert row.samples == row.frames * hp.hop_length
        assert 0 <= row.samples / hp.sample_rate - seconds < hp.hop_length / hp.sample_rate
    printed = capsys.readouterr().out
    assert "3 utterances" in printed and "speaker moon" in printed and "skipped" not in printed
    assert any(line.split() == ["shortest", "0.30", "s", "a"] for line in printed.split("\n"))
    assert any(line.split() == ["longest", "0.50", "s", "c"] for line in printed.split("\n"))


def test_an_impulse_in_a_recording_is_in_the_right_frame_of_the_store(tmp_path, out, hp):
    samples = 0.2 * harmonic_tone(1.0)
    samples[7777] = 1
    write_recording(tmp_path / "corpus/a.wav")
    soundfile.write(str(tmp_path / "corpus/a.wav"), samples, 16000)
    _write_text(str(tmp_path / "corpus"), "a", "가")
    _preprocess(str(tmp_path / "corpus"), out)
    store = load_store(out)
    arrays = store.load_example(store.utterances[0])
    position = np.argmax(arrays.audio)
    assert position == 7777 and np.argmax(arrays.mel[:, -1]) == position // hp.hop_length


def test_limit_and_speaker(make_corpus, out):
    _preprocess(make_corpus(_TEXTS), out, "--limit", "2", "--speaker", "나")
    store = load_store(out)
    assert (store.speaker, [row.id for row in store.utterances]) == ("나", ["a", "b"])


# -- --exclude -------------------------------------------------------------------------------------

def _write_list(folder, text):
    path = os.path.join(str(folder), "exclude.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def test_listed_ids_are_excluded_and_unknown_ids_reported(tmp_path, make_corpus, out, capsys):
    corpus = make_corpus(dict(_TEXTS, **{"소리 하나": "다섯", "#2": "여섯"}))
    exclude_list = _write_list(tmp_path, "# noisy\nb\n\n  # too long\n%s # cut\nnone\n./#2\r\n"
                               "gone  # why\n" % unicodedata.normalize("NFD", "소리 하나"))
    _preprocess(corpus, out, "--exclude", exclude_list, "--limit", "2")
    assert [row.id for row in load_store(out).utterances] == ["a", "c"]
    printed = capsys.readouterr().out
    assert "%s: 3 excluded; not in the corpus: none, gone  # why\n" % exclude_list in printed
    with open(os.path.join(out, "skipped.txt"), encoding="utf-8") as file:
        assert "b: excluded by %s\n" % exclude_list in file.read()


def test_utterances_return_when_the_exclude_list_is_omitted(tmp_path, make_corpus, out):
    corpus, exclude_list = make_corpus(_TEXTS), _write_list(tmp_path, "a\n")
    for more, expected in (([], "abc"), (["--exclude", exclude_list], "bc"), ([], "abc")):
        _preprocess(corpus, out, *more)
        assert [row.id for row in load_store(out).utterances] == list(expected)


def test_the_list_in_the_corpus_folder_is_always_used(tmp_path, make_corpus, out, capsys):
    corpus = make_corpus(_TEXTS)
    own, other = _write_list(corpus, "a\n"), _write_list(tmp_path, "a\nc\n")
    for more, expected in (([], "bc"), (["--exclude", own], "bc"), (["--exclude", other], "b")):
        _preprocess(corpus, out, *more)
        assert [row.id for row in load_store(out).utterances] == list(expected)
    printed = capsys.readouterr().out
    assert printed.count("%s: 1 excluded" % own) == 3
    assert "a: excluded by %s\n" % own in printed and "c: excluded by %s\n" % other in printed
    _write_list(corpus, "a\nb\n")
    with pytest.raises(InputError, match="%s and %s: excludes all 3" % (own, other)):
        _preprocess(corpus, out, "--exclude", other)


def test_a_written_exclude_list_can_be_read(tmp_path):
    path, ids = str(tmp_path / "list"), ["#2", "a", "b # c", "하나/둘"]
    write_exclude_list(path, OrderedDict((name, "why\n# so") for name in ids))
    utterances = [Utterance(name, None, None, None) for name in ids + ["why", "d"]]
    remaining, excluded, unknown = exclude_utterances(utterances, path)
    assert [item.id for item in remaining] == ["why", "d"]
    assert excluded == ids and unknown == []


@pytest.mark.parametrize("content, message", [
    ("a\nb\nc\n", "exclude.txt: excludes all 3 utterances"),
    (None, "exclude.txt: cannot be read .No such file")])
def test_an_unusable_exclude_list_raises_an_error(tmp_path, make_corpus, out, content, message):
    corpus, exclude_list = make_corpus(_TEXTS), os.path.join(str(tmp_path), "exclude.txt")
    if content:
        _write_list(tmp_path, content)
    with pytest.raises(InputError, match=message):
        _preprocess(corpus, out, "--exclude", exclude_list)


# -- a second run ----------------------------------------------------------------------------------

def test_a_second_run_changes_nothing(make_corpus, out):
    corpus = make_corpus(_TEXTS)
    _preprocess(corpus, out)
    before = _times(out)
    _preprocess(corpus, out)
    assert _times(out) == before


def test_a_store_with_old_setting_names_keeps_its_arrays(make_corpus, out):
    corpus, manifest_path = make_corpus(_TEXTS), os.path.join(out, "manifest.json")
    _preprocess(corpus, out)
    manifest, old_names = files.read_json(manifest_path), {new: old for old, new in RENAMED.items()}
    for group in ("audio", "preparation"):
        manifest[group] = {old_names.get(name, name): value
                           for name, value in manifest[group].items()}
    files.write_json(manifest_path, manifest)
    assert "hop" in files.read_json(manifest_path)["audio"]
    before = _times(out)
    _preprocess(corpus, out)
    assert _times(os.path.join(out, "examples")) == {
        name: time for name, time in before.items() if name.endswith(".npz")}
    assert "hop_length" in files.read_json(manifest_path)["audio"]


def test_only_changed_recordings_are_processed_again(make_corpus, out):
    corpus = make_corpus(_TEXTS)
    _preprocess(corpus, out)
    before, rows = _times(out), {row.id: row for row in load_store(out).utterances}
    write_recording(os.path.join(corpus, "a.wav"), seconds=0.8)
    _write_text(corpus, "b", "다섯")
    _preprocess(corpus, out)
    after, again = _times(out), {row.id: row for row in load_store(out).utterances}
    assert again["a"].source != rows["a"].source and again["a"].samples == 12800
    assert again["b"]._replace(text="", written="", jamo="") == rows["b"]._replace(
        text="", written="", jamo="") and again["b"].text == "다섯"
    assert again["c"] == rows["c"]
    kept = {os.path.basename(rows[name].file) for name in "bc"}
    assert all(after[name] == before[name] for name in kept)
    assert os.path.basename(rows["a"].file) not in after


def test_removed_recordings_are_removed_from_the_store(make_corpus, out):
    corpus = make_corpus(_TEXTS)
    _preprocess(corpus, out)
    os.remove(os.path.join(corpus, "b.wav"))
    _preprocess(corpus, out)
    assert [row.id for row in load_store(out).utterances] == ["a", "c"]
    assert len(os.listdir(os.path.join(out, "examples"))) == 2


def test_missing_and_damaged_arrays_are_restored(make_corpus, out):
    corpus = make_corpus(_TEXTS)
    _preprocess(corpus, out)
    before, rows = _times(out), load_store(out).utterances
    os.remove(os.path.join(out, rows[0].file))
    with open(os.path.join(out, rows[1].file), "wb"):
        pass
    _preprocess(corpus, out)
    store = load_store(out)
    assert store.utterances == rows and all(len(store.load_mel(row)) for row in rows)
    last = os.path.basename(rows[2].file)
    assert _times(out)[last] == before[last]


def test_a_recording_whose_processes_are_killed_is_skipped_and_named(make_corpus, out, monkeypatch,
                                                                     capsys):
    """As the kernel does when memory runs out."""
    corpus, make = make_corpus(_TEXTS), store_builder.make_example

    def kill_at_b(path, recording, hp):
        if recording.endswith("b.wav"):
            with open(path + ".99.part", "wb") as file:
                file.write(b"half an example")
            os.kill(os.getpid(), signal.SIGKILL)
        return make(path, recording, hp)

    monkeypatch.setattr(store_builder, "make_example", kill_at_b)
    _preprocess(corpus, out)
    assert [row.id for row in load_store(out).utterances] == ["a", "c"]
    assert "skipped: 1\n  b: the process that worked on it was ended" in capsys.readouterr().out
    before = _times(out)
    assert not any(name.endswith(".part") for name in before)
    monkeypatch.undo()
    _preprocess(corpus, out)
    after = _times(out)
    assert [row.id for row in load_store(out).utterances] == ["a", "b", "c"]
    assert all(after[name] == before[name] for name in before if name.endswith(".npz"))


@pytest.mark.parametrize("number, status", [
    (signal.SIGINT, 130), (signal.SIGHUP, 129), (signal.SIGKILL, -signal.SIGKILL)])
def test_a_run_that_is_ended_keeps_its_finished_examples(make_corpus, out, number, status):
    corpus = make_corpus({"%03d" % number: "가" for number in range(60)})
    process = subprocess.Popen(
        [sys.executable, _PROGRAM, "--corpus", corpus, "--out", out, "--preset", "tiny"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    examples = os.path.join(out, "examples")
    while not os.path.isdir(examples) or len(os.listdir(examples)) < 5:
        assert process.poll() is None
        time.sleep(0.01)
    if number == signal.SIGKILL:
        process.kill()      # not its worker processes
        for folder, name in ((out, "manifest.json"), (examples, "a-0123456789abcdef.npz")):
            with open(os.path.join(folder, name + ".99999999.part"), "w"):
                pass
    else:
        os.killpg(process.pid, number)
    err = process.communicate()[1].decode()     # ends when the workers end
    assert process.returncode == status and "Traceback" not in err
    finished = {name: mtime for name, mtime in _times(out).items() if name.endswith(".npz")}
    assert 5 <= len(finished) < 60
    _preprocess(corpus, out)
    after = _times(out)
    assert all(after[name] == mtime for name, mtime in finished.items()) and len(after) == 61


# -- a folder of others ----------------------------------------------------------------------------

def test_a_store_that_another_process_writes_is_not_touched(make_corpus, out, monkeypatch):
    corpus = make_corpus(_TEXTS)
    monkeypatch.setattr(preprocess, "_LOCK_WAIT", 0)
    os.mkdir(out)
    with contextlib.closing(FolderLock(out, "busy")):
        with pytest.raises(InputError, match="store: another preprocess.py is writing this store"):
            _preprocess(corpus, out)
    assert os.listdir(out) == []
    _preprocess(corpus, out)


def test_files_of_others_are_neither_deleted_nor_overwritten(make_corpus, out):
    corpus = make_corpus({"a": "하나"})
    os.mkdir(out)
    own = os.path.join(out, "skipped.txt")
    for path in (own, os.path.join(out, "examples", "my-arrays.npz")):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write("mine")
        with pytest.raises(InputError, match="files that preprocess.py did not write .*%s"
                           % os.path.basename(path)):
            _preprocess(corpus, out)
        with open(path) as file:
            assert file.read() == "mine"
        os.remove(path)
    with open(os.path.join(out, "notes.txt"), "w") as file:
        file.write("mine")
    _preprocess(corpus, out)
    assert os.path.exists(os.path.join(out, "notes.txt"))


def test_a_store_of_another_corpus_with_the_same_speaker_is_not_replaced(tmp_path, make_corpus,
                                                                         out):
    corpus = make_corpus(_TEXTS)
    _preprocess(corpus, out)
    before = _times(out)
    for name in _TEXTS:         # the same texts of another person
        write_recording(tmp_path / "other/corpus" / (name + ".wav"), pitch=260)
        _write_text(str(tmp_path / "other/corpus"), name, _TEXTS[name])
    with pytest.raises(InputError, match="store of another corpus, which has the speaker corpus, "
                                         "too: the corpus has none of its 3 recordings"):
        _preprocess(str(tmp_path / "other/corpus"), out)
    assert _times(out) == before
    os.rename(os.path.join(corpus, "c.wav"), os.path.join(corpus, "moved.wav"))
    os.rename(os.path.join(corpus, "c.txt"), os.path.join(corpus, "moved.txt"))
    for name in "ab":
        os.remove(os.path.join(corpus, name + ".wav"))
    _preprocess(corpus, out)
    assert [row.id for row in load_store(out).utterances] == ["moved"]


def test_an_unexpected_exception_is_not_hidden(make_corpus, out, monkeypatch):
    monkeypatch.setattr(store_builder, "make_example", lambda *arguments: 1 / 0)
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        _preprocess(make_corpus(_TEXTS), out)


# -- other settings --------------------------------------------------------------------------------

@pytest.mark.parametrize("more, message", [
    (["--hparams", "n_mels=40"], "n_mels is 20 in the store and 40 here"),
    (["--preset", "small"], "n_mels is 20 in the store and 80 here"),
    (["--preset", "reference"], "sample_rate is 16000 in the store and 24000 here"),
    (["--hparams", "trim_top_db=30"], "trim_top_db is 40.0 in the store and 30.0 here"),
    (["--speaker", "you"], "speaker is corpus in the store and you here"),
    (["--hparams", "pronounce=true"], "pronounce is False in the store and True here")])
def test_a_store_with_other_settings_is_not_overwritten(make_corpus, out, more, message):
    corpus = make_corpus({"a": "하나"})
    _preprocess(corpus, out)
    before = _times(out)
    with pytest.raises(InputError, match="store: contains a store with other .*" + message):
        _preprocess(corpus, out, *more)
    assert _times(out) == before


# -- text -----------------------------------------------------------------------------------------

def test_original_and_normalised_text_are_stored_and_rules_counted(make_corpus, out, capsys):
    _preprocess(make_corpus({"a": "개 3마리, 말 2마리", "b": "5층 “상점”", "c": "하나"}), out)
    rows = load_store(out).utterances
    assert [(row.written, row.text) for row in rows] == [
        ("개 3마리, 말 2마리", "개 세마리, 말 두마리"), ("5층 “상점”", "오층 '상점'"), ("하나", "하나")]
    printed = capsys.readouterr().out
    assert "changed by normalisation rules: counter 1, number 1, quotation mark 1" in printed


def test_pronunciation_and_lexicon_are_stored_and_applied(make_corpus, out, tmp_path):
    lexicon = tmp_path / "own.tsv"
    lexicon.write_text("SQL\t시퀄\n", encoding="utf-8")
    _preprocess(make_corpus({"a": "SQL 값이"}), out, "--hparams", "pronounce=true",
                "--lexicon", str(lexicon))
    store = load_store(out)
    assert [(row.text, row.jamo) for row in store.utterances] == [
        ("시퀄 값이", korean.to_jamo("시퀄 갑씨"))]
    assert store.normalizer.as_dict() == {"version": korean.VERSION, "pronounce": True,
                                          "lexicon": {"SQL": "시퀄"}}


# -- bad input -------------------------------------------------------------------------------------

def test_unusable_utterances_are_skipped_counted_and_reported(make_corpus, out, capsys):
    corpus = make_corpus(dict(_TEXTS, strange="나는 𐌰형", blank="  ", dots="...", zero="가", cut="가",
                              short="가", silent="가", text="가", slow="가", fast="가",
                              long="가"))
    with open(os.path.join(corpus, "zero.wav"), "wb"):
        pass
    with open(os.path.join(corpus, "cut.wav"), "r+b") as file:
        file.truncate(5000)
    write_recording(os.path.join(corpus, "short.wav"), seconds=0.01)
    soundfile.write(os.path.join(corpus, "silent.wav"), np.zeros(16000), 16000)
    with open(os.path.join(corpus, "text.wav"), "w") as file:
        file.write("not audio")
    write_recording(os.path.join(corpus, "unmatched.wav"))
    for name, rate in (("slow", 1), ("fast", 2 ** 31 - 1)):
        with open(os.path.join(corpus, name + ".wav"), "r+b") as file:
            file.seek(24)
            file.write(struct.pack("<I", rate))
    soundfile.write(os.path.join(corpus, "long.wav"), np.ones(61 * 4000), 4000, subtype="PCM_U8")
    _preprocess(corpus, out)
    assert [row.id for row in load_store(out).utterances] == ["a", "b", "c"]
    with open(os.path.join(out, "skipped.txt"), encoding="utf-8") as file:
        skipped = file.read()
    for sentence in ("strange.txt:1: column 4: '𐌰' (U+10330",
                     "blank.txt:1: the transcript of blank contains no readable text",
                     "dots.txt:1: the transcript of dots", "zero.wav: is empty",
                     "cut.wav: is truncated", "short.wav: is shorter than a frame",
                     "silent.wav: contains only silence", "text.wav: cannot be read",
                     "unmatched.wav: has no transcript", "slow.wav: has a sample rate of 1 Hz",
                     "fast.wav: has a sample rate of 2147483647 Hz; should be from",
                     "long.wav: is longer than 60 seconds; cut it into clips: python -m datasets"):
        assert sentence in skipped
    printed = capsys.readouterr().out
    assert "skipped: 12\n" in printed and all(line in printed for line in skipped.splitlines())


def test_recordings_at_8_khz_cause_a_warning(tmp_path, out, capsys):
    for rate in (8000, 16000):
        corpus = tmp_path / str(rate)
        write_recording(corpus / "a.wav", rate=rate)
        (corpus / "a.txt").write_text("하나", encoding="utf-8")
        _preprocess(str(corpus), out + str(rate))
        warning = capsys.readouterr().err
        assert ("muffled" in warning) == (rate == 8000) == (str(corpus) in warning)


def test_preset_adapt_is_refused_with_the_preset_to_give(make_corpus, out):
    with pytest.raises(InputError, match="base for voices/base"):
        _preprocess(make_corpus({"a": "하나"}), out, "--preset", "adapt")


def test_no_usable_utterance_is_an_error(make_corpus, out):
    with pytest.raises(InputError, match="none of 2 utterances can be used; a.txt:1: column 1"):
        _preprocess(make_corpus({"a": "𐌰", "b": "𐌱"}), out)
    assert not os.path.exists(os.path.join(out, "manifest.json"))


@pytest.mark.parametrize("more, message", [
    (["--hparams", "hopp=3"], "--hparams hopp: there is no hyper-parameter of that name"),
    (["--hparams", "hop_length=long"], "--hparams hop_length=long: should be a whole number"),
    (["--preset", "huge"], "invalid choice: 'huge'"),
    (["--format", "wave"], "invalid choice: 'wave'"),
    (["--workers", "0"], "'0': should be an integer from 1"),
    (["--limit", "many"], "'many': should be an integer from 1")])
def test_bad_options(make_corpus, out, more, message):
    with pytest.raises(InputError, match=message):
        _preprocess(make_corpus({"a": "하나"}), out, *more)
    assert not os.path.exists(out)


def test_out_cannot_be_a_file_or_a_folder_with_another_manifest(tmp_path, make_corpus, capfd):
    corpus = make_corpus({"a": "하나"})
    (tmp_path / "file").write_text("")
    error = _error(capfd, "--corpus", corpus, "--out", str(tmp_path / "file"), "--preset", "tiny")
    assert "/file" in error and "choose another path" in error
    (tmp_path / "manifest.json").write_text(json.dumps({"name": "an app"}))
    with pytest.raises(InputError, match="is a manifest of format None"):
        _preprocess(corpus, str(tmp_path))


def test_the_program_ends_with_one_line_and_status_2(tmp_path, out, capfd):
    assert "no such folder" in _error(capfd, "--corpus", str(tmp_path / "none"), "--out", out)
    assert "--corpus" in _error(capfd, "--out", out)
