"""Replaces one text in the transcript files of a corpus; the functions of all corpus formats.

The first change of a file keeps the original beside it, with the suffix .orig.
"""
import os
import unicodedata

from common import files
from common.errors import InputError

BACKUP_SUFFIX = ".orig"
# Control characters, surrogates, line and paragraph separators; a byte-order mark would be removed
# when the file is read
_REFUSED_CATEGORIES = ("Cc", "Cs", "Zl", "Zp")
_BYTE_ORDER_MARK = "\ufeff"


def clean_text(text):
    """The text composed (NFC), with single spaces.

    Raises InputError for an empty text and for characters that a line of a file cannot hold.
    """
    for character in text:
        if (unicodedata.category(character) in _REFUSED_CATEGORIES
                or character == _BYTE_ORDER_MARK):
            raise InputError("the text contains the control character U+%04X; a transcript is one "
                             "line without tabs" % ord(character))
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if not text:
        raise InputError("the text is empty; write what is said, or drop the clip")
    return text


def replace_file(path, old, new):
    """Replace a transcript that is a file of its own, whose lines are joined to the text `old`."""
    require_unchanged(path, " ".join(files.read_text(path).split()), old)
    back_up(path)
    with files.atomic_write(path, "w", encoding="utf-8") as file:
        file.write(new + "\n")


def replace_field(path, location, find_column, old, new, separator="|"):
    """Replace the field `old` of a table; the other fields and lines keep their bytes.

    location: "file:line" of transcripts.read_table; find_column(fields): the index of the field.
    Raises InputError if the line has changed, or `new` contains the separator.
    """
    if separator in new:
        raise InputError("the text contains %s, which separates the fields of %s; leave it out"
                         % (separator, os.path.basename(path)))
    lines = files.read_bytes(path).split(b"\n")
    index = int(location.rpartition(":")[2]) - 1
    line = lines[index] if index < len(lines) else b""
    fields = line.split(separator.encode("ascii"))
    column = find_column([field.decode("utf-8", "replace") for field in fields])
    current = fields[column].decode("utf-8", "replace").strip() if column < len(fields) else None
    require_unchanged(location, current, old)
    line_end = b"\r" * (column == len(fields) - 1 and fields[column].endswith(b"\r"))
    fields[column] = new.encode("utf-8") + line_end
    lines[index] = separator.encode("ascii").join(fields)
    back_up(path)
    with files.atomic_write(path) as file:
        file.write(b"\n".join(lines))


def require_unchanged(name, current, old):
    """Raise InputError if the text `current` at `name` is not the text that was read, `old`."""
    if current != old:
        raise InputError("%s: was changed by another program since the review began; start it "
                         "again" % name)


def back_up(path):
    """Copy a file to PATH.orig, unless that exists: it is the file before the first change."""
    if not os.path.exists(path + BACKUP_SUFFIX):
        content = files.read_bytes(path)
        with files.atomic_write(path + BACKUP_SUFFIX) as file:
            file.write(content)
