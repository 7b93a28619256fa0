"""Long texts: lines in parts, kills and resumption, joined audio, subtitles, counted warnings."""
import os
import resource
import subprocess
import sys
import time
import unicodedata

import numpy as np
import pytest
import soundfile
from conftest import ROOT, run_main
from helpers.scripted_voice import ScriptedVoice, diagonal

import audio
import korean
import synthesize
from common import files
from common.errors import InputError
from common.repeated_messages import RepeatedMessages
from korean.utterances import split_into_utterances
from synthesis import joining, speech_output, spoken_lines, text_lines
from synthesis.attempts import Predictor
from synthesis.text_lines import SpokenLine

RATE = 16000
SENTENCE = "바람이 불고 비가 내려서 강가의 나무들이 모두 흔들렸다."      # 22 syllables
# 40 sentences in a line: three parts, as a line of more than 60 syllables is split at sentences
LONG_LINE = " ".join([SENTENCE] * 40)


def write_text(folder, texts, voice=None, max_attempts=4, seed=1):
    """Write the lines into a folder: (lines, predictor)."""
    voice = voice or ScriptedVoice()
    lines = spoken_lines.create_lines([SpokenLine(text, False) for text in texts], voice,
                                      str(folder), seed)
    predictor = Predictor(voice, seed, max_attempts)
    speech_output.write_wavs(lines, voice, str(folder), predictor, RepeatedMessages())
    return lines, predictor


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_long_line_is_written_in_parts_and_has_the_samples_of_its_utterances(tmp_path):
    (line,), predictor = write_text(tmp_path, [LONG_LINE])
    pause, expected = np.zeros(int(0.35 * RATE)), []
    for text in line.utterances:
        prediction, = predictor.predict(text).parts
        expected += [predictor.voice.generate_waveforms([prediction.ids], [prediction.output.mel],
                                                        1)[0], pause]
    samples, _ = soundfile.read(str(tmp_path / "0001.wav"))
    np.testing.assert_allclose(samples, np.concatenate(expected[:-1]), atol=1e-4)
    assert len(line.utterances) == 40 and len(spoken_lines.split_into_parts(line)) == 3
    assert sorted(contents(tmp_path)) == sorted(
        ["0001.json", "0001.wav"] + ["0001-alignment-%d.png" % n for n in range(1, 41)])
    ends = [each["end"] for each in files.read_json(str(tmp_path / "0001.json"))["utterances"]]
    assert len(ends) == 40 and ends[-1] == pytest.approx(len(samples) / RATE)


def test_parts_that_are_written_are_kept(tmp_path):
    voice = ScriptedVoice()
    generate = voice.generate_waveforms

    def fail_after_two_batches(text_ids, mels, seed, progress=None):
        fail_after_two_batches.calls += 1
        if fail_after_two_batches.calls == 3:
            raise KeyboardInterrupt
        return generate(text_ids, mels, seed, progress)
    fail_after_two_batches.calls = 0
    voice.generate_waveforms = fail_after_two_batches
    with pytest.raises(KeyboardInterrupt):
        write_text(tmp_path / "a", [LONG_LINE], voice)
    assert sorted(path.name for path in (tmp_path / "a").glob("*.wav")) == [
        "0001.part-0001.wav", "0001.part-0002.wav"]
    voice = ScriptedVoice()
    write_text(tmp_path / "a", [LONG_LINE], voice)
    (tmp_path / "a" / "0001.part-0003.wav").write_bytes(b"left by a process that was killed")
    write_text(tmp_path / "a", [LONG_LINE], ScriptedVoice())
    assert len(voice.calls) < 20, "the last part, and a sentence that measures the speech rate"
    write_text(tmp_path / "b", [LONG_LINE])
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_after_random_kills_the_files_are_those_of_an_uninterrupted_run(tmp_path):
    script = os.path.join(ROOT, "tests", "helpers", "kill_synthesis.py")
    output = subprocess.check_output([sys.executable, script, "4", str(tmp_path)], timeout=300)
    assert b"identical" in output and int(output.split()[0]) >= 1, output


