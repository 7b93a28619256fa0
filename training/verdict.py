"""Judge from history.jsonl whether a run of train_tacotron.py is learning to align.

The deciding figure is the text gain (training/evaluators.py). Guided attention gives a
diagonal for any text, but only a text that is used makes the mel error smaller.
"""
import os
import sys
from collections import namedtuple

import numpy as np

from common import files
from tacotron2.outputs_per_step import max_outputs_per_step
from training.training_history import read_history

# Shares of the steps to train. Verdicts begin at FIRST_SHARE; until ALWAYS_PRINTED_SHARE each is
# printed, after that only a changed one.
FIRST_SHARE, ALWAYS_PRINTED_SHARE = 0.1, 0.3

# Typical figures by step: those of the slowest of three voices that learnt to speak with the preset
# `small` (700 and 300 sentences of espeak-ng, and 109 clips, three minutes, of a person). Larger
# networks have slower schedules: their steps are scaled to those of `small` by train_steps.
_REFERENCE_STEPS = 3000
_STEPS = (0, 200, 300, 500, 1000, 2000, 3000)
_TYPICAL = {"focus": (0.05, 0.45, 0.46, 0.58, 0.66, 0.79, 0.79),
            "coverage": (0.0, 0.55, 0.57, 0.73, 0.97, 0.97, 0.97),
            "text_gain": (0.0, 0.03, 0.05, 0.08, 0.12, 0.15, 0.2)}
MIN_REFERENCE_STEPS = 200   # before this step, scaled as above, the figures mean nothing,
MIN_STEPS = 100             # nor before this one, not scaled

NOT_LEARNING = 0.9          # share of the mels' variance left unexplained: nothing is learnt yet
MAX_UNEXPLAINED = 0.6       # more than this is left only at the beginning of training
LOW_LEARNING_RATE = 1e-4    # a learning rate below this is low at the start of a run
CLEAR_FOCUS = 0.4           # from this focus on the alignment is visible as a line
LOSS_RISE = 1.5             # a loss has exploded at this multiple of its lowest
MIN_TEXT_GAIN = 0.012       # a smaller text gain is noise

# status: "early" | "rate" (the learning rate is wrong) | "unused" (the text is not used) |
# "flat" (the attention is flat) | "learns" (but late) | "aligns"; message: for the user
Verdict = namedtuple("Verdict", "status message")


def with_early_evaluation(hp, max_steps):
    """hp with an eval_interval that gives a meaningful verdict within ALWAYS_PRINTED_SHARE.

    Unchanged if the run is too short for that.
    """
    first_step, last_step = _first_meaningful_step(hp), int(ALWAYS_PRINTED_SHARE * max_steps)
    if last_step < first_step:
        return hp
    interval = min(hp.eval_interval, last_step)
    in_time = last_step // interval * interval >= first_step
    return hp.replace(eval_interval=interval if in_time else last_step)


def report_verdict(run, step, max_steps):
    """Judge the run after its evaluation at `step`. Writes verdict.txt, and prints to stderr."""
    if step < FIRST_SHARE * max_steps:
        return
    verdict = judge(read_history(run.path("history.jsonl")), run.hp, step)
    path = run.path("verdict.txt")
    text = "verdict at step %d of %d (%s): %s" % (step, max_steps, verdict.status, verdict.message)
    changed = not (os.path.exists(path) and "(%s)" % verdict.status in files.read_text(path))
    with files.atomic_write(path, "w", encoding="utf-8") as out:
        out.write(text + "\n")
    if changed or step <= ALWAYS_PRINTED_SHARE * max_steps:
        print("\n" + text, file=sys.stderr)


def judge(history, hp, step):
    """The Verdict on a run after `step` steps, from its records (training_history.read_history)."""
    figures = {}
    for record in history:
        if record["step"] == step:
            figures.update(record)
    if step < _first_meaningful_step(hp) or "validation/text_gain" not in figures:
        return Verdict("early", "too early to tell; typical runs show nothing before step %d."
                       % _first_meaningful_step(hp))
    return (_judge_learning_rate(history, figures, hp) or _judge_text_use(figures, hp)
            or _judge_alignment(figures, step * float(_REFERENCE_STEPS) / hp.train_steps, hp))


