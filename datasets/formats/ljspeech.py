"""metadata.csv with lines name|text|text as spoken, recordings in wavs/"""
import os

from datasets.transcripts import (AUDIO_EXTENSIONS, UtteranceCollector,
                                  read_table)

_METADATA = "metadata.csv"
_FIELD_COUNTS = (2, 3)


def detect(folder):
    return os.path.isfile(os.path.join(folder, _METADATA))


def read(folder):
    """(utterances, skipped); the text as spoken is used where a line has one."""
    collector = UtteranceCollector(folder)
    for location, fields in read_table(os.path.join(folder, _METADATA), _FIELD_COUNTS,
                                       collector.skipped):
        candidates = [os.path.join("wavs", fields[0] + extension)
                      for extension in AUDIO_EXTENSIONS + ("",)]
        collector.add(candidates, fields[-1] or fields[1], location)
    return collector.result()
