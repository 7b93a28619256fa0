"""Written text → text as read: Hangul syllables, single spaces and the punctuation of the symbols.

The number rule is narrow on purpose, and only takes what cannot be read in two ways: the figures of
a date (17년, 6월, 10일) and of an ordinal with 제 (제19대).
"""
import re
import unicodedata

from korean.numerals import LIMIT, sino_korean
from korean.symbols import JAMO, PUNCTUATION, SPACE, UnreadableText

VERSION = 1  # counts up whenever a text may be read differently than before

_NUMBER = "([0-9]{1,%d})" % len(str(LIMIT - 1))
_READABLE_NUMBER = re.compile("(?<![가-힣])제%s(?![0-9])|%s([년월일])" % (_NUMBER, _NUMBER))
_MONTHS = {6: "유", 10: "시"}  # 유월, 시월: not 육월, 십월

_SUBSTITUTES = {
    "'": "\"`‘’‚‛“”„‟′″«»‹›「」『』《》〈〉＇＂",
    "-": "‐‑‒–—―−－",
    "...": "…⋯",
    " ": "·・ㆍ‧•",
    ",": "，、", ".": "．。", "!": "！", "?": "？", ":": "：", ";": "；", "(": "（", ")": "）",
    "": "\u200b\ufeff",  # a zero-width space and a stray byte-order mark: they have no sound
}
_SUBSTITUTE = {character: substitute for substitute, characters in _SUBSTITUTES.items()
               for character in characters}


def read(text):
    """One line of text as it is read aloud, composed (NFC), without space at either end.

    Raises UnreadableText with the column, counted in composed characters.
    """
    text = unicodedata.normalize("NFC", text)
    pieces, done = [], 0
    for match in _READABLE_NUMBER.finditer(text):
        pieces += [_read_character(text[at], at + 1) for at in range(done, match.start())]
        pieces.append(_read_number(match))
        done = match.end()
    pieces += [_read_character(text[at], at + 1) for at in range(done, len(text))]
    return " ".join("".join(pieces).split())


def _read_number(match):
    ordinal, number, unit = match.groups()
    if ordinal:
        return "제" + sino_korean(int(ordinal))
    if unit == "월" and int(number) in _MONTHS:
        return _MONTHS[int(number)] + unit
    return sino_korean(int(number)) + unit


def _read_character(character, column):
    if character in _SUBSTITUTE:
        return _SUBSTITUTE[character]
    if character.isspace():
        return SPACE
    if "가" <= character <= "힣" or character in JAMO or character in PUNCTUATION:
        return character
    raise UnreadableText(character, column)
