"""Reading corpora in all formats, and loading example stores."""
import json
import os
import unicodedata

import numpy as np
import pytest
from conftest import write_recording

import preprocess
from common.errors import InputError
from datasets.corpus import read_corpus
from datasets.formats import FORMATS
from datasets.store import load_store
from datasets.store_builder import example_file_name


def _texts(corpus):
    return {utterance.id: utterance.text for utterance in corpus.utterances}


def _write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))


# -- formats ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("version, fields", [
    ("1.0", ["{decomposed}", "3.5"]),
    ("1.3", ["열두 시", "{decomposed}", "3.5"]),
    ("1.4", ["열두 시", "{decomposed}", "3.5", "Twelve o'clock."])])
@pytest.mark.parametrize("within", ["", "kss/"])
def test_kss(tmp_path, version, fields, within):
    decomposed = unicodedata.normalize("NFD", "열두 시")
    lines = "".join("|".join(["%d/%d_0000.wav" % (part, part), "12시"] + fields) + "\r\n"
                    for part in (1, 2)).replace("{decomposed}", decomposed)
    _write(tmp_path / ("transcript.v.%s.txt" % version), "\ufeff" + lines)
    for part in (1, 2):
        write_recording(tmp_path / ("%s%d/%d_0000.wav" % (within, part, part)))
    corpus = read_corpus(str(tmp_path))
    assert corpus.format == "kss" and corpus.skipped == []
    assert sorted(_texts(corpus)) == [within + "1/1_0000", within + "2/2_0000"]
    assert {unicodedata.normalize("NFC", text) for text in _texts(corpus).values()} == {"열두 시"}


def test_kss_uses_the_newest_transcript_version(tmp_path):
    for version, text in (("1.4", "새것"), ("1.0", "옛것")):
        _write(tmp_path / ("transcript.v.%s.txt" % version), "1/1.wav|가|%s|다|1" % text)
    write_recording(tmp_path / "1/1.wav")
    assert _texts(read_corpus(str(tmp_path))) == {"1/1": "새것"}


def test_ljspeech(tmp_path):
    _write(tmp_path / "metadata.csv", "b|2시|두 시\na|하나\nc.flac|셋|\n")
    for name in ("a.wav", "b.flac", "c.flac"):
        write_recording(tmp_path / "wavs" / name)
    corpus = read_corpus(str(tmp_path))
    assert corpus.format == "ljspeech" and corpus.skipped == []
    assert _texts(corpus) == {"wavs/a": "하나", "wavs/b": "두 시", "wavs/c": "셋"}


def test_ljspeech_with_paths_and_names_of_speakers(tmp_path):
    lines = ["%s/%d.wav|문장 %d번|%s" % (folder, number, number, speaker)
             for number, (folder, speaker) in enumerate([("wavs", "kim"), ("more", "lee")] * 4)]
    _write(tmp_path / "metadata.csv", "\n".join(lines))
    for number in range(8):
        write_recording(tmp_path / ("wavs", "more")[number % 2] / ("%d.wav" % number))
    corpus = read_corpus(str(tmp_path))
    assert corpus.format == "ljspeech" and corpus.skipped == []
    assert _texts(corpus) == {"%s/%d" % (("wavs", "more")[number % 2], number): "문장 %d번" % number
                              for number in range(8)}
    first = corpus.utterances[0]
    FORMATS["ljspeech"].write_text(str(tmp_path), first, "고친 문장")
    assert _texts(read_corpus(str(tmp_path)))[first.id] == "고친 문장"
    assert (tmp_path / "metadata.csv").read_text(encoding="utf-8").count("|kim") == 4


def test_a_file_like_those_of_another_format_does_not_hide_the_transcripts(tmp_path):
    _write(tmp_path / "metadata.csv", "file_name,transcription\na.wav,하나\n")
    _write(tmp_path / "transcript.txt", "하나\n둘\n")
    for name, text in (("a", "하나"), ("b", "둘")):
        write_recording(tmp_path / (name + ".wav"))
        _write(tmp_path / (name + ".txt"), text)
    corpus = read_corpus(str(tmp_path))
    assert corpus.format == "folder" and _texts(corpus) == {"a": "하나", "b": "둘"}


