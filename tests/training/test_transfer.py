"""--init-from and --freeze: which weights are copied, and which do not change."""
import json
import os
import shutil

import numpy as np
import pytest
from conftest import train

import korean
from common.errors import InputError
from datasets.store import load_store
from nn import optimizer
from nn.compat import tf
from tacotron2 import tacotron
from training import checkpoint, run_folder, run_start
from wavenet_vocoder import wavenet

NO_LEARNING = ("learning_rate=1e-12,final_learning_rate=1e-12,wavenet_learning_rate=1e-12,"
               "wavenet_final_learning_rate=1e-12,eval_interval=100,summary_interval=1")
EMBEDDINGS = {"tacotron": "tacotron2/speakers/table", "vocoder": "wavenet/speaker/table"}
MODEL_TYPES = sorted(EMBEDDINGS)


def weights(folder):
    reader = tf.train.NewCheckpointReader(tf.train.latest_checkpoint(str(folder)))
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def start(model_type, stores, folder, init_from, *options):
    """Train one step, at a learning rate of almost 0, from the weights of `init_from`."""
    assert train(model_type, stores, folder, "--init-from", init_from, "--steps", 1, *(
        options + ("--hparams", NO_LEARNING))) == 0
    return weights(folder)


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_known_speakers_keep_their_embedding_and_new_ones_start_from_the_mean(
        stores, trained, tmp_path, capsys, model_type):
    shutil.copytree(stores[0], str(tmp_path / "store"))
    manifest = tmp_path / "store" / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"one"', '"셋"'),
                        encoding="utf-8")
    new = start(model_type, [str(tmp_path / "store"), stores[1]], tmp_path / "run",
                trained[model_type])
    output, old = capsys.readouterr().out, weights(trained[model_type])
    name = EMBEDDINGS[model_type]
    known = old.get(name + "/ExponentialMovingAverage", old[name])
    np.testing.assert_allclose(new[name], [known.mean(0), known[1]], atol=1e-6)
    assert ("speakers kept: two; started from the mean of one, two: 셋; speakers dropped: one"
            in output)
    assert "started anew" not in output
    # without --preset the sizes are those of the other run
    assert run_folder.load_run(str(tmp_path / "run"), model_type).hp.decoder_rnn_dim == 16


def test_training_may_continue_with_one_of_several_speakers(stores, trained, tmp_path):
    """The network keeps its speaker embedding, with a single row; no name is needed."""
    new, old = (start("vocoder", stores[1:], tmp_path / "run", trained["vocoder"]),
                weights(trained["vocoder"]))
    run = run_folder.load_run(str(tmp_path / "run"), "vocoder")
    assert run.n_speaker_embeddings == 1 and run.speaker_id(None) == 0
    averaged = EMBEDDINGS["vocoder"] + "/ExponentialMovingAverage"
    np.testing.assert_allclose(new[EMBEDDINGS["vocoder"]][0], old[averaged][1], atol=1e-6)
    # the moving averages are copied, and the new averages start from them
    assert np.abs(old[averaged] - old[EMBEDDINGS["vocoder"]]).max() > 1e-4
    np.testing.assert_allclose(new[averaged][0], old[averaged][1], atol=1e-6)


@pytest.fixture(scope="module")
def single_speaker(stores, tmp_path_factory):
    """Runs of one speaker: {model type: path}."""
    folder = tmp_path_factory.mktemp("single-speaker")
    for model_type in MODEL_TYPES:
        train(model_type, stores[:1], folder / model_type, "--preset", "tiny", "--steps", 2,
              "--hparams", "eval_interval=100,learning_rate=0.01")
    return {model_type: str(folder / model_type) for model_type in MODEL_TYPES}


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_a_single_speaker_network_is_extended_with_zeros_for_several_speakers(
        stores, single_speaker, tmp_path, capsys, model_type):
    new = start(model_type, stores, tmp_path / "run", single_speaker[model_type])
    output = capsys.readouterr().out
    assert "; ;" not in output
    assert "extended by rows for speakers" in output
    assert "started anew: " + EMBEDDINGS[model_type] in output
    old = weights(single_speaker[model_type])
    hp = run_folder.load_run(str(tmp_path / "run"), model_type).hp
    network = {"tacotron": tacotron, "vocoder": wavenet}[model_type]
    channels = {"tacotron": hp.speaker_embedding_dim,
                "vocoder": hp.wavenet_speaker_embedding_dim}[model_type]
    extended = {name for name in old if "Adam" not in name and new[name].shape != old[name].shape}
    for name in extended:
        if "ExponentialMovingAverage" in name:
            continue
        first = next(row for suffix, row in network.speaker_row_offsets(hp).items()
                     if name.endswith(suffix))
        known = old.get(name + "/ExponentialMovingAverage", old[name])
        np.testing.assert_allclose(np.delete(new[name], np.s_[first:first + channels], 0), known,
                                   atol=1e-6)
        np.testing.assert_allclose(new[name][first:first + channels], 0, atol=1e-6)
    assert len(extended) == 2 * 4, "four kernels, and their averages"


