"""Reads a corpus folder in any supported format, and lists of utterances to exclude from it."""
import os
from collections import namedtuple

from common import files
from common.errors import InputError
from datasets.formats import FORMATS, recognition
from datasets.transcripts import normalize_path

# format: name; utterances: list of transcripts.Utterance, sorted by id;
# skipped: [(file or line, reason)]
Corpus = namedtuple("Corpus", "format utterances skipped")


def add_format_option(parser):
    parser.add_argument("--format", default="auto", choices=["auto"] + list(FORMATS),
                        metavar="NAME",
                        help="format of the corpus: auto (default), " + ", ".join(FORMATS))


def read_corpus(folder, format="auto"):
    """The Corpus in `folder`.

    Raises InputError if the folder is missing, empty or not in the format, or no recording has
    a transcript.
    """
    if not os.path.isdir(folder):
        raise InputError("%s: there is no such folder; a corpus is a folder of recordings and "
                         "transcripts" % folder)
    if not os.listdir(folder):
        raise InputError("%s: the folder is empty" % folder)
    # a damaged .json file may be the transcripts: report it whatever the format
    _, damaged = recognition.load_transcripts(folder)
    names = list(FORMATS) if format == "auto" else [format]
    for format in names:
        result = FORMATS[format].read(folder)
        if result:
            break
    else:
        raise InputError("%s: is not in the format %s%s" % (folder, " or ".join(
            "%s (%s)" % (name, FORMATS[name].__doc__.splitlines()[0]) for name in names),
            _join_reasons(damaged)))
    utterances, skipped = result[0], damaged + result[1]
    if not utterances:
        raise InputError("%s: is in the format %s, but contains no recording with a transcript%s"
                         % (folder, format, _join_reasons(skipped[:3])))
    return Corpus(format, sorted(utterances, key=lambda utterance: utterance.id), skipped)


def _join_reasons(skipped):
    return "".join("; %s: %s" % item for item in skipped)


def write_exclude_list(path, reasons):
    """Write a list for preprocess.py --exclude: each id of {id: reason} below its reason."""
    with files.atomic_write(path, "w", encoding="utf-8") as file:
        file.write("# utterances to leave out; for preprocess.py --exclude\n")
        for utterance_id, reason in reasons.items():
            # ./ before an id that begins with #, which would make it a comment
            file.write("# %s\n%s%s\n" % (" ".join(reason.split()),
                                         "./" * utterance_id.startswith("#"), utterance_id))


def exclude_utterances(utterances, path):
    """(remaining utterances, excluded ids, lines of the list that match no utterance).

    A list has one id per line. Comments begin with # at the start of a line or after a space.
    Raises InputError if the list cannot be read.
    """
    ids = {utterance.id for utterance in utterances}
    excluded, unknown = set(), []
    for line in files.read_lines(path):
        if line.strip() and not line.lstrip().startswith("#"):
            # an id may contain " #": try the whole line first
            names = {normalize_path(text.strip()) for text in (line, line.split(" #")[0])}
            if names & ids:
                excluded.add(max(names & ids, key=len))
            else:
                unknown.append(line.strip())
    remaining = [utterance for utterance in utterances if utterance.id not in excluded]
    return remaining, sorted(excluded), unknown