def test_recognition(tmp_path):
    _write(tmp_path / "all.json", json.dumps({
        "./datasets/me/audio/b.wav": "둘", "./datasets/me/audio/a.wav": ["", "하나", "하나도"],
        "C:\\me\\audio\\c.wav": "셋", "audio/d.wav": 4, "audio/e.wav": ["", " "]}))
    _write(tmp_path / "settings.json", '{"rate": 16000}')
    for name in "abcde":
        write_recording(tmp_path / "audio" / (name + ".wav"))
    corpus = read_corpus(str(tmp_path))
    assert corpus.format == "recognition"
    assert _texts(corpus) == {"audio/a": "하나", "audio/b": "둘", "audio/c": "셋", "audio/e": ""}
    assert corpus.skipped == [("all.json: audio/d.wav", "the transcript is not text but 4"),
                              ("audio/d.wav", "has no transcript")]


def test_a_damaged_json_file_is_skipped_in_detection_and_reported(tmp_path, make_corpus):
    folder = make_corpus({"a": "하나", "b": "둘"})
    _write(tmp_path / "corpus/broken.json", '{"a.wav": ')
    corpus = read_corpus(folder)
    assert corpus.format == "folder" and len(corpus.utterances) == 2
    [(name, reason)] = corpus.skipped
    assert name == "broken.json" and reason.startswith("is not valid JSON")
    _write(tmp_path / "corpus/good.json", json.dumps({"a.wav": "셋", "b.wav": "넷"}))
    corpus = read_corpus(folder)
    assert corpus.format == "recognition" and _texts(corpus) == {"a": "셋", "b": "넷"}
    assert [name for name, _ in corpus.skipped] == ["broken.json"]


def test_a_name_that_a_json_file_repeats_is_reported(tmp_path):
    _write(tmp_path / "all.json", '{"a.wav": "하나", "a.wav": "둘"}')
    write_recording(tmp_path / "a.wav")
    corpus = read_corpus(str(tmp_path))
    assert _texts(corpus) == {"a": "하나"}
    assert corpus.skipped == [
        ("all.json: a.wav", "a already has a transcript, in all.json: a.wav")]


def test_folder(tmp_path):
    write_recording(tmp_path / "deep/a.wav")
    _write(tmp_path / "deep/a.txt", "하나\n그리고 둘\n")
    write_recording(tmp_path / "b.flac")
    _write(tmp_path / "b.txt", "셋")
    corpus = read_corpus(str(tmp_path))
    assert corpus.format == "folder" and corpus.skipped == []
    assert _texts(corpus) == {"deep/a": "하나 그리고 둘", "b": "셋"}


def test_a_text_as_spoken_replaces_the_transcript_of_its_recording(tmp_path):
    """Only in the folder of its table, and only if the recording has a transcript."""
    for name in ("a", "b", "deep/a", "c"):
        write_recording(tmp_path / (name + ".wav"))
    for name in ("a", "b", "deep/a"):
        _write(tmp_path / (name + ".txt"), "갈 거야")
    _write(tmp_path / "spoken.tsv", "a\t갈 거야\t갈 꺼야\nc\t하나\t둘\nnone\t하나\t둘\na\t세\n\n")
    corpus = read_corpus(str(tmp_path))
    assert corpus.format == "folder"
    assert _texts(corpus) == {"a": "갈 꺼야", "b": "갈 거야", "deep/a": "갈 거야"}
    assert corpus.utterances[0].location == "spoken.tsv:1"
    assert corpus.skipped == [
        ("spoken.tsv:4", "has 2 fields; should have 3, separated by tabs"),
        ("c.wav", "has no transcript")]


def test_transcripts_are_matched_by_name_and_not_by_order(tmp_path):
    names = ["10", "9", "1", "02"]
    _write(tmp_path / "metadata.csv", "".join("%s|%s\n" % (name, name) for name in names))
    for name in sorted(names):
        write_recording(tmp_path / "wavs" / (name + ".wav"))
    for utterance in read_corpus(str(tmp_path)).utterances:
        assert os.path.basename(utterance.audio_path) == utterance.text + ".wav"


def test_file_names_in_nfd_match_transcripts_in_nfc(tmp_path):
    write_recording(tmp_path / (unicodedata.normalize("NFD", "소리") + ".wav"))
    _write(tmp_path / (unicodedata.normalize("NFC", "소리") + ".txt"), "가")
    assert _texts(read_corpus(str(tmp_path))) == {"소리": "가"}


def test_of_names_that_differ_in_their_unicode_form_one_is_used_and_the_other_reported(tmp_path):
    forms = [unicodedata.normalize(form, "소리") for form in ("NFD", "NFC")]
    for name in forms:
        write_recording(tmp_path / (name + ".wav"))
        _write(tmp_path / (name + ".txt"), name)
    corpus = read_corpus(str(tmp_path))
    assert _texts(corpus) == {"소리": forms[1]}
    assert sorted(name for name, _ in corpus.skipped) == ["소리.txt", "소리.wav"]
    assert all("another Unicode form (NFC, NFD); rename" in reason for _, reason in corpus.skipped)


