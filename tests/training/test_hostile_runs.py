"""Runs from strangers, and runs whose folder, store or disk changes, give clear errors."""
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import numpy as np
import pytest
from conftest import ROOT, reuse_vocoder_graph, write_recording

import preprocess
import train_vocoder
from common import files
from common.errors import InputError
from datasets.store import load_store
from nn.compat import tf
from training import checkpoint, exported_run, model_weights, run_folder, store_changes
from training.trainer import Trainer
from training.training_history import read_history

QUIET = "summary_interval=1,checkpoint_interval=2,eval_interval=100000"
GRAPH = tf.Graph()


@pytest.fixture
def train(monkeypatch):
    """train(store, folder, *options) trains a vocoder on one graph; the exit status."""
    reuse_vocoder_graph(monkeypatch)
    monkeypatch.setattr(train_vocoder.VocoderEvaluator, "evaluate", lambda *_: None)

    def train(store, folder, *options):
        arguments = ("--data", store, "--logdir", folder, "--threads", 1) + options
        with GRAPH.as_default():
            return train_vocoder.main([str(argument) for argument in arguments]) or 0
    return train


@pytest.fixture(scope="module")
def first_run(stores, tmp_path_factory):
    """A run of two steps on the first store."""
    folder = str(tmp_path_factory.mktemp("first") / "run")
    data = ["--data", stores[0], "--logdir", folder, "--threads", "1", "--steps", "2"]
    with tf.Graph().as_default():
        train_vocoder.main(data + ["--preset", "tiny", "--hparams", QUIET + ",eval_interval=50"])
    return folder


@pytest.fixture
def run(first_run, tmp_path):
    """A copy of the run."""
    shutil.copytree(first_run, str(tmp_path / "run"))
    return str(tmp_path / "run")


def change_run_json(folder, **changes):
    path = os.path.join(folder, "run.json")
    files.write_json(path, dict(files.read_json(path), **changes))


# -- untrusted run.json, history and weights -----------------------------------------------------

@pytest.mark.parametrize("changes,message", [
    (dict(n_fft=2 ** 40), "n_fft"), (dict(max_frames_per_symbol=10 ** 12), "max_frames_per_symbol"),
    (dict(wavenet_layers=10 ** 9, wavenet_stacks=1), "wavenet_layers"),
    (dict(wavenet_layers=60, wavenet_stacks=1), "too much memory"),
    (dict(wavenet_skip_channels=8192, wavenet_dilation_channels=8192, wavenet_layers=100,
          wavenet_stacks=20), "weights; at most"),
    (dict(wavenet_upsample_scales=[1] * 100000 + [10, 20]), "values; at most"),
    (dict(hop_length=1, wavenet_upsample_scales=[1], n_fft=16001), "n_fft"),
    (dict(decay_start=2 ** 80), "decay_start"), (dict(learning_rate=10 ** 400), "learning_rate")])
def test_sizes_that_would_exhaust_the_memory_are_refused(run, changes, message):
    stored = files.read_json(os.path.join(run, "run.json"))["hparams"]
    change_run_json(run, hparams=dict(stored, **changes))
    with pytest.raises(InputError) as refusal:
        run_folder.load_run(run, "vocoder")
    assert message in str(refusal.value) and len(str(refusal.value)) < 500


def test_a_run_json_that_is_too_large_or_nested_is_refused(run):
    path = os.path.join(run, "run.json")
    with open(path, "w") as file:
        file.write("[" * 100000)
    with pytest.raises(InputError, match="nested too deeply"):
        run_folder.load_run(run, "vocoder")
    with open(path, "r+") as file:
        file.truncate(1 << 40)      # a sparse file, which takes no space
    with pytest.raises(InputError, match="larger than 16 MB"):
        run_folder.load_run(run, "vocoder")