def test_symbol_embeddings_are_copied_by_symbol(stores, single_speaker, tmp_path, capsys):
    """Also from a run whose symbol table had another order and lacked a symbol."""
    shutil.copytree(single_speaker["tacotron"], str(tmp_path / "old"))
    path = str(tmp_path / "old" / "run.json")
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    symbols = list(reversed(content["symbols"]))
    symbols[0] = "☃"
    missing = content["symbols"][-1]
    content["symbols"] = symbols
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file)
    with pytest.raises(InputError) as refusal:
        run_folder.load_run(str(tmp_path / "old"), "tacotron")
    assert "--init-from" in str(refusal.value)
    new = start("tacotron", stores[:1], tmp_path / "run", str(tmp_path / "old"))
    assert "new symbols: " + korean.symbol_labels([missing])[0] in capsys.readouterr().out
    name = "tacotron2/encoder/symbols/table"
    old = weights(single_speaker["tacotron"])[name + checkpoint.EMA_SUFFIX]
    np.testing.assert_allclose(new[name][:-1], old[::-1][:-1], atol=1e-6)
    assert 0 < np.abs(new[name][-1]).max() < 2


@pytest.mark.parametrize("model_type,part", [("tacotron", "encoder"), ("vocoder", "layer")])
def test_frozen_parts_do_not_change_and_the_others_learn(
        stores, single_speaker, tmp_path, model_type, part):
    options = ("--init-from", single_speaker[model_type], "--freeze", part, "--hparams",
               "eval_interval=100,summary_interval=1")
    train(model_type, stores[:1], tmp_path / "run", "--steps", 2, *options)
    if model_type == "vocoder":
        # --freeze need not be repeated
        train(model_type, stores[:1], tmp_path / "run", "--steps", 3)
    old, new = weights(single_speaker[model_type]), weights(tmp_path / "run")
    changed = set()
    for name in old:
        if "Adam" in name or "Average" in name or name in ("global_step", "beta1_power",
                                                           "beta2_power"):
            continue
        initial = old.get(name + "/ExponentialMovingAverage", old[name])
        if np.abs(new[name] - initial).max() > 1e-6:
            changed.add(name.split("/")[1].partition("_")[0])
    assert part not in changed and len(changed) >= 3


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_every_freezable_part_has_weights_and_together_they_have_all_weights(trained, model_type):
    parts = {"tacotron": tacotron, "vocoder": wavenet}[model_type].FREEZABLE_SCOPES
    stored_names = weights(trained[model_type])
    with tf.Graph().as_default():
        scopes = [optimizer.scope_names(tf.Variable(0.0, name=name)) for name in stored_names
                  if "/" in name and "Adam" not in name and "Average" not in name]
    for part in parts:
        assert any(part in names for names in scopes), part
    assert all(names & set(parts) for names in scopes)


@pytest.mark.parametrize("options,message", [
    (("--freeze", "brain"), "encoder"),
    (("--freeze", "encoder,layer"), "layer"),
    (("--hparams", "hop_length=100,wavenet_upsample_scales=10x10,wavenet_segment_length=1000"),
     "hop_length"),
    (("--init-from", "nowhere"), "nowhere")])
def test_a_refused_start_leaves_no_run_behind(stores, trained, tmp_path, options, message):
    with pytest.raises(InputError) as refusal:
        train("tacotron", stores, tmp_path / "run", "--init-from", trained["tacotron"], *options)
    assert message in str(refusal.value)
    assert not os.path.exists(str(tmp_path / "run" / "run.json"))


def test_what_the_source_held_out_stays_held_out(stores, trained, tmp_path):
    shutil.copytree(trained["vocoder"], str(tmp_path / "source"))
    path = tmp_path / "source" / "run.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(dict(content, validation_hash_limit=0.123)), encoding="utf-8")
    run = run_start.create_or_resume_run(str(tmp_path / "run"), "vocoder", [load_store(stores[1])],
                                         None, "", init_from=str(tmp_path / "source"))
    run.release()
    assert run.validation_hash_limit == 0.123


def test_a_start_that_was_killed_is_repeated_and_the_lexicon_is_that_of_the_stores(
        stores, tmp_path):
    (tmp_path / "lock").write_text("")
    (tmp_path / "run.json.123.part").write_text("{")
    loaded = [load_store(folder) for folder in stores]
    run_start.create_or_resume_run(str(tmp_path), "tacotron", loaded, "tiny", "").release()
    for store in loaded:
        store.normalizer = korean.TextNormalizer(store.normalizer.pronounce, {"SQL": "시퀄"})
    run_start.create_or_resume_run(str(tmp_path), "tacotron", loaded, None, "").release()
    assert run_folder.load_run(str(tmp_path), "tacotron").normalizer.lexicon == {"SQL": "시퀄"}
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "run.json.old").write_text("{")
    with pytest.raises(InputError, match="is not a run"):
        run_start.create_or_resume_run(str(tmp_path / "other"), "tacotron", loaded, "tiny", "")


def test_a_frozen_part_cannot_change_within_a_run(stores, trained):
    with pytest.raises(InputError) as refusal:
        train("tacotron", stores, trained["tacotron"], "--freeze", "encoder")
    assert "cannot change" in str(refusal.value)


def test_a_run_of_format_1_loads(trained, tmp_path):
    """It has a speaker embedding if it has several speakers."""
    with open(os.path.join(trained["vocoder"], "run.json"), encoding="utf-8") as file:
        content = json.load(file)
    del content["speaker_table"]
    content["format"] = 1
    for number, speakers in enumerate((["one", "two"], ["one"])):
        content["speakers"] = speakers
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "run.json").write_text(json.dumps(content), encoding="utf-8")
        assert run_folder.load_run(str(folder), "vocoder").n_speaker_embeddings == (2, 0)[number]
