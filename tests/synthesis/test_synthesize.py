"""synthesize.py: every line of a text becomes a WAV, or is streamed."""
import os
import re
import shutil
import unicodedata

import numpy as np
import pytest
import soundfile
from conftest import run_main

import audio
import synthesize
from common import files
from common.errors import InputError
from synthesis import progress as synthesis_progress
from synthesis.voice import Voice
from wavenet_vocoder.engine import binding

TEXT = "안녕하세요.\n\n오늘은 맑다.\n"


def run_synthesize(folder, text, trained, *options, **changes):
    """Run synthesize.py on `text` (str or bytes) into folder/out: {name: samples} of the WAVs.

    `changes` may replace the runs `tacotron` and `vocoder`, the `name` of the text file, and the
    number of `attempts`: every alignment of the barely trained runs has a fault.
    """
    path = folder / changes.pop("name", "text.txt")
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    runs = dict(trained, **changes)
    out = folder / "out"
    run_main(synthesize.main, path, "--out", out, "--tacotron", runs["tacotron"], "--vocoder",
             runs["vocoder"], "--speaker", "one", "--attempts", runs.get("attempts", 1), *options)
    os.makedirs(str(out), exist_ok=True)
    return {name: soundfile.read(str(out / name))[0] for name in sorted(os.listdir(str(out)))
            if name.endswith(".wav")}


