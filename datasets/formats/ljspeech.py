"""metadata.csv with lines name|text|text as spoken, recordings in wavs/"""
import os

from datasets.transcripts import AUDIO_EXTENSIONS, UtteranceCollector, read_table

_FIELD_COUNTS = (2, 3)


def read(folder):
    """(utterances, skipped) or None. The text as spoken is used if a line has one."""
    path = os.path.join(folder, "metadata.csv")
    if not os.path.isfile(path):
        return None
    collector = UtteranceCollector(folder)
    for location, fields in read_table(path, _FIELD_COUNTS, collector.skipped):
        candidates = [os.path.join("wavs", fields[0] + extension)
                      for extension in AUDIO_EXTENSIONS + ("",)]
        collector.add(candidates, fields[-1] or fields[1], location)
    return collector.result()
