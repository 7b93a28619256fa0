"""Normalises the lines of a text file for a voice."""
import sys

import korean
from common.errors import InputError


def create_normalizer(voice_normalizer, lexicon=None):
    """A voice's korean.TextNormalizer with a user's lexicon, which takes precedence.

    Prints a note on stderr if the voice was trained with another version of the rules.
    """
    if voice_normalizer.version != korean.VERSION:
        print("note: the voice was trained with version %d of the text normalizer; this is "
              "version %d" % (voice_normalizer.version, korean.VERSION), file=sys.stderr)
    return korean.TextNormalizer(voice_normalizer.pronounce,
                                 dict(voice_normalizer.lexicon, **(lexicon or {})))


def normalize_lines(path, lines, normalizer, strict=False):
    """The normalised texts of the lines that are not empty. `path` is for messages.

    Unreadable characters are skipped with a warning on stderr. Raises InputError if a line has
    nothing to pronounce, if all lines are empty, or for unreadable characters if `strict`.
    """
    texts = []
    for number, line in enumerate(lines, 1):
        text = normalizer.normalize_line(line, "%s:%d" % (path, number), strict).text
        if any(symbol in korean.JAMO for symbol in korean.to_jamo(text)):
            texts.append(text)
        elif line.strip():
            raise InputError("%s:%d: %r has nothing to pronounce" % (path, number, line.strip()))
    if not texts:
        raise InputError("%s: has no line to pronounce" % path)
    return texts