def _first_meaningful_step(hp):
    """The step from which on the figures of a run tell anything."""
    return max(MIN_STEPS, MIN_REFERENCE_STEPS * hp.train_steps // _REFERENCE_STEPS)


def _judge_learning_rate(history, figures, hp):
    """The Verdict that the network does not learn because of its learning rate, or None."""
    losses = [record["train/loss"] for record in history if "train/loss" in record]
    norms = [record["train/gradient_norm"] for record in history if "train/gradient_norm" in record]
    if not losses:
        return None
    window = max(1, len(losses) // 8)
    means = [np.mean(losses[i:i + window]) for i in range(0, len(losses) - window + 1, window)]
    lowest, current = min(means), np.mean(losses[-window:])
    unexplained = figures["validation/unexplained"]
    # not <: the loss may be NaN
    exploded = not current < LOSS_RISE * lowest and unexplained >= MAX_UNEXPLAINED
    if unexplained < NOT_LEARNING and not exploded:
        return None
    too_low = hp.learning_rate < LOW_LEARNING_RATE and not exploded
    return Verdict("rate", (
        "the run does not learn: the learning rate %g is too %s. The loss is %.3g, its lowest so "
        "far was %.3g. %.0f %% of the variance of the held-out mels is unexplained (typical: less "
        "than %.0f %%). %.0f %% of the gradients were clipped. Try: a new run with --hparams "
        "learning_rate=%g; if that does not help, check that the recordings contain speech."
        % (hp.learning_rate, "low" if too_low else "high", current, lowest, 100 * unexplained,
           100 * MAX_UNEXPLAINED, 100 * np.mean(np.array(norms) > hp.grad_clip_thresh),
           hp.learning_rate * (10 if too_low else 0.1))))


def _judge_text_use(figures, hp):
    """The Verdict that the network does not use the text, or None."""
    gain, focus = figures["validation/text_gain"], figures["held-out-forced/focus"]
    if gain >= MIN_TEXT_GAIN:
        return None
    evidence = ("the network has learnt how speech continues (%.0f %% of the variance of the mels "
                "is unexplained), but on held-out utterances the right transcript makes its error "
                "only %.1f %% smaller than another utterance's transcript"
                % (100 * figures["validation/unexplained"], 100 * max(gain, 0)))
    check = ("listen to some recordings and read their transcripts; check that files and lines are "
             "paired correctly (manifest.json lists them); look for recordings with more or less "
             "speech than their text")
    if focus >= CLEAR_FOCUS:
        return Verdict("unused", (
            "the transcripts do not fit the recordings: %s. A line in the alignment pictures does "
            "not disprove that: guided attention draws one for any text. Try: %s."
            % (evidence, check)))
    return Verdict("flat", (
        "the run is not learning to align: %s, and the attention is flat (focus %.2f). Either the "
        "transcripts do not fit the recordings, or the alignment has not been found yet. Try: "
        "%s. If they fit: %s." % (evidence, focus, check, _alignment_advice(hp))))


def _judge_alignment(figures, reference_step, hp):
    """The Verdict on a run that uses its text."""
    typical = {name: np.interp(reference_step, _STEPS, curve) for name, curve in _TYPICAL.items()}
    focus, coverage = figures["held-out/focus"], figures["held-out/coverage"]
    gain = figures["validation/text_gain"]
    evidence = ("In free-running synthesis of held-out texts the focus is %.2f (typical by now: "
                "%.2f or more), %.0f %% of the jamo are visited in order (%.0f %%), and %.0f %% of "
                "the utterances stop by themselves; the right text makes the mel error %.1f %% "
                "smaller than another text (%.1f %%)."
                % (focus, typical["focus"], 100 * coverage, 100 * typical["coverage"],
                   100 * figures["held-out/stopped"], 100 * gain, 100 * typical["text_gain"]))
    # figures of few utterances vary by some per cent
    if focus >= min(0.8 * typical["focus"], CLEAR_FOCUS) and coverage >= 0.8 * typical["coverage"]:
        return Verdict("aligns", "the run is learning to align. %s Continue." % evidence)
    return Verdict("learns", (
        "the run uses its text, but aligns later than typical runs. %s Continue until the next "
        "evaluation; if it is still behind, try: %s." % (evidence, _alignment_advice(hp))))


def _alignment_advice(hp):
    """What helps a run to align, except what it already uses."""
    advice = ["trim silence at the ends and long pauses (preprocess.py --hparams trim_top_db=30)",
              "more recordings"]
    if hp.guided_attention_weight < 1:
        advice.append("guided attention (--hparams guided_attention_weight=5)")
    largest = max_outputs_per_step(hp)
    if largest < 4:
        advice.append("a larger reduction factor at first (in a new run, --hparams "
                      "outputs_per_step_schedule=%dx%d)" % (2 * largest + 1, hp.train_steps // 5))
    if hp.attention_type in ("bahdanau", "luong"):
        advice.append("location-sensitive attention (--hparams attention_type=location)")
    advice.append("a lower learning rate (--hparams learning_rate=%g)" % (hp.learning_rate / 2))
    return "; ".join(advice)
