"""Slow tests: every type of attention learns to align, and verdicts on runs are right.

`make test-slow` runs these, and prints the figures of the table in docs/training.md.
"""
import json
import os

import pytest
from conftest import train
from helpers import toy_store

from tacotron2 import attention
from training import verdict

pytestmark = pytest.mark.slow

# guided attention ends before the evaluation
LEARNING = ("symbols_embedding_dim=32,encoder_conv_channels=32,encoder_lstm_units=16,"
            "attention_dim=32,decoder_rnn_dim=64,"
            "prenet_dims=32x16,batch_size=16,learning_rate=%g,decay_start=1000,train_steps=1300,"
            "guided_attention_decay_end=250,max_frames_per_symbol=15,griffin_lim_iters=1,"
            "summary_interval=10,checkpoint_interval=1000,eval_interval=1000")
STEPS = 400


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """Two stores, one with the right texts and one with shuffled texts."""
    folders = {}
    for name in ("right", "shuffled"):
        folders[name] = str(tmp_path_factory.mktemp("toy") / name)
        toy_store.make_store(folders[name], shuffled=name == "shuffled")
    return folders


def last_figures(folder):
    figures = {}
    with open(os.path.join(str(folder), "history.jsonl"), encoding="utf-8") as lines:
        for line in lines:
            figures.update(json.loads(line))
    return figures


@pytest.mark.parametrize("attention_type", sorted(attention.ATTENTION_TYPES))
def test_every_attention_type_learns_to_align(toy, tmp_path, attention_type):
    train("tacotron", [toy["right"]], tmp_path / "run", "--preset", "tiny", "--steps", STEPS,
          "--hparams", LEARNING % 3e-3 + ",attention_type=" + attention_type)
    figures = last_figures(tmp_path / "run")
    names = ("held-out/focus", "held-out/coverage", "held-out/monotonicity", "held-out/skipped",
             "held-out/repeated", "held-out/stopped", "validation/text_gain")
    print("\n%-10s %s" % (attention_type,
                          "  ".join("%s %.3f" % (name, figures[name]) for name in names)))
    assert figures["held-out/focus"] > 0.3
    assert figures["held-out/coverage"] > 0.7
    assert figures["held-out/monotonicity"] > 0.85
    assert figures["held-out/stopped"] > 0.7
    assert figures["validation/text_gain"] > 0.1


class Judged(Exception):
    """Ends the training after the first verdict."""


@pytest.mark.parametrize("texts,rate,statuses", [
    ("right", 3e-3, ("aligns", "learns")), ("shuffled", 3e-3, ("unused", "flat")),
    ("right", 0.3, ("rate",))])
def test_the_verdict_is_right_after_a_third_of_the_steps(toy, tmp_path, monkeypatch, texts, rate,
                                                     statuses):
    original = verdict.report_verdict

    def report_verdict(run, step, steps):
        original(run, step, steps)
        assert step <= 0.3 * steps
        raise Judged

    monkeypatch.setattr(verdict, "report_verdict", report_verdict)
    with pytest.raises(Judged):
        train("tacotron", [toy[texts]], tmp_path / "run", "--preset", "tiny", "--steps", 600,
              "--hparams", LEARNING % rate)
    text = (tmp_path / "run" / "verdict.txt").read_text()
    print("\n" + text)
    assert any("(%s)" % status in text for status in statuses)
