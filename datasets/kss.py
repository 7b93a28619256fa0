"""transcript.v.1.x.txt with lines 1/1_0000.wav|원문|읽은 문장|…, recordings beside it or in kss/

Version 1.0 has four fields (recording, script, decomposed script, seconds), later ones five (the
expanded script comes third) and 1.4 six (an English translation at the end). So the third is what
was spoken in each of them, numbers written out; in 1.0 decomposed, which reads the same.
Source: the corpus's description, kaggle.com/bryanpark/korean-single-speaker-speech-dataset.
"""
import glob
import os

from datasets import transcript
from datasets.pairing import Pairing

_WIDTHS = (4, 5, 6)


def recognise(folder):
    return bool(_transcripts(folder))


def read(folder):
    """(utterances, skipped) of the newest transcript in the folder."""
    pairing = Pairing(folder)
    for where, fields in transcript.rows(_transcripts(folder)[-1], _WIDTHS, pairing.skipped):
        pairing.pair([fields[0], os.path.join("kss", fields[0])], fields[2], where)
    return pairing.result()


def _transcripts(folder):
    """Paths, the oldest version first."""
    inside = glob.escape(folder)
    return (glob.glob(os.path.join(inside, "transcript.txt"))
            + sorted(glob.glob(os.path.join(inside, "transcript.v.*.txt"))))
