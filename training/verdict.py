"""Whether a run of train_tacotron.py is learning to align: a verdict in plain words.

It rests on the figures of history.jsonl alone, so it is the same after a restart. The figure that
decides is the text gain (training/tacotron_evaluation.py): attention that guidance pulls to the diagonal
looks well on any text, but only a text that is used makes the mel's error smaller.
"""
import sys
from collections import namedtuple

import numpy as np

from common import files
from training.training_log import read_history

FROM, UNTIL = 0.1, 0.3      # share of the steps to reach: within it every verdict is also printed

# What evaluations of preset `small` found, of the slowest of three voices that came to speak: 700
# and 300 sentences of espeak-ng, 109 clips (three minutes) of a person.
# Larger networks have slower schedules: steps are counted in shares of those that their
# hyper-parameters plan for, where those of `small` are PLANNED.
PLANNED = 3000
_STEPS = (0, 200, 300, 500, 1000, 2000, 3000)
_TYPICAL = {"focus": (0.05, 0.45, 0.46, 0.58, 0.66, 0.79, 0.79),
            "coverage": (0.0, 0.55, 0.57, 0.73, 0.97, 0.97, 0.97),
            "text_gain": (0.0, 0.03, 0.05, 0.08, 0.12, 0.15, 0.2)}
EARLIEST = 200              # of PLANNED: before this many steps no figure tells anything,
EARLIEST_EVER = 100         # nor before this many in any run

AVERAGE = 0.9               # with so much of the mels' spread unexplained, nothing is learnt yet
MUCH = 0.6                  # more than this is left unexplained only at the beginning
SLOW = 1e-4                 # a learning rate below this is low at the start of a run
CLEAR = 0.4                 # at this focus a line can be seen
RISEN = 1.5                 # a loss so many times its lowest has got out of hand, if MUCH is left
UNUSED = 0.012              # a text gain below this is noise

# text: plain words; kind: "early" | "rate", the learning rate is wrong | "unused", the text is |
# "flat", the attention is | "learns", but late | "aligns"
Verdict = namedtuple("Verdict", "kind text")


