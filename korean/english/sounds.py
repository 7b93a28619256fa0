"""A spoken sound and the letters that it is written with."""
from collections import namedtuple

VOWELS = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())

# phoneme: ARPAbet without the digit. stress: 0 none, 1 main, 2 secondary; 0 for a consonant.
# letters: its part of the word, lower case; empty for a sound that is not written (app-le).
Sound = namedtuple("Sound", "phoneme stress letters")


def is_vowel(sounds, at):
    """Whether the sound at this place is a vowel; False beyond either end."""
    return 0 <= at < len(sounds) and sounds[at].phoneme in VOWELS


def phoneme(sounds, at):
    """The phoneme at this place; None beyond either end."""
    return sounds[at].phoneme if 0 <= at < len(sounds) else None
