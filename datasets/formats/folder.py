"""a folder of recordings, each with its transcript beside it: x.wav or x.flac and x.txt"""
import os

from common import files
from common.errors import InputError
from datasets.transcripts import NO_RECORDING, UtteranceCollector, find_files


def detect(folder):
    return not _expected_transcripts(UtteranceCollector(folder)).isdisjoint(
        _find_transcripts(folder))


def read(folder):
    """(utterances, skipped); the lines of a transcript are joined."""
    collector, transcripts = UtteranceCollector(folder), _find_transcripts(folder)
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
        set(transcripts) - _expected_transcripts(collector))]
    return collector.result()


def _find_transcripts(folder):
    return find_files(folder, (".txt",))


def _transcript_name(recording):
    return os.path.splitext(recording)[0] + ".txt"


def _expected_transcripts(collector):
    return set(map(_transcript_name, collector.recordings()))
