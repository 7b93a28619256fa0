"""python -m datasets review: stores corrections in the corpus, and answers only its own page."""
import io
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
import soundfile
from conftest import ROOT, write_recording

from common.errors import InputError
from datasets import __main__ as program
from datasets.corpus import change_exclude_list, exclude_utterances, read_corpus
from datasets.formats import FORMATS
from datasets.review import review_server
from datasets.review.clip_review import ChangedElsewhere, ClipReview
from datasets.review.review_server import MAX_BODY, ReviewServer
from datasets.transcript_edits import clean_text


def read(*names):
    with open(os.path.join(*map(str, names)), encoding="utf-8") as file:
        return file.read()


def write(text, *names):
    with open(os.path.join(*map(str, names)), "w", encoding="utf-8", newline="") as file:
        file.write(text)


def texts(folder):
    return {utterance.id: utterance.text for utterance in read_corpus(str(folder)).utterances}


@pytest.fixture
def corpus(make_corpus):
    return make_corpus({"a": "하나", "b": "둘", "c": "셋"})


@pytest.fixture
def review(corpus):
    review = ClipReview(corpus)
    yield review
    review.close()


@pytest.fixture
def server(review):
    with ReviewServer(review) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def request(server, path, body=None, url=None, **headers):
    """(status, content) of a request; `body` is sent as JSON unless it is bytes."""
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode("utf-8")
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(
                (url or server.url) + path, body, headers), timeout=20) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8")


def request_json(server, *arguments, **options):
    status, content = request(server, *arguments, **options)
    assert status == 200, content
    return json.loads(content.decode("utf-8"))


# -- what is stored --------------------------------------------------------------------------------

def test_an_accepted_text_replaces_the_transcript_and_the_original_is_kept_once(server, corpus):
    answer = request_json(server, "accept/0", {"text": " 하나  둘. ", "previous": "하나"})
    assert answer["clip"] == {"id": "a", "text": "하나 둘.", "confidence": None,
                              "reviewed": True, "dropped": False}
    assert answer["counts"] == {"total": 3, "reviewed": 1, "dropped": 0}
    request_json(server, "accept/0", {"text": "하나 셋.", "previous": "하나 둘."})
    assert texts(corpus) == {"a": "하나 셋.", "b": "둘", "c": "셋"}
    assert read(corpus, "a.txt.orig") == "하나"
    assert not os.path.exists(os.path.join(corpus, "b.txt.orig"))


def test_an_unchanged_text_is_only_marked_as_reviewed(server, corpus):
    before = os.stat(os.path.join(corpus, "b.txt"))
    request_json(server, "accept/1", {"text": "둘", "previous": "둘"})
    after = os.stat(os.path.join(corpus, "b.txt"))
    assert (after.st_mtime, after.st_ino) == (before.st_mtime, before.st_ino)
    assert read(corpus, "reviewed.tsv") == "b\n"


def test_dropped_clips_are_listed_for_preprocess_until_they_are_accepted(server, corpus):
    request_json(server, "drop/0", {})
    assert request_json(server, "drop/2", {})["counts"]["dropped"] == 2
    path = os.path.join(corpus, "exclude.txt")
    utterances = read_corpus(corpus).utterances
    assert exclude_utterances(utterances, path)[1:] == (["a", "c"], [])
    request_json(server, "accept/0", {"text": "하나", "previous": "하나"})
    assert exclude_utterances(utterances, path)[1:] == (["c"], [])


def test_the_lists_of_a_review_are_not_transcripts_without_a_recording(server, corpus):
    request_json(server, "drop/0", {})
    assert read_corpus(corpus).skipped == []


def test_a_later_review_goes_on_where_the_first_stopped(corpus):
    first = ClipReview(corpus)
    first.accept(0, "하나.", "하나")
    first.drop(1)
    first.close()
    second = ClipReview(corpus)
    assert [(clip.text, clip.reviewed, clip.dropped) for clip in second.clips()] == [
        ("하나.", True, False), ("둘", True, True), ("셋", False, False)]
    second.close()


def test_clips_without_or_with_low_confidence_come_first(corpus):
    write("a\t0.9\nb\t0.3\n", corpus, "confidence.tsv")
    review = ClipReview(corpus)
    assert [(clip.id, clip.confidence) for clip in review.clips()] == [
        ("c", None), ("b", 0.3), ("a", 0.9)]
    review.close()


def test_bad_lines_of_the_confidences_are_reported(corpus):
    write("a\thigh\nb\nc\tnan\nb\t0.5\n", corpus, "confidence.tsv")
    review = ClipReview(corpus)
    assert [clip.confidence for clip in review.clips()] == [None, None, 0.5]
    assert [name for name, _ in review.skipped] == [
        "confidence.tsv:%d" % line for line in (1, 2, 3)]
    review.close()