def test_links_to_folders_are_followed_but_not_back_into_the_corpus(tmp_path):
    for name in ("corpus/a", "elsewhere/deep/b"):
        write_recording(tmp_path / (name + ".wav"))
        _write(tmp_path / (name + ".txt"), "하나")
    (tmp_path / "corpus/own").mkdir()
    for name, target in (("linked", tmp_path / "elsewhere"), ("above", tmp_path),
                         ("own/self", tmp_path / "corpus"), ("again", tmp_path / "corpus/own")):
        os.symlink(str(target), str(tmp_path / "corpus" / name))
    os.symlink("loop", str(tmp_path / "corpus/loop"))
    corpus = read_corpus(str(tmp_path / "corpus"))
    assert sorted(_texts(corpus)) == ["a", "linked/deep/b"]
    assert sorted(corpus.skipped) == [
        (name, "is a link that leads back into the corpus") for name in ("above", "again",
                                                                         "own/self")]


def test_files_with_unusable_names_and_what_is_no_file_are_skipped_and_named(make_corpus):
    folder = make_corpus({"a": "하나"})
    for name in (b"\xbc\xd2.wav", b"\xbc\xd2.txt", b"b\nb.wav"):
        with open(os.path.join(os.fsencode(folder), name), "wb"):
            pass
    os.mkfifo(os.path.join(folder, "pipe.txt"))
    os.symlink("/dev/zero", os.path.join(folder, "device.wav"))
    os.symlink("nowhere.wav", os.path.join(folder, "dangling.wav"))
    corpus = read_corpus(folder)
    assert _texts(corpus) == {"a": "하나"}
    no_file = "is not a file, but a pipe, a device, or a link to a missing file"
    not_utf8 = "has a name that is not UTF-8; rename it"
    assert sorted(corpus.skipped) == [
        ("\\udcbc\\udcd2.txt", not_utf8), ("\\udcbc\\udcd2.wav", not_utf8),
        ("b\\nb.wav", "has a control character in its name; rename it"),
        ("dangling.wav", no_file), ("device.wav", no_file), ("pipe.txt", no_file)]


def test_a_transcript_with_half_of_a_character_is_skipped(tmp_path):
    _write(tmp_path / "all.json", '{"a.wav": "가\\ud800", "b.wav": "나", "\\udfff.wav": "다"}')
    for name in ("a.wav", "b.wav"):
        write_recording(tmp_path / name)
    corpus = read_corpus(str(tmp_path))
    assert _texts(corpus) == {"b": "나"}
    assert [name for name, _ in corpus.skipped] == ["all.json: a.wav", "all.json: \\udfff.wav"]
    for name, reason in corpus.skipped:
        (name + reason).encode("utf-8")


@pytest.mark.parametrize("names, message", [
    (["a.mp3", "b.M4A", "a.txt"], "contains 2 recordings that are not read (.mp3, .m4a); convert "
                                  "them to WAV or FLAC, for example with ffmpeg -i x.mp3 x.wav"),
    (["a.wav", "b.flac"], "contains 2 recordings without transcripts; write what is spoken in "
                          "x.wav into x.txt beside it"),
    (["metadata.csv", "wavs/a.mp3"], "contains 1 recordings that are not read (.mp3)")])
def test_recordings_that_cannot_be_used_are_reported_with_advice(tmp_path, names, message):
    for name in names:
        _write(tmp_path / "my corpus" / name, "a|가")
    with pytest.raises(InputError) as caught:
        read_corpus(str(tmp_path / "my corpus"))
    assert message in str(caught.value)
    assert "python -m datasets split '%s' --out CORPUS" % (tmp_path / "my corpus") in str(
        caught.value)


def test_recordings_in_other_formats_are_reported_unless_there_is_a_readable_one(make_corpus):
    folder = make_corpus({"a": "하나"})
    for name in ("a.mp3", "b.mp3"):
        with open(os.path.join(folder, name), "w"):
            pass
    assert read_corpus(folder).skipped == [("b.mp3", "is not read; convert it to WAV or FLAC")]


# -- defects of a corpus --------------------------------------------------------------------------

