"""Preset adapt: from a trained voice and a few recordings to the voice of a new speaker."""
import json
import os
import shutil

import numpy as np
import pytest
import soundfile
from conftest import SENTENCES, train, write_recording
from scipy import signal

import preprocess
from common.errors import InputError
from common.hparam_set import create_hparams
from datasets import batches, speaker_groups
from datasets.store import load_store
from hparams import ADAPTATION
from nn.compat import tf
from training import (adaptation, checkpoint, export, run_folder, run_start, training_history,
                      transfer)
from training.early_stopping import stop_message

MODEL_TYPES = ("tacotron", "vocoder")
EMBEDDINGS = {"tacotron": "tacotron2/speakers/table", "vocoder": "wavenet/speaker/table"}
# Neither the weights nor the moving moments change, so that the validation does not improve.
FROZEN = {"tacotron": ("--freeze", "encoder,postnet"), "vocoder": ()}
HPARAMS = ("learning_rate=1e-12,final_learning_rate=1e-12,wavenet_learning_rate=1e-12,"
           "wavenet_final_learning_rate=1e-12,eval_interval=1,early_stopping_patience=1")


def make_store(folder, speaker="me", count=6, *options):
    """Write and preprocess `count` recordings of a speaker. Returns the path of the store."""
    for number in range(count):
        stem = folder / "corpus" / ("%02d" % number)
        write_recording("%s.wav" % stem, seconds=0.4 + 0.02 * number, pitch=150 + 3 * number)
        stem.with_suffix(".txt").write_text(SENTENCES[number], encoding="utf-8")
    preprocess.main(["--corpus", str(folder / "corpus"), "--out", str(folder / "store"),
                     "--speaker", speaker, "--preset", "tiny"] + list(options))
    return str(folder / "store")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return make_store(tmp_path_factory.mktemp("me"))


def adapt(model_type, store, folder, init_from, *options):
    return train(model_type, [store], folder, "--init-from", init_from, "--preset", "adapt",
                 *options)


@pytest.fixture(scope="module")
def adapted(store, trained, tmp_path_factory):
    """{model type: folder} of runs that stopped by themselves before step 9."""
    folder = tmp_path_factory.mktemp("adapted")
    for model_type in MODEL_TYPES:
        assert adapt(model_type, store, folder / model_type, trained[model_type], "--steps", 9,
                     "--hparams", HPARAMS, *FROZEN[model_type]) == 0
    return {model_type: str(folder / model_type) for model_type in MODEL_TYPES}


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_the_run_has_the_sizes_of_the_base_and_the_settings_of_the_preset(
        adapted, trained, model_type):
    run = run_folder.load_run(adapted[model_type], model_type)
    base = run_folder.load_run(trained[model_type], model_type)
    changed = set(ADAPTATION) | {"freeze"}
    for name, value in base.hp.as_dict().items():
        if name not in changed:
            assert run.hp.as_dict()[name] == value, name
    assert run.hp.batch_size == 8 and run.hp.guided_attention_weight == 0
    assert run.speakers == ["me"] and run.n_speaker_embeddings == 1
    # a path would tell where the voice was made
    assert run.base["folder"] == os.path.basename(os.path.dirname(trained[model_type]))
    history = training_history.latest_figures(os.path.join(trained[model_type], "history.jsonl"),
                                              "validation")
    assert run.base["figures"] == history and history


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_a_run_stops_when_its_validation_does_not_improve_and_says_so_again(
        adapted, store, trained, tmp_path, capsys, model_type):
    records = training_history.read_history(os.path.join(adapted[model_type], "history.jsonl"))
    steps = [record["step"] for record in records if "evaluation/score" in record]
    assert steps == [1, 2]
    capsys.readouterr()
    assert adapt(model_type, store, adapted[model_type], trained[model_type], "--steps", 9) == 0
    output = capsys.readouterr().out
    assert "is finished: stopped at step 2: the validation has not improved in the 1" in output
    assert "--hparams early_stopping_patience=0" in output
    shutil.copytree(adapted[model_type], str(tmp_path / "run"))
    assert train(model_type, [store], tmp_path / "run", "--steps", 3, "--hparams",
                 "early_stopping_patience=0,eval_interval=100") == 0
    run = run_folder.load_run(str(tmp_path / "run"), model_type)
    assert checkpoint.list_checkpoints(run)[-1].endswith("-3")
    # it went on without early stopping, and its last evaluation is compared with the best one
    best, before = [checkpoint.read_best(run_folder.load_run(folder, model_type))["score"]
                    for folder in (str(tmp_path / "run"), adapted[model_type])]
    assert best >= before and (best < 0) == (before < 0)


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_synthesis_uses_the_best_checkpoint_of_a_run_that_stops_early(adapted, model_type):
    run = run_folder.load_run(adapted[model_type], model_type)
    best = checkpoint.read_best(run)["step"]
    assert not checkpoint.list_checkpoints(run)[-1].endswith("-%d" % best)
    assert checkpoint.read_trained_weights(run, [])[1] == best
    run.figures = {"validation/of another step": 1.0}
    figures, stored = checkpoint.validation_figures(run), checkpoint.read_best(run)["figures"]
    assert figures and figures.items() <= stored.items()
    run.figures = None
    run.hp = run.hp.replace(early_stopping_patience=0)
    assert checkpoint.read_trained_weights(run, [])[1] > best


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_a_new_speaker_starts_from_the_embedding_with_the_least_loss(
        store, trained, tmp_path, monkeypatch, capsys, model_type):
    """The loss is made the distance from the second speaker of the base, or from the mean."""
    reader = tf.train.NewCheckpointReader(tf.train.latest_checkpoint(trained[model_type]))
    name = EMBEDDINGS[model_type]
    averaged = name + checkpoint.EMA_SUFFIX
    rows = reader.get_tensor(averaged if reader.has_tensor(averaged) else name)
    for target, label in ((rows[1], "two"), (rows.mean(0), "mean")):
        with tf.Graph().as_default(), tf.Session() as session:
            table = tf.get_variable(name, [1, rows.shape[1]])
            phrase, = transfer._select_embeddings(
                session_of(session), run_folder.Run("new", model_type, None, ["me"], None),
                run_folder.load_run(trained[model_type], model_type), name, rows,
                lambda session, speaker_id: np.abs(session.run(table)[speaker_id] - target).sum())
            np.testing.assert_allclose(session.run(table), [target], atol=1e-6)
        assert phrase.startswith("embedding of me: that of %s (loss 0.0000; mean of all " % label)


