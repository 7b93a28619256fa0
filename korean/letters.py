"""Text as read → conjoining jamo → symbol ids."""
import unicodedata

import jamo

from korean.symbols import END, PADDING, SYMBOLS, UnreadableText

_ID = {symbol: number for number, symbol in enumerate(SYMBOLS)}
# they are the model's own: a text may not hold them
_LETTERS = {symbol: number for symbol, number in _ID.items() if symbol not in (PADDING, END)}


def to_jamo(text):
    """Every syllable of `text` as conjoining jamo (U+1100…); what is none of them stays as it is.

    Decomposed text gives what its syllables give.
    """
    return "".join(jamo.hangul_to_jamo(unicodedata.normalize("NFC", text)))


def to_ids(letters):
    """Symbol ids of a string of jamo, spaces and punctuation, ended by the end symbol.

    Raises UnreadableText for a character without symbol.
    """
    for column, letter in enumerate(letters, 1):
        if letter not in _LETTERS:
            raise UnreadableText(letter, column)
    return [_LETTERS[letter] for letter in letters] + [_ID[END]]


def shown(symbols):
    """Each symbol as a letter that stands by itself, for people to read: jamo as compatibility jamo.

    Single conjoining jamo are drawn as parts of a syllable, or not at all, by most programs.
    """
    return [jamo.j2hcj(symbol).replace(" ", "_") for symbol in symbols]
