"""--init-from and --freeze: what a new run takes from another, and what stays as it was."""
import json
import os
import shutil

import numpy as np
import pytest
from conftest import train

import korean
from common.errors import InputError
from nn import optimizer
from nn.compat import tf
from tacotron2 import tacotron
from training import run_folder
from wavenet_vocoder import wavenet

STILL = "learning_rate=1e-12,final_learning_rate=1e-12,eval_interval=100,summary_interval=1"
TABLES = {"tacotron": "tacotron2/speakers/table", "vocoder": "wavenet/speaker/table"}
KINDS = sorted(TABLES)


def weights(folder):
    reader = tf.train.NewCheckpointReader(tf.train.latest_checkpoint(str(folder)))
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def start(kind, stores, folder, origin, *options):
    """A run of one step that moves nothing, from the weights of `origin`."""
    changes = STILL + "," + STILL.replace("learning", "wavenet_learning").rpartition(",eval")[0]
    assert train(kind, stores, folder, "--init-from", origin, "--steps", 1, *(
        options + ("--hparams", changes))) == 0
    return weights(folder)


@pytest.mark.parametrize("kind", KINDS)
def test_a_speaker_keeps_the_row_of_its_name_and_a_new_one_starts_from_the_mean(
        stores, trained, tmp_path, capsys, kind):
    shutil.copytree(stores[0], str(tmp_path / "store"))
    manifest = tmp_path / "store" / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"one"', '"셋"'),
                        encoding="utf-8")
    new = start(kind, [str(tmp_path / "store"), stores[1]], tmp_path / "run", trained[kind])
    said, old = capsys.readouterr().out, weights(trained[kind])
    name = TABLES[kind]
    known = old.get(name + "/ExponentialMovingAverage", old[name])
    np.testing.assert_allclose(new[name], [known.mean(0), known[1]], atol=1e-6)
    assert "speakers kept: two; started from the mean of one, two: 셋; speakers dropped: one" in said
    assert "started anew" not in said
    # no preset was named: the sizes are those of the other run
    assert run_folder.load_run(str(tmp_path / "run"), kind).hp.decoder_rnn_dim == 16


def test_one_voice_of_several_can_go_on_alone(stores, trained, tmp_path):
    """The network keeps its table of speakers, with a single row, and needs no name."""
    new, old = (start("vocoder", stores[1:], tmp_path / "run", trained["vocoder"]),
                weights(trained["vocoder"]))
    run = run_folder.load_run(str(tmp_path / "run"), "vocoder")
    assert run.n_speaker_embeddings == 1 and run.speaker_id(None) == 0
    averaged = TABLES["vocoder"] + "/ExponentialMovingAverage"
    np.testing.assert_allclose(new[TABLES["vocoder"]][0], old[averaged][1], atol=1e-6)
    # what synthesis would use is what is taken, and is what the new averages start from
    assert np.abs(old[averaged] - old[TABLES["vocoder"]]).max() > 1e-4
    np.testing.assert_allclose(new[averaged][0], old[averaged][1], atol=1e-6)


