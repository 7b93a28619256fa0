"""a folder of recordings, each with its transcript beside it: x.wav or x.flac and x.txt"""
import os

from common import files
from common.errors import InputError
from datasets.corpus_files import find_files
from datasets.transcript_edits import replace_field, replace_file
from datasets.transcripts import EXCLUDE_LIST, NO_RECORDING, UtteranceCollector, read_table

# Where the speaker did not say what is written: lines of name, text as written, text as spoken
SPOKEN_FILE = "spoken.tsv"


def read(folder):
    """(utterances, skipped) or None. The lines of a transcript are joined.

    A text as spoken in the SPOKEN_FILE of a recording's folder replaces its transcript.
    """
    collector = UtteranceCollector(folder)
    transcripts = collector.files((".txt",))
    spoken = _read_spoken_texts(collector.files((SPOKEN_FILE,)), collector.skipped)
    unused = set(transcripts)
    for recording in collector.recordings():
        name = os.path.splitext(recording)[0] + ".txt"
        if name in transcripts:
            unused.discard(name)
            if name in spoken:
                collector.add([recording], *spoken[name][:2])
                continue
            try:
                text = " ".join(files.read_text(transcripts[name]).split())
            except InputError as error:
                collector.skipped.append((name, str(error)))
            else:
                collector.add([recording], text, name + ":1")
    if len(unused) == len(transcripts):
        return None
    collector.skipped += [(name, NO_RECORDING) for name in sorted(unused - {EXCLUDE_LIST})]
    return collector.result()


def write_text(folder, utterance, text):
    """Replace the text of an Utterance that `read` returned."""
    name = utterance.id + ".txt"
    spoken = _read_spoken_texts(find_files(folder, (SPOKEN_FILE,)), [])
    if name in spoken:
        _, location, path = spoken[name]
        replace_field(path, location, lambda fields: 2, utterance.text, text, separator="\t")
    else:
        replace_file(find_files(folder, (".txt",)).get(name, os.path.join(folder, name)),
                     utterance.text, text)


def _read_spoken_texts(tables, skipped):
    """{path of a transcript: (text as spoken, file:line, path of its table)} of SPOKEN_FILEs."""
    texts = {}
    for table, path in sorted(tables.items()):
        for location, (name, _, text) in read_table(path, (3,), skipped, separator="\t"):
            texts[os.path.join(os.path.dirname(table), name + ".txt")] = text, location, path
    return texts
