"""clone.py: from recordings to a voice in one command."""
import contextlib
import json
import os
import shutil
from types import SimpleNamespace

import pytest
from conftest import CLIPS, write_recording

import clone
from cloning import plan
from cloning.plan import last_step, measure_step_seconds, steps_within
from cloning.stages import RESUMES, UPDATES, Stage, StageLog, fingerprint, step_limit
from common.errors import ConflictingOutput, InputError
from common.folder_lock import FolderLock

STAGES = ["check", "preprocess", "tacotron", "vocoder", "export", "evaluate", "speak"]


@pytest.fixture
def recordings(tmp_path, monkeypatch):
    """A corpus in an empty current folder."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(CLIPS, str(tmp_path / "recordings"))
    return str(tmp_path / "recordings")


@pytest.fixture
def no_evaluation(monkeypatch):
    """evaluate.py has its own tests and takes long: here it only writes its result.

    Like evaluate.py, it refuses a folder with the evaluation of another voice.
    """
    def evaluate(arguments):
        out = arguments[arguments.index("--out") + 1]
        if os.path.exists(os.path.join(out, "evaluation.json")):
            raise InputError("%s: has an evaluation with other values of checkpoints" % out)
        os.makedirs(out)
        with open(os.path.join(out, "evaluation.json"), "w", encoding="utf-8") as file:
            json.dump({"arguments": arguments}, file)
    monkeypatch.setattr(plan.evaluate, "main", evaluate)


def clone_tiny(recordings, steps=plan.MEASURED_STEPS, consent="own"):
    return clone.main([recordings, "--name", "mina", "--preset", "tiny", "--steps", str(steps),
                       "--threads", "1", "--consent", consent])


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

    # again, with another spelling of the path: nothing is left to do
    assert clone_tiny("recordings/") == 0
    out = capsys.readouterr().out
    assert not [line for line in out.splitlines() if ": python " in line]

    # another consent is recorded without another training
    assert clone_tiny(recordings, consent="given") == 0
    assert not os.path.exists("logs/clone-mina/tacotron.old-1")
    with open("voices/mina/tacotron/run.json", encoding="utf-8") as file:
        assert json.load(file)["consent"] == "given"

    # a recording less: what depends on the recordings is made again, and nothing is lost
    os.remove(os.path.join(recordings, "0001.flac"))
    assert clone_tiny(recordings) == 0
    assert os.path.isdir("voices/mina.old-2") and os.path.isdir("voices/mina")
    assert os.path.isdir("logs/clone-mina/tacotron.old-1")
    assert os.path.isdir("logs/clone-mina/evaluation.old-1")


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
                     ["--data", "d"] + list(limit), [], str(run), str(run), RESUMES)

    assert log.run(training("--steps", "200")) == 0
    assert log.is_finished(training("--steps", "200"))
    assert log.is_finished(training("--steps", "1"))
    assert not log.is_finished(training("--steps", "201"))
    assert not log.is_finished(training())
    assert log.run(training()) == 0
    assert log.is_finished(training()) and log.is_finished(training("--steps", "201"))


def test_what_a_stage_cannot_bring_up_to_date_is_moved_aside(tmp_path, capsys):
    log, store = StageLog(str(tmp_path)), tmp_path / "data"

    def preprocess(arguments):
        if store.exists():
            raise ConflictingOutput("%s: contains the store of another corpus" % store)
        store.mkdir()

    def stage(*conditions):
        return Stage("preprocess", preprocess, "preprocess.py", [], [], str(store), str(store),
                     UPDATES, conditions)

    assert log.run(stage(False)) == 0
    assert log.is_finished(stage(False)) and not log.is_finished(stage(True))
    assert log.run(stage(True)) == 0
    assert (tmp_path / "data.old-1").is_dir() and store.is_dir()
    assert "data: made of other data or settings; moved to" in capsys.readouterr().out


def test_a_damaged_entry_of_the_stages_is_a_stage_that_has_not_run(tmp_path):
    entry = {"fingerprint": "a", "finished": True, "seconds": 5.0, "steps": None}
    content = {"check": entry, "preprocess": 5, "tacotron": dict(entry, seconds="long"),
               "vocoder": dict(entry, finished=None)}
    (tmp_path / "stages.json").write_text(json.dumps(content), encoding="utf-8")
    log = StageLog(str(tmp_path))
    assert log.stages == {"check": entry}
    assert log.seconds(["check", "tacotron"]) == 5.0


def test_pipes_and_missing_files_do_not_stop_a_clone(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("가", encoding="utf-8")
    stage = Stage("check", None, "x", [], [str(tmp_path / "corpus")], "", "", UPDATES)
    before = fingerprint(stage)
    os.mkfifo(str(tmp_path / "corpus" / "pipe"))
    os.symlink("nowhere", str(tmp_path / "corpus" / "link"))
    assert fingerprint(stage) == before
    (tmp_path / "corpus" / "a.txt").write_text("나", encoding="utf-8")
    assert fingerprint(stage) != before


def test_an_error_names_its_stage(recordings, monkeypatch):
    def fail(arguments):
        raise InputError("clip 7: is broken; record it again")
    monkeypatch.setattr(plan.preprocess, "main", fail)
    with pytest.raises(InputError, match="clip 7: is broken.*stage preprocess"):
        clone_tiny(recordings)


def test_a_larger_number_of_steps_is_trained_although_the_hours_are_the_same(
        recordings, monkeypatch):
    """The limit of the first command came from --steps, not from --hours."""
    limits = []
    monkeypatch.setattr(clone, "_run", lambda log, stage, hours=None: limits.append(
        (stage.name, step_limit(stage), hours)) or 0)
    monkeypatch.setattr(clone, "_measure_steps", lambda plan, log, steps: (
        0, {"tacotron": 1.0, "vocoder": 1.0}))
    within_an_hour = steps_within(3600, 1.0, "tacotron")
    for steps, expected in ((100, (100, None)), (10 ** 9, (within_an_hour, 1))):
        del limits[:]
        clone.main([recordings, "--name", "mina", "--preset", "tiny", "--steps", str(steps),
                    "--hours", "1", "--consent", "own"])
        assert ("tacotron",) + expected in limits


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
    with pytest.raises(InputError, match="empty: the folder is empty"):
        clone.main([str(tmp_path / "empty"), "--name", "mina", "--consent", "own"])


def test_transcripts_are_not_silently_replaced_by_recognition(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "phone").mkdir()
    for name in ("s01.m4a", "s01.txt"):
        (tmp_path / "phone" / name).write_text("안녕하세요.", encoding="utf-8")
    with pytest.raises(InputError, match="s01.m4a: a recording with a transcript should be WAV"):
        clone.main(["phone", "--name", "mina", "--consent", "own"])
    write_recording(tmp_path / "kss" / "1.wav", seconds=30)
    (tmp_path / "kss" / "transcript.v.1.4.txt").write_bytes("1.wav|가|가|가|1|a".encode("cp949"))
    with pytest.raises(InputError, match="is not UTF-8"):
        clone.main(["kss", "--name", "mina", "--consent", "own"])


def test_results_inside_the_recordings_are_refused(recordings, monkeypatch):
    monkeypatch.chdir(recordings)
    with pytest.raises(InputError, match="inside the recordings; choose a --work outside"):
        clone.main([".", "--name", "mina", "--consent", "own"])
    assert not os.path.exists("logs")


def test_a_voice_that_another_command_made_is_not_touched(recordings):
    os.makedirs("voices/mina")
    with pytest.raises(InputError, match="voices/mina exists and was not made by this command"):
        clone_tiny(recordings)


def test_without_consent_there_is_no_clone(recordings):
    with pytest.raises(InputError, match="--consent"):
        clone.main([recordings, "--name", "mina", "--preset", "tiny"])


def test_the_hours_are_shared_between_the_models(tmp_path):
    """The second training gets what the first has not needed; a repetition has the same limits."""
    log, hours, step_seconds = StageLog(str(tmp_path)), 1100 / 3600, {"tacotron": 2.0, "vocoder": 1}

    def training(name, limit=None):
        folder = tmp_path / name
        return Stage(name, lambda arguments: folder.mkdir(exist_ok=True), name,
                     ["--steps", str(limit)] if limit else [], [], str(folder), str(folder),
                     RESUMES)

    stages = SimpleNamespace(preparation=lambda: [training("check")], training=training)
    log.stages["check"] = {"fingerprint": "", "finished": True, "seconds": 100.0}

    def limits(train_steps=10000, hours=hours):
        return clone._limit_steps(stages, log, hours, step_seconds, train_steps)

    assert limits() == {"tacotron": 227, "vocoder": 382}
    assert limits(300) == {"tacotron": 227, "vocoder": 300}
    assert limits(hours=None) == {"tacotron": 10000, "vocoder": 10000}
    assert limits(hours=0.01) == {"tacotron": 1, "vocoder": 1}
    log.run(training("tacotron", 227), hours=hours)
    assert limits()["tacotron"] == 227 and 690 < limits()["vocoder"] <= 700
    log.run(training("vocoder", 300), hours=hours)
    assert limits() == {"tacotron": 227, "vocoder": 300}
    assert log.is_finished(training("vocoder", 300))
    assert limits(hours=2 * hours)["tacotron"] == 477 and limits(hours=2 * hours)["vocoder"] > 800


def test_the_time_of_a_step_comes_from_the_history_of_the_run(tmp_path):
    """The first interval contains the start of the session."""
    path = tmp_path / "history.jsonl"
    assert measure_step_seconds(str(path)) is None and last_step(str(path)) == 0
    record = {"step": 10, "minutes": 5.0, "train/loss": 1.0}
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    assert measure_step_seconds(str(path)) is None and last_step(str(path)) == 10
    path.write_text("".join(json.dumps(dict(record, step=step, minutes=minutes)) + "\n"
                            for step, minutes in ((10, 9.0), (20, 9.5), (30, 10.5), (40, 11.0))),
                    encoding="utf-8")
    assert measure_step_seconds(str(path)) == 3.0 and last_step(str(path)) == 40


def test_files_that_no_reader_reads_do_not_repeat_anything(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("가", encoding="utf-8")
    stage = Stage("check", None, "x", [], [str(tmp_path / "corpus")], "", "", UPDATES)
    before = fingerprint(stage)
    for name in (".DS_Store", "Thumbs.db", "reviewed.tsv", "a.txt.orig"):
        (tmp_path / "corpus" / name).write_text("x", encoding="utf-8")
    assert fingerprint(stage) == before
    (tmp_path / "corpus" / "exclude.txt").write_text("a", encoding="utf-8")
    assert fingerprint(stage) != before


def test_consent_for_the_recordings_of_one_person_is_not_that_for_others(tmp_path):
    def remember(consent, recordings):
        return clone._remember_consent(SimpleNamespace(consent=consent, recordings=recordings),
                                       str(tmp_path))

    assert remember("own", "alice") == "own"
    assert remember(None, "alice") == "own"
    with pytest.raises(InputError, match="--consent"):
        remember(None, "bob")
    assert remember("given", "bob") == "given"


def test_two_clones_in_one_folder_are_refused(recordings):
    os.makedirs("logs/clone-mina")
    with contextlib.closing(FolderLock("logs/clone-mina", "")):
        with pytest.raises(InputError, match="another clone.py is working"):
            clone_tiny(recordings)
