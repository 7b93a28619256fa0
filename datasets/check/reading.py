"""What the check needs to know of Korean: the only file of it that speaks to `korean`."""
from collections import OrderedDict, namedtuple

import korean
from korean.symbols import FINALS, INITIALS, VOWELS

# read: the text as read, without what cannot be read; jamo: its Hangul letters, a string;
# unreadable: list of (column, character), in the composed transcript
Reading = namedtuple("Reading", "read jamo unreadable")

_READER = korean.TextNormalizer()

# place in the syllable → all the jamo that can stand there
PLACES = OrderedDict([("initial", INITIALS), ("vowel", VOWELS), ("final", FINALS)])


def reading(text):
    """The Reading of a transcript."""
    found = _READER.read(text)
    jamo = "".join(letter for letter in korean.to_jamo(found.text) if letter in korean.JAMO)
    return Reading(found.text, jamo, found.unreadable)


def shown(jamo):
    """Each jamo as a letter that people can read by itself."""
    return korean.symbol_labels(jamo)
