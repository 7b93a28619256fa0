"""metadata.csv with lines name|text, name|text|text as spoken or path|text|speaker"""
import os

from datasets.corpus_files import AUDIO_EXTENSIONS
from datasets.transcript_edits import replace_field
from datasets.transcripts import UtteranceCollector, read_table

_METADATA = "metadata.csv"
_FIELD_COUNTS = (2, 3)


def read(folder):
    """(utterances, skipped) or None. The text as spoken is used if a line has one; a
    column with the names of speakers is ignored.
    """
    path = os.path.join(folder, _METADATA)
    if not os.path.isfile(path):
        return None
    collector = UtteranceCollector(folder)
    rows = list(read_table(path, _FIELD_COUNTS, collector.skipped))
    text_column = _find_text_column(rows)
    for location, fields in rows:
        candidates = [os.path.join(parent, fields[0] + extension) for parent in ("wavs", "")
                      for extension in AUDIO_EXTENSIONS + ("",)]
        collector.add(candidates, fields[text_column(fields)], location)
    return collector.result()


def write_text(folder, utterance, text):
    """Replace the text of an Utterance that `read` returned."""
    path = os.path.join(folder, _METADATA)
    replace_field(path, utterance.location,
                  _find_text_column(list(read_table(path, _FIELD_COUNTS, []))),
                  utterance.text, text)


def _find_text_column(rows):
    """A function of the fields of a row → the index of its text.

    That is the last field, unless it is empty or has the names of speakers: few different values
    beside many different texts.
    """
    last = [fields[2] for _, fields in rows if len(fields) == 3 and fields[2]]
    texts = {fields[1] for _, fields in rows if len(fields) == 3}
    has_speakers = len(last) > 3 and 4 * len(set(last)) <= min(len(last), len(texts))
    return lambda fields: 1 if has_speakers or not fields[-1].strip() else len(fields) - 1