def session_of(session):
    session.run(tf.global_variables_initializer())
    return session


def test_a_frame_projection_is_cut_to_the_frames_of_the_new_run(hp):
    """A base that began with more frames per step has columns that the new run does not need."""
    run = run_folder.Run("run", "tacotron", hp, ["me"], None)
    with tf.Graph().as_default():
        for shape in ([5, 40], [40]):
            variable = tf.Variable(np.zeros(shape, np.float32),
                                   name="tacotron2/decoder/frames/" + "kernel"[:len(shape) * 3])
            value = np.arange(np.prod(shape) * 5 // 2, dtype=np.float32).reshape(shape[:-1] + [100])
            fitted, method = transfer._fit(value, variable, run, run)
            assert method == transfer.CUT
            np.testing.assert_array_equal(fitted, value[..., :40])


# -- how it is doing --------------------------------------------------------------------------------

def figures(coverage=0.96, mel=0.31):
    return {"sentences/coverage": coverage, "held-out/coverage": coverage, "sentences/focus": 0.5,
            "held-out/focus": 0.6, "validation/mel": mel}


def test_the_first_evaluation_compares_the_run_with_its_base(adapted):
    with open(os.path.join(adapted["tacotron"], "verdict.txt"), encoding="utf-8") as file:
        verdict = file.read()
    assert verdict.startswith("adaptation at step ") and "the voice that is adapted has" in verdict


def test_the_mel_error_is_compared_with_that_of_the_base():
    status, message = adaptation.judge_adaptation(figures(), {"validation/mel": 0.28})
    assert status == "aligns"
    assert "96 % of the jamo" in message and "focus of 0.55" in message
    assert "0.310; the voice that is adapted has 0.280" in message
    # the figures of a base that was exported by an earlier version are not known
    assert "the voice that is adapted" not in adaptation.judge_adaptation(figures(), {})[1]


def test_a_lost_alignment_is_reported_with_what_to_do():
    status, message = adaptation.judge_adaptation(figures(coverage=0.5), {})
    assert status == "lost" and "learning_rate" in message and "datasets check" in message


def scores(*values):
    return [{"step": 100 * number, "evaluation/score": value, "minutes": 1.0}
            for number, value in enumerate(values, 1)] + [{"step": 1, "train/loss": 1.0}]


@pytest.mark.parametrize("values, patience, stops", [
    ([-5, -4, -3], 2, False), ([-3, -4], 2, False), ([-3, -4, -3.5], 2, True),
    ([-3, -3, -3], 2, True), ([-5, -3, -4, -2], 2, False), ([-3, -4, -5, -6], 0, False),
    ([], 2, False)])
def test_a_run_stops_after_evaluations_without_improvement(values, patience, stops):
    message = stop_message(scores(*values), patience, "tacotron")
    assert bool(message) == stops
    if stops:
        assert "stopped at step 300" in message and "since step 100" in message


def test_scores_of_another_measure_are_not_compared():
    """Alignments have scores from 0 to 1, the error of the mels, with early stopping, below 0."""
    assert not stop_message(scores(0.6, 0.7, -0.4, -0.3), 2, "tacotron")
    assert stop_message(scores(0.6, 0.7, -0.3, -0.4, -0.5), 2, "tacotron")
    assert stop_message(scores(0.6, 0.7, -0.3, -0.4), 2, "vocoder")     # losses have any sign


# -- bad input -------------------------------------------------------------------------------------

def refusal(store, folder, trained, *options):
    with pytest.raises(InputError) as error:
        adapt("tacotron", store, folder / "run", trained["tacotron"], *options)
    assert not (folder / "run" / "run.json").exists()
    return str(error.value)


def test_preset_adapt_needs_a_voice_to_adapt(store, tmp_path):
    with pytest.raises(InputError, match="--preset adapt: needs .* --init-from voices/base"):
        train("tacotron", [store], tmp_path / "run", "--preset", "adapt")
    with pytest.raises(InputError, match="base for voices/base"):
        create_hparams("adapt")


def test_other_audio_settings_than_those_of_the_base_are_refused_with_both_values(
        trained, tmp_path):
    store = make_store(tmp_path, "me", 6, "--hparams", "preemphasis=0.5")
    message = refusal(store, tmp_path, trained)
    assert message.startswith("preemphasis is 0.5 in %s but 0.97 in %s"
                              % (store, trained["tacotron"]))


def test_fewer_than_five_recordings_are_refused_with_what_to_record(trained, tmp_path):
    message = refusal(make_store(tmp_path, "me", 4), tmp_path, trained)
    assert "has only 4 usable recordings; record at least 5 sentences of 3 to 8 seconds" in message


def test_recordings_at_8_khz_are_refused(trained, tmp_path):
    corpus = tmp_path / "corpus"
    make_store(tmp_path)
    for path in corpus.glob("*.wav"):
        samples, _ = soundfile.read(str(path))
        soundfile.write(str(path), signal.resample_poly(samples, 1, 2), 8000)
    preprocess.main(["--corpus", str(corpus), "--out", str(tmp_path / "narrow"), "--speaker", "me",
                     "--preset", "tiny"])
    message = refusal(str(tmp_path / "narrow"), tmp_path, trained)
    assert "the upper half of the band is missing" in message and "16 kHz or more" in message


def test_the_name_of_a_speaker_of_the_base_is_refused(trained, tmp_path):
    message = refusal(make_store(tmp_path, "two"), tmp_path, trained)
    assert "two is a speaker of %s" % trained["tacotron"] in message
    assert "preprocess.py --speaker gives" in message and "leave out --preset adapt" in message


def test_the_speakers_that_an_adaptation_keeps_are_not_evaluated(store, stores, trained, tmp_path):
    """They have more recordings, and would decide when it ends. Of the new one, a text is held out.
    """
    both = [load_store(store), load_store(stores[0])]
    run = run_start.create_or_resume_run(str(tmp_path / "run"), "tacotron", both, "adapt", "",
                                         init_from=trained["tacotron"])
    run.release()
    run = run_folder.load_run(run.folder, "tacotron")
    assert run.speakers == ["me", "one"] and run.base["speakers"] == ["one", "two"]
    source = run_folder.load_run(trained["tacotron"], "tacotron")
    assert run.validation_hash_limit == max(source.validation_hash_limit,
                                            batches.least_hash_limit(both[0]))
    _, held_out = batches.split_train_validation(both, run.validation_hash_limit)
    new = adaptation.items_of_new_speakers(run, held_out)
    assert new and {item.speaker_id for item in new} == {0}
    run.base = None
    assert adaptation.items_of_new_speakers(run, held_out) == held_out


@pytest.mark.parametrize("similarity, clear", [(0.5, True), (0.8, False)])
def test_two_speakers_in_one_folder_are_refused_or_a_warning(
        store, trained, tmp_path, monkeypatch, capsys, similarity, clear):
    groups = speaker_groups.SpeakerGroups((["a1", "a2"], ["b1", "b2", "b3"]), similarity)
    monkeypatch.setattr(speaker_groups, "find_speaker_groups_in_store", lambda store: groups)
    stores, base = [load_store(store)], run_folder.load_run(trained["tacotron"], "tacotron")
    if clear:
        with pytest.raises(InputError, match="have two speakers: a1, a2 .*; and b1, b2, b3 "):
            adaptation.check_recordings(stores, base)
    else:
        adaptation.check_recordings(stores, base)
        warning = "warning: %s: the recordings may have two speakers" % store
        assert warning in capsys.readouterr().err


# -- the figures of the base -----------------------------------------------------------------------

def test_a_voice_can_be_adapted_by_the_name_of_its_folder_and_knows_its_figures(
        store, trained, tmp_path):
    voice = str(tmp_path / "voice")
    export.export_voice(trained["tacotron"], trained["vocoder"], voice)
    for model_type in MODEL_TYPES:
        base = run_folder.load_source(voice, model_type)
        assert base.folder == os.path.join(voice, model_type)
        assert base.validation_figures() == run_folder.load_run(
            trained[model_type], model_type).validation_figures() != {}


@pytest.mark.parametrize("content", [
    {"base": 1}, {"base": {"folder": "x"}}, {"base": {"folder": "x", "figures": {"a": "b"}}},
    {"figures": [1]}])
def test_fields_of_another_type_are_errors(trained, tmp_path, content):
    path = os.path.join(trained["tacotron"], "run.json")
    with open(path, encoding="utf-8") as file:
        content = dict(json.load(file), **content)
    (tmp_path / "run.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match="run.json: (base|figures) should be"):
        run_folder.load_run(str(tmp_path), "tacotron")
