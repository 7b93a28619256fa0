"""The sentences that every evaluation of Tacotron2 speaks, whatever the corpus is.

sentences.txt has one a line. They are the same in every run and at every step, so that runs can be
compared by ear, and were written for this: no recording has taught the network how they go.
"""
import os

import korean
from common import files
from datasets.batches import Item
from datasets.store import Row

_PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sentences.txt")


def sentences(run):
    """An Item without store and recording for each sentence, as the run reads; speakers in turn."""
    found = []
    for number, written in enumerate(files.read_lines(_PATH)):
        text = run.reader.read(written).text
        jamo = run.reader.jamo(text)
        row = Row(str(number + 1), text, written, jamo, None, None, None, None)
        found.append(Item(None, row, number % len(run.speakers), korean.to_ids(jamo)))
    return found
