"""Reads a corpus folder in any supported format, and lists of utterances to exclude from it."""
import hashlib
import itertools
import os
import shlex
from collections import Counter, namedtuple

from common import files
from common.errors import InputError
from datasets.corpus_files import (AUDIO_EXTENSIONS, OTHER_AUDIO_EXTENSIONS, list_files,
                                   normalize_path)
from datasets.formats import FORMATS, recognition

# format: name; utterances: list of transcripts.Utterance, sorted by id;
# skipped: [(file or line, reason)]
Corpus = namedtuple("Corpus", "format utterances skipped")
_HEADER = "# utterances to leave out; for preprocess.py --exclude"
_WRITTEN = "# SHA-1 of the lines below, as they were written: "


class NoTranscripts(InputError):
    """A folder of recordings is not a corpus in any format."""


def add_format_option(parser):
    parser.add_argument("--format", default="auto", choices=["auto"] + list(FORMATS),
                        metavar="NAME",
                        help="format of the corpus: auto (default), " + ", ".join(FORMATS))


def read_corpus(folder, format="auto"):
    """The Corpus in `folder`.

    Raises NoTranscripts if the folder is not in the format, InputError if it is missing or empty,
    or no recording has a transcript.
    """
    if not os.path.isdir(folder):
        raise InputError("%s: there is no such folder; a corpus is a folder of recordings and "
                         "transcripts" % folder)
    if not os.listdir(folder):
        raise InputError("%s: the folder is empty" % folder)
    files.check_utf8_name(folder)
    # a damaged .json file may be the transcripts: report it whatever the format
    _, damaged = recognition.load_transcripts(folder)
    names = list(FORMATS) if format == "auto" else [format]
    found = []
    for format in names:
        result = FORMATS[format].read(folder)
        if result:
            found.append((format, result))
            if result[0]:
                break
    if not found:
        raise (InputError if damaged else NoTranscripts)("%s: %sis not in the format %s%s" % (
            folder, _advise(folder, has_transcripts=False), " or ".join(
                "%s (%s)" % (name, FORMATS[name].__doc__.splitlines()[0]) for name in names),
            _join_reasons(damaged)))
    # a file like those of one format may be among the recordings of another
    format, result = next((each for each in found if each[1][0]), found[0])
    utterances, skipped = result[0], damaged + result[1]
    if not utterances:
        raise InputError("%s: %sis in the format %s, but contains no recording with a transcript%s"
                         % (folder, _advise(folder, has_transcripts=True), format,
                            _join_reasons(skipped[:3])))
    return Corpus(format, sorted(utterances, key=lambda utterance: utterance.id), skipped)


def _advise(folder, has_transcripts):
    """What to do with recordings that are not read or have no transcripts: "…; it " or ""."""
    counts = Counter(os.path.splitext(name)[1].lower() for name in list_files(folder)[0])
    n_readable = sum(counts[extension] for extension in AUDIO_EXTENSIONS)
    others = [extension for extension in OTHER_AUDIO_EXTENSIONS if counts[extension]]
    split = "python -m datasets split %s --out CORPUS" % shlex.quote(folder)
    if n_readable and has_transcripts:
        return ""
    if n_readable:
        return ("contains %d recordings without transcripts; write what is spoken in x.wav into "
                "x.txt beside it, or have the recordings cut and transcribed: %s; it "
                % (n_readable, split))
    if others:
        return ("contains %d recordings that are not read (%s); convert them to WAV or FLAC, for "
                "example with ffmpeg -i x%s x.wav; or, if they have no transcripts, have them cut "
                "and transcribed: %s; it " % (sum(counts[extension] for extension in others),
                                              ", ".join(others), others[0], split))
    return ""


def _join_reasons(skipped):
    return "".join("; %s: %s" % item for item in skipped)


def write_exclude_list(path, reasons):
    """Write a list for preprocess.py --exclude: each id of {id: reason} below its reason.

    A list that was edited since it was written is kept beside it. Returns its new path, or None.
    """
    lines = []
    for utterance_id, reason in reasons.items():
        lines += ["# " + " ".join(reason.split()), _as_line(utterance_id)]
    kept = None
    if os.path.exists(path) and not _is_as_written(files.read_lines(path)):
        kept = next(name for name in ("%s.old-%d" % (path, number) for number in itertools.count(1))
                    if not os.path.exists(name))
        os.rename(path, kept)
    with files.atomic_write(path, "w", encoding="utf-8") as file:
        file.write("\n".join([_HEADER, _WRITTEN + _hash_lines(lines)] + lines) + "\n")
    return kept


def _is_as_written(lines):
    """Whether the lines of an exclude list are as write_exclude_list has written them."""
    return lines[1:2] == [_WRITTEN + _hash_lines(lines[2:])]


def _hash_lines(lines):
    return hashlib.sha1("\n".join(lines).encode("utf-8")).hexdigest()


def exclude_utterances(utterances, path):
    """(remaining utterances, excluded ids, lines of the list that match no utterance).

    A list has one id per line. Comments begin with # at the start of a line or after a space.
    Raises InputError if the list cannot be read.
    """
    ids = {utterance.id for utterance in utterances}
    excluded, unknown = set(), []
    for line in files.read_lines(path):
        if line.strip() and not line.lstrip().startswith("#"):
            utterance_id = _listed_id(line, ids)
            if utterance_id is None:
                unknown.append(line.strip())
            else:
                excluded.add(utterance_id)
    remaining = [utterance for utterance in utterances if utterance.id not in excluded]
    return remaining, sorted(excluded), unknown


def change_exclude_list(path, ids, utterance_id, reason=None):
    """Add an id with its reason to the list at `path`; without reason, remove it.

    ids: those of the corpus. The other lines stay; the list need not exist.
    """
    lines = files.read_lines(path) if os.path.exists(path) else [_HEADER]
    lines = [line for line in lines
             if line.lstrip().startswith("#") or _listed_id(line, ids) != utterance_id]
    if reason:
        lines.append("%s  # %s" % (_as_line(utterance_id), reason))
    with files.atomic_write(path, "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def _as_line(utterance_id):
    # ./ before an id that begins with #, which would make it a comment
    return "./" * utterance_id.startswith("#") + utterance_id


def _listed_id(line, ids):
    """The id that a line of an exclude list names, or None."""
    # an id may contain " #": the comment may begin at any of them
    parts = line.split(" #")
    names = {normalize_path(" #".join(parts[:end]).strip())
             for end in range(1, len(parts) + 1)} & ids
    return max(names, key=len) if names else None
