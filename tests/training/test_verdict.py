"""Verdicts on invented histories, and the verdict that the trainer writes."""

import numpy as np
import pytest
from conftest import train

import korean
from common.hparam_set import create_hparams
from datasets import batches
from datasets.store import load_store
from nn import compat
from nn.compat import tf
from tacotron2.synthesizer import Synthesizer
from training import checkpoint, evaluators, run_folder, verdict
from training.training_history import read_history


def history(step, losses, last={}):
    """Records of a run: losses at regular steps, and an evaluation in the end."""
    figures = {"validation/text_gain": 0.1, "validation/unexplained": 0.4,
               "held-out/focus": 0.6, "held-out/coverage": 0.9, "held-out/stopped": 1.0,
               "held-out-forced/focus": 0.6}
    figures.update(last)
    steps = np.linspace(step / len(losses), step, len(losses))
    return [{"step": int(record_step), "train/loss": loss, "train/gradient_norm": 2.0}
            for record_step, loss in zip(steps, losses)] + [dict(figures, step=step)]


FALLING = list(10 * np.exp(-np.arange(60) / 15.0) + 1)


@pytest.fixture
def small():
    return create_hparams("small")


def judge(records, hp):
    return verdict.judge(records, hp, records[-1]["step"])


def test_a_run_that_aligns(small):
    result = judge(history(600, FALLING), small)
    assert result.status == "aligns" and "learning to align" in result.message
    assert "90 % of the jamo" in result.message


def test_wrong_transcripts_are_detected_although_guided_attention_gives_a_diagonal(small):
    result = judge(history(600, FALLING, {"validation/text_gain": 0.002}), small)
    assert result.status == "unused" and "transcripts do not fit" in result.message
    # without guided attention there is no diagonal, and there are two possible causes
    result = judge(history(600, FALLING, {"validation/text_gain": 0.002,
                                          "held-out-forced/focus": 0.1}),
                   small.replace(guided_attention_weight=0.0))
    assert result.status == "flat" and "guided_attention_weight=5" in result.message


@pytest.mark.parametrize("losses,unexplained", [
    ([9, 4, 3.9, 4, 4.1, 4, 4, 3.9] * 4, 1.0),      # the output stays the mean frame
    (FALLING + [2, 5, 9, 4, 12, 6, 9, 7, 5, 11], 0.6)])     # it explodes
def test_a_learning_rate_that_is_too_high(small, losses, unexplained):
    result = judge(history(600, losses, {"validation/unexplained": unexplained}), small)
    assert result.status == "rate" and "learning_rate=0.0001" in result.message
    assert "too high" in result.message and "100 % of the gradients" in result.message


def test_a_learning_rate_that_is_too_low(small):
    result = judge(history(600, FALLING, {"validation/unexplained": 0.95}),
                  small.replace(learning_rate=1e-5))
    assert result.status == "rate" and "too low" in result.message
    assert "learning_rate=0.0001" in result.message


def test_a_run_that_aligns_late_gets_advice(small):
    result = judge(history(900, FALLING, {"held-out/focus": 0.2}), small)
    assert result.status == "learns"
    for advice in ("trim silence", "more recordings", "outputs_per_step_schedule", "learning rate"):
        assert advice in result.message
    assert "guided" not in result.message, "it is used already"


def test_early_figures_give_no_verdict(small):
    assert judge(history(100, FALLING), small).status == "early"
    # larger networks take longer
    assert judge(history(900, FALLING), create_hparams("reference")).status == "early"


def test_the_evaluation_interval_is_lowered_for_an_early_verdict(small):
    hp = small.replace(eval_interval=500)
    assert verdict.with_early_evaluation(hp, 3000).eval_interval == 500
    assert verdict.with_early_evaluation(hp, 1000).eval_interval == 300
    assert verdict.with_early_evaluation(hp.replace(eval_interval=180), 1000).eval_interval == 300
    assert verdict.with_early_evaluation(hp, 100).eval_interval == 500, "too short to tell anything"


def test_pairs_have_different_texts(stores):
    training, held_out = batches.split_train_validation([load_store(stores[0])], 0.2)
    for items in (held_out, held_out[:1]):
        pairs = evaluators.pair_with_other_texts(items, training, 16)
        assert len(pairs) == 16
        assert all(item in items and item.text_ids != other.text_ids for item, other in pairs)


def test_where_speakers_read_the_same_texts_the_evaluated_sentences_differ(stores):
    """The two stores have the same ten texts."""
    training, held_out = batches.split_train_validation([load_store(path) for path in stores], 0.3)
    items = evaluators.one_of_each_text_first(training)
    assert sorted(map(id, items)) == sorted(map(id, training))
    n_texts = len({tuple(item.text_ids) for item in items})
    assert len(items) == 2 * n_texts
    for half in (items[:n_texts], items[n_texts:]):
        assert len({tuple(item.text_ids) for item in half}) == n_texts
        assert {item.speaker_id for item in half} == {0, 1}
    pairs = evaluators.pair_with_other_texts(held_out, training, 16)
    assert len(pairs) == 16
    assert all(item.text_ids != other.text_ids for item, other in pairs)


def test_the_trainer_writes_a_verdict_and_follows_the_schedule_of_outputs_per_step(
        stores, tmp_path, capsys):
    """Three outputs per step until step 2, then one, with the same weights."""
    folder = tmp_path / "run"
    train("tacotron", stores[:1], folder, "--preset", "tiny", "--steps", 4, "--hparams",
          "eval_interval=4,checkpoint_interval=2,summary_interval=1,outputs_per_step=1,"
          "outputs_per_step_schedule=3x2,max_frames_per_symbol=1,teacher_forcing_ratio=0.5,"
          "attention_type=gmm,learning_rate_schedule=exponential,decay_start=0,train_steps=10")
    assert (folder / "verdict.txt").read_text().startswith("verdict at step 4 of 4 (early)")
    assert "too early" in capsys.readouterr().err
    rates = [record["train/learning_rate"] for record in read_history(str(folder / "history.jsonl"))
             if "train/loss" in record]
    np.testing.assert_allclose(rates, 1e-3 * 0.1 ** (np.arange(4) / 10.0), rtol=1e-4)
    run = run_folder.load_run(str(folder), "tacotron")
    with tf.Graph().as_default():
        synthesizer = Synthesizer(run.hp, len(korean.SYMBOLS), 0)
        with compat.create_session(1) as session:
            checkpoint.restore_trained_weights(session, run)
            assert session.run(synthesizer.outputs_per_step) == 1
            tf.train.Saver().restore(session, str(folder / "model-2"))
            assert session.run(synthesizer.outputs_per_step) == 3
            line, = synthesizer.infer(session, [[5, 6, 7, 8, 1]], [0], [1])
            assert len(line.mel) == 3 * len(line.alignment)


def test_only_complete_records_of_a_history_are_read(tmp_path):
    path = tmp_path / "history.jsonl"
    path.write_text('{"step": 1, "minutes": 2.0}\n[1]\n3\n{"step": 4}\n{"step": 5, "min',
                    encoding="utf-8")
    assert read_history(str(path)) == [{"step": 1, "minutes": 2.0}]