def failing_voice():
    """Skips the middle of every text, whatever is tried."""
    def predict(ids, noise_seed, window):
        return np.delete(diagonal(len(ids)), slice(len(ids) // 2, len(ids)), 0), True
    return ScriptedVoice(predict)


def test_a_failed_line_is_tried_again_if_more_attempts_are_allowed(tmp_path):
    lines, _ = write_text(tmp_path, ["오늘은 날씨가 맑다."], failing_voice(), 1)
    assert spoken_lines.has_fault(lines[0])
    for max_attempts, is_repeated in ((1, False), (2, True), (2, False)):
        voice = failing_voice()
        write_text(tmp_path, ["오늘은 날씨가 맑다."], voice, max_attempts)
        assert bool(voice.calls) == is_repeated
    write_text(tmp_path, ["오늘은 날씨가 맑다."], ScriptedVoice(), 3)
    assert not spoken_lines.has_fault(lines[0])


@pytest.mark.parametrize("texts", [["오늘은 날씨가 맑다."], [LONG_LINE]], ids=["short", "long"])
def test_a_repetition_that_is_interrupted_does_not_leave_the_faulty_speech(
        tmp_path, monkeypatch, texts):
    (line,), _ = write_text(tmp_path / "interrupted", texts, failing_voice(), 1)
    with monkeypatch.context() as patches:
        def fail(*_):
            raise OSError("no space left on device")
        patches.setattr(audio, "write_wav", fail)
        patches.setattr(joining, "join_audio", fail)
        with pytest.raises(OSError):
            write_text(tmp_path / "interrupted", texts)
    write_text(tmp_path / "interrupted", texts)
    write_text(tmp_path / "whole", texts)
    assert not spoken_lines.has_fault(line)
    assert contents(tmp_path / "interrupted") == contents(tmp_path / "whole")


def test_two_processes_do_not_write_into_one_folder(tmp_path):
    with speech_output.lock_folder(str(tmp_path)):
        with pytest.raises(InputError, match="another synthesize.py writes into this folder"):
            write_text(tmp_path, [SENTENCE])
    assert not contents(tmp_path)


def test_the_stream_of_a_line_that_is_split_has_the_samples_of_its_file(tmp_path):
    def predict(ids, noise_seed, window):
        alignment = diagonal(len(ids))
        return (alignment if len(ids) < 30 else alignment[:20]), True
    voice = ScriptedVoice(predict)
    lines, predictor = write_text(tmp_path, [SENTENCE, "네."], voice)
    with open(str(tmp_path / "stream"), "wb") as file:
        assert not speech_output.stream_pcm(lines, voice, predictor, RepeatedMessages(), file)
    both = [soundfile.read(line.stem + ".wav", dtype="int16")[0] for line in lines]
    np.testing.assert_array_equal(
        np.fromfile(str(tmp_path / "stream"), "<i2"),
        np.concatenate([both[0], np.zeros(int(0.35 * RATE), np.int16), both[1]]))
    assert (tmp_path / "0001-alignment-part-2.png").exists()


@pytest.fixture
def two_wavs(tmp_path):
    """[(pause, path)] of WAV files of one and two seconds."""
    items = []
    for number, pause in ((1, 0), (2, 0.8)):
        samples = 0.5 * np.sin(0.1 * number * np.arange(number * RATE))
        path = str(tmp_path / ("%d.wav" % number))
        with open(path, "wb") as file:
            audio.write_wav(file, samples, RATE, "synthetic", "test")
        items.append((pause, path))
    return items


@pytest.mark.parametrize("name", ["book.wav", "book.flac", "book.mp3", "book.OGG"])
def test_joined_audio_has_all_samples_and_says_that_it_is_synthetic(two_wavs, tmp_path, name):
    path = str(tmp_path / name)
    joining.join_audio(two_wavs, path, RATE, "synthetic speech; voice: me", "voicecloning")
    with soundfile.SoundFile(path) as file:
        assert file.comment == "synthetic speech; voice: me"
        samples = file.read()
    expected = np.concatenate([soundfile.read(two_wavs[0][1])[0], np.zeros(int(0.8 * RATE)),
                               soundfile.read(two_wavs[1][1])[0]])
    # MP3 has a delay
    assert 0 <= len(samples) - len(expected) < (3000 if name.endswith("mp3") else 1)
    tolerance = 1e-4 if name.endswith(("wav", "flac")) else 0.1
    np.testing.assert_allclose(np.std(samples), np.std(expected), atol=tolerance)


@pytest.mark.parametrize("name", ["book.wav", "book.flac", "book.mp3", "book.ogg"])
def test_a_disk_that_fills_up_is_an_error_that_names_the_file_and_leaves_nothing(
        two_wavs, tmp_path, name):
    before, limits = sorted(os.listdir(str(tmp_path))), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, limits[1]))
    try:
        with pytest.raises(OSError) as error:
            joining.join_audio(two_wavs, str(tmp_path / name), RATE, "synthetic", "test")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert error.value.filename == str(tmp_path / name)
    assert sorted(os.listdir(str(tmp_path))) == before


def test_a_wav_above_4_gb_is_refused_before_it_is_written(two_wavs, tmp_path, monkeypatch):
    monkeypatch.setattr(joining, "MAX_WAV_BYTES", 10000)
    with pytest.raises(InputError, match="book.wav.*use .flac"):
        joining.join_audio(two_wavs, str(tmp_path / "book.wav"), RATE, "synthetic", "test")
    assert not (tmp_path / "book.wav").exists()


