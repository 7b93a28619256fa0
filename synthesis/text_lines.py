"""The lines of a text file, normalised for a voice."""
import sys

import korean
from common.errors import InputError


def create_normalizer(trained, lexicon=None):
    """The normalizer that a voice was trained with; a user's lexicon takes precedence.

    Prints a note on stderr if the rules are of another version than those of the training.
    """
    if trained.version != korean.VERSION:
        print("note: the voice was trained with version %d of the text normalizer; this is "
              "version %d" % (trained.version, korean.VERSION), file=sys.stderr)
    return korean.TextNormalizer(trained.pronounce, dict(trained.lexicon, **(lexicon or {})))


def normalize_lines(path, lines, normalizer, strict=False):
    """The normalised lines, without the empty ones.

    Unreadable characters are skipped with a warning on stderr. Raises InputError if a line has
    nothing to pronounce, if there is no line, and, if `strict`, for unreadable characters.
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