def test_invalid_lines_are_skipped_with_the_reason(tmp_path):
    _write(tmp_path / "metadata.csv", b"\n".join([
        "a|하나".encode(), b"only-a-name", "b|둘".encode("cp949"), b"", "c|셋|넷|다섯".encode(),
        "missing|여섯".encode(), "../../outside|일곱".encode(), "/etc/passwd|여덟".encode(),
        "a|아홉".encode()]))
    for name in ("wavs/a.wav", "wavs/unmatched.wav"):
        write_recording(tmp_path / "corpus" / name)
    write_recording(tmp_path / "outside.wav")
    (tmp_path / "metadata.csv").rename(tmp_path / "corpus/metadata.csv")
    corpus = read_corpus(str(tmp_path / "corpus"))
    assert _texts(corpus) == {"wavs/a": "하나"}
    wrong_fields = "has %d fields; should have 2 or 3, separated by |"
    no_recording = "there is no recording %s.wav in the corpus folder"
    assert corpus.skipped == [
        ("metadata.csv:2", wrong_fields % 1), ("metadata.csv:3", "is not UTF-8"),
        ("metadata.csv:5", wrong_fields % 4), ("metadata.csv:6", no_recording % "wavs/missing"),
        ("metadata.csv:7", no_recording % "wavs/../../outside"),
        ("metadata.csv:8", no_recording % "/etc/passwd"),
        ("metadata.csv:9", "wavs/a already has a transcript, in metadata.csv:1"),
        ("wavs/unmatched.wav", "has no transcript")]


def test_folder_reports_unmatched_recordings_and_transcripts(tmp_path, make_corpus):
    folder = make_corpus({"a": "하나", "b": "둘", "c": "셋"})
    os.remove(os.path.join(folder, "a.txt"))
    os.remove(os.path.join(folder, "b.wav"))
    write_recording(os.path.join(folder, "d.wav"))
    _write(tmp_path / "corpus/d.txt", "라".encode("cp949"))
    corpus = read_corpus(folder)
    assert _texts(corpus) == {"c": "셋"}
    reasons = dict(corpus.skipped)
    assert reasons["a.wav"] == reasons["d.wav"] == "has no transcript"
    assert reasons["b.txt"] == "has no recording" and "is not UTF-8" in reasons["d.txt"]


def test_a_repeated_id_is_skipped(make_corpus):
    folder = make_corpus({"a": "하나"})
    write_recording(os.path.join(folder, "a.flac"))
    corpus = read_corpus(folder)
    assert len(corpus.utterances) == 1
    assert corpus.skipped == [("a.txt:1", "a already has a transcript, in a.txt:1")]


@pytest.mark.parametrize("contents, format, message", [
    (None, "auto", "no such folder"),
    ({}, "auto", "is empty"),
    ({"notes.md": "#"}, "auto", r"not in the format kss \(.* or ljspeech \(.* or folder \("),
    ({"notes.md": "#"}, "kss", r"not in the format kss \(transcript.v.1.x.txt"),
    ({"x.json": '{"a.wav": '}, "auto", "not in the format .*; x.json: is not valid JSON"),
    ({"x.json": '["a.wav"]'}, "auto", "not in the format kss "),
    ({"metadata.csv": "a|가\n"}, "auto", "metadata.csv:1: there is no recording wavs/a.wav"),
    ({"transcript.v.1.4.txt": ""}, "auto", "no recording with a transcript"),
    ({"x.txt": "가"}, "folder", "not in the format folder")])
def test_an_unreadable_corpus_raises_an_error(tmp_path, contents, format, message):
    if contents is not None:
        (tmp_path / "corpus").mkdir()
        for name, content in contents.items():
            _write(tmp_path / "corpus" / name, content)
    with pytest.raises(InputError, match=message) as caught:
        read_corpus(str(tmp_path / "corpus"), format)
    assert "\n" not in str(caught.value)


# -- the store -------------------------------------------------------------------------------------

@pytest.fixture
def store_folder(tmp_path, make_corpus):
    folder = str(tmp_path / "store")
    preprocess.main(["--corpus", make_corpus({"a": "하나", "b/c": "둘  셋"}), "--out", folder,
                     "--preset", "tiny", "--speaker", "나"])
    return folder


def test_a_store_contains_the_corpus(store_folder, hp):
    store = load_store(store_folder)
    assert (store.speaker, len(store.symbols)) == ("나", 80)
    assert store.audio_settings == hp.audio_settings()
    assert [(row.id, row.text, row.written) for row in store.utterances] == [
        ("a", "하나", "하나"), ("b/c", "둘 셋", "둘 셋")]
    for row in store.utterances:
        arrays = store.load_example(row)
        assert arrays.mel.shape == (row.frames, hp.n_mels) and arrays.audio.shape == (row.samples,)
        assert row.samples == row.frames * hp.hop_length
        assert arrays.mel.dtype == arrays.audio.dtype == np.float32
        assert (store.load_mel(row) == arrays.mel).all()
        with np.load(os.path.join(store_folder, row.file), allow_pickle=False) as plain:
            assert sorted(plain.files) == ["audio", "mel"]


