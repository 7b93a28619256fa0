"""What the check needs to know of Korean: the only file of it that speaks to `korean`."""
import unicodedata
from collections import OrderedDict, namedtuple

import korean
from korean.symbols import LEADS, TAILS, VOWELS

# read: the text as read, without what cannot be read; jamo: its Hangul letters, a string;
# unreadable: list of (column, character), in the composed transcript
Reading = namedtuple("Reading", "read jamo unreadable")

# place in the syllable → all the jamo that can stand there
PLACES = OrderedDict([("initial", LEADS), ("vowel", VOWELS), ("final", TAILS)])


def reading(text):
    """The Reading of a transcript."""
    text, unreadable = unicodedata.normalize("NFC", text), []
    while True:
        try:
            read = korean.read(text)
            break
        except korean.UnreadableText as problem:
            unreadable.append((problem.column, problem.character))
            text = text[:problem.column - 1] + " " + text[problem.column:]
    jamo = "".join(letter for letter in korean.to_jamo(read) if letter in korean.JAMO)
    return Reading(read, jamo, unreadable)


def shown(jamo):
    """Each jamo as a letter that people can read by itself."""
    return korean.shown(jamo)
