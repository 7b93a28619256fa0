"""clone.py: from recordings to a voice in one command."""
import json
import os
import shutil

import pytest
from conftest import CLIPS, write_recording

import clone
from cloning import plan
from cloning.plan import limit_steps, measure_step_seconds
from cloning.stages import RESUMES, Stage, StageLog
from common.errors import InputError

STAGES = ["check", "preprocess", "tacotron", "vocoder", "export", "evaluate", "speak"]


@pytest.fixture
def recordings(tmp_path, monkeypatch):
    """A corpus in an empty current folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(CLIPS, str(tmp_path / "recordings"))
    return str(tmp_path / "recordings")


@pytest.fixture
def no_evaluation(monkeypatch):
    """evaluate.py has its own tests and takes long: here it only writes its result."""
    def evaluate(arguments):
        out = arguments[arguments.index("--out") + 1]
        os.makedirs(out, exist_ok=True)
        with open(os.path.join(out, "evaluation.json"), "w", encoding="utf-8") as file:
            json.dump({"arguments": arguments}, file)
    monkeypatch.setattr(plan.evaluate, "main", evaluate)


def clone_tiny(recordings, steps=plan.MEASURED_STEPS):
    return clone.main([recordings, "--name", "mina", "--preset", "tiny", "--steps", str(steps),
                       "--threads", "1", "--consent", "own"])


def test_recordings_become_a_voice_that_speaks(recordings, no_evaluation, capsys):
    assert clone_tiny(recordings) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [name for name in STAGES if any(line.startswith(name + ": python ")
                                           for line in lines)] == STAGES
    assert sorted(os.listdir("voices/mina")) == ["tacotron", "vocoder"]
    spoken = os.listdir("logs/clone-mina/spoken")
    assert len([name for name in spoken if name.endswith(".wav")]) == len(plan.SENTENCES)
    with open("voices/mina/tacotron/run.json", encoding="utf-8") as file:
        assert json.load(file)["consent"] == "own"

    # again: nothing is left to do
    assert clone_tiny(recordings) == 0
    out = capsys.readouterr().out
    assert not [line for line in out.splitlines() if ": python " in line]

    # a recording less: what depends on the recordings is made again, and nothing is lost
    os.remove(os.path.join(recordings, "0001.flac"))
    assert clone_tiny(recordings) == 0
    assert os.path.isdir("voices/mina.old-1") and os.path.isdir("voices/mina")
    assert os.path.isdir("logs/clone-mina/tacotron.old-1")


def test_a_signal_in_a_training_stops_the_clone_and_the_same_command_goes_on(
        recordings, no_evaluation, monkeypatch, capsys):
    train = plan.train_vocoder.main
    monkeypatch.setattr(plan.train_vocoder, "main", lambda arguments: 143)
    assert clone_tiny(recordings, steps=12) == 143
    assert not os.path.exists("voices/mina")
    monkeypatch.setattr(plan.train_vocoder, "main", train)
    capsys.readouterr()
    assert clone_tiny(recordings, steps=12) == 0
    out = capsys.readouterr().out
    assert "check: finished" in out and "tacotron: python" in out
    assert os.path.exists("voices/mina/vocoder/run.json")


def test_a_finished_training_goes_on_only_if_it_may_reach_a_later_step(tmp_path):
    log, run = StageLog(str(tmp_path)), tmp_path / "run"

    def training(*limit):
        return Stage("tacotron", lambda arguments: run.mkdir(exist_ok=True), "train_tacotron.py",
                     ["--data", "d"] + list(limit), [], str(run), RESUMES)

    assert log.run(training("--steps", "200")) == 0
    assert log.is_finished(training("--steps", "200"))
    assert log.is_finished(training("--steps", "1"))
    assert not log.is_finished(training("--steps", "201"))
    assert not log.is_finished(training())
    assert log.run(training()) == 0
    assert log.is_finished(training()) and log.is_finished(training("--steps", "201"))


def test_an_error_names_its_stage(recordings, monkeypatch):
    def fail(arguments):
        raise InputError("clip 7: is broken; record it again")
    monkeypatch.setattr(plan.preprocess, "main", fail)
    with pytest.raises(InputError, match="clip 7: is broken.*stage preprocess"):
        clone_tiny(recordings)


@pytest.mark.parametrize("options, message", [
    (["--name", "a/b"], "--name a/b: should consist of letters"),
    (["--base", "voices/base", "--preset", "tiny"], "leave out --base"),
    (["--hours", "-1"], "should be a number above 0"),
    (["--base", "nowhere"], "nowhere"),
])
def test_wrong_options_are_refused(recordings, options, message):
    with pytest.raises(InputError, match=message):
        clone.main([recordings, "--consent", "own"] + (
            [] if "--name" in options else ["--name", "mina"]) + options)


def test_too_little_audio_is_refused_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_recording(tmp_path / "short" / "one.wav", seconds=10)
    with pytest.raises(InputError, match="10.0 seconds in all; that is too little"):
        clone.main([str(tmp_path / "short"), "--name", "mina", "--consent", "own"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="contains no recording"):
        clone.main([str(tmp_path / "empty"), "--name", "mina", "--consent", "own"])


def test_a_voice_that_another_command_made_is_not_touched(recordings):
    os.makedirs("voices/mina")
    with pytest.raises(InputError, match="voices/mina exists and was not made by this command"):
        clone_tiny(recordings)


def test_without_consent_there_is_no_clone(recordings):
    with pytest.raises(InputError, match="--consent"):
        clone.main([recordings, "--name", "mina", "--preset", "tiny"])


def test_the_hours_are_shared_between_the_models():
    train_steps = {"tacotron": 1000, "vocoder": 1000}
    steps = limit_steps({"tacotron": 2.0, "vocoder": 1.0}, 1000, train_steps)
    assert steps == {"tacotron": 227, "vocoder": 244}
    assert limit_steps({"tacotron": 2.0, "vocoder": 1.0}, None, train_steps) == train_steps
    assert limit_steps({"tacotron": 2.0, "vocoder": 1.0}, 1e6, train_steps) == train_steps
    assert limit_steps({"tacotron": 2.0, "vocoder": 1.0}, 0.0, train_steps)["tacotron"] == 1


def test_the_time_of_a_step_comes_from_the_history_of_the_run(tmp_path):
    path = tmp_path / "history.jsonl"
    assert measure_step_seconds(str(path)) is None
    path.write_text("".join(json.dumps({"step": step, "minutes": minutes, "train/loss": 1.0}) + "\n"
                            for step, minutes in ((10, 1.0), (20, 1.5), (30, 2.0), (40, 9.0))))
    assert measure_step_seconds(str(path)) == 6.0