@pytest.fixture(scope="module")
def synthesized(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("synthesized")
    return folder, run_synthesize(folder, TEXT, trained)


def test_every_line_that_is_not_empty_becomes_a_wav_and_an_alignment_plot(synthesized):
    folder, wavs = synthesized
    assert sorted(wavs) == ["0001.wav", "0002.wav"]
    assert sorted(name for name in os.listdir(str(folder / "out")) if name.endswith(".png")) == [
        "0001-alignment.png", "0002-alignment.png"]
    for samples in wavs.values():
        assert len(samples) % 200 == 0 and np.abs(samples).max() > 0


def test_the_metadata_of_a_wav_names_voice_seed_and_text_and_says_synthetic(synthesized):
    with soundfile.SoundFile(str(synthesized[0] / "out" / "0001.wav")) as wav:
        assert wav.comment.startswith("synthetic speech")
        for part in ("tacotron at step 6", "vocoder at step 6", "speaker one", "seed 1",
                     "안녕하세요."):
            assert part in wav.comment
        assert wav.software.startswith("voicecloning")


def test_decomposed_and_composed_text_give_the_same_samples(synthesized, trained, tmp_path):
    wavs = run_synthesize(tmp_path, unicodedata.normalize("NFD", TEXT), trained)
    for name, samples in synthesized[1].items():
        np.testing.assert_array_equal(wavs[name], samples)


def test_a_line_depends_on_the_seed_and_not_on_the_other_lines(synthesized, trained, tmp_path):
    alone = run_synthesize(tmp_path, "오늘은 맑다.\n", trained, "--vocoder", "griffin-lim")
    (tmp_path / "other").mkdir()
    both = run_synthesize(tmp_path / "other", TEXT, trained, "--vocoder", "griffin-lim")
    np.testing.assert_array_equal(alone["0001.wav"], both["0002.wav"])
    (tmp_path / "seed").mkdir()
    other = run_synthesize(tmp_path / "seed", "오늘은 맑다.\n", trained, "--seed", 2)
    assert not np.array_equal(other["0001.wav"], synthesized[1]["0002.wav"])


def test_an_existing_wav_is_kept_and_one_of_another_seed_is_an_error(synthesized, trained):
    folder, wavs = synthesized
    path = folder / "out" / "0001.wav"
    before = path.read_bytes(), os.stat(str(path)).st_mtime_ns
    (folder / "out" / "0002.wav").unlink()
    again = run_synthesize(folder, TEXT, trained)
    assert (path.read_bytes(), os.stat(str(path)).st_mtime_ns) == before
    np.testing.assert_allclose(again["0002.wav"], wavs["0002.wav"], atol=1e-3)
    with pytest.raises(InputError) as error:
        run_synthesize(folder, TEXT, trained, "--seed", 5)
    assert "0001.wav" in str(error.value)
    assert path.read_bytes() == before[0]


@pytest.mark.parametrize("text,message", [
    ("", "no line to pronounce"), ("\n \n", "no line to pronounce"), ("ㅠㅠ\n々\n", "no line to"),
    ("...\n* * *\n", "no line to pronounce"), ("\0\n", "UTF-16"),
    ("안녕".encode("cp949"), "UTF-8"),
])
def test_invalid_text_is_an_error_with_file_and_line(trained, tmp_path, text, message):
    with pytest.raises(InputError) as error:
        run_synthesize(tmp_path, text, trained)
    assert message in str(error.value)
    assert not (tmp_path / "out").exists()


def test_unreadable_characters_are_a_warning_or_with_strict_an_error(trained, tmp_path, capsys):
    run_synthesize(tmp_path, "가々\n", trained, "--vocoder", "griffin-lim")
    assert "warning: %s:1, column 2: '々'" % (tmp_path / "text.txt") in capsys.readouterr().err
    with pytest.raises(InputError, match="text.txt:1, column 2: '々'"):
        run_synthesize(tmp_path, "가々\n", trained, "--strict")


@pytest.mark.parametrize("text", ["ㅠㅠ", "...", "* * *", "々"])
def test_a_line_with_nothing_to_read_is_skipped_and_reported_or_with_strict_an_error(
        trained, tmp_path, capsys, text):
    lines = "비가 와요.\n%s\n네.\n" % text
    wavs = run_synthesize(tmp_path, lines, trained, vocoder="griffin-lim")
    assert sorted(wavs) == ["0001.wav", "0002.wav"]
    assert "text.txt:2: %r has nothing to pronounce; it is left out" % text in (
        capsys.readouterr().err)
    with pytest.raises(InputError, match="text.txt:2"):
        run_synthesize(tmp_path, lines, trained, "--strict", vocoder="griffin-lim")


def test_a_lexicon_is_applied(trained, tmp_path, capsys):
    (tmp_path / "own.tsv").write_text("SQL\t시퀄\n", encoding="utf-8")
    run_synthesize(tmp_path, "SQL\n", trained, "--vocoder", "griffin-lim", "--lexicon",
                   tmp_path / "own.tsv")
    assert capsys.readouterr().out.endswith(" × real time  시퀄\n")


def test_each_line_is_printed_with_its_duration_and_speed(trained, tmp_path, capsys):
    for expected in (r"\d+\.\d × real time", "already there"):
        wavs = run_synthesize(tmp_path, "비가 와요.\n", trained, "--vocoder", "griffin-lim")
        seconds, speed = re.search(r"0001\.wav  (\d+\.\d\d) s, (.+)  비가 와요\.\n$",
                                   capsys.readouterr().out).groups()
        assert float(seconds) == pytest.approx(len(wavs["0001.wav"]) / 16000.0, abs=0.006)
        assert re.match(expected, speed)


def test_a_long_line_is_synthesized_sentence_by_sentence(trained, tmp_path):
    first, second = "오늘은 " + "아주 " * 25 + "맑습니다.", "내일은 흐립니다."
    both = run_synthesize(tmp_path, "%s %s\n" % (first, second), trained, vocoder="griffin-lim")
    apart = tmp_path / "apart"
    apart.mkdir()
    alone = run_synthesize(apart, "%s\n%s\n" % (first, second), trained, "--vocoder", "griffin-lim")
    pause = np.zeros(int(0.35 * 16000), np.float32)
    np.testing.assert_array_equal(both["0001.wav"], np.concatenate(
        [alone["0001.wav"], pause, alone["0002.wav"]]))
    assert sorted(path.name for path in (tmp_path / "out").glob("*.png")) == [
        "0001-alignment-1.png", "0001-alignment-2.png"]


def test_missing_or_wrong_files_and_speakers_are_named(trained, stores, tmp_path):
    with pytest.raises(InputError) as error:
        run_main(synthesize.main, tmp_path / "no.txt", "--tacotron", trained["tacotron"],
                 "--vocoder", "griffin-lim")
    assert "no.txt" in str(error.value)
    with pytest.raises(InputError) as error:
        run_synthesize(tmp_path, TEXT, trained, tacotron=str(tmp_path / "nowhere"))
    assert "nowhere" in str(error.value)
    with pytest.raises(InputError) as error:
        run_synthesize(tmp_path, TEXT, trained, vocoder=trained["tacotron"])
    assert "train_vocoder.py" in str(error.value)
    with pytest.raises(InputError) as error:
        run_synthesize(tmp_path, TEXT, trained, "--speaker", "three")
    assert "one, two" in str(error.value)


def test_models_with_different_audio_settings_are_refused(trained, stores, tmp_path, hp):
    run = files.read_json(os.path.join(trained["vocoder"], "run.json"))
    run["hparams"]["fmax"] = 7000.0
    (tmp_path / "vocoder").mkdir()
    files.write_json(str(tmp_path / "vocoder" / "run.json"), run)
    with pytest.raises(InputError) as error:
        run_synthesize(tmp_path, TEXT, trained, vocoder=str(tmp_path / "vocoder"))
    assert "fmax is 7000.0" in str(error.value)


def test_a_damaged_checkpoint_is_reported_and_the_previous_one_is_used(trained, tmp_path, capsys):
    shutil.copytree(trained["tacotron"], str(tmp_path / "tacotron"))
    data = tmp_path / "tacotron" / "model-6.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:1000])
    runs = {"tacotron": str(tmp_path / "tacotron"), "vocoder": "griffin-lim"}
    run_synthesize(tmp_path, TEXT, trained, **runs)
    assert "model-6" in capsys.readouterr().err
    assert "at step 4" in audio.read_wav_info(str(tmp_path / "out" / "0001.wav"))[0]
    data = tmp_path / "tacotron" / "model-4.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:1000])
    with pytest.raises(InputError) as error:
        run_synthesize(tmp_path, TEXT, trained, **runs)
    assert "model-4" in str(error.value)


def pcm(path):
    return soundfile.read(str(path), dtype="int16")[0]


def test_the_stream_has_the_samples_of_the_files_and_pauses_between_them(
        synthesized, trained, tmp_path, capsysbinary):
    folder, wavs = synthesized
    run_synthesize(tmp_path, TEXT, trained, "--stream", "raw")
    raw = capsysbinary.readouterr().out
    run_synthesize(tmp_path, TEXT, trained, "--stream", "wav")
    wav = capsysbinary.readouterr().out
    pause = np.zeros(int(0.8 * 16000), np.int16)        # there is an empty line between them
    first, second = [pcm(folder / "out" / name) for name in sorted(wavs)]
    expected = np.concatenate([first, pause, second])
    assert np.array_equal(np.frombuffer(raw, "<i2"), expected), "no pause at the end"
    (tmp_path / "streamed.wav").write_bytes(wav)
    assert np.array_equal(pcm(tmp_path / "streamed.wav"), expected)
    assert sorted(os.listdir(str(tmp_path / "out"))) == []


@pytest.mark.parametrize("options", [(), ("--stream", "raw")])
def test_a_missing_stop_token_is_a_warning_on_stderr(trained, tmp_path, capsysbinary, monkeypatch,
                                                     options):
    predict_mel = Voice.predict_mel
    for stopped, count in ((False, 2), (True, 0)):
        monkeypatch.setattr(Voice, "predict_mel", lambda *arguments: predict_mel(
            *arguments)._replace(stopped=stopped))
        (tmp_path / str(stopped)).mkdir()
        run_synthesize(tmp_path / str(stopped), TEXT, trained, *options, vocoder="griffin-lim")
        output = capsysbinary.readouterr()
        assert output.err.decode("utf-8").count("misses the stop token") == count
        assert b"stop token" not in output.out


def test_without_the_native_engine_tensorflow_generates_the_audio(trained, tmp_path, monkeypatch):
    (tmp_path / "native").mkdir()
    native = run_synthesize(tmp_path / "native", TEXT, trained, "--precision", "float32")
    monkeypatch.setattr(binding, "load_library", lambda: None)
    for name, samples in run_synthesize(tmp_path, TEXT, trained).items():
        assert len(native[name]) == len(samples)
        assert np.abs(native[name] - samples)[:200].max() <= 1e-3
    with pytest.raises(InputError, match="only the native engine"):
        run_synthesize(tmp_path, TEXT, trained, "--precision", "int8")


def test_progress_shows_seconds_of_audio_and_the_speed_of_the_vocoder(monkeypatch, capsys):
    now = [100.0]
    monkeypatch.setattr(synthesis_progress, "monotonic", lambda: now[0])
    with synthesis_progress.Progress(30) as progress:
        now[0] += 10                            # Tacotron 2
        progress.start_batch(2.0, 10)           # 20 more symbols are to follow
        progress.add_audio(0.0)                 # all chunks of a batch begin with their warm-up
        now[0] += 1
        progress.add_audio(0.5)
        # 5.5 s of audio at half of real time, and two thirds of the mels
        assert progress.desc.endswith("[00:11<00:31]")
        now[0] += 3
        progress.add_audio(1.5)
        assert progress.total == 6.0 and progress.n == 2.0
        assert "2.0 of about 6.0 s of audio, 0.50 × real time" in progress.desc
        now[0] += 100                           # time of Tacotron 2, not of the vocoder
        progress.start_batch(4.0, 20)
        now[0] += 2
        progress.add_audio(4.0)
        assert "6.0 of about 6.0 s of audio, 1.00 × real time" in progress.desc
