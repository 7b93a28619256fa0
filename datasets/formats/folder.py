"""a folder of recordings, each with its transcript beside it: x.wav or x.flac and x.txt"""
import os

from common import files
from common.errors import InputError
from datasets.transcripts import NO_RECORDING, UtteranceCollector, find_files


def detect(folder):
    transcripts = find_files(folder, (".txt",))
    return any(_transcript_name(recording) in transcripts
               for recording in UtteranceCollector(folder).recordings())


def read(folder):
    """(utterances, skipped); the lines of a transcript are joined."""
    collector, transcripts = UtteranceCollector(folder), find_files(folder, (".txt",))
    for recording in collector.recordings():
        name = _transcript_name(recording)
        if name in transcripts:
            try:
                text = " ".join(files.read_text(transcripts[name]).split())
            except InputError as error:
                collector.skipped.append((name, str(error)))
            else:
                collector.add([recording], text, name + ":1")
    collector.skipped += [(name, NO_RECORDING) for name in sorted(
        set(transcripts) - set(map(_transcript_name, collector.recordings())))]
    return collector.result()


def _transcript_name(recording):
    return os.path.splitext(recording)[0] + ".txt"
