"""Training survives kills, full disks, damaged files, and losses that are not finite."""
import glob
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from conftest import ROOT, reuse_vocoder_graph, run_main

import train_vocoder
from common.errors import InputError
from datasets import batches
from nn import compat
from nn.compat import tf
from training import checkpoint, loss_guard, prefetch, run_folder
from training.progress import ProgressBar
from training.trainer import Trainer

QUIET = "summary_interval=1,checkpoint_interval=2,eval_interval=100000,validation_fraction=0.2"


GRAPHS = {}     # {(speakers, learning rate): graph}: building one takes most of the time


@pytest.fixture(autouse=True)
def evaluation(monkeypatch):
    """Training in this process starts sooner; evaluations only return the score in this dict."""
    result = {"score": None}
    reuse_vocoder_graph(monkeypatch)
    monkeypatch.setattr(train_vocoder.VocoderEvaluator, "evaluate", lambda *_: result["score"])
    return result


def train(stores, folder, *options, **rate):
    """Train the vocoder in this process, on a graph that tests share. Returns the exit status."""
    graph = GRAPHS.setdefault((len(stores), rate.get("rate")), tf.Graph())
    if rate:
        options += ("--hparams", QUIET + ",checkpoint_interval={interval},"
                    "wavenet_learning_rate={rate},"
                    "wavenet_final_learning_rate={rate}".format(**rate))
    data = [part for store in stores for part in ("--data", store)]
    with graph.as_default():
        return train_vocoder.main([str(option) for option in (
            "--logdir", folder, "--threads", 1) + tuple(data) + options]) or 0


