"""a folder of recordings, each with its transcript beside it: x.wav or x.flac and x.txt"""
import os

from common import files
from common.errors import InputError
from datasets.pairing import NO_RECORDING, Pairing, paths_within


def recognise(folder):
    return bool(_spoken(Pairing(folder)) & set(_transcripts(folder)))


def read(folder):
    """(utterances, skipped); several lines of a transcript count as one."""
    pairing, transcripts = Pairing(folder), _transcripts(folder)
    for name in pairing.recordings():
        transcript = _transcript_of(name)
        if transcript in transcripts:
            try:
                text = " ".join(files.read_text(transcripts[transcript]).split())
            except InputError as problem:
                pairing.skipped.append((transcript, str(problem)))
            else:
                pairing.pair([name], text, transcript + ":1")
    pairing.skipped += [(transcript, NO_RECORDING)
                        for transcript in sorted(set(transcripts) - _spoken(pairing))]
    return pairing.result()


def _transcripts(folder):
    return paths_within(folder, (".txt",))


def _transcript_of(name):
    return os.path.splitext(name)[0] + ".txt"


def _spoken(pairing):
    return set(map(_transcript_of, pairing.recordings()))
