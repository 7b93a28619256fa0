"""A text file to speak: its lines, as they are read."""
import sys

import korean
from common.errors import InputError


def reader(trained, own=None):
    """The reader that a voice was trained with, a user's lexicon before its own."""
    if trained.version != korean.VERSION:
        print("note: the voice was trained on text read by version %d of the rules; these are of "
              "version %d" % (trained.version, korean.VERSION), file=sys.stderr)
    return korean.Reader(trained.pronounce, dict(trained.lexicon, **(own or {})))


def texts(path, written, reader, strict=False):
    """Lines as read, without empty ones. Raises InputError where one has no sound, or none is left.

    What cannot be read is told on stderr, or with `strict` is an InputError.
    """
    found = []
    for number, line in enumerate(written, 1):
        reading = reader.read_line(line, "%s:%d" % (path, number), strict)
        if any(symbol in korean.JAMO for symbol in korean.to_jamo(reading.text)):
            found.append(reading.text)
        elif line.strip():
            raise InputError("%s:%d: %r has nothing to speak" % (path, number, line.strip()))
    if not found:
        raise InputError("%s: has no line to speak" % path)
    return found