def history(folder):
    with open(os.path.join(str(folder), "history.jsonl"), encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def curve(folder):
    """[(step, loss, gradient norm, learning rate)] of every record of history.jsonl."""
    return [(record["step"], record["train/loss"], record["train/gradient_norm"],
             record["train/learning_rate"]) for record in history(folder)
            if "train/loss" in record]


def newest_checkpoint(folder):
    """{name: array}"""
    reader = tf.train.NewCheckpointReader(
        checkpoint.list_checkpoints(run_folder.Run(str(folder), None, None, None, None))[-1])
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def saved_steps(folder):
    return sorted(int(os.path.basename(path)[6:-6])
                  for path in glob.glob(os.path.join(str(folder), "model-*.index")))


def leftovers(folder):
    """Temporary files that a run must not leave behind."""
    names = [name for _, _, files in os.walk(str(folder)) for name in files]
    return [name for name in names if name.endswith(".part") or "tempstate" in name] + \
        glob.glob(os.path.join(str(folder), "saving"))


def start_train_vocoder(store, folder, *options, **popen):
    return subprocess.Popen(
        [sys.executable, "train_vocoder.py", "--data", store, "--logdir", str(folder),
         "--threads", "1"] + [str(option) for option in options],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, **popen)


# Twenty kills in all, half of them while a checkpoint is written.
@pytest.mark.parametrize("kind,kills", [("vocoder", 12), ("tacotron", 8)])
def test_a_run_killed_at_random_moments_equals_an_uninterrupted_one(stores, tmp_path, kind, kills):
    output = subprocess.check_output(
        [sys.executable, os.path.join("tests", "helpers", "kill_training.py"), kind, str(kills),
         "7", str(tmp_path / "whole"), "--data", stores[0], "--logdir", str(tmp_path / "killed"),
         "--preset", "tiny", "--threads", "1", "--steps", "100000", "--hparams", QUIET],
        cwd=ROOT, stderr=subprocess.DEVNULL, universal_newlines=True, timeout=500)
    reached = int(output.split()[-1])
    assert [step for step, _, _, _ in curve(tmp_path / "killed")] == list(range(1, reached + 1))
    assert curve(tmp_path / "killed") == curve(tmp_path / "whole"), "bit for bit"
    killed, whole = newest_checkpoint(tmp_path / "killed"), newest_checkpoint(tmp_path / "whole")
    assert set(killed) == set(whole) and any("Adam" in name for name in whole)
    for name in whole:
        np.testing.assert_array_equal(killed[name], whole[name], err_msg=name)
    assert not leftovers(tmp_path / "killed")


def test_random_numbers_depend_on_the_seed_only_and_are_the_same_on_both_stacks():
    with tf.Graph().as_default(), tf.Session() as session:
        numbers = session.run(compat.stateless_random_uniform([3], tf.constant([1, 2], tf.int64)))
    np.testing.assert_array_equal(numbers, np.float32([0.8440604, 0.19204533, 0.9962232]))


@pytest.fixture
def copied(trained, tmp_path):
    """A copy of the vocoder run, which has checkpoints of the steps 4 and 6."""
    shutil.copytree(trained["vocoder"], str(tmp_path / "copied"))
    return str(tmp_path / "copied")


def truncate(path):
    """Truncate a file at a random byte."""
    size = os.path.getsize(path)
    with open(path, "r+b") as file:
        file.truncate(random.randrange(size))


def restored_step(folder, best=False):
    from wavenet_vocoder.wavegen import GraphVocoder
    run = run_folder.load_run(folder, "vocoder")
    with tf.Graph().as_default():
        GraphVocoder(run.hp, 2)
        with compat.create_session() as session:
            return checkpoint.restore_trained_weights(session, run, best)


@pytest.mark.parametrize("part", ["data-00000-of-00001", "index"])
def test_synthesis_uses_the_checkpoint_before_a_truncated_one_with_a_warning(copied, part, capsys):
    truncate(os.path.join(copied, "model-6." + part))
    assert restored_step(copied) == 4
    stderr = capsys.readouterr().err
    assert "model-6: the checkpoint cannot be read" in stderr and stderr.count("\n") == 1
    assert "Graph execution" not in stderr
    truncate(os.path.join(copied, "model-4." + part))
    with pytest.raises(InputError) as refusal:
        restored_step(copied)
    assert "model-4" in str(refusal.value)


def _write_list(path):
    with open(path, "w", encoding="utf-8") as file:
        file.write("[1]")


@pytest.mark.parametrize("name, damage", [
    ("model-6.data-00000-of-00001", truncate), ("model-6.json", _write_list)])
def test_a_run_resumes_from_the_checkpoint_before_a_damaged_one(copied, stores, capsys, name,
                                                                damage):
    damage(os.path.join(copied, name))
    assert train(stores, copied, "--steps", 5) == 0
    assert "model-6: the checkpoint cannot be read" in capsys.readouterr().err
    assert saved_steps(copied) == [4, 5]
    assert os.path.exists(os.path.join(copied, "damaged-model-6.index"))
    assert [step for step, _, _, _ in curve(copied)] == [2, 4]
    checkpoint.delete_leftovers(run_folder.load_run(copied, "vocoder"))
    assert os.path.exists(os.path.join(copied, "damaged-model-6.data-00000-of-00001"))


def test_the_best_checkpoint_is_kept_beside_the_newest(copied, stores, evaluation):
    with open(os.path.join(copied, "best.json"), encoding="utf-8") as file:
        best = json.load(file)
    assert best["step"] == 6 and best["score"] == -best["figures"]["validation/loss"]
    assert restored_step(copied, best=True) == 6
    evaluation["score"] = best["score"] - 1
    train(stores, copied, "--steps", 9)
    assert saved_steps(copied) == [8, 9]
    assert restored_step(copied) == 9 and restored_step(copied, best=True) == 6
    evaluation["score"] = best["score"] + 1
    train(stores, copied, "--steps", 10)
    train(stores, copied, "--steps", 12)
    assert restored_step(copied, best=True) == 10, "of two with the same score the first is kept"
    assert len(glob.glob(os.path.join(copied, "best-*.index"))) == 1


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a file system of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.call(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)],
                       stderr=subprocess.DEVNULL):
        pytest.skip("only root may mount a file system")
    yield folder
    subprocess.check_call(["umount", "-l", str(folder)])


@pytest.mark.parametrize("free_bytes,message", [
    (4096, "run/events"), (40960, "the checkpoint of step")])
