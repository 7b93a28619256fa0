"""synthesize.py: text in, WAV out, and nothing lost on the way."""
import os
import re
import unicodedata

import numpy as np
import pytest
import soundfile
from conftest import run_main

import audio
import synthesize
from common.errors import InputError

TEXT = "안녕하세요.\n\n오늘은 맑다.\n"


def speak(folder, text, trained, *options, **changes):
    """Run synthesize.py on `text` (str or bytes) into folder/out; the samples of its WAVs."""
    path = folder / changes.pop("name", "text.txt")
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    runs = dict(trained, **changes)
    out = folder / "out"
    run_main(synthesize.main, path, "--out", out, "--tacotron", runs["tacotron"], "--vocoder",
         runs["vocoder"], "--speaker", "one", *options)
    os.makedirs(str(out), exist_ok=True)
    return {name: soundfile.read(str(out / name))[0] for name in sorted(os.listdir(str(out)))
            if name.endswith(".wav")}


@pytest.fixture(scope="module")
def spoken(trained, tmp_path_factory):
    folder = tmp_path_factory.mktemp("spoken")
    return folder, speak(folder, TEXT, trained)


def test_every_line_becomes_a_wav_and_an_alignment_and_empty_lines_are_skipped(spoken):
    folder, waves = spoken
    assert sorted(waves) == ["0001.wav", "0002.wav"]
    assert sorted(name for name in os.listdir(str(folder / "out")) if name.endswith(".png")) == [
        "0001-alignment.png", "0002-alignment.png"]
    for samples in waves.values():
        assert len(samples) % 200 == 0 and np.abs(samples).max() > 0


def test_a_wav_says_that_it_is_synthetic_and_by_what(spoken):
    with soundfile.SoundFile(str(spoken[0] / "out" / "0001.wav")) as wav:
        assert wav.comment.startswith("synthetic speech")
        for part in ("tacotron at step 6", "vocoder at step 6", "speaker one", "seed 1",
                     "안녕하세요."):
            assert part in wav.comment
        assert wav.software.startswith("voicecloning")


def test_decomposed_text_sounds_like_its_syllables(spoken, trained, tmp_path):
    waves = speak(tmp_path, unicodedata.normalize("NFD", TEXT), trained)
    for name, samples in spoken[1].items():
        np.testing.assert_array_equal(waves[name], samples)


def test_a_line_does_not_depend_on_the_others_but_on_the_seed(spoken, trained, tmp_path):
    alone = speak(tmp_path, "오늘은 맑다.\n", trained, "--vocoder", "griffin-lim")
    (tmp_path / "other").mkdir()
    both = speak(tmp_path / "other", TEXT, trained, "--vocoder", "griffin-lim")
    np.testing.assert_array_equal(alone["0001.wav"], both["0002.wav"])
    (tmp_path / "seed").mkdir()
    other = speak(tmp_path / "seed", "오늘은 맑다.\n", trained, "--seed", 2)
    assert not np.array_equal(other["0001.wav"], spoken[1]["0002.wav"])


def test_what_is_done_is_not_done_again_and_never_overwritten(spoken, trained):
    folder, waves = spoken
    path = folder / "out" / "0001.wav"
    before = path.read_bytes(), os.stat(str(path)).st_mtime_ns
    (folder / "out" / "0002.wav").unlink()
    again = speak(folder, TEXT, trained, "--resume")
    assert (path.read_bytes(), os.stat(str(path)).st_mtime_ns) == before
    np.testing.assert_allclose(again["0002.wav"], waves["0002.wav"], atol=1e-3)
    with pytest.raises(InputError) as refusal:
        speak(folder, TEXT, trained, "--seed", 5)
    assert "0001.wav" in str(refusal.value)
    assert path.read_bytes() == before[0]


@pytest.mark.parametrize("text,says", [
    ("", "no line"), ("\n \n", "no line"), ("안녕\nЖ\n", "text.txt:2"),
    ("안녕\n...\n", "text.txt:2"), ("안녕".encode("cp949"), "UTF-8"),
])
def test_bad_text_is_refused_with_its_place(trained, tmp_path, text, says):
    with pytest.raises(InputError) as refusal:
        speak(tmp_path, text, trained)
    assert says in str(refusal.value)
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_read_is_told_or_strictly_refused(trained, tmp_path, capsys):
    speak(tmp_path, "가Ж\n", trained, "--vocoder", "griffin-lim")
    assert "warning: %s:1, column 2: 'Ж'" % (tmp_path / "text.txt") in capsys.readouterr().err
    with pytest.raises(InputError, match="text.txt:1, column 2: 'Ж'"):
        speak(tmp_path, "가Ж\n", trained, "--strict")


def test_a_lexicon_is_followed(trained, tmp_path, capsys):
    (tmp_path / "own.tsv").write_text("SQL\t시퀄\n", encoding="utf-8")
    speak(tmp_path, "SQL\n", trained, "--vocoder", "griffin-lim", "--lexicon", tmp_path / "own.tsv")
    assert capsys.readouterr().out.endswith(" × real time  시퀄\n")


def test_a_line_is_told_with_its_length_and_pace(trained, tmp_path, capsys):
    for pace in (r"\d+\.\d × real time", "made before"):
        waves = speak(tmp_path, "비가 와요.\n", trained, "--vocoder", "griffin-lim")
        length, told = re.search(r"0001\.wav  (\d+\.\d\d) s, (.+)  비가 와요\.\n$",
                                 capsys.readouterr().out).groups()
        assert float(length) == pytest.approx(len(waves["0001.wav"]) / 16000.0, abs=0.006)
        assert re.match(pace, told)