def test_a_book_is_joined_with_pauses_and_subtitles(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(synthesize, "Voice", lambda *_, **options: ScriptedVoice())
    (tmp_path / "book.txt").write_text("첫 줄입니다.\n둘째 줄!\n\n* * *\n셋째 줄?\n", encoding="utf-8")
    run_main(synthesize.main, tmp_path / "book.txt", "--out", tmp_path / "out", "--join",
             tmp_path / "book.wav", "--srt", tmp_path / "book.srt")
    texts = ["첫 줄입니다.", "둘째 줄!", "셋째 줄?"]
    seconds = [len(diagonal(len(unicodedata.normalize("NFD", text)) + 1)) * 200 / RATE
               for text in texts]
    starts = [0, seconds[0] + 0.35, seconds[0] + 0.35 + seconds[1] + 0.8]
    assert soundfile.info(str(tmp_path / "book.wav")).duration == pytest.approx(
        starts[2] + seconds[2], abs=1e-3)
    blocks = (tmp_path / "book.srt").read_text(encoding="utf-8").strip().split("\n\n")
    for number, (block, text, start) in enumerate(zip(blocks, texts, starts), 1):
        index, times, subtitle = block.split("\n")
        assert (index, subtitle) == (str(number), text)
        assert times.startswith("00:00:%02d," % int(start))
    assert "book.txt:4: '* * *' has nothing to pronounce" in capsys.readouterr().err


@pytest.mark.parametrize("options,message", [
    (["--join", "book.aac"], "book.aac: has no known audio extension"),
    (["--join", "nowhere/book.mp3"], "nowhere/book.mp3: the folder does not exist"),
    (["--out", "o", "--join", "o/0001.wav"], "o/0001.wav: is the name of a line's file"),
    (["--join", "a.wav", "--srt", "./a.wav"], "is the file of --join"),
    (["--srt", "book.srt"], "add --join"), (["--join", "a.mp3", "--stream", "raw"], "--stream"),
    (["--attempts", "0"], "from 1 to")])
def test_wrong_options_are_refused_before_anything_is_spoken(tmp_path, options, message):
    with pytest.raises(InputError, match=message):
        run_main(synthesize.main, tmp_path / "no.txt", *options)


def test_the_progress_bar_of_a_text_is_cleared_before_an_error(capsys):
    """The error, which holds the frames that raised it, is printed after the bar."""
    lines = ["가" * text_lines.MANY_CHARACTERS, "가々"]
    with pytest.raises(InputError, match="has no symbol") as caught:
        text_lines.normalize_lines("text.txt", lines, korean.TextNormalizer(), strict=True)
    assert caught.tb and capsys.readouterr().err.endswith(" \r")


@pytest.mark.parametrize("voice,strict,status", [
    (ScriptedVoice, True, 0), (failing_voice, True, 1), (failing_voice, False, 0)])
def test_with_strict_a_line_that_keeps_a_fault_gives_exit_status_1(
        tmp_path, monkeypatch, capsys, voice, strict, status):
    monkeypatch.setattr(synthesize, "Voice", lambda *_, **options: voice())
    (tmp_path / "text.txt").write_text("오늘은 날씨가 맑다.\n네.\n", encoding="utf-8")
    for _ in range(2):      # the second time, all lines are written already
        assert run_main(synthesize.main, tmp_path / "text.txt", "--out", tmp_path / "out",
                        *["--strict"] * strict) == status
        assert (tmp_path / "out" / "0002.wav").exists()
    assert ("0001: the speech of '오늘은 날씨가 맑다.' may be wrong: it skips" in
            capsys.readouterr().err) == (voice is failing_voice)


def test_repeated_messages_are_counted(capsys):
    messages = RepeatedMessages(2)
    for number in range(1000):
        messages.add("lines", "warning: line %d" % number)
    messages.add("others", "warning: other")
    messages.print_rest()
    assert capsys.readouterr().err.splitlines() == [
        "warning: line 0", "warning: line 1", "warning: other", "… and 998 more lines"]


def test_the_text_in_the_metadata_of_a_very_long_line_is_abbreviated(tmp_path):
    line, other = (spoken_lines.create_lines([SpokenLine("가 " * 5000 + end, False)],
                                             ScriptedVoice(), "out", 1)[0] for end in "나다")
    assert len(line.comment) < 1000 and line.comment != other.comment


def test_a_long_line_without_spaces_is_split_within_seconds_and_with_progress():
    start_time, reported = time.time(), []
    parts = split_into_utterances("가나다라마바사아자차." * 3000, reported.append)
    assert "".join(parts) == "가나다라마바사아자차." * 3000
    assert len(parts) > 500 and time.time() - start_time < 20
    split_into_utterances(LONG_LINE * 5, reported.append)
    assert len(reported) == 3 and sum(reported[1:]) == len(LONG_LINE * 5) - 1, "two blocks"