def test_other_lines_of_an_exclude_list_stay(tmp_path):
    path, ids = str(tmp_path / "exclude.txt"), {"a", "a #1", "#b", "c"}
    write("# noise\na\nunknown\n", path)
    change_exclude_list(path, ids, "a #1", "dropped")
    change_exclude_list(path, ids, "#b", "dropped")
    assert read(path) == "# noise\na\nunknown\na #1  # dropped\n./#b  # dropped\n"
    change_exclude_list(path, ids, "a #1")
    change_exclude_list(path, ids, "#b")
    assert read(path) == "# noise\na\nunknown\n"
    change_exclude_list(path, ids, "a")
    assert read(path) == "# noise\nunknown\n"


# -- corpus formats --------------------------------------------------------------------------------

TRANSCRIPTS = {
    "kss": [("transcript.v.1.4.txt", "1/a.wav|1|일|일|0.3|one\r\n1/b.wav|2|이|이|0.3|two\r\n"),
            ("1/a.wav", None), ("1/b.wav", None)],
    "ljspeech": [("metadata.csv", "\ufeffa|1|일\nb|이|\nbroken\n"),
                 ("wavs/a.wav", None), ("wavs/b.wav", None)],
    "recognition": [("text.json", '{"x/a.wav": "일", "x/b.wav": ["", "이"]}'),
                    ("a.wav", None), ("b.wav", None)],
    "folder": [("s/a.txt", "1"), ("b.txt", "이\n"), ("spoken.tsv", "s/a\t1\t일\n"),
               ("s/a.wav", None), ("b.wav", None)]}


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_each_format_stores_a_text_and_leaves_the_others(format, tmp_path):
    for name, text in TRANSCRIPTS[format]:
        if text is None:
            write_recording(tmp_path / name)
        else:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            write(text, tmp_path, name)
    before = read_corpus(str(tmp_path))
    assert before.format == format and len(before.utterances) == 2
    review = ClipReview(str(tmp_path))
    for number, clip in enumerate(review.clips()):
        review.accept(number, "바꾼 " + clip.text, clip.text)
        review.accept(number, "다시 바꾼 " + clip.text, "바꾼 " + clip.text)
    review.close()
    after = read_corpus(str(tmp_path))
    assert [utterance.text for utterance in after.utterances] == [
        "다시 바꾼 " + utterance.text for utterance in before.utterances]
    assert after.skipped == before.skipped
    changed = [name for name, text in TRANSCRIPTS[format]
               if text is not None and os.path.exists(str(tmp_path / (name + ".orig")))]
    assert changed == (["b.txt", "spoken.tsv"] if format == "folder" else
                       [TRANSCRIPTS[format][0][0]])
    for name in changed:
        with open(str(tmp_path / (name + ".orig")), encoding="utf-8", newline="") as file:
            assert file.read() == dict(TRANSCRIPTS[format])[name]


def test_the_rest_of_a_table_keeps_its_bytes(tmp_path):
    for name, text in TRANSCRIPTS["kss"]:
        if text is None:
            write_recording(tmp_path / name)
    (tmp_path / "transcript.v.1.4.txt").write_bytes(
        TRANSCRIPTS["kss"][0][1].encode("utf-8") + b"\xff\xfe broken")
    review = ClipReview(str(tmp_path))
    review.accept(0, "하나", "일")
    review.close()
    assert (tmp_path / "transcript.v.1.4.txt").read_bytes() == (
        TRANSCRIPTS["kss"][0][1].replace("|일|일|", "|하나|일|").encode("utf-8")
        + b"\xff\xfe broken")


def test_the_separator_of_a_table_is_refused(tmp_path):
    for name, text in TRANSCRIPTS["ljspeech"]:
        write_recording(tmp_path / name) if text is None else write(text, tmp_path, name)
    review = ClipReview(str(tmp_path))
    with pytest.raises(InputError, match="separates the fields of metadata.csv"):
        review.accept(0, "일|이", "일")
    review.close()
    assert texts(tmp_path) == {"wavs/a": "일", "wavs/b": "이"}


# -- two windows, other programs -------------------------------------------------------------------

def test_two_windows_do_not_lose_corrections_of_different_clips(tmp_path):
    write("".join("%02d|글 %d\n" % (number, number) for number in range(20)),
          tmp_path, "metadata.csv")
    for number in range(20):
        write_recording(tmp_path / "wavs" / ("%02d.wav" % number), seconds=0.05)
    review = ClipReview(str(tmp_path))

    def edit(number):
        if number % 5:
            review.accept(number, "고친 글 %d" % number, "글 %d" % number)
        else:
            review.drop(number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(edit, range(20)))
    review.close()
    assert texts(tmp_path) == {"wavs/%02d" % number: ("고친 글 %d" if number % 5 else "글 %d") % number
                               for number in range(20)}
    again = ClipReview(str(tmp_path))
    assert again.counts() == {"total": 20, "reviewed": 20, "dropped": 4}
    again.close()


