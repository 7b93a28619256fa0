"""The rules of text normalization, one module per subject.

A rule replaces its matches by Hangul and punctuation, or by simpler text for a later rule.
"""
from korean.rules import (characters, contacts, dates, formulas, hanja, latin, numbers, ranges,
                          signs, units, verses)

VERSION = 6  # increase it whenever any text may be read differently

PIPELINE = (
    characters.RULES + contacts.ADDRESSES + hanja.RULES + signs.BEFORE_NUMBERS + numbers.ROMAN
    + contacts.DIGITS + verses.RULES + dates.RULES + latin.BEFORE_UNITS + formulas.RULES
    + units.RULES + latin.CODES + numbers.POWER + ranges.RULES + numbers.RULES + units.AFTER_WORDS
    + latin.RULES + signs.AFTER_NUMBERS)