def test_ids_become_distinct_portable_file_names(hp):
    ids = ("a/b", "a_b", "../b", "가", "나", "A_b")
    names = {example_file_name(utterance_id, "0" * 40, hp) for utterance_id in ids}
    assert len({name.lower() for name in names}) == 6
    assert not any(set(name) & set("/\\ :%") for name in names)
    assert len(example_file_name("가" * 300, "0" * 40, hp)) < 100
    name = example_file_name("a", "0" * 40, hp)
    assert name != example_file_name("a", "1" * 40, hp)
    assert name != example_file_name("a", "0" * 40, hp.replace(rescaling_max=0.5))


def test_the_arrays_of_stores_with_old_setting_names_have_the_same_file_names(hp):
    """The expected name was computed before the hyper-parameters were renamed."""
    assert example_file_name("a/b", "0" * 40, hp) == "a_b-47910a831822ed13.npz"


def _change_manifest(folder, change):
    path = os.path.join(folder, "manifest.json")
    with open(path, encoding="utf-8") as file:
        manifest = json.load(file)
    change(manifest)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(manifest, file)


@pytest.mark.parametrize("change, message", [
    (lambda manifest: manifest.update(format=3), "format 3; should be format 2"),
    (lambda manifest: manifest.update(reader={}), "reader is damaged; it should hold version"),
    (lambda manifest: manifest.pop("speaker"), "the manifest should be an object with"),
    (lambda manifest: manifest.update(audio=[]), "audio of the manifest is"),
    (lambda manifest: manifest["audio"].pop("n_mels"), "audio of the manifest lacks n_mels"),
    (lambda manifest: manifest["utterances"].append({}), "utterance 3 should be an object with"),
    (lambda manifest: manifest["utterances"][0].update(frames="9"), "frames of utterance 1 is '9'"),
    (lambda manifest: manifest["utterances"][0].update(frames=9), "a has .* samples for 9 frames"),
    (lambda manifest: manifest["utterances"][0].update(frames=10 ** 12, samples=2 * 10 ** 14),
     "has 200000000000000 samples for 1000000000000 frames"),
    (lambda manifest: manifest["utterances"][0].update(frames=float("nan")), "is nan; should be"),
    (lambda manifest: manifest["audio"].update(hop_length="200" * 9), "hop_length is '200200"),
    (lambda manifest: manifest["audio"].update(sample_rate=0), "sample_rate is 0; should be"),
    (lambda manifest: manifest["utterances"][0].update(file="../a.npz"), "is outside examples/"),
    (lambda manifest: manifest["utterances"][0].update(file="/a.npz"), "is outside examples/")])
def test_an_invalid_manifest_raises_an_error(store_folder, change, message):
    _change_manifest(store_folder, change)
    with pytest.raises(InputError, match="manifest.json: .*" + message):
        load_store(store_folder)


def test_a_missing_store_and_a_damaged_manifest_raise_errors(tmp_path, store_folder):
    with pytest.raises(InputError, match="is not an example store"):
        load_store(str(tmp_path))
    _write(tmp_path / "store/manifest.json", '{"format": 1,')
    with pytest.raises(InputError, match="manifest.json: is not valid JSON"):
        load_store(store_folder)


def test_damaged_or_inconsistent_arrays_raise_errors(store_folder):
    store = load_store(store_folder)
    row = store.utterances[0]
    path = os.path.join(store_folder, row.file)
    with open(path, "rb") as file:
        content = file.read()
    damaged = [(content[:1000], "damaged"), (b"", "damaged"), (b"text", "damaged"),
               (content[:600] + b"~~~~" + content[604:], "damaged")]
    for bad, message in damaged:
        with open(path, "wb") as file:
            file.write(bad)
        with pytest.raises(InputError, match="%s: is %s" % (path, message)):
            store.load_mel(row)
    np.savez(path, audio=np.zeros(row.samples, np.float32), mel=np.zeros((3, 20), np.float32))
    with pytest.raises(InputError, match="; should be"):
        store.load_mel(row)
    np.savez(path, audio=np.zeros(row.samples), mel=np.zeros((row.frames, 20)))
    with pytest.raises(InputError, match="finite numbers of type float32"):
        store.load_mel(row)
    os.remove(path)
    with pytest.raises(InputError, match="is missing"):
        store.load_mel(row)
