"""Voices: export from two runs, the default voice, damaged voices, splitting of long lines."""
import os
import shutil

import numpy as np
import pytest
from conftest import run_main

import audio
import korean
import synthesize
from common import files
from common.errors import InputError
from korean.utterances import (MAX_SYLLABLES, add_final_punctuation, are_punctuated,
                               split_into_utterances)
from synthesis import voice
from training import export, exported_run, model_weights, run_folder

IDS = korean.to_ids(korean.to_jamo("오늘은 맑다."))


@pytest.fixture(scope="module")
def exported(trained, tmp_path_factory):
    """(folder of a voice that was exported from the trained runs, its size in bytes)"""
    out = tmp_path_factory.mktemp("voices") / "me"
    return str(out), export.export_voice(trained["tacotron"], trained["vocoder"], str(out))


@pytest.fixture(scope="module")
def loaded(exported):
    return voice.Voice(*voice.resolve_run_folders(exported[0], None, None))


def test_text_without_final_punctuation_gets_it_if_the_training_always_had_it(exported):
    assert are_punctuated(["비가 와요."] * 19 + ["비가 와요"])
    assert not are_punctuated(["비가 와요."] * 9 + ["비가 와요"])
    sentence, fragments = "정말 (맑아?)", ["비가 오고", "바람이 불어", "추워요"]
    assert add_final_punctuation([sentence]) == [sentence]
    assert add_final_punctuation(fragments) == ["비가 오고,", "바람이 불어,", "추워요."]
    loaded = voice.Voice(exported[0] + "/tacotron", voice.GRIFFIN_LIM)
    for punctuated in (True, False):
        loaded.tacotron_run.punctuated = punctuated
        assert loaded.text_to_ids("비가 와요") == [korean.to_ids(
            korean.to_jamo("비가 와요." if punctuated else "비가 와요"))]


def test_an_exported_voice_has_only_what_synthesis_needs(exported, trained):
    folder, size = exported
    paths = [os.path.join(parent, name) for parent, _, names in os.walk(folder) for name in names]
    assert sorted(os.path.relpath(path, folder) for path in paths) == [
        model_type + "/" + name for model_type in ("tacotron", "vocoder")
        for name in ("export.json", "run.json", "weights.npz")]
    assert size == sum(map(os.path.getsize, paths))
    run_size = sum(os.path.getsize(os.path.join(trained[model_type], "model-6.data-00000-of-00001"))
                   for model_type in trained)
    assert size < 0.6 * run_size, "a run also has two values of Adam for each weight"
    for model_type in ("tacotron", "vocoder"):
        with np.load(os.path.join(folder, model_type, "weights.npz"), allow_pickle=False) as arrays:
            assert not [name for name in arrays if "Adam" in name or "Average" in name]
            assert arrays["global_step"] == 6


def test_an_exported_voice_gives_the_samples_of_its_runs(loaded, trained):
    from_runs = voice.Voice(trained["tacotron"], trained["vocoder"])
    for name in ("one", "two"):
        first, second = [each.with_speaker(name).synthesize([IDS], 1)[0]
                         for each in (loaded, from_runs)]
        np.testing.assert_array_equal(first.mel, second.mel)
        np.testing.assert_array_equal(first.samples, second.samples)


def test_without_a_compiler_numpy_generates_the_samples(exported, loaded, monkeypatch, capsys):
    monkeypatch.setattr(voice.binding, "load_library", lambda: None)
    folders = voice.resolve_run_folders(exported[0], None, None)
    in_numpy = voice.Voice(*folders)
    assert "NumPy generates the samples" in capsys.readouterr().err
    with pytest.raises(InputError, match="int8: only the native engine"):
        voice.Voice(*folders, precision="int8")
    monkeypatch.undo()
    engine = voice.Voice(*folders, precision="float32")
    mel = engine.predict_mel(IDS, 1).mel[:4]
    expected, actual = [each.generate_waveforms([IDS], [mel], 1)[0] for each in (engine, in_numpy)]
    assert len(actual) == len(expected)
    assert np.abs(actual - expected)[:100].max() <= 1e-3


def test_a_gpu_runs_tacotron_in_tensorflow_with_the_same_result(exported, loaded, monkeypatch):
    monkeypatch.setattr("doctor.device_selection.select_device", lambda device: None)
    on_gpu = voice.Voice(*voice.resolve_run_folders(exported[0], None, None), device="gpu")
    assert loaded.supports_window and not on_gpu.supports_window
    np.testing.assert_allclose(on_gpu.predict_mel(IDS, 1).mel, loaded.predict_mel(IDS, 1).mel,
                               rtol=0, atol=1e-5)


def test_an_export_is_complete_or_leaves_nothing(exported, trained, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="exists already"):
        export.export_voice(trained["tacotron"], trained["vocoder"], exported[0])
    with pytest.raises(InputError, match="train_vocoder.py"):
        export.export_voice(trained["tacotron"], trained["tacotron"], str(tmp_path / "me"))
    write = export.export_run

    def fail_at_the_vocoder(run, *rest):
        if run.model_type == "vocoder":
            raise OSError("the disk is full")
        write(run, *rest)
    monkeypatch.setattr(export, "export_run", fail_at_the_vocoder)
    with pytest.raises(OSError):
        export.export_voice(trained["tacotron"], trained["vocoder"], str(tmp_path / "me"))
    assert os.listdir(str(tmp_path)) == []