def test_weights_that_claim_to_be_larger_than_their_file_are_refused(run, tmp_path):
    loaded = run_folder.load_run(run, "vocoder")
    shapes = model_weights.weight_shapes(loaded)
    folder = str(tmp_path / "exported")
    weights = model_weights.create_initial_weights(shapes, loaded.hp)
    exported_run.write_exported_run(loaded, folder, weights, 1)
    path = os.path.join(folder, exported_run.WEIGHTS)
    assert len(exported_run.read_exported_weights(folder, shapes, shapes)[0]) == len(shapes)
    for header in ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 9), }",
                   "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "(" * 200 + "), }"):
        content = b"\x93NUMPY\1\0" + np.array(len(header), "<u2").tobytes() + header.encode()
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.npy", content)
            archive.writestr("global_step.npy", content)
        for names in (["a"], ["global_step"]):
            with pytest.raises(InputError, match="cannot be read"):
                exported_run.read_exported_weights(folder, names)
    with open(path, "r+b") as file:
        file.truncate(1 << 40)
    with pytest.raises(InputError, match="larger than"):
        exported_run.verify_checksums(folder)
    os.remove(path)
    os.mkfifo(path)         # reading it would take for ever
    with pytest.raises(InputError, match="missing"):
        exported_run.verify_checksums(folder)


def test_records_of_history_that_are_not_figures_are_left_out(tmp_path):
    path = tmp_path / "history.jsonl"
    good = '{"step": 1, "minutes": 0.5, "train/loss": 2.0}'
    path.write_text("\n".join([
        good, '{"step": "1", "minutes": 1}', '{"step": 1, "minutes": "x"}', "[" * 100000,
        '{"step": 1, "minutes": 1, "evaluation/score": "high"}', "[]"]))
    assert read_history(str(path)) == [json.loads(good)]
    assert read_history(str(tmp_path)) == []


@pytest.mark.parametrize("name", ["lock", "history.jsonl"])
def test_a_link_in_a_run_does_not_lead_to_files_of_the_user(run, stores, tmp_path, train, name):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    if os.path.exists(os.path.join(run, name)):
        os.remove(os.path.join(run, name))
    os.symlink(str(victim), os.path.join(run, name))
    try:
        train(stores[0], run, "--steps", 3)
    except InputError as refusal:
        assert os.path.join(run, name) in str(refusal) and "link" in str(refusal)
    else:
        assert name != "lock" and not os.path.islink(os.path.join(run, name)), "it is replaced"
    assert victim.read_text() == "precious"


def test_leftovers_are_not_deleted_outside_of_the_run(run, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.part").write_text("precious")
    os.symlink(str(tmp_path / "other"), os.path.join(run, "eval-link"))
    checkpoint.delete_leftovers(run_folder.load_run(run, "vocoder"))
    assert (tmp_path / "other" / "thesis.part").exists()


# -- paths, missing files, deleted folders, signals ----------------------------------------------

def test_a_run_in_a_path_with_characters_of_patterns_is_resumed_and_read(
        run, stores, tmp_path, train):
    folder = str(tmp_path / "a[b]*\\c?")
    os.rename(run, folder)
    assert train(stores[0], folder, "--steps", 3) == 0
    loaded = run_folder.load_run(folder, "vocoder")
    assert model_weights.load_weights(loaded)[1] == 3


def test_a_checkpoint_without_the_state_of_the_trainer_counts_as_damaged(
        run, stores, train, capsys):
    """Without it, batches that were skipped would be trained on again."""
    assert train(stores[0], run, "--steps", 4) == 0
    os.remove(os.path.join(run, "model-4.json"))
    assert train(stores[0], run, "--steps", 5) == 0
    assert "model-4: the checkpoint cannot be read" in capsys.readouterr().err
    assert os.path.exists(os.path.join(run, "damaged-model-4.index"))
    for name in os.listdir(run):        # like a run of an earlier version
        if name.startswith("model-") and name.endswith(".json"):
            os.remove(os.path.join(run, name))
    assert train(stores[0], run, "--steps", 6) == 0
    assert "cannot be read" not in capsys.readouterr().err


@pytest.mark.parametrize("moved", [True, False])
def test_a_run_folder_that_is_deleted_or_moved_ends_the_training_and_is_not_made_anew(
        run, stores, tmp_path, train, monkeypatch, moved):
    train_step = Trainer.train_step

    def remove_at_step_3(trainer, *batch):
        if trainer.step == 3:
            os.rename(run, str(tmp_path / "moved"))
        return train_step(trainer, *batch)

    with monkeypatch.context() as patched:
        patched.setattr(Trainer, "train_step", remove_at_step_3)
        with pytest.raises(InputError, match="deleted or moved"):
            train(stores[0], run, "--steps", 100)
    assert not os.path.exists(run)
    if moved:
        assert train(stores[0], tmp_path / "moved", "--steps", 4) == 0


def test_a_training_whose_terminal_closes_saves_the_run(stores, tmp_path):
    """It gets SIGHUP, and can no longer print."""
    folder = tmp_path / "run"
    terminal, its_end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "train_vocoder.py", "--data", stores[0], "--logdir", str(folder),
         "--threads", "1", "--preset", "tiny", "--steps", "100000", "--hparams",
         "summary_interval=1,checkpoint_interval=100000,eval_interval=100000"],
        cwd=ROOT, stdin=its_end, stdout=its_end, stderr=its_end, preexec_fn=os.setsid)
    os.close(its_end)
    os.set_blocking(terminal, False)
    deadline = time.time() + 300
    while not (folder / "history.jsonl").exists() and time.time() < deadline:
        time.sleep(0.1)
        try:
            os.read(terminal, 65536)
        except OSError:         # nothing to read yet
            pass
    os.close(terminal)
    process.send_signal(signal.SIGHUP)
    assert process.wait(120) in (128 + signal.SIGHUP, 128 + signal.SIGPIPE)
    assert len(checkpoint.list_checkpoints(run_folder.load_run(str(folder), "vocoder"))) == 2


