"""The files of a line: metadata, what an interruption or a full disk leaves, what is damaged."""
import os
import resource
import signal
import subprocess
import sys

import pytest
import soundfile
from helpers.scripted_voice import ScriptedVoice

import audio
from common import files, signals
from common.errors import InputError
from common.repeated_messages import RepeatedMessages
from synthesis import joining, speech_output, spoken_lines
from synthesis.attempts import Predictor
from synthesis.text_lines import SpokenLine

SENTENCE = "바람이 불고 비가 내려서 강가의 나무들이 모두 흔들렸다."
# 991 characters, 2,417 bytes: the metadata of earlier versions was too long to be read
LONG_LINE = " ".join([SENTENCE] * 31)


def write_text(folder, texts, voice=None):
    """Write the lines into a folder: (lines, voice)."""
    voice = voice or ScriptedVoice()
    lines = spoken_lines.create_lines([SpokenLine(text, False) for text in texts], voice,
                                      str(folder), 1)
    speech_output.write_wavs(lines, voice, str(folder), Predictor(voice, 1), RepeatedMessages())
    return lines, voice


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_metadata_of_a_long_line_says_synthetic_and_the_same_command_resumes(tmp_path):
    (line,), _ = write_text(tmp_path, [LONG_LINE])
    assert audio.read_wav_info(line.stem + ".wav")[0] == line.comment
    assert line.comment.startswith("synthetic speech; voice: scripted; seed 1; text: " + SENTENCE)
    assert not write_text(tmp_path, [LONG_LINE])[1].calls
    with pytest.raises(InputError, match="another text"):
        write_text(tmp_path, [LONG_LINE[:-1] + "!"])


def write_comment(path, comment):
    """Replace the metadata of a WAV file by one of any length."""
    samples, rate = soundfile.read(path, dtype="int16")
    with soundfile.SoundFile(path, "w", rate, 1, "PCM_16") as file:
        file.comment = comment
        file.write(samples)


def test_a_long_line_of_an_earlier_version_has_no_metadata_and_counts_as_written(tmp_path):
    (line,), voice = write_text(tmp_path, [LONG_LINE])
    write_comment(line.stem + ".wav", "synthetic speech; voice: %s; seed 1; text: %s" % (
        voice.description, LONG_LINE))
    assert audio.read_wav_info(line.stem + ".wav")[0] == ""
    assert not write_text(tmp_path, [LONG_LINE])[1].calls
    with pytest.raises(InputError, match="another text"):
        write_text(tmp_path, [LONG_LINE.replace("비가", "눈이")])


def test_a_line_with_other_metadata_is_not_overwritten(tmp_path):
    (line,), _ = write_text(tmp_path, [SENTENCE])
    write_comment(line.stem + ".wav", "edited")
    with pytest.raises(InputError, match="0001.wav: exists with another text"):
        write_text(tmp_path, [SENTENCE])


def test_the_audio_is_safe_before_the_plots_and_missing_plots_are_drawn(tmp_path, monkeypatch):
    texts = [SENTENCE, "네, 맞아요."]
    write_text(tmp_path / "whole", texts)
    with monkeypatch.context() as patches:
        def fail(*_):
            raise MemoryError
        patches.setattr(speech_output, "alignment_png", fail)
        with pytest.raises(MemoryError):
            write_text(tmp_path / "interrupted", texts)
    assert sorted(contents(tmp_path / "interrupted")) == ["0001.json", "0001.wav", "0002.json",
                                                          "0002.wav"]
    voice = ScriptedVoice()
    voice.generate_waveforms = None         # the vocoder is not needed
    write_text(tmp_path / "interrupted", texts, voice)
    assert contents(tmp_path / "interrupted") == contents(tmp_path / "whole")
    assert not write_text(tmp_path / "interrupted", texts)[1].calls


@pytest.mark.parametrize("name,size", [("0001.wav", 0), ("0001.wav", 30), ("0001.wav", 2000),
                                       ("0001.json", 0), ("0001.json", 50)])
def test_a_truncated_file_is_made_again(tmp_path, name, size):
    write_text(tmp_path, [SENTENCE])
    before = contents(tmp_path)
    (tmp_path / name).write_bytes(before[name][:size])
    write_text(tmp_path, [SENTENCE])
    assert contents(tmp_path) == before


