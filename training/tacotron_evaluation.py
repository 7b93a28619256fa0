"""What an evaluation of Tacotron2 measures: how well it aligns, and whether it uses the text."""
import os

import numpy as np

import korean
from common import files
from datasets.batches import Item
from datasets.store import Row
from tacotron2.alignment import measure


def spelt(item):
    return [korean.SYMBOLS[number] for number in item.ids]


def free_running(lines, items):
    """Figures by name of lines (tacotron2.inference.Line) that speak the items' texts.

    The means of those of tacotron2.alignment.Alignment; stopped, the share of the lines whose end
    was found. Of items with recordings also stopped_at, where that was, as a share of the
    recording; and duration_off, how far all lengths are from the recordings'.
    """
    figures = _alignment([line.alignment for line in lines], items)
    stopped = [line.stopped for line in lines]
    if items[0].row.frames is None:
        return dict(figures, stopped=np.mean(stopped))
    duration = np.array([float(len(line.mel)) / item.row.frames
                         for line, item in zip(lines, items)])
    return dict(figures, duration_off=np.mean(np.abs(duration - 1)), **_stopped(stopped, duration))


def teacher_forced(spoken, items):
    """The same figures, but duration_off, of a tacotron2.network.Spoken: arrays of a batch."""
    first = [np.flatnonzero(stop[:steps] > 0) for stop, steps in zip(spoken.stop, spoken.steps)]
    at = [float(fired[0] + 1) / steps if len(fired) else 0.0
          for fired, steps in zip(first, spoken.steps)]
    weights = [spoken.alignments[row, :steps, :len(item.ids)]
               for row, (item, steps) in enumerate(zip(items, spoken.steps))]
    return dict(_alignment(weights, items), **_stopped([len(fired) > 0 for fired in first], at))


def score(figures):
    """How well lines are aligned that were spoken freely, from 0 to 1: the best run is highest."""
    return float(figures["focus"] * figures["coverage"] * figures["stopped"])


def pairs(held_out, training, count):
    """Held-out items, each with another that says something else; the same ones again if few."""
    everything = held_out + training
    found = [(held_out[i % len(held_out)], everything[(i + 1) % len(everything)])
             for i in range(count)]
    return [(item, other) for item, other in found if item.ids != other.ids] or found[:1]


def text_gain(error, swapped):
    """By what share the right text makes the mel's error smaller than another utterance's does.

    Guided attention draws a diagonal whatever the text says, and a decoder that sees every true
    frame predicts the next one without a text. That the text is used shows only here.
    """
    return float(1 - error / max(swapped, 1e-9))


def spread(mels):
    """The error of whoever answers with the average frame: the variance of [frames, mels] arrays.
    """
    return float(np.concatenate(mels).var(0).mean())


def _alignment(weights, items):
    figures = [measure(each, [symbol in korean.JAMO for symbol in spelt(item)])
               for each, item in zip(weights, items)]
    return {name: np.mean(values) for name, values in zip(figures[0]._fields, zip(*figures))}


def _stopped(stopped, at):
    figures = {"stopped": np.mean(stopped)}
    if any(stopped):
        figures["stopped_at"] = np.mean([where for where, did in zip(at, stopped) if did])
    return figures


_PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sentences.txt")


def evaluation_sentences(run):
    """An Item without store and recording for each sentence, as the run reads; speakers in turn."""
    found = []
    for number, written in enumerate(files.read_lines(_PATH)):
        text = run.normalizer.normalize(written).text
        jamo = run.normalizer.to_jamo(text)
        row = Row(str(number + 1), text, written, jamo, None, None, None, None)
        found.append(Item(None, row, number % len(run.speakers), korean.to_ids(jamo)))
    return found
