"""The rules of text normalization, one module per subject.

A rule replaces its matches by Hangul and punctuation, or by simpler text for a later rule.
"""
from korean.rules import (addresses, dates, formulas, hanja, keyboard_jamo, latin, numbers, ranges,
                          signs, telephone, unicode_forms, units, verses)

VERSION = 4  # increase it whenever any text may be read differently

PIPELINE = (
    unicode_forms.RULES + keyboard_jamo.RULES + addresses.RULES + hanja.RULES + signs.BEFORE_NUMBERS
    + numbers.ROMAN + telephone.RULES + verses.RULES + dates.RULES + latin.BEFORE_UNITS + formulas.RULES + units.RULES + latin.CODES
    + numbers.POWER + ranges.RULES + numbers.RULES + units.AFTER_WORDS + latin.RULES
    + signs.AFTER_NUMBERS)