def test_a_text_that_another_window_changed_is_not_overwritten(server, corpus):
    request_json(server, "accept/0", {"text": "열하나", "previous": "하나"})
    status, text = request(server, "accept/0", {"text": "스물하나", "previous": "하나"})
    assert status == 409 and "another window" in text
    assert texts(corpus)["a"] == "열하나"
    # the same correction twice, as after a repeated key
    request_json(server, "accept/0", {"text": "열하나", "previous": "하나"})


def test_a_file_that_an_editor_changed_is_not_overwritten(review, corpus):
    write("다른 글", corpus, "a.txt")
    with pytest.raises(InputError, match="a.txt: was changed by another program"):
        review.accept(0, "하나 둘", "하나")
    assert texts(corpus)["a"] == "다른 글"
    os.remove(os.path.join(corpus, "b.txt"))
    with pytest.raises(InputError, match="b.txt: cannot be read"):
        review.accept(1, "둘 셋", "둘")
    assert review.counts()["reviewed"] == 0


def test_two_processes_cannot_review_one_corpus(review, corpus):
    with pytest.raises(InputError, match="being reviewed by another process"):
        ClipReview(corpus)
    review.accept(0, "열하나", "하나")
    with pytest.raises(ChangedElsewhere):
        review.accept(0, "스물하나", "하나")


# -- the page --------------------------------------------------------------------------------------

def test_the_page_and_its_files_are_served(server):
    page = request(server, "")[1].decode("utf-8")
    for name in ("style", "script", "font"):
        assert request(server, name)[0] == 200
    assert 'href="style"' in page and 'src="script"' in page
    script = request(server, "script")[1].decode("utf-8")
    english, korean = script.split("ko: {")[0], script.split("ko: {")[1]
    for name in set(part.split('"')[0] for part in page.split('data-text="')[1:]):
        assert " %s: " % name in english and " %s: " % name in korean, name


def test_the_page_needs_no_other_server(server):
    for name in ("", "style", "script"):
        assert "//" not in request(server, name)[1].decode("utf-8").replace(
            "// ", "").replace("<!DOCTYPE html>", "")


def test_recordings_are_sent_as_16_bit_wav(server, corpus):
    samples, rate = soundfile.read(io.BytesIO(request(server, "audio/1")[1]))
    expected, _ = soundfile.read(os.path.join(corpus, "b.wav"))
    assert rate == 16000 and abs(samples - expected).max() < 1e-4


def test_a_missing_or_broken_recording_is_an_error_with_a_reason(server, corpus):
    os.remove(os.path.join(corpus, "a.wav"))
    write("no audio", corpus, "b.wav")
    for number in range(2):
        status, text = request(server, "audio/%d" % number)
        assert status == 422 and "%s.wav: cannot be read as audio" % "ab"[number] in text
    request_json(server, "drop/1", {})


def test_a_long_recording_is_not_loaded(server, monkeypatch):
    monkeypatch.setattr(review_server, "MAX_AUDIO_SECONDS", 0)
    assert request(server, "audio/0")[0] == 422


def test_the_reading_of_a_text_is_shown(server):
    assert request_json(server, "reading", {"text": "같이 10km 𐌰"}) == {
        "read": "같이 십킬로미터", "pronounced": "가치 십킬로미터",
        "changes": [["10km", "10킬로미터", "십킬로미터"]], "unreadable": ["𐌰"]}


# -- requests that are refused ---------------------------------------------------------------------

@pytest.mark.parametrize("text", ["", " \t\n", "하나\t둘", "하나\n둘", "하나\x00", "\x1b[2J", "하\u2028나",
                                  "\ufeff하나", "\ud800"])
def test_texts_that_are_no_line_are_refused(text, server, corpus):
    status, message = request(server, "accept/0", {"text": text, "previous": "하나"})
    assert status == 422 and ("empty" in message or "control character" in message)
    assert texts(corpus)["a"] == "하나" and not os.path.exists(os.path.join(corpus, "reviewed.tsv"))


def test_an_empty_transcript_is_accepted_only_with_a_text(corpus):
    write("", corpus, "a.txt")
    review = ClipReview(corpus)
    with pytest.raises(InputError, match="the text is empty"):
        review.accept(0, "", "")
    review.accept(0, "하나", "")
    review.close()
    assert texts(corpus)["a"] == "하나"


def test_texts_are_composed():
    assert clean_text("\u1112\u1161\u11ab") == "한"