def test_a_full_disk_gives_an_error_message_and_loses_nothing(stores, small_disk, tmp_path,
                                                              free_bytes, message):
    options = ("--preset", "tiny", "--hparams", QUIET)
    folder = small_disk / "run"
    assert train(stores[:1], folder, "--steps", 2, *options) == 0
    shutil.copytree(str(folder), str(tmp_path / "copy"))
    before = newest_checkpoint(folder)
    disk = os.statvfs(str(small_disk))
    with open(str(small_disk / "else"), "wb") as other:
        other.write(bytes(max(0, disk.f_bavail * disk.f_frsize - free_bytes)))
    with pytest.raises((InputError, OSError)) as refusal:
        train(stores[:1], folder, "--steps", 6)
    assert "No space left" in str(refusal.value) and message in str(refusal.value)
    assert not leftovers(folder)
    after = newest_checkpoint(folder)
    assert saved_steps(folder)[-1] == 2
    for name in before:
        np.testing.assert_array_equal(before[name], after[name])
    (small_disk / "else").unlink()
    for run in (folder, tmp_path / "copy"):
        assert train(stores[:1], run, "--steps", 6) == 0
    assert curve(folder) == curve(tmp_path / "copy")


def test_a_checkpoint_that_cannot_be_written_ends_the_program_with_status_2(stores, tmp_path):
    def limit_file_size():
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

    trainer = start_train_vocoder(stores[0], tmp_path / "run", "--preset", "tiny", "--steps", 4,
                                  preexec_fn=limit_file_size)
    _, stderr = trainer.communicate(timeout=120)
    assert trainer.returncode == 2, stderr
    errors = [line for line in stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1 and "step 0 cannot be written" in errors[0], stderr
    assert "Traceback" not in stderr
    assert not leftovers(tmp_path / "run") and not saved_steps(tmp_path / "run")


def plant_nan(monkeypatch, bad_steps):
    """Put a NaN into the batches of these steps, counted from 1."""
    batch_items = batches.BatchSampler.batch_items
    items_of = {}

    def remember_batch_items(sampler, step):
        items = batch_items(sampler, step)
        items_of[id(items)] = step + 1
        return items

    def make_batch_with_nan(items, *rest):
        arrays = make_audio_batch(items, *rest)
        if items_of.get(id(items)) in bad_steps:
            arrays.mel[0, 0, 0] = np.nan
        return arrays

    make_audio_batch = batches.make_audio_batch
    monkeypatch.setattr(batches.BatchSampler, "batch_items", remember_batch_items)
    monkeypatch.setattr(batches, "make_audio_batch", make_batch_with_nan)


def test_a_batch_with_a_loss_that_is_nan_is_skipped_and_logged(
        stores, tmp_path, monkeypatch, capsys):
    options = ("--preset", "tiny", "--hparams", QUIET)
    plant_nan(monkeypatch, [3])
    assert train(stores[:1], tmp_path / "run", "--steps", 4, *options) == 0
    stderr = capsys.readouterr().err
    record, = [record for record in history(tmp_path / "run") if "skipped" in record]
    assert record["step"] == 3 and "nan" in record["why"]
    assert record["skipped"] and all(name in stderr for name in record["skipped"])
    assert [step for step, _, _, _ in curve(tmp_path / "run")] == [1, 2, 4]
    assert all(np.isfinite(array).all() for array in newest_checkpoint(tmp_path / "run").values())
    rates = [rate for _, _, _, rate in curve(tmp_path / "run")]
    assert min(rates) > 0.9 * max(rates), "a single bad batch does not lower the learning rate"


def test_repeated_bad_batches_roll_back_and_halve_the_learning_rate_also_after_a_restart(
        stores, tmp_path, monkeypatch, capsys):
    options = ("--preset", "tiny", "--hparams", QUIET)
    plant_nan(monkeypatch, [4, 6])
    assert train(stores[:1], tmp_path / "run", "--steps", 8, *options) == 0
    assert "rolled back to the checkpoint of step 4" in capsys.readouterr().err
    # the checkpoint of step 4 has the weights of step 3, because step 4 was skipped
    assert train(stores[:1], tmp_path / "run", "--steps", 9) == 0
    records = curve(tmp_path / "run")
    assert [step for step, _, _, _ in records] == [1, 2, 3, 5, 7, 8, 9]
    rates = [rate for _, _, _, rate in records]
    np.testing.assert_allclose(rates[3:], 0.5 * rates[0], rtol=0.01)
    np.testing.assert_allclose(rates[:3], rates[0], rtol=0.01)


# With an interval of 1, the damaged weights are detected when they are about to be saved.
@pytest.mark.parametrize("interval", [1, 2])
def test_divergence_ends_with_an_explanation_and_an_undamaged_checkpoint(
        stores, tmp_path, interval):
    with pytest.raises(loss_guard.TrainingDiverged) as error:
        train(stores[:1], tmp_path / "run", "--preset", "tiny", "--steps", 100,
              rate="1e12", interval=interval)
    assert "learning rate" in str(error.value) and "step" in str(error.value)
    assert all(np.isfinite(array).all() for array in newest_checkpoint(tmp_path / "run").values())
    assert max(abs(array).max() for array in newest_checkpoint(tmp_path / "run").values()) < 1e6


def test_the_loss_limit_and_the_number_of_bad_batches_before_training_stops():
    guard = loss_guard.LossGuard()
    assert guard.max_loss() == float("inf"), "there is no limit before the first loss"
    for loss in [2.0] + 20 * [0.5, 0.4]:
        guard.add_loss(loss)
    assert 5 < guard.max_loss() < 50
    guard = loss_guard.LossGuard()
    for loss in np.linspace(5, -3, 100):        # a vocoder's loss passes through zero
        guard.add_loss(loss)
    assert 20 < guard.max_loss() < 300
    # isolated peaks are skipped any number of times, losses that are not finite are not
    assert not any(guard.reject_batch(step, ["a"], True) for step in range(100, 200, 10))
    again = loss_guard.LossGuard(json.loads(json.dumps(guard.state)))
    assert again.max_loss() == guard.max_loss() and again.skipped_steps() == guard.skipped_steps()
    with pytest.raises(loss_guard.TrainingDiverged) as error:
        for step in range(300, 320, 2):
            guard.reject_batch(step, ["one/03", "one/%d" % step], False)
    assert "the utterance one/03" in str(error.value)


@pytest.mark.parametrize("damage", ["truncated", "deleted", "replaced"])
def test_if_the_store_changes_during_training_the_run_is_saved_and_the_file_is_reported(
        stores, tmp_path, monkeypatch, damage):
    store = str(tmp_path / "store")
    shutil.copytree(stores[0], store)
    arrays = sorted(glob.glob(os.path.join(store, "examples", "*.npz")))
    train_step = Trainer.train_step

    def damage_at_step_3(trainer, utterances, feed_dict):
        if trainer.step == 3:
            for path, other in zip(arrays, arrays[1:] + arrays[:1]):
                if damage == "truncated":
                    truncate(path)
                elif damage == "deleted":
                    os.remove(path)
                else:
                    os.replace(path, path + ".moved")
            if damage == "replaced":
                for path, other in zip(arrays, arrays[1:] + arrays[:1]):
                    shutil.copy(other + ".moved", path)
        return train_step(trainer, utterances, feed_dict)

    monkeypatch.setattr(Trainer, "train_step", damage_at_step_3)
    with pytest.raises(InputError) as refusal:
        train([store], tmp_path / "run", "--preset", "tiny", "--steps", 100000,
              "--hparams", QUIET.replace("checkpoint_interval=2", "checkpoint_interval=1000"))
    assert any(path in str(refusal.value) for path in arrays)
    reached = curve(tmp_path / "run")[-1][0]
    assert reached > 3 and saved_steps(tmp_path / "run")[-1] == reached


def test_an_exception_in_the_prefetch_thread_is_raised_in_the_consumer():
    def make(step):
        if step == 3:
            raise SystemExit("gone")
        return step

    received = []
    with pytest.raises(SystemExit):
        for batch in prefetch.prefetch(make, range(10)):
            received.append(batch)
    assert received == [0, 1, 2]


def test_a_second_trainer_on_a_run_is_refused_while_the_first_is_running(copied, stores):
    first = os.fork()
    if not first:       # the child process holds the lock like a trainer
        run = run_folder.load_run(copied, "vocoder")
        run.lock()
        open(os.path.join(copied, "locked"), "w").close()
        time.sleep(100)
        os._exit(0)
    while not os.path.exists(os.path.join(copied, "locked")):
        time.sleep(0.01)
    try:
        with open(os.path.join(copied, "run.json"), "rb") as file:
            content = file.read()
        second = start_train_vocoder(stores[0], copied, "--data", stores[1], "--steps", 7,
                                     "--hparams", "wavenet_grad_clip_thresh=3")
        _, stderr = second.communicate(timeout=60)
        assert second.returncode == 2
        assert stderr.startswith("error: ") and "another trainer" in stderr and str(first) in stderr
        with open(os.path.join(copied, "run.json"), "rb") as file:
            assert file.read() == content, "the refused trainer has changed run.json"
    finally:
        os.kill(first, signal.SIGKILL)
        os.waitpid(first, 0)
    run = run_folder.load_run(copied, "vocoder")
    run.lock()
    run.release()


def test_a_system_clock_that_jumps_does_not_affect_minutes_or_steps_per_second(
        stores, tmp_path, monkeypatch, capsys):
    generator = random.Random(1)
    jumping = lambda: generator.choice([0.0, 1e9, 2e9, 5e9])  # noqa: E731
    monkeypatch.setattr(time, "time", jumping)
    assert ProgressBar("bar", 0, 1)._time is time.monotonic
    assert train(stores[:1], tmp_path / "run", "--preset", "tiny", "--steps", 4,
                 "--hparams", QUIET) == 0
    records = [record for record in history(tmp_path / "run") if "train/loss" in record]
    minutes = [record["minutes"] for record in records]
    assert minutes == sorted(set(minutes)) and 0 <= minutes[-1] < 2
    assert all(0.01 < record["train/steps_per_second"] < 10000 for record in records)
    bar = capsys.readouterr().err
    assert "4/4" in bar and "-1:" not in bar and "days" not in bar and ":00:00<" not in bar


def test_a_run_of_a_newer_format_is_refused(copied, stores):
    path = os.path.join(copied, "run.json")
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(dict(content, format=run_folder.FORMAT_VERSION + 1, something="else"), file)
    with pytest.raises(InputError) as refusal:
        train(stores, copied)
    assert path in str(refusal.value) and "newer version" in str(refusal.value)


def test_files_left_by_a_killed_trainer_are_deleted(copied, stores):
    for name in ("model-7.data-00000-of-00001", "model-7.json", "best-3.index", "run.json.12.part",
                 "eval/x.png.12.part"):
        with open(os.path.join(copied, name), "wb"):
            pass
    os.makedirs(os.path.join(copied, "saving"))
    with open(os.path.join(copied, "history.jsonl"), "a", encoding="utf-8") as out:
        out.write('{"step": 7, "train/loss": 1.0, "min')
    checkpoint.delete_leftovers(run_folder.load_run(copied, "vocoder"))
    assert not leftovers(copied)
    assert not any(name.startswith(("model-7", "best-3")) for name in os.listdir(copied))
    assert saved_steps(copied) == [4, 6] and restored_step(copied, best=True) == 6
    train(stores, copied, "--steps", 7)
    assert [step for step, _, _, _ in curve(copied)] == [2, 4, 6]


def test_synthesis_uses_the_best_checkpoint_with_best(trained, tmp_path):
    import audio
    import synthesize
    (tmp_path / "text.txt").write_text("안녕", encoding="utf-8")
    run_main(synthesize.main, tmp_path / "text.txt", "--tacotron", trained["tacotron"], "--vocoder",
         "griffin-lim", "--speaker", "two", "--out", tmp_path / "out", "--best")
    assert "at step 6" in audio.read_wav_info(str(tmp_path / "out" / "0001.wav"))[0]
