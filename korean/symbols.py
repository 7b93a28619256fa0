"""The symbol table of the models, and text → conjoining jamo → symbol ids.

SYMBOLS has the order of the public Korean Tacotron 2. Files depend on it: an id is an index into
SYMBOLS.
"""
import unicodedata

import jamo

from common.errors import InputError

PADDING, END = "_", "~"
# conjoining jamo; korean.hangul has compatibility jamo under the same names
INITIALS, VOWELS, FINALS = map("".join, (
    jamo.JAMO_LEADS_MODERN, jamo.JAMO_VOWELS_MODERN, jamo.JAMO_TAILS_MODERN))
PUNCTUATION = "!'(),-.:;?"
SPACE = " "
JAMO = frozenset(INITIALS + VOWELS + FINALS)

SYMBOLS = tuple(PADDING + END + INITIALS + VOWELS + FINALS + PUNCTUATION + SPACE)
# without padding and the end symbol, which may not occur in a text
_TEXT_SYMBOL_IDS = {symbol: index for index, symbol in enumerate(SYMBOLS)
                    if symbol not in (PADDING, END)}


class UnreadableText(InputError):
    """Characters have no symbol. `column` is the position of the first, counted from 1."""

    def __init__(self, characters, column):
        super(UnreadableText, self).__init__(characters, column)
        self.characters, self.column = characters, column

    def __str__(self):
        first, length = self.characters[0], len(self.characters)
        shown = self.characters if length <= 20 else self.characters[:20] + "…"
        span = "column %d" % self.column
        if length > 1:
            span = "columns %d to %d" % (self.column, self.column + length - 1)
        return ("%s: %r (%sU+%04X %s) %s no symbol; Hangul, spaces and %s can be read"
                % (span, shown, "from " if length > 1 else "", ord(first),
                   unicodedata.name(first, "without name"), "have" if length > 1 else "has",
                   PUNCTUATION))


def to_jamo(text):
    """Decompose each Hangul syllable of `text` into conjoining jamo (U+1100…).

    All other characters stay as they are. Text in decomposed form gives the same result.
    """
    return "".join(jamo.hangul_to_jamo(unicodedata.normalize("NFC", text)))


def to_ids(jamo_text):
    """Symbol ids of a string of jamo, spaces and punctuation, followed by the end symbol.

    Raises UnreadableText for a character without a symbol.
    """
    for column, symbol in enumerate(jamo_text, 1):
        if symbol not in _TEXT_SYMBOL_IDS:
            raise UnreadableText(symbol, column)
    return [_TEXT_SYMBOL_IDS[symbol] for symbol in jamo_text] + [SYMBOLS.index(END)]


def symbol_labels(symbols):
    """A list of one printable character per symbol: compatibility jamo, and "_" for the space.

    Most programs cannot draw a conjoining jamo on its own.
    """
    return [jamo.j2hcj(symbol).replace(" ", "_") for symbol in symbols]