def test_a_long_line_is_spoken_sentence_by_sentence(trained, tmp_path):
    first, second = "오늘은 " + "아주 " * 20 + "맑습니다.", "내일은 흐립니다."
    both = speak(tmp_path, "%s %s\n" % (first, second), trained, "--vocoder", "griffin-lim")
    apart = tmp_path / "apart"
    apart.mkdir()
    alone = speak(apart, "%s\n%s\n" % (first, second), trained, "--vocoder", "griffin-lim")
    pause = np.zeros(int(0.35 * 16000), np.float32)
    np.testing.assert_array_equal(both["0001.wav"], np.concatenate(
        [alone["0001.wav"], pause, alone["0002.wav"]]))
    assert sorted(path.name for path in (tmp_path / "out").glob("*.png")) == [
        "0001-alignment-1.png", "0001-alignment-2.png"]


def test_what_is_missing_or_does_not_fit_is_named(trained, stores, tmp_path):
    with pytest.raises(InputError) as refusal:
        run_main(synthesize.main, tmp_path / "no.txt", "--tacotron", trained["tacotron"],
             "--vocoder", "griffin-lim")
    assert "no.txt" in str(refusal.value)
    with pytest.raises(InputError) as refusal:
        speak(tmp_path, TEXT, trained, tacotron=str(tmp_path / "nowhere"))
    assert "nowhere" in str(refusal.value)
    with pytest.raises(InputError) as refusal:
        speak(tmp_path, TEXT, trained, vocoder=trained["tacotron"])
    assert "train_vocoder.py" in str(refusal.value)
    with pytest.raises(InputError) as refusal:
        speak(tmp_path, TEXT, trained, "--speaker", "three")
    assert "one, two" in str(refusal.value)


def test_models_of_other_audio_settings_do_not_go_together(trained, stores, tmp_path, hp):
    from common import files
    told = files.read_json(os.path.join(trained["vocoder"], "run.json"))
    told["hparams"]["fmax"] = 7000.0
    (tmp_path / "vocoder").mkdir()
    files.write_json(str(tmp_path / "vocoder" / "run.json"), told)
    with pytest.raises(InputError) as refusal:
        speak(tmp_path, TEXT, trained, vocoder=str(tmp_path / "vocoder"))
    assert "fmax is 7000.0" in str(refusal.value)


def test_a_damaged_checkpoint_is_named_and_the_one_before_it_speaks(trained, tmp_path, capsys):
    import shutil
    shutil.copytree(trained["tacotron"], str(tmp_path / "tacotron"))
    data = tmp_path / "tacotron" / "model-6.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:1000])
    speak(tmp_path, TEXT, trained, tacotron=str(tmp_path / "tacotron"), vocoder="griffin-lim")
    assert "model-6" in capsys.readouterr().err
    assert "at step 4" in audio.read_wav_info(str(tmp_path / "out" / "0001.wav"))[0]
    data = tmp_path / "tacotron" / "model-4.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:1000])
    with pytest.raises(InputError) as refusal:
        speak(tmp_path, TEXT, trained, tacotron=str(tmp_path / "tacotron"), vocoder="griffin-lim")
    assert "model-4" in str(refusal.value)


def pcm(path):
    return soundfile.read(str(path), dtype="int16")[0]


def test_what_is_streamed_is_what_the_files_hold(spoken, trained, tmp_path, capsysbinary):
    folder, waves = spoken
    speak(tmp_path, TEXT, trained, "--stream", "raw")
    raw = capsysbinary.readouterr().out
    speak(tmp_path, TEXT, trained, "--stream", "wav")
    wav = capsysbinary.readouterr().out
    pause = np.zeros(int(0.35 * 16000), np.int16)
    expected = np.concatenate([part for name in sorted(waves)
                               for part in (pcm(folder / "out" / name), pause)])
    assert np.array_equal(np.frombuffer(raw, "<i2"), expected)
    (tmp_path / "streamed.wav").write_bytes(wav)
    assert np.array_equal(pcm(tmp_path / "streamed.wav"), expected)
    assert sorted(os.listdir(str(tmp_path / "out"))) == []


def test_without_the_native_engine_tensorflow_speaks(trained, tmp_path, monkeypatch):
    from wavenet_vocoder.engine import binding
    (tmp_path / "native").mkdir()
    native = speak(tmp_path / "native", TEXT, trained, "--precision", "float32")
    monkeypatch.setattr(binding, "load_library", lambda: None)
    for name, samples in speak(tmp_path, TEXT, trained).items():
        assert len(native[name]) == len(samples)
        assert np.abs(native[name] - samples)[:200].max() <= 1e-3
    with pytest.raises(InputError, match="only the native engine"):
        speak(tmp_path, TEXT, trained, "--precision", "int8")


def test_progress_tells_seconds_and_how_fast_they_are_made(monkeypatch, capsys):
    now = [100.0]
    monkeypatch.setattr(synthesize.time, "time", lambda: now[0])
    with synthesize.Progress(30) as progress:
        progress.expect(2.0, 10)                # 20 symbols are to come, as long again each
        now[0] += 4
        progress.made(2.0)
        assert progress.bar.total == 6.0 and progress.bar.n == 2.0
        assert "2.0 of about 6.0 s of audio, 0.50 × real time" in progress.bar.desc
        now[0] += 100                           # mels are being made: not the vocoder's time
        progress.expect(4.0, 20)
        now[0] += 2
        progress.made(4.0)
        assert "6.0 of about 6.0 s of audio, 1.00 × real time" in progress.bar.desc
