"""metadata.csv with lines name|text|text as spoken, recordings in wavs/"""
import os

from datasets.corpus_files import AUDIO_EXTENSIONS
from datasets.transcript_edits import replace_field
from datasets.transcripts import UtteranceCollector, read_table

_METADATA = "metadata.csv"
_FIELD_COUNTS = (2, 3)


def read(folder):
    """(utterances, skipped) or None. The text as spoken is used if a line has one."""
    path = os.path.join(folder, _METADATA)
    if not os.path.isfile(path):
        return None
    collector = UtteranceCollector(folder)
    for location, fields in read_table(path, _FIELD_COUNTS, collector.skipped):
        candidates = [os.path.join("wavs", fields[0] + extension)
                      for extension in AUDIO_EXTENSIONS + ("",)]
        collector.add(candidates, fields[_text_column(fields)], location)
    return collector.result()


def write_text(folder, utterance, text):
    """Replace the text of an Utterance that `read` returned."""
    replace_field(os.path.join(folder, _METADATA), utterance.location, _text_column,
                  utterance.text, text)


def _text_column(fields):
    return len(fields) - 1 if fields[-1].strip() else 1
