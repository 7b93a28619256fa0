"""transcript.v.1.x.txt with lines 1/1_0000.wav|원문|읽은 문장|…, recordings beside it or in kss/

Version 1.0 has four fields (recording, script, decomposed script, seconds). Later versions have
five (the expanded script is the third), and 1.4 has six (with an English translation). The third
field is the text as spoken in all versions, with numbers written out; in 1.0 it is decomposed.
Source: kaggle.com/bryanpark/korean-single-speaker-speech-dataset.
"""
import glob
import os

from datasets.transcript_edits import replace_field
from datasets.transcripts import UtteranceCollector, read_table

_FIELD_COUNTS, _TEXT_COLUMN = (4, 5, 6), 2


def read(folder):
    """(utterances, skipped) of the newest version of the transcript, or None."""
    path = _newest_transcript(folder)
    if not os.path.exists(path):
        return None
    collector = UtteranceCollector(folder)
    for location, fields in read_table(path, _FIELD_COUNTS, collector.skipped):
        collector.add([fields[0], os.path.join("kss", fields[0])], fields[_TEXT_COLUMN], location)
    return collector.result()


def write_text(folder, utterance, text):
    """Replace the text of an Utterance that `read` returned."""
    replace_field(_newest_transcript(folder), utterance.location, lambda fields: _TEXT_COLUMN,
                  utterance.text, text)


def _newest_transcript(folder):
    paths = [os.path.join(folder, "transcript.txt")]
    return (paths + sorted(glob.glob(os.path.join(glob.escape(folder), "transcript.v.*.txt"))))[-1]
