"""The symbols a model reads, in the order of the public Korean Tacotron2: an id is a position."""
import unicodedata

from common.errors import InputError

PADDING, END = "_", "~"
LEADS = "".join(chr(code) for code in range(0x1100, 0x1113))
VOWELS = "".join(chr(code) for code in range(0x1161, 0x1176))
TAILS = "".join(chr(code) for code in range(0x11A8, 0x11C3))
PUNCTUATION = "!'(),-.:;?"
SPACE = " "
JAMO = frozenset(LEADS + VOWELS + TAILS)

SYMBOLS = tuple(PADDING + END + LEADS + VOWELS + TAILS + PUNCTUATION + SPACE)


class UnreadableText(InputError):
    """A character has no symbol. `column` is its place in the line, from 1 on."""

    def __init__(self, character, column):
        super(UnreadableText, self).__init__(character, column)
        self.character, self.column = character, column

    def __str__(self):
        return ("column %d: %r (U+%04X%s) has no symbol; Hangul, spaces and %s can be read"
                % (self.column, self.character, ord(self.character),
                   " " + unicodedata.name(self.character, "without name"), PUNCTUATION))
