"""Lists of utterances to leave out: an id a line, lines that begin with # are comments."""
import os
import unicodedata

from common import files


def write_list(path, reasons):
    """Write the ids of `reasons`, an ordered mapping of id → sentence, each below its sentence."""
    with files.atomic_write(path, "w", encoding="utf-8") as file:
        file.write("# utterances to leave out: preprocess.py --exclude takes this list\n")
        for one, reason in reasons.items():
            # an id may begin with #; as a path it stays the same behind ./
            file.write("# %s\n%s%s\n" % (" ".join(reason.split()), "./" * one.startswith("#"), one))


def divided(utterances, path):
    """(those that stay, ids that were left out, lines of the list that name no utterance).

    A comment may also stand behind an id. Raises InputError where the list cannot be read.
    """
    ids, excluded, unknown = {utterance.id for utterance in utterances}, set(), []
    for line in files.read_lines(path):
        if line.strip() and not line.lstrip().startswith("#"):
            known = [one for one in (_id(line), _id(line.split(" #")[0])) if one in ids]
            if known:
                excluded.add(known[0])
            else:
                unknown.append(line.strip())
    stay = [utterance for utterance in utterances if utterance.id not in excluded]
    return stay, sorted(excluded), unknown


def _id(line):
    return unicodedata.normalize("NFC", os.path.normpath(line.strip()))
