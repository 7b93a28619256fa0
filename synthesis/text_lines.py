"""A text file to speak: its lines, as they are read."""
import sys

import korean
from common.errors import InputError


def create_normalizer(trained, own=None):
    """The normalizer that a voice was trained with, a user's lexicon before its own."""
    if trained.version != korean.VERSION:
        print("note: the voice was trained on text read by version %d of the rules; these are of "
              "version %d" % (trained.version, korean.VERSION), file=sys.stderr)
    return korean.TextNormalizer(trained.pronounce, dict(trained.lexicon, **(own or {})))


def normalize_lines(path, written, normalizer, strict=False):
    """Lines as read, without empty ones. Raises InputError where one has no sound, or none is left.

    What cannot be read is told on stderr, or with `strict` is an InputError.
    """
    found = []
    for number, line in enumerate(written, 1):
        reading = normalizer.normalize_line(line, "%s:%d" % (path, number), strict)
        if any(symbol in korean.JAMO for symbol in korean.to_jamo(reading.text)):
            found.append(reading.text)
        elif line.strip():
            raise InputError("%s:%d: %r has nothing to speak" % (path, number, line.strip()))
    if not found:
        raise InputError("%s: has no line to speak" % path)
    return found