@pytest.mark.parametrize("headers", [
    {"Host": "evil.example"}, {"Host": "evil.example:80"}, {"Host": "127.0.0.1:1"},
    {"Origin": "http://evil.example"}, {"Origin": "null"}])
def test_requests_of_other_pages_are_refused(headers, server):
    for path, body in (("clips", None), ("audio/0", None), ("drop/0", {})):
        assert request(server, path, body, **headers)[0] == 403
    assert server.review.counts()["reviewed"] == 0


def test_requests_of_the_page_may_name_localhost(server):
    host = "localhost:%d" % server.port
    assert request(server, "clips", Host=host, Origin="http://" + host)[0] == 200


@pytest.mark.parametrize("token", ["", "x", "clips", "..", "é"])
def test_requests_without_the_token_are_refused(token, server):
    url = "http://127.0.0.1:%d/%s/" % (server.port, urllib.request.quote(token))
    assert request(server, "clips", url=url)[0] == 403
    assert request(server, "drop/0", {}, url=url)[0] == 403
    assert server.review.counts()["reviewed"] == 0


@pytest.mark.parametrize("path", ["audio/3", "audio/-1", "audio/../a.txt", "audio/a.wav", "audio/",
                                  "audio/1/", "a.wav", "../a.wav", "%2e%2e/a.wav", "style/",
                                  "drop/0"])
def test_only_recordings_of_the_corpus_are_served(path, server):
    assert request(server, path)[0] == 404


@pytest.mark.parametrize("path, body, status", [
    ("accept/0", b"x" * (MAX_BODY + 1), 413), ("accept/0", b"{", 400), ("accept/0", b"[]", 400),
    ("accept/0", b"\xff", 400), ("accept/0", b"[" * 50000, 400), ("accept/0", {}, 400),
    ("accept/0", {"text": 1, "previous": ""}, 400), ("accept/0", {"text": "하나"}, 400),
    ("accept/3", {"text": "하나", "previous": "하나"}, 404), ("drop/3", {}, 404),
    ("delete/0", {}, 404), ("reading", {"text": "가" * 2001}, 413)])
def test_bad_requests_change_nothing(path, body, status, server, corpus):
    before = sorted(os.listdir(corpus))
    assert request(server, path, body)[0] == status
    assert sorted(os.listdir(corpus)) == before
    assert request(server, "clips")[0] == 200


def test_a_full_disk_is_reported_and_the_clip_stays_unreviewed(server, corpus, monkeypatch):
    def fail(path, *_):
        raise OSError(28, "No space left on device", path)

    monkeypatch.setattr("common.files.os.replace", fail)
    status, text = request(server, "accept/0", {"text": "하나 둘", "previous": "하나"})
    assert status == 507 and "No space left" in text
    assert texts(corpus)["a"] == "하나" and not server.review.clips()[0].reviewed


# -- the program -----------------------------------------------------------------------------------

@pytest.mark.parametrize("make, message", [
    (lambda folder: None, "there is no such folder"),
    (lambda folder: folder.mkdir(), "the folder is empty"),
    (lambda folder: write_recording(folder / "wavs" / "a.wav")
     and write("", folder, "metadata.csv"), "contains no recording with a transcript"),
    (lambda folder: write_recording(folder / "a.wav"), "is not in the format")])
def test_a_folder_without_clips_is_an_error(make, message, tmp_path):
    make(tmp_path / "corpus")
    with pytest.raises(InputError, match=message):
        program.main(["review", str(tmp_path / "corpus")])


def test_a_port_that_is_taken_is_an_error(server, make_corpus):
    other = make_corpus({"a": "하나"}, "other")
    with pytest.raises(InputError, match="--port %d: cannot be used .*in use" % server.port):
        program.main(["review", other, "--port", str(server.port)])
    with pytest.raises(InputError, match="--port 65536: should be at most 65535"):
        program.main(["review", other, "--port", "65536"])
    ClipReview(other).close()       # the folder is not locked any more


def test_ctrl_c_ends_the_program_with_a_summary(corpus):
    process = subprocess.Popen([sys.executable, "-m", "datasets", "review", corpus], cwd=ROOT,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    lines = []
    while not lines or b"http://" not in lines[-1]:
        lines.append(process.stdout.readline())
        assert lines[-1], process.stderr.read()
    url = lines[-1].decode("utf-8").split()[-1]
    assert url.startswith("http://127.0.0.1:")
    assert request(None, "drop/0", {}, url=url)[0] == 200
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0 and err == b""
    assert "1 of 3 reviewed, 0 texts corrected, 1 dropped" in out.decode("utf-8")
    assert "preprocess.py leaves out what is listed in %s" % os.path.join(
        corpus, "exclude.txt") in out.decode("utf-8")