def test_the_demo_voice_and_its_first_speaker_are_the_defaults(exported, tmp_path, monkeypatch,
                                                               capsys):
    monkeypatch.setattr(voice, "DEMO_VOICE", exported[0])
    (tmp_path / "text.txt").write_text("네.\n", encoding="utf-8")
    run_main(synthesize.main, tmp_path / "text.txt", "--out", tmp_path / "out")
    output = capsys.readouterr()
    assert "voice: %s (default)" % os.path.relpath(exported[0]) in output.err
    assert "speaker: one (default; available: one, two)" in output.err
    assert "speaker one" in audio.read_wav_info(str(tmp_path / "out" / "0001.wav"))[0]
    assert voice.resolve_run_folders(None, "a", "b") == ("a", "b")
    with pytest.raises(InputError, match="no voice"):
        voice.resolve_run_folders(None, "a", None)
    monkeypatch.setattr(voice, "DEMO_VOICE", str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="no voice"):
        voice.resolve_run_folders(None, None, None)


def test_an_unknown_speaker_is_an_error_that_lists_the_speakers(exported, loaded):
    with pytest.raises(InputError, match="--speaker three.*: one, two|are one, two"):
        loaded.with_speaker("three")
    with pytest.raises(InputError, match="one, two"):
        voice.Voice(*voice.resolve_run_folders(exported[0], None, None), speaker="three")


def set_newer_format(folder):
    path = os.path.join(folder, "vocoder", "export.json")
    files.write_json(path, dict(files.read_json(path), format=2))


def truncate(path):
    def damage(folder):
        with open(os.path.join(folder, path), "r+b") as file:
            file.truncate(os.path.getsize(os.path.join(folder, path)) // 2)
    return damage


@pytest.mark.parametrize("damage,message", [
    (lambda folder: shutil.rmtree(os.path.join(folder, "vocoder")), "me: is not a voice.*vocoder"),
    (lambda folder: os.remove(os.path.join(folder, "tacotron", "run.json")),
     "tacotron: is not a run"),
    (lambda folder: os.remove(os.path.join(folder, "vocoder", "weights.npz")),
     "vocoder.weights.npz: is missing"),
    (truncate("vocoder/weights.npz"), "vocoder.weights.npz: does not match its checksum"),
    (truncate("tacotron/run.json"), "tacotron.run.json: does not match its checksum"),
    (truncate("tacotron/export.json"), "export.json: is not valid JSON"),
    (set_newer_format, "export.json: has the format 2.*use a newer version")])
def test_a_damaged_voice_is_an_error_that_names_the_file(exported, tmp_path, damage, message):
    shutil.copytree(exported[0], str(tmp_path / "me"))
    damage(str(tmp_path / "me"))
    with pytest.raises(InputError, match=message):
        voice.Voice(*voice.resolve_run_folders(str(tmp_path / "me"), None, None))


def test_a_voice_of_a_stranger_neither_controls_the_terminal_nor_speaks_what_is_not_finite(
        exported, tmp_path):
    run = run_folder.load_run(os.path.join(exported[0], "tacotron"), "tacotron")
    weights, step = model_weights.load_weights(run)
    run.speakers = ["evil\x1b]0;title\x07\0", "two"]
    exported_run.write_exported_run(run, str(tmp_path / "named"), weights, step)
    named = voice.Voice(str(tmp_path / "named"), voice.GRIFFIN_LIM)
    assert "speaker evil\\x1b]0;title\\x07\\x00" in named.description
    huge = {name: value * np.float32(1e30) for name, value in weights.items()}
    exported_run.write_exported_run(run, str(tmp_path / "huge"), huge, step)
    with pytest.raises(InputError, match="huge: its network computes NaN or infinite values"):
        voice.Voice(str(tmp_path / "huge"), voice.GRIFFIN_LIM).predict_mel(IDS, 1)


def test_an_untrained_voice_has_the_same_sizes_and_other_weights(exported, loaded):
    folders = voice.resolve_run_folders(exported[0], None, None)
    untrained = voice.Voice(*folders, weights=voice.INITIAL)
    first, second = [each.synthesize([IDS], 1)[0] for each in (loaded, untrained)]
    assert first.mel.shape[1] == second.mel.shape[1]
    shorter = min(len(first.samples), len(second.samples))
    assert not np.array_equal(first.samples[:shorter], second.samples[:shorter])
    assert "step 0" in untrained.description


@pytest.mark.parametrize("text", ["네.", "아!"])
def test_a_single_syllable_is_synthesized(loaded, text):
    utterance, = loaded.synthesize([korean.to_ids(korean.to_jamo(text))], 1)
    assert len(utterance.samples) == len(utterance.mel) * 200 > 0


def count_syllables(text):
    return sum("가" <= letter <= "힣" for letter in text)


def test_three_hundred_syllables_are_split_and_nothing_is_lost():
    clause = "바람이 불고 비가 내려서 강가의 나무들이 흔들렸고"        # 19 syllables
    for text in (" ".join([clause] * 16) + ".", ", ".join([clause] * 16) + ".",
                 ". ".join([clause] * 16) + "."):
        assert count_syllables(text) > 300
        utterances = split_into_utterances(text)
        assert " ".join(utterances) == text
        assert all(4 < count_syllables(utterance) <= MAX_SYLLABLES for utterance in utterances)
    assert all(utterance.endswith((",", "."))
               for utterance in split_into_utterances(", ".join([clause] * 16) + "."))