@pytest.fixture(scope="module")
def alone(stores, tmp_path_factory):
    """Runs of one speaker: {kind: path}."""
    folder = tmp_path_factory.mktemp("alone")
    for kind in KINDS:
        train(kind, stores[:1], folder / kind, "--preset", "tiny", "--steps", 2, "--hparams",
              "eval_interval=100,learning_rate=0.01")
    return {kind: str(folder / kind) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_of_one_voice_first_does_for_several_what_it_did_for_one(
        stores, alone, tmp_path, capsys, kind):
    new = start(kind, stores, tmp_path / "run", alone[kind])
    said = capsys.readouterr().out
    assert "; ;" not in said
    assert "extended by rows for speakers" in said and "started anew: " + TABLES[kind] in said
    old, hp = weights(alone[kind]), run_folder.load_run(str(tmp_path / "run"), kind).hp
    network = {"tacotron": tacotron, "vocoder": wavenet}[kind]
    channels = {"tacotron": hp.speaker_embedding_dim, "vocoder": hp.wavenet_speaker_embedding_dim}[kind]
    grown = {name for name in old if "Adam" not in name and new[name].shape != old[name].shape}
    for name in grown:
        if "ExponentialMovingAverage" in name:
            continue
        first = next(row for end, row in network.speaker_row_offsets(hp).items() if name.endswith(end))
        known = old.get(name + "/ExponentialMovingAverage", old[name])
        np.testing.assert_allclose(np.delete(new[name], np.s_[first:first + channels], 0), known,
                                   atol=1e-6)
        np.testing.assert_allclose(new[name][first:first + channels], 0, atol=1e-6)
    assert len(grown) == {"tacotron": 4, "vocoder": 2 * 4}[kind]


def test_rows_of_symbols_are_taken_by_symbol(stores, alone, tmp_path, capsys):
    """As from a run of a table that had another order and fewer symbols."""
    shutil.copytree(alone["tacotron"], str(tmp_path / "old"))
    path = str(tmp_path / "old" / "run.json")
    with open(path, encoding="utf-8") as file:
        told = json.load(file)
    symbols = list(reversed(told["symbols"]))
    symbols[0] = "☃"
    missing = told["symbols"][-1]
    told["symbols"] = symbols
    with open(path, "w", encoding="utf-8") as file:
        json.dump(told, file)
    with pytest.raises(InputError) as refusal:
        run_folder.load_run(str(tmp_path / "old"), "tacotron")
    assert "--init-from" in str(refusal.value)
    new = start("tacotron", stores[:1], tmp_path / "run", str(tmp_path / "old"))
    assert "new symbols: " + korean.symbol_labels([missing])[0] in capsys.readouterr().out
    name = "tacotron2/encoder/symbols/table"
    old = weights(alone["tacotron"])[name]
    np.testing.assert_allclose(new[name][:-1], old[::-1][:-1], atol=1e-6)
    assert 0 < np.abs(new[name][-1]).max() < 2


@pytest.mark.parametrize("kind,part", [("tacotron", "encoder"), ("vocoder", "layer")])
def test_what_is_frozen_stays_and_the_rest_learns(stores, alone, tmp_path, kind, part):
    options = ("--init-from", alone[kind], "--freeze", part, "--hparams",
               "eval_interval=100,summary_interval=1")
    train(kind, stores[:1], tmp_path / "run", "--steps", 2, *options)
    if kind == "vocoder":
        train(kind, stores[:1], tmp_path / "run", "--steps", 3)     # nothing has to be repeated
    old, new = weights(alone[kind]), weights(tmp_path / "run")
    moved = set()
    for name in old:
        if "Adam" in name or "Average" in name or name in ("global_step", "beta1_power",
                                                           "beta2_power"):
            continue
        was = old.get(name + "/ExponentialMovingAverage", old[name])
        if np.abs(new[name] - was).max() > 1e-6:
            moved.add(name.split("/")[1].partition("_")[0])
    assert part not in moved and len(moved) >= 3


@pytest.mark.parametrize("kind", KINDS)
def test_every_part_that_can_be_frozen_has_weights_and_together_they_are_all(trained, kind):
    names = {"tacotron": tacotron.FREEZABLE_SCOPES, "vocoder": wavenet.FREEZABLE_SCOPES}[kind]
    found = weights(trained[kind])
    with tf.Graph().as_default():
        scopes = [optimizer.scope_names(tf.Variable(0.0, name=name)) for name in found if "/" in name
                  and "Adam" not in name and "Average" not in name]
    for part in names:
        assert any(part in each for each in scopes), part
    assert all(each & set(names) for each in scopes)


@pytest.mark.parametrize("options,says", [
    (("--freeze", "brain"), "encoder"),
    (("--freeze", "encoder,layer"), "layer"),
    (("--hparams", "hop_length=100,wavenet_upsample_scales=10x10,wavenet_segment_length=1000"), "hop_length"),
    (("--init-from", "nowhere"), "nowhere")])
def test_what_cannot_start_leaves_no_run_behind(stores, trained, tmp_path, options, says):
    with pytest.raises(InputError) as refusal:
        train("tacotron", stores, tmp_path / "run", "--init-from", trained["tacotron"], *options)
    assert says in str(refusal.value)
    assert not os.path.exists(str(tmp_path / "run" / "run.json"))


def test_a_frozen_part_cannot_change_within_a_run(stores, trained):
    with pytest.raises(InputError) as refusal:
        train("tacotron", stores, trained["tacotron"], "--freeze", "encoder")
    assert "cannot change" in str(refusal.value)


def test_a_run_of_the_first_format_is_read(trained, tmp_path):
    """One of several speakers has a table, one of one has none."""
    with open(os.path.join(trained["vocoder"], "run.json"), encoding="utf-8") as file:
        told = json.load(file)
    del told["speaker_table"]
    told["format"] = 1
    for number, speakers in enumerate((["one", "two"], ["one"])):
        told["speakers"] = speakers
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "run.json").write_text(json.dumps(told), encoding="utf-8")
        assert run_folder.load_run(str(folder), "vocoder").n_speaker_embeddings == (2, 0)[number]