def in_time(hp, steps):
    """hp with evaluations often enough that there is a verdict before UNTIL of `steps`.

    Runs that are too short to tell anything by then are left as they are.
    """
    due = int(UNTIL * steps)
    every = min(hp.eval_interval, max(due, 1))
    if due < _earliest(hp):
        return hp
    return hp.replace(eval_interval=every if due // every * every >= _earliest(hp) else due)


def tell(run, step, steps):
    """Judge the run after an evaluation at `step` of `steps`: into verdict.txt, and on stderr.

    From the share FROM of the steps on; after UNTIL it is printed only when it has changed.
    """
    if step < FROM * steps:
        return
    verdict = judge(read_history(run.path("history.jsonl"), step), run.hp, step)
    path = run.path("verdict.txt")
    text = "verdict at step %d of %d (%s): %s" % (step, steps, verdict.kind, verdict.text)
    changed = not _is_there(path, "(%s)" % verdict.kind)
    with files.whole(path, "w", encoding="utf-8") as out:
        out.write(text + "\n")
    if changed or step <= UNTIL * steps:
        print("\n" + text, file=sys.stderr)


def judge(history, hp, step):
    """The Verdict on a run after `step` steps, by its records (training.training_log.read_history)."""
    planned = step * float(PLANNED) / hp.train_steps
    last = {}
    for record in history:
        if record["step"] == step:
            last.update(record)
    if step < _earliest(hp) or "validation/text_gain" not in last:
        return Verdict("early", "it is too early to tell; typical runs show nothing before step %d."
                       % _earliest(hp))
    return (_rate(history, last, hp) or _unused(last, hp) or _learning(last, planned, hp))


def _earliest(hp):
    """The first step at which a verdict has something to rest on."""
    return max(EARLIEST_EVER, EARLIEST * hp.train_steps // PLANNED)


def _rate(history, last, hp):
    """The Verdict that the network does not learn at all, and by its learning rate; or None."""
    losses = [record["train/loss"] for record in history if "train/loss" in record]
    norms = [record["train/gradient_norm"] for record in history if "train/gradient_norm" in record]
    if not losses:
        return None
    window = max(1, len(losses) // 8)
    means = [np.mean(losses[i:i + window]) for i in range(0, len(losses) - window + 1, window)]
    lowest, now = min(means), np.mean(losses[-window:])
    unexplained = last["validation/unexplained"]
    rises = not now < RISEN * lowest and unexplained >= MUCH
    if unexplained < AVERAGE and not rises:
        return None
    low = hp.learning_rate < SLOW and not rises
    return Verdict("rate", (
        "the run does not learn: the learning rate, %g, is too %s. The loss is %.3g, where its "
        "lowest so far was %.3g; of what the held-out mels differ from their average frame it "
        "leaves %.0f %% unexplained (typical by now: less than %.0f %%); %.0f %% of the gradients "
        "had to be clipped. Try: begin anew with --hparams learning_rate=%g; where that does not "
        "help, listen whether the recordings hold speech at all."
        % (hp.learning_rate, "low" if low else "high", now, lowest, 100 * unexplained, 100 * MUCH,
           100 * np.mean(np.array(norms) > hp.grad_clip_thresh), hp.learning_rate * (10 if low else 0.1))))


def _unused(last, hp):
    """The Verdict that the network makes nothing of the text, or None."""
    gain, focus = last["validation/text_gain"], last["held-out-forced/focus"]
    if gain >= UNUSED:
        return None
    seen = ("the network has learnt how speech goes on (%.0f %% of the mels' differences are left "
            "unexplained), but on held-out utterances the right transcript makes its error only "
            "%.1f %% smaller than that of another utterance does"
            % (100 * last["validation/unexplained"], 100 * max(gain, 0)))
    check = ("listen to some recordings and read their transcripts; look how files and lines are "
             "paired (manifest.json lists them); look for recordings that hold more or less than "
             "their text")
    if focus >= CLEAR:
        return Verdict("unused", (
            "the transcripts do not fit the recordings: %s. A line in the alignment pictures does "
            "not speak against it: guided attention draws one on any text. Try: %s."
            % (seen, check)))
    return Verdict("flat", (
        "the run is not learning to align: %s, and the attention is flat (focus %.2f). Either the "
        "transcripts do not fit the recordings, or the alignment has not been found yet. Try: "
        "%s. If they fit: %s." % (seen, focus, check, _means(hp))))


def _learning(last, planned, hp):
    """The Verdict on a run that uses its text."""
    typical = {name: np.interp(planned, _STEPS, curve) for name, curve in _TYPICAL.items()}
    focus, coverage = last["held-out/focus"], last["held-out/coverage"]
    gain = last["validation/text_gain"]
    seen = ("Spoken freely, held-out lines have focus %.2f (typical by now: %.2f or more) and "
            "visit %.0f %% of their jamo in order (%.0f %%); %.0f %% of the lines find their end; "
            "the right text makes the mel's error %.1f %% smaller than another does (%.1f %%)."
            % (focus, typical["focus"], 100 * coverage, 100 * typical["coverage"],
               100 * last["held-out/stopped"], 100 * gain, 100 * typical["text_gain"]))
    # what is measured on a few lines goes up and down by a few per cent
    if focus >= min(0.8 * typical["focus"], CLEAR) and coverage >= 0.8 * typical["coverage"]:
        return Verdict("aligns", "the run is learning to align. %s Let it go on." % seen)
    return Verdict("learns", (
        "the run uses its text, but aligns later than typical runs. %s Let it go on to the next "
        "evaluation; if it stays behind, try: %s." % (seen, _means(hp))))


def _means(hp):
    """What helps a run to align that its data allows to, as the run has not got it yet."""
    means = ["trim silence at the ends and long pauses (preprocess.py --hparams trim_top_db=30)",
             "more recordings"]
    if hp.guided_attention_weight < 1:
        means.append("guided attention (--hparams guided_attention_weight=5)")
    most = max((hp.outputs_per_step,) + hp.outputs_per_step_schedule[::2])
    if most < 4:
        means.append("a larger r to begin with (--hparams outputs_per_step_schedule=%dx%d, in a new run)"
                     % (2 * most + 1, hp.train_steps // 5))
    if hp.attention_type in ("bahdanau", "luong"):
        means.append("an attention that knows places (--hparams attention_type=location)")
    means.append("a lower learning rate (--hparams learning_rate=%g)" % (hp.learning_rate / 2))
    return "; ".join(means)


def _is_there(path, words):
    try:
        return words in files.read_text(path)
    except files.InputError:
        return False
