"""Verdicts on runs, from figures made by hand; and that the trainer pronounces them."""

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
from training import checkpoint, run_folder, tacotron_evaluation, verdict
from training.training_log import read_history


def history(step, losses, last={}):
    """Records of a run: losses at even steps, and an evaluation at the end."""
    figures = {"validation/text_gain": 0.1, "validation/unexplained": 0.4,
               "held-out/focus": 0.6, "held-out/coverage": 0.9, "held-out/stopped": 1.0,
               "held-out-forced/focus": 0.6}
    figures.update(last)
    steps = np.linspace(step / len(losses), step, len(losses))
    return [{"step": int(at), "train/loss": loss, "train/gradient_norm": 2.0}
            for at, loss in zip(steps, losses)] + [dict(figures, step=step)]


FALLING = list(10 * np.exp(-np.arange(60) / 15.0) + 1)


@pytest.fixture
def small():
    return create_hparams("small")


def judged(records, hp):
    return verdict.judge(records, hp, records[-1]["step"])


def test_a_run_that_aligns(small):
    said = judged(history(600, FALLING), small)
    assert said.status == "aligns" and "learning to align" in said.message
    assert "90 % of the jamo" in said.message


def test_transcripts_that_do_not_fit_show_although_guidance_draws_a_diagonal(small):
    said = judged(history(600, FALLING, {"validation/text_gain": 0.002}), small)
    assert said.status == "unused" and "transcripts do not fit" in said.message
    # without guidance there is no diagonal, and two things may be the cause
    said = judged(history(600, FALLING, {"validation/text_gain": 0.002, "held-out-forced/focus": 0.1}),
                  small.replace(guided_attention_weight=0.0))
    assert said.status == "flat" and "guided_attention_weight=5" in said.message


@pytest.mark.parametrize("losses,unexplained", [
    ([9, 4, 3.9, 4, 4.1, 4, 4, 3.9] * 4, 1.0),      # it stays at the average frame
    (FALLING + [2, 5, 9, 4, 12, 6, 9, 7, 5, 11], 0.6)])     # it gets out of hand
def test_a_learning_rate_that_is_too_high(small, losses, unexplained):
    said = judged(history(600, losses, {"validation/unexplained": unexplained}), small)
    assert said.status == "rate" and "learning_rate=0.0001" in said.message
    assert "too high" in said.message and "100 % of the gradients" in said.message


def test_a_learning_rate_that_is_too_low(small):
    said = judged(history(600, FALLING, {"validation/unexplained": 0.95}),
                  small.replace(learning_rate=1e-5))
    assert said.status == "rate" and "too low" in said.message and "learning_rate=0.0001" in said.message


def test_a_run_that_is_late_is_told_what_to_try(small):
    said = judged(history(900, FALLING, {"held-out/focus": 0.2}), small)
    assert said.status == "learns"
    for means in ("trim silence", "more recordings", "outputs_per_step_schedule", "learning rate"):
        assert means in said.message
    assert "guided" not in said.message, "it is on already"


def test_nothing_is_said_before_there_is_anything_to_see(small):
    assert judged(history(100, FALLING), small).status == "early"
    # larger networks take longer
    assert judged(history(900, FALLING), create_hparams("reference")).status == "early"


def test_evaluations_come_in_time_for_a_verdict(small):
    hp = small.replace(eval_interval=500)
    assert verdict.with_early_evaluation(hp, 3000).eval_interval == 500
    assert verdict.with_early_evaluation(hp, 1000).eval_interval == 300
    assert verdict.with_early_evaluation(hp.replace(eval_interval=180), 1000).eval_interval == 300
    assert verdict.with_early_evaluation(hp, 100).eval_interval == 500, "too short to tell anything"


def test_pairs_say_different_things(stores):
    training, held_out = batches.split_train_validation([load_store(stores[0])], 0.2)
    for some in (held_out, held_out[:1]):
        pairs = tacotron_evaluation.pair_with_other_texts(some, training, 16)
        assert len(pairs) > 10
        assert all(item in some and item.text_ids != other.text_ids for item, other in pairs)


def test_a_trainer_writes_its_verdict_and_speaks_with_the_r_of_its_step(stores, tmp_path, capsys):
    """One graph, one set of weights: with three frames a step until step 2, then with one."""
    folder = tmp_path / "run"
    train("tacotron", stores[:1], folder, "--preset", "tiny", "--steps", 4, "--hparams",
          "eval_interval=4,checkpoint_interval=2,summary_interval=1,outputs_per_step=1,outputs_per_step_schedule=3x2,max_frames_per_symbol=1,"
          "teacher_forcing_ratio=0.5,attention_type=gmm,learning_rate_schedule=exponential,decay_start=0,"
          "train_steps=10")
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
            assert session.run(synthesizer.r) == 1
            tf.train.Saver().restore(session, str(folder / "model-2"))
            assert session.run(synthesizer.r) == 3
            line, = synthesizer.infer(session, [[5, 6, 7, 8, 1]], [0], [1])
            assert len(line.mel) == 3 * len(line.alignment)
