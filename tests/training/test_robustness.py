"""Runs that are killed, starved of disk, fed with damaged data, or lose their numbers."""
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
from conftest import ROOT, run_main, unoptimized_session

import train_vocoder
from common.errors import InputError
from datasets import batches
from nn import compat
from nn.compat import tf
from training import checkpoint, loss_guard, prefetch, run_folder
from training.trainer import Trainer

QUIET = "summary_interval=1,checkpoint_interval=2,eval_interval=100000,validation_fraction=0.2"


GRAPHS = {}     # {(speakers, learning rate): a graph}: to build one is most of a tiny run


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Training in this process starts sooner and evaluates nothing: {"score"} of an evaluation."""
    told, build = {"score": None}, train_vocoder.TrainingGraph

    def model(hp, *rest):
        graph = tf.get_default_graph()
        if not hasattr(graph, "model_for_tests"):
            graph.model_for_tests = build(hp, *rest)
        return graph.model_for_tests

    monkeypatch.setattr(compat, "create_session", unoptimized_session)
    monkeypatch.setattr(train_vocoder, "TrainingGraph", model)
    monkeypatch.setattr(train_vocoder.VocoderEvaluator, "evaluate", lambda *_: told["score"])
    return told


def train(stores, folder, *options, **rate):
    """Train the vocoder in this process, on a graph that the tests share; the exit status."""
    graph = GRAPHS.setdefault((len(stores), rate.get("rate")), tf.Graph())
    if rate:
        options += ("--hparams", QUIET + ",checkpoint_interval={between},wavenet_learning_rate={rate},"
                    "wavenet_final_learning_rate={rate}".format(**rate))
    data = [part for store in stores for part in ("--data", store)]
    with graph.as_default():
        return train_vocoder.main([str(option) for option in (
            "--logdir", folder, "--threads", 1) + tuple(data) + options]) or 0


def history(folder):
    with open(os.path.join(str(folder), "history.jsonl"), encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def curve(folder):
    """[(step, loss, gradient norm, rate)] of every step, in the order of the file."""
    return [(record["step"], record["train/loss"], record["train/gradient_norm"],
             record["train/learning_rate"]) for record in history(folder)
            if "train/loss" in record]


def saved(folder):
    """{name: array} of the newest checkpoint."""
    reader = tf.train.NewCheckpointReader(
        checkpoint.list_checkpoints(run_folder.Run(str(folder), None, None, None, None))[-1])
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def steps_saved(folder):
    return sorted(int(os.path.basename(path)[6:-6])
                  for path in glob.glob(os.path.join(str(folder), "model-*.index")))


def leavings(folder):
    """What a run must not leave behind."""
    names = [name for _, _, files in os.walk(str(folder)) for name in files]
    return [name for name in names if name.endswith(".part") or "tempstate" in name] + \
        glob.glob(os.path.join(str(folder), "saving"))


def process(store, folder, *options, **popen):
    """A trainer of its own, of the vocoder, which starts sooner."""
    return subprocess.Popen(
        [sys.executable, "train_vocoder.py", "--data", store, "--logdir", str(folder),
         "--threads", "1"] + [str(option) for option in options],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, **popen)


# Together twenty kills, half of them as a checkpoint is being written.
@pytest.mark.parametrize("kind,kills", [("vocoder", 12), ("tacotron", 8)])
def test_a_run_killed_at_random_moments_is_the_run_that_never_was(stores, tmp_path, kind, kills):
    told = subprocess.check_output(
        [sys.executable, os.path.join("tests", "helpers", "kill_often.py"), kind, str(kills), "7",
         str(tmp_path / "whole"), "--data", stores[0], "--logdir", str(tmp_path / "killed"),
         "--preset", "tiny", "--threads", "1", "--steps", "100000", "--hparams", QUIET],
        cwd=ROOT, stderr=subprocess.DEVNULL, universal_newlines=True, timeout=500)
    reached = int(told.split()[-1])
    assert [step for step, _, _, _ in curve(tmp_path / "killed")] == list(range(1, reached + 1))
    assert curve(tmp_path / "killed") == curve(tmp_path / "whole"), "to the last bit"
    killed, whole = saved(tmp_path / "killed"), saved(tmp_path / "whole")
    assert set(killed) == set(whole) and any("Adam" in name for name in whole)
    for name in whole:
        np.testing.assert_array_equal(killed[name], whole[name], err_msg=name)
    assert not leavings(tmp_path / "killed")


def test_random_numbers_are_a_function_of_their_seed_alike_on_both_stacks():
    with tf.Graph().as_default(), tf.Session() as session:
        numbers = session.run(compat.stateless_random_uniform([3], tf.constant([1, 2], tf.int64)))
    np.testing.assert_array_equal(numbers, np.float32([0.8440604, 0.19204533, 0.9962232]))


@pytest.fixture
def copied(trained, tmp_path):
    """The run of the vocoder with checkpoints of the steps 4 and 6, to be damaged."""
    shutil.copytree(trained["vocoder"], str(tmp_path / "copied"))
    return str(tmp_path / "copied")


def cut(path):
    size = os.path.getsize(path)
    with open(path, "r+b") as file:
        file.truncate(random.randrange(size))


def step_taken(folder, best=False):
    from wavenet_vocoder.wavegen import GraphVocoder
    run = run_folder.load_run(folder, "vocoder")
    with tf.Graph().as_default():
        GraphVocoder(run.hp, 2)
        with compat.create_session() as session:
            return checkpoint.restore_trained_weights(session, run, best)


@pytest.mark.parametrize("part", ["data-00000-of-00001", "index"])
def test_a_checkpoint_cut_at_a_random_byte_is_named_and_the_one_before_it_speaks(copied, part,
                                                                                 capsys):
    cut(os.path.join(copied, "model-6." + part))
    assert step_taken(copied) == 4
    said = capsys.readouterr().err
    assert "model-6: the checkpoint cannot be read" in said and said.count("\n") == 1
    assert "Graph execution" not in said
    cut(os.path.join(copied, "model-4." + part))
    with pytest.raises(InputError) as refusal:
        step_taken(copied)
    assert "model-4" in str(refusal.value)


def test_a_run_goes_on_from_the_checkpoint_before_a_damaged_one(copied, stores, capsys):
    cut(os.path.join(copied, "model-6.data-00000-of-00001"))
    assert train(stores, copied, "--steps", 5) == 0
    assert "model-6: the checkpoint cannot be read" in capsys.readouterr().err
    assert steps_saved(copied) == [4, 5]
    assert os.path.exists(os.path.join(copied, "damaged-model-6.index"))
    assert [step for step, _, _, _ in curve(copied)] == [2, 4]


def test_the_best_checkpoint_is_kept_beside_the_newest(copied, stores, quick):
    with open(os.path.join(copied, "best.json"), encoding="utf-8") as file:
        best = json.load(file)
    assert best["step"] == 6 and best["score"] == -best["figures"]["validation/loss"]
    assert step_taken(copied, best=True) == 6
    quick["score"] = best["score"] - 1
    train(stores, copied, "--steps", 9)
    assert steps_saved(copied) == [8, 9]
    assert step_taken(copied) == 9 and step_taken(copied, best=True) == 6
    quick["score"] = best["score"] + 1
    train(stores, copied, "--steps", 10)
    train(stores, copied, "--steps", 12)
    assert step_taken(copied, best=True) == 10, "of two with the same score the first"
    assert len(glob.glob(os.path.join(copied, "best-*.index"))) == 1


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.call(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)],
                       stderr=subprocess.DEVNULL):
        pytest.skip("only root may mount a file system; the limit of a file's size is tested")
    yield folder
    subprocess.check_call(["umount", "-l", str(folder)])


@pytest.mark.parametrize("room,lacking", [(4096, "run/events"), (40960, "the checkpoint of step")])
def test_a_full_disk_ends_in_a_sentence_and_loses_nothing(stores, small_disk, tmp_path, room,
                                                          lacking):
    options = ("--preset", "tiny", "--hparams", QUIET)
    folder = small_disk / "run"
    assert train(stores[:1], folder, "--steps", 2, *options) == 0
    shutil.copytree(str(folder), str(tmp_path / "whole"))
    before = saved(folder)
    disk = os.statvfs(str(small_disk))
    with open(str(small_disk / "else"), "wb") as other:
        other.write(bytes(max(0, disk.f_bavail * disk.f_frsize - room)))
    with pytest.raises((InputError, OSError)) as refusal:
        train(stores[:1], folder, "--steps", 6)
    assert "No space left" in str(refusal.value) and lacking in str(refusal.value)
    assert not leavings(folder)
    after = saved(folder)
    assert steps_saved(folder)[-1] == 2
    for name in before:
        np.testing.assert_array_equal(before[name], after[name])
    (small_disk / "else").unlink()
    for place in (folder, tmp_path / "whole"):
        assert train(stores[:1], place, "--steps", 6) == 0
    assert curve(folder) == curve(tmp_path / "whole")


def test_a_disk_that_takes_no_more_ends_the_program_with_status_2(stores, tmp_path):
    def limited():
        import resource
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

    trainer = process(stores[0], tmp_path / "run", "--preset", "tiny", "--steps", 4,
                      preexec_fn=limited)
    _, said = trainer.communicate(timeout=120)
    assert trainer.returncode == 2, said
    errors = [line for line in said.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1 and "step 0 cannot be written" in errors[0], said
    assert "Traceback" not in said
    assert not leavings(tmp_path / "run") and not steps_saved(tmp_path / "run")


def planted(monkeypatch, bad_steps):
    """Plant what is no number in the batches of these steps, counted from 1."""
    real = batches.BatchSampler.batch_items
    items_of = {}

    def batch(order, step):
        items = real(order, step)
        items_of[id(items)] = step + 1
        return items

    def audio_batch(items, *rest):
        made = real_batch(items, *rest)
        if items_of.get(id(items)) in bad_steps:
            made.mel[0, 0, 0] = np.nan
        return made

    real_batch = batches.make_audio_batch
    monkeypatch.setattr(batches.BatchSampler, "batch_items", batch)
    monkeypatch.setattr(batches, "make_audio_batch", audio_batch)


def test_a_batch_that_is_no_number_is_passed_by_and_named(stores, tmp_path, monkeypatch, capsys):
    options = ("--preset", "tiny", "--hparams", QUIET)
    planted(monkeypatch, [3])
    assert train(stores[:1], tmp_path / "run", "--steps", 4, *options) == 0
    said = capsys.readouterr().err
    record, = [record for record in history(tmp_path / "run") if "skipped" in record]
    assert record["step"] == 3 and "nan" in record["why"]
    assert record["skipped"] and all(name in said for name in record["skipped"])
    assert [step for step, _, _, _ in curve(tmp_path / "run")] == [1, 2, 4]
    assert all(np.isfinite(array).all() for array in saved(tmp_path / "run").values())
    rates = [rate for _, _, _, rate in curve(tmp_path / "run")]
    assert min(rates) > 0.9 * max(rates), "once is no reason for a lower rate"


def test_repeated_trouble_goes_back_with_half_the_rate_also_after_a_restart(
        stores, tmp_path, monkeypatch, capsys):
    options = ("--preset", "tiny", "--hparams", QUIET)
    planted(monkeypatch, [4, 6])
    assert train(stores[:1], tmp_path / "run", "--steps", 8, *options) == 0
    assert "rolled back to the checkpoint of step 4" in capsys.readouterr().err
    # the checkpoint of step 4 is that of step 3's weights: step 4 was passed by
    assert train(stores[:1], tmp_path / "run", "--steps", 9) == 0
    got = curve(tmp_path / "run")
    assert [step for step, _, _, _ in got] == [1, 2, 3, 5, 7, 8, 9]
    rates = [rate for _, _, _, rate in got]
    np.testing.assert_allclose(rates[3:], 0.5 * rates[0], rtol=0.01)
    np.testing.assert_allclose(rates[:3], rates[0], rtol=0.01)


# At 1, the step that spoils the weights is found out as they are about to be saved.
@pytest.mark.parametrize("between", [1, 2])
def test_a_rate_far_too_high_ends_in_a_verdict_and_a_sound_checkpoint(stores, tmp_path, between):
    with pytest.raises(loss_guard.TrainingDiverged) as verdict:
        train(stores[:1], tmp_path / "run", "--preset", "tiny", "--steps", 100,
              rate="1e12", between=between)
    assert "learning rate" in str(verdict.value) and "step" in str(verdict.value)
    assert all(np.isfinite(array).all() for array in saved(tmp_path / "run").values())
    assert max(abs(array).max() for array in saved(tmp_path / "run").values()) < 1e6


def test_what_is_an_explosion():
    judge = loss_guard.LossGuard()
    assert judge.max_loss() == float("inf"), "nothing is known yet"
    for loss in [2.0] + 20 * [0.5, 0.4]:
        judge.add_loss(loss)
    assert 5 < judge.max_loss() < 50
    judge = loss_guard.LossGuard()
    for loss in np.linspace(5, -3, 100):        # of a vocoder, through zero
        judge.add_loss(loss)
    assert 20 < judge.max_loss() < 300
    # single leaps are passed by for ever, the same over and over is not
    assert not any(judge.reject_batch(step, ["a"], True) for step in range(100, 200, 10))
    again = loss_guard.LossGuard(json.loads(json.dumps(judge.state)))
    assert again.max_loss() == judge.max_loss() and again.skipped_steps() == judge.skipped_steps()
    with pytest.raises(loss_guard.TrainingDiverged) as verdict:
        for step in range(300, 320, 2):
            judge.reject_batch(step, ["one/03", "one/%d" % step], False)
    assert "the utterance one/03" in str(verdict.value)


@pytest.mark.parametrize("how", ["truncated", "deleted", "replaced"])
def test_a_store_that_changes_under_a_run_is_named_after_all_is_saved(stores, tmp_path, monkeypatch,
                                                                     how):
    store = str(tmp_path / "store")
    shutil.copytree(stores[0], store)
    arrays = sorted(glob.glob(os.path.join(store, "examples", "*.npz")))
    learn = Trainer.train_step

    def damaging(trainer, names, feed_dict):
        if trainer.step == 3:
            for path, other in zip(arrays, arrays[1:] + arrays[:1]):
                if how == "truncated":
                    cut(path)
                elif how == "deleted":
                    os.remove(path)
                else:
                    os.replace(path, path + ".moved")
            if how == "replaced":
                for path, other in zip(arrays, arrays[1:] + arrays[:1]):
                    shutil.copy(other + ".moved", path)
        return learn(trainer, names, feed_dict)

    monkeypatch.setattr(Trainer, "train_step", damaging)
    with pytest.raises(InputError) as refusal:
        train([store], tmp_path / "run", "--preset", "tiny", "--steps", 100000,
              "--hparams", QUIET.replace("checkpoint_interval=2", "checkpoint_interval=1000"))
    assert any(path in str(refusal.value) for path in arrays)
    reached = curve(tmp_path / "run")[-1][0]
    assert reached > 3 and steps_saved(tmp_path / "run")[-1] == reached


def test_what_stops_the_thread_that_feeds_is_raised_and_nothing_hangs():
    def make(step):
        if step == 3:
            raise SystemExit("gone")
        return step

    taken = []
    with pytest.raises(SystemExit):
        for batch in prefetch.prefetch(make, range(10)):
            taken.append(batch)
    assert taken == [0, 1, 2]


def test_a_second_trainer_on_a_run_is_refused_until_the_first_is_gone(copied, stores):
    first = os.fork()
    if not first:       # a trainer as far as others can see
        run = run_folder.load_run(copied, "vocoder")
        run.lock()
        open(os.path.join(copied, "locked"), "w").close()
        time.sleep(100)
        os._exit(0)
    while not os.path.exists(os.path.join(copied, "locked")):
        time.sleep(0.01)
    try:
        with open(os.path.join(copied, "run.json"), "rb") as file:
            told = file.read()
        second = process(stores[0], copied, "--data", stores[1], "--steps", 7, "--hparams",
                         "wavenet_grad_clip_thresh=3")
        _, said = second.communicate(timeout=60)
        assert second.returncode == 2
        assert said.startswith("error: ") and "another trainer" in said and str(first) in said
        with open(os.path.join(copied, "run.json"), "rb") as file:
            assert file.read() == told, "the one that was refused has changed the run"
    finally:
        os.kill(first, signal.SIGKILL)
        os.waitpid(first, 0)
    run = run_folder.load_run(copied, "vocoder")
    run.lock()
    run.release()


def test_a_clock_that_jumps_changes_neither_minutes_nor_pace(stores, tmp_path, monkeypatch, capsys):
    chance = random.Random(1)
    jumping = lambda: chance.choice([0.0, 1e9, 2e9, 5e9])  # noqa: E731
    monkeypatch.setattr(time, "time", jumping)
    monkeypatch.setattr("tqdm.std.time", jumping)
    assert train(stores[:1], tmp_path / "run", "--preset", "tiny", "--steps", 4,
                 "--hparams", QUIET) == 0
    records = [record for record in history(tmp_path / "run") if "train/loss" in record]
    minutes = [record["minutes"] for record in records]
    assert minutes == sorted(minutes) and 0 <= minutes[-1] < 2
    assert all(0.01 < record["train/steps_per_second"] < 10000 for record in records)
    bar = capsys.readouterr().err
    assert "4/4" in bar and "-1:" not in bar and "days" not in bar and ":00:00<" not in bar


def test_a_run_of_a_newer_version_is_refused(copied, stores):
    path = os.path.join(copied, "run.json")
    with open(path, encoding="utf-8") as file:
        told = json.load(file)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(dict(told, format=run_folder.FORMAT_VERSION + 1, something="else"), file)
    with pytest.raises(InputError) as refusal:
        train(stores, copied)
    assert path in str(refusal.value) and "newer version" in str(refusal.value)


def test_what_a_killed_writer_left_is_cleared_away(copied, stores):
    for name in ("model-7.data-00000-of-00001", "model-7.json", "best-3.index", "run.json.12.part",
                 "eval/x.png.12.part"):
        with open(os.path.join(copied, name), "wb"):
            pass
    os.makedirs(os.path.join(copied, "saving"))
    with open(os.path.join(copied, "history.jsonl"), "a", encoding="utf-8") as out:
        out.write('{"step": 7, "train/loss": 1.0, "min')
    checkpoint.delete_leftovers(run_folder.load_run(copied, "vocoder"))
    assert not leavings(copied)
    assert not any(name.startswith(("model-7", "best-3")) for name in os.listdir(copied))
    assert steps_saved(copied) == [4, 6] and step_taken(copied, best=True) == 6
    train(stores, copied, "--steps", 7)
    assert [step for step, _, _, _ in curve(copied)] == [2, 4, 6]


def test_synthesis_takes_the_best_when_asked(trained, tmp_path):
    import audio
    import synthesize
    (tmp_path / "text.txt").write_text("안녕", encoding="utf-8")
    run_main(synthesize.main, tmp_path / "text.txt", "--tacotron", trained["tacotron"], "--vocoder",
         "griffin-lim", "--speaker", "two", "--out", tmp_path / "out", "--best")
    assert "at step 6" in audio.read_wav_info(str(tmp_path / "out" / "0001.wav"))[0]
