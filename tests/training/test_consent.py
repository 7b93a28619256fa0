"""The speaker's consent: asked once, stored in the run, exported with it, named in its speech."""
import json
import os
import shutil

import pytest
import soundfile
from conftest import run_main, train

import synthesize
from common import files
from common.errors import InputError
from datasets.store import load_store
from training import consent, export, run_folder, run_start


class Terminal(object):
    def isatty(self):
        return True


@pytest.fixture
def answers(monkeypatch):
    """Answers of a user at a terminal; a question without an answer left fails."""
    left = []
    monkeypatch.setattr(consent.sys, "stdin", Terminal())
    monkeypatch.setattr("builtins.input", lambda prompt: left.pop(0))
    return left


def test_consent_is_asked_at_a_terminal(answers):
    answers[:] = [" Given "]
    assert consent.require_consent(None) == "given"


def test_what_was_stated_or_stored_is_not_asked_again(answers):
    assert consent.require_consent("own") == "own"
    assert consent.require_consent(None, "given") == "given"
    assert consent.require_consent("own", "given") == "own"


@pytest.mark.parametrize("answer", ["", "yes", "no"])
def test_another_answer_is_an_error_that_says_what_to_write(answer, answers):
    answers[:] = [answer]
    with pytest.raises(InputError, match="should be own or given; --consent own states"):
        consent.require_consent(None)


def test_the_end_of_the_input_is_no_consent(answers, monkeypatch):
    def end(prompt):
        raise EOFError

    monkeypatch.setattr("builtins.input", end)
    with pytest.raises(InputError, match="should be own or given"):
        consent.require_consent(None)


def test_without_a_terminal_the_option_is_required(monkeypatch):
    for stdin in (None, open(os.devnull)):
        monkeypatch.setattr(consent.sys, "stdin", stdin)
        with pytest.raises(InputError, match="--consent: is missing; --consent own states"):
            consent.require_consent(None)


def test_a_trainer_accepts_own_and_given_only(stores, tmp_path):
    with pytest.raises(InputError, match="--consent: invalid choice: 'mine'"):
        train("tacotron", stores, str(tmp_path / "run"), "--consent", "mine")


@pytest.mark.parametrize("model", ["tacotron", "vocoder"])
def test_a_trainer_states_the_consent_for_its_run(model, stores, tmp_path, monkeypatch):
    monkeypatch.setattr(run_folder.Run, "save", lambda run: check(run.consent))
    checked = []

    def check(value):
        checked.append(value)
        raise InputError("saved")

    with pytest.raises(InputError, match="saved"):
        train(model, stores, str(tmp_path / "run"), "--preset", "tiny", "--consent", "own")
    assert checked == ["own"]


def start(model, stores, folder, **options):
    """create_or_resume_run as a trainer calls it."""
    run = run_start.create_or_resume_run(
        str(folder), model, [load_store(path) for path in stores], None, "", **options)
    run.release()
    return run


@pytest.fixture(scope="module")
def cloned(stores, trained, tmp_path_factory):
    """A voice whose runs state consent, and the folder of its runs."""
    folder = tmp_path_factory.mktemp("cloned")
    for model in ("tacotron", "vocoder"):
        shutil.copytree(trained[model], str(folder / model))
        start(model, stores, folder / model, consent="given")
    export.export_voice(str(folder / "tacotron"), str(folder / "vocoder"), str(folder / "voice"))
    return folder


@pytest.mark.parametrize("model", ["tacotron", "vocoder"])
def test_the_runs_and_the_exported_voice_have_the_consent(model, cloned):
    for folder in (cloned / model, cloned / "voice" / model):
        assert files.read_json(str(folder / "run.json"))["consent"] == "given"
        assert run_folder.load_run(str(folder), model).consent == "given"


def test_a_resumed_run_keeps_the_consent_and_a_new_run_from_its_weights_does_not(
        cloned, stores, tmp_path):
    assert start("tacotron", stores, cloned / "tacotron").consent == "given"
    assert start("tacotron", stores, tmp_path / "new",
                 init_from=str(cloned / "tacotron")).consent is None


def comment_of_speech(folder, *options):
    (folder / "text.txt").write_text("네.\n", encoding="utf-8")
    run_main(synthesize.main, folder / "text.txt", "--out", folder / "out", *options)
    with soundfile.SoundFile(str(folder / "out" / "0001.wav")) as wav:
        return wav.comment


def test_the_metadata_of_speech_name_the_consent(cloned, tmp_path):
    comment = comment_of_speech(tmp_path, "--voice", cloned / "voice")
    assert comment.startswith("synthetic speech; voice: ")
    assert "voice cloned with consent: given; seed 1" in comment


def test_the_consent_of_either_run_counts(cloned, trained, tmp_path):
    comment = comment_of_speech(tmp_path, "--tacotron", trained["tacotron"], "--vocoder",
                                cloned / "vocoder")
    assert "voice cloned with consent: given" in comment


def test_runs_without_the_field_load_and_speak_as_before(trained, tmp_path):
    path = os.path.join(trained["tacotron"], "run.json")
    content = files.read_json(path)
    assert content.pop("consent") is None
    (tmp_path / "run.json").write_text(json.dumps(content), encoding="utf-8")
    assert run_folder.load_run(str(tmp_path), "tacotron").consent is None
    comment = comment_of_speech(tmp_path, "--tacotron", trained["tacotron"], "--vocoder",
                                trained["vocoder"])
    assert "consent" not in comment and "speaker one; seed 1" in comment


@pytest.mark.parametrize("value", ["yes", True, 1, ["own"]])
def test_another_consent_in_a_run_is_an_error(value, trained, tmp_path):
    content = dict(files.read_json(os.path.join(trained["tacotron"], "run.json")), consent=value)
    (tmp_path / "run.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match="run.json: consent should be null, own or given"):
        run_folder.load_run(str(tmp_path), "tacotron")