# -- the store changes under the run --------------------------------------------------------------

def build_store(folder, out, texts, pitch=110, preset="tiny", hparams=""):
    for number, text in enumerate(texts):
        write_recording(folder / ("%d.wav" % number), 0.3 + 0.05 * number, pitch=pitch + number)
        (folder / ("%d.txt" % number)).write_text(text, encoding="utf-8")
    preprocess.main(["--corpus", str(folder), "--out", str(out), "--speaker", "mina", "--preset",
                     preset, "--hparams", hparams, "--workers", "1"])
    return store_changes.describe_store(load_store(str(out)))


def test_the_changes_of_a_store_are_named(tmp_path):
    texts = ["가.", "나.", "다.", "라."]
    before = build_store(tmp_path / "a", tmp_path / "store-a", texts)
    after = build_store(tmp_path / "b", tmp_path / "store-b", ["가나.", "나.", "다."],
                        hparams="trim_margin=0.5")
    assert store_changes.describe_changes(before, before) == []
    assert store_changes.describe_changes(before, after) == [
        "1 clips are gone", "1 clips have another text or length",
        "trim_margin is 0.5 and was 0.05"]
    assert store_changes.describe_changes(after, before)[0] == "1 clips are new"


def test_a_run_reports_a_changed_store_once_and_refuses_the_recordings_of_another_person(
        run, stores, tmp_path, train, capsys):
    store = str(tmp_path / "store")
    shutil.copytree(stores[0], store)
    path = os.path.join(store, "manifest.json")
    manifest = files.read_json(path)
    files.write_json(path, dict(manifest, utterances=manifest["utterances"][1:]))
    assert train(store, run, "--steps", 3) == 0
    assert "has changed since" in capsys.readouterr().err
    assert train(store, run, "--steps", 4) == 0
    assert "has changed" not in capsys.readouterr().err
    for row in manifest["utterances"]:
        row["source"] = "of somebody else " + row["source"]
    files.write_json(path, manifest)
    with pytest.raises(InputError, match="another person"):
        train(store, run, "--steps", 5)
    change_run_json(run, data=None)     # like a run of an earlier version
    assert train(store, run, "--steps", 5) == 0


@pytest.mark.parametrize("data", [3, [3], [{"speaker": "a"}],
                                  [{"speaker": "a", "preparation": {}, "clips": []}]])
def test_a_damaged_record_of_the_data_is_refused(run, data):
    change_run_json(run, data=data)
    with pytest.raises(InputError, match="data should be"):
        run_folder.load_run(run, "vocoder")