def test_a_file_that_is_not_of_this_line_is_not_overwritten(tmp_path):
    write_text(tmp_path, [SENTENCE])
    (tmp_path / "0001.json").unlink()
    (tmp_path / "0001.wav").write_bytes(b"no audio")
    with pytest.raises(InputError, match="0001.wav: is damaged; choose another --out"):
        write_text(tmp_path, [SENTENCE])


def test_temporary_files_of_killed_processes_are_removed_and_no_others(tmp_path):
    finished = subprocess.Popen([sys.executable, "-c", ""])
    finished.wait()
    other = "%d.part" % os.getppid()
    names = ["0001.wav.%s", "0001.part-0002.json.%s", "0012-alignment-3-part-2.png.%s", "film.%s",
             "book.flac.%s"]
    for name in names:
        (tmp_path / (name % ("%d.part" % finished.pid))).write_bytes(b"partial")
    for name in ("0002.wav." + other, "0003.wav.%d.part" % os.getpid()):
        (tmp_path / name).write_bytes(b"partial")
    (line,), voice = write_text(tmp_path, [SENTENCE])
    joining.join_audio([(0, line.stem + ".wav")], str(tmp_path / "book.flac"), 16000, "synthetic",
                       "test")
    assert sorted(contents(tmp_path)) == [
        "0001-alignment.png", "0001.json", "0001.wav", "0002.wav." + other, "book.flac",
        "film.%d.part" % finished.pid]


def test_a_disk_that_fills_up_is_an_error_that_names_the_wav_and_leaves_nothing_of_it(tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, limits[1]))
    try:
        with pytest.raises(OSError) as error:
            write_text(tmp_path, [SENTENCE])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert error.value.filename == str(tmp_path / "0001.wav")
    assert sorted(contents(tmp_path)) == ["0001.json"]
    write_text(tmp_path, [SENTENCE])
    assert audio.read_wav_info(str(tmp_path / "0001.wav"))[1] > 1


@pytest.mark.parametrize("damage", [
    {"utterances": [1]}, {"utterances": [{}]},
    {"utterances": [{"text": 1, "start": 0.0, "end": 1.0, "faults": ""}]},
    {"utterances": [{"text": "가", "start": 0.0, "end": float("nan"), "faults": ""}]},
    {"utterances": [{"text": "가", "start": 2.0, "end": 1.0, "faults": ""}]},
    {"max_attempts": 0}, {"plotted": []}], ids=str)
def test_a_damaged_record_is_an_error_that_names_it(tmp_path, damage):
    (line,), _ = write_text(tmp_path, [SENTENCE])
    files.write_json(line.stem + ".json", dict({"max_attempts": 1, "utterances": []}, **damage))
    with pytest.raises(InputError, match="0001.json"):
        spoken_lines.read_record(line)


def test_a_signal_while_audio_is_written_is_neither_lost_nor_damages_the_file(
        tmp_path, monkeypatch):
    """libsndfile calls Python to write; an exception there would be printed and forgotten."""
    (line,), _ = write_text(tmp_path, [SENTENCE])
    before = contents(tmp_path)
    write, calls = joining._CheckedFile.write, []

    def write_and_signal(self, data):
        calls.append(data)
        if len(calls) == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return write(self, data)

    monkeypatch.setattr(joining._CheckedFile, "write", write_and_signal)
    with signals.raise_ending_signals(), pytest.raises(signals.EndingSignal):
        joining.join_audio([(0, line.stem + ".wav")], str(tmp_path / "book.wav"), 16000,
                           "synthetic", "test")
    assert contents(tmp_path) == before


def test_a_truncated_file_is_not_joined(tmp_path):
    (line,), _ = write_text(tmp_path, [SENTENCE])
    data = (tmp_path / "0001.wav").read_bytes()
    (tmp_path / "0001.wav").write_bytes(data[:-100])
    with pytest.raises(InputError, match="0001.wav: is truncated"):
        joining.join_audio([(0, line.stem + ".wav")], str(tmp_path / "book.wav"), 16000,
                           "synthetic", "test")
    assert not (tmp_path / "book.wav").exists()
