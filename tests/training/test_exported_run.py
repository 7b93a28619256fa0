"""Exported runs: checksums, sizes, and what reads them without TensorFlow."""
import io
import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from conftest import ROOT, train

from common import files
from common.errors import InputError
from common.hparam_set import adapt_hparams
from training import checkpoint, export, exported_run, model_weights, run_folder


@pytest.fixture(scope="module")
def exported(trained, tmp_path_factory):
    out = str(tmp_path_factory.mktemp("exported") / "me")
    export.export_voice(trained["tacotron"], trained["vocoder"], out)
    return out


@pytest.fixture
def folder(exported, tmp_path):
    """A copy of the exported Tacotron 2."""
    os.makedirs(str(tmp_path / "tacotron"))
    for name in os.listdir(exported + "/tacotron"):
        (tmp_path / "tacotron" / name).write_bytes(files.read_bytes(exported + "/tacotron/" + name))
    return str(tmp_path / "tacotron")


def load(folder):
    return model_weights.load_weights(run_folder.load_run(folder, "tacotron"))


def rewrite(folder, change_run=None, change_weights=None):
    """Change the files of an exported run and its checksums, as an attacker would."""
    run = run_folder.load_run(folder, "tacotron")
    weights, step = model_weights.load_weights(run)
    if change_run:
        run.hp = run.hp.replace(**change_run)
    exported_run.write_exported_run(run, folder, dict(weights, **(change_weights or {})), step)


def test_equal_weights_give_equal_files(trained, exported, tmp_path):
    export.export_voice(trained["tacotron"], trained["vocoder"], str(tmp_path / "again"))
    for name in ("tacotron/weights.npz", "vocoder/weights.npz", "tacotron/export.json"):
        assert files.read_bytes(exported + "/" + name) == files.read_bytes(
            str(tmp_path / "again" / name))


@pytest.mark.parametrize("name", ["run.json", "weights.npz"])
def test_one_changed_byte_is_an_error_that_names_the_file(folder, name):
    path = os.path.join(folder, name)
    content = bytearray(files.read_bytes(path))
    content[len(content) // 2] ^= 1
    with open(path, "wb") as file:
        file.write(content)
    with pytest.raises(InputError, match=name + ": does not match its checksum"):
        load(folder)


@pytest.mark.parametrize("change,message", [
    ({"decoder_rnn_dim": 2048}, r"decoder.*is \[.*16.*; by run.json, it should be \[.*2048"),
    ({"decoder_rnn_dim": 8192}, "by its hyper-parameters, the network has .* weights"),
    ({"encoder_n_convolutions": 64}, "has 64 layers, but weights.npz has only|is missing"),
    ({"encoder_n_convolutions": 10 ** 12}, r"must lie in \(0, 64\]")])
def test_sizes_that_would_exhaust_the_memory_are_refused(folder, change, message):
    rewrite(folder, change)
    with pytest.raises(InputError, match=message):
        load(folder)


def test_a_shape_larger_than_its_file_is_refused_before_memory_is_allocated(folder):
    name, content = "tacotron2/encoder/symbols/table", io.BytesIO()
    np.lib.format.write_array_header_1_0(content, {
        "descr": "<f4", "fortran_order": False, "shape": (10 ** 15, 10 ** 15)})
    path = os.path.join(folder, "weights.npz")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name + ".npy", content.getvalue())
        exported_run._write_array(archive, "global_step", np.array(1))
    with pytest.raises(InputError, match="weights.npz: cannot be read.*another size"):
        exported_run.read_exported_weights(folder, [name])


def test_values_that_are_not_numbers_are_refused(folder):
    rewrite(folder, change_weights={"tacotron2/decoder/stop/bias": np.float32([np.nan])})
    with pytest.raises(InputError, match="decoder/stop/bias contains NaN"):
        load(folder)


def test_pickled_objects_are_refused(folder):
    np.savez(os.path.join(folder, "weights.npz"), **{
        "tacotron2/decoder/stop/bias": np.array([{}]), "global_step": np.array(1)})
    with pytest.raises(InputError, match="weights.npz: cannot be read"):
        exported_run.read_exported_weights(folder, ["tacotron2/decoder/stop/bias"])


def test_a_new_run_can_start_from_an_exported_one(exported, stores, tmp_path, capsys):
    train("tacotron", stores, str(tmp_path / "run"), "--init-from", exported + "/tacotron",
          "--steps", 1)
    assert "are copied from step 6" in capsys.readouterr().out
    names = ["tacotron2/encoder/symbols/table", "global_step"]
    weights, step = checkpoint.read_trained_weights(
        run_folder.load_run(exported + "/tacotron", "tacotron"), names)
    assert step == 6 and sorted(weights) == sorted(names)


def test_adaptation_goes_on_with_the_frames_per_step_that_the_voice_was_exported_with(
        trained, tmp_path):
    run = run_folder.load_run(trained["tacotron"], "tacotron")
    r = run.hp.outputs_per_step
    run.hp = run.hp.replace(outputs_per_step=1, outputs_per_step_schedule=(r, 20))
    export.export_run(run, str(tmp_path / "tacotron"))
    exported_hp = run_folder.load_run(str(tmp_path / "tacotron"), "tacotron").hp
    assert r > 1 and adapt_hparams(exported_hp).outputs_per_step == r


SPEAK = """
import sys
import evaluate, synthesize
synthesize.main([{text!r}, "--voice", {voice!r}, "--out", {out!r}])
synthesize.main([{text!r}, "--voice", {voice!r}, "--out", {out!r} + "-lim"])
evaluate.main(["--text", {text!r}, "--voice", {voice!r}, "--out", {out!r} + "-evaluation"])
print([name for name in sys.modules if name.split(".")[0] == "tensorflow"])
"""


def test_speaking_and_evaluating_a_text_do_not_import_tensorflow(exported, tmp_path):
    (tmp_path / "text.txt").write_text("네.\n비가 와요.\n", encoding="utf-8")
    program = SPEAK.format(text=str(tmp_path / "text.txt"), voice=exported,
                           out=str(tmp_path / "out"))
    output = subprocess.check_output([sys.executable, "-c", program], cwd=ROOT)
    assert output.decode("utf-8").splitlines()[-1] == "[]"
    assert (tmp_path / "out" / "0002.wav").exists()
