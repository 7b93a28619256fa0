"""metadata.csv with lines name|text|text as spoken, recordings in wavs/"""
import os

from datasets import transcript
from datasets.pairing import ENDINGS, Pairing

_METADATA = "metadata.csv"
_WIDTHS = (2, 3)


def recognise(folder):
    return os.path.isfile(os.path.join(folder, _METADATA))


def read(folder):
    """(utterances, skipped); the text is the one as spoken where a line has one."""
    pairing = Pairing(folder)
    for where, fields in transcript.rows(os.path.join(folder, _METADATA), _WIDTHS,
                                         pairing.skipped):
        names = [os.path.join("wavs", fields[0] + ending) for ending in ENDINGS + ("",)]
        pairing.pair(names, fields[-1] or fields[1], where)
    return pairing.result()
