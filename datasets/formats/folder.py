"""a folder of recordings, each with its transcript beside it: x.wav or x.flac and x.txt"""
import os

from common import files
from common.errors import InputError
from datasets.transcripts import NO_RECORDING, UtteranceCollector, find_files


def read(folder):
    """(utterances, skipped) or None. The lines of a transcript are joined."""
    collector, transcripts = UtteranceCollector(folder), find_files(folder, (".txt",))
    unused = set(transcripts)
    for recording in collector.recordings():
        name = os.path.splitext(recording)[0] + ".txt"
        if name in transcripts:
            unused.discard(name)
            try:
                text = " ".join(files.read_text(transcripts[name]).split())
            except InputError as error:
                collector.skipped.append((name, str(error)))
            else:
                collector.add([recording], text, name + ":1")
    if len(unused) == len(transcripts):
        return None
    collector.skipped += [(name, NO_RECORDING) for name in sorted(unused)]
    return collector.result()
