"""A voice that starts from a voice with a licence has this licence."""
import os
import shutil

import pytest

from datasets.store import load_store
from training import export, licence, run_start
from training.run_folder import load_run

TEXT = "Attribution-NonCommercial\n\nThe terms.\n"


@pytest.fixture
def licensed_voice(trained, tmp_path):
    """The path of an exported voice with a licence."""
    folder = tmp_path / "voice"
    export.export_voice(trained["tacotron"], trained["vocoder"], str(folder))
    (folder / "LICENSE.txt").write_text(TEXT, encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize("model_type", ["tacotron", "vocoder"])
@pytest.mark.parametrize("part", ["", "model"])
def test_a_run_has_the_licence_of_the_voice_that_it_starts_from(
        licensed_voice, stores, tmp_path, model_type, part):
    run = run_start.create_or_resume_run(
        str(tmp_path / "run"), model_type, [load_store(stores[0])], "", "",
        init_from=os.path.join(licensed_voice, model_type) if part else licensed_voice)
    assert (tmp_path / "run" / "LICENSE.txt").read_text(encoding="utf-8") == TEXT
    assert load_run(run.folder, model_type).speakers == run.speakers


def test_a_trainer_that_was_killed_between_licence_and_run_starts_again(
        licensed_voice, stores, tmp_path):
    (tmp_path / "run").mkdir()
    for name in ("lock", "LICENSE.txt", "LICENSE.txt.12.part"):
        (tmp_path / "run" / name).write_text("", encoding="utf-8")
    run_start.create_or_resume_run(str(tmp_path / "run"), "vocoder", [load_store(stores[0])],
                                   "", "", init_from=licensed_voice)
    assert licence.first_line(str(tmp_path / "run")) == TEXT.split("\n")[0]


def test_an_exported_voice_has_the_licences_of_its_runs(trained, tmp_path):
    runs = {}
    for model_type in ("tacotron", "vocoder"):
        runs[model_type] = str(tmp_path / "runs" / model_type)
        shutil.copytree(trained[model_type], runs[model_type])
        with open(os.path.join(runs[model_type], "LICENSE"), "w", encoding="utf-8") as file:
            file.write(TEXT)
    export.export_voice(runs["tacotron"], runs["vocoder"], str(tmp_path / "one"))
    assert sorted(os.listdir(str(tmp_path / "one"))) == ["LICENSE", "tacotron", "vocoder"]
    assert licence.first_line(str(tmp_path / "one")) == "Attribution-NonCommercial"
    with open(os.path.join(runs["vocoder"], "LICENSE"), "w", encoding="utf-8") as file:
        file.write("Other terms.\n")
    export.export_voice(runs["tacotron"], runs["vocoder"], str(tmp_path / "two"))
    assert sorted(os.listdir(str(tmp_path / "two"))) == [
        "LICENSE", "LICENSE-vocoder.txt", "tacotron", "vocoder"]
    # each model keeps its own in the next generation
    for model_type, text in (("tacotron", TEXT), ("vocoder", "Other terms.\n")):
        (tmp_path / model_type).mkdir()
        licence.copy_licences([str(tmp_path / "two" / model_type)], str(tmp_path / model_type))
        with open(licence.find_licence(str(tmp_path / model_type)), encoding="utf-8") as file:
            assert file.read() == text


def test_voices_and_runs_without_a_licence_have_none(trained):
    assert licence.find_licence(trained["tacotron"]) is None
    assert licence.first_line(os.path.dirname(trained["tacotron"])) is None
