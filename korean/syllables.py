"""Syllables and the letters that they are typed with (compatibility jamo, U+3131…)."""
import re

LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
TAILS = ("", "ㄱ", "ㄲ", "ㄳ", "ㄴ", "ㄵ", "ㄶ", "ㄷ", "ㄹ", "ㄺ", "ㄻ", "ㄼ", "ㄽ", "ㄾ", "ㄿ", "ㅀ", "ㅁ", "ㅂ",
         "ㅄ", "ㅅ", "ㅆ", "ㅇ", "ㅈ", "ㅊ", "ㅋ", "ㅌ", "ㅍ", "ㅎ")
# keys that a keyboard joins
_PAIRS = {"ㄱㅅ": "ㄳ", "ㄴㅈ": "ㄵ", "ㄴㅎ": "ㄶ", "ㄹㄱ": "ㄺ", "ㄹㅁ": "ㄻ", "ㄹㅂ": "ㄼ", "ㄹㅅ": "ㄽ", "ㄹㅌ": "ㄾ",
          "ㄹㅍ": "ㄿ", "ㄹㅎ": "ㅀ", "ㅂㅅ": "ㅄ", "ㅗㅏ": "ㅘ", "ㅗㅐ": "ㅙ", "ㅗㅣ": "ㅚ", "ㅜㅓ": "ㅝ", "ㅜㅔ": "ㅞ",
          "ㅜㅣ": "ㅟ", "ㅡㅣ": "ㅢ"}
_KEYS = {joined: pair for pair, joined in _PAIRS.items()}
# What a keyboard makes of a row of keys: a consonant belongs to the vowel after it if there is one,
# and is the tail of the syllable before it if not.
_SYLLABLE = re.compile("([%s])(%s|[%s])((?:%s|[%s])(?![ㅏ-ㅣ]))?" % (
    LEADS, "|".join(pair for pair in _PAIRS if pair[0] in VOWELS), VOWELS,
    "|".join(pair for pair in _PAIRS if pair[0] not in VOWELS), "".join(TAILS)))


def split(syllable):
    """(lead, vowel, tail) of a composed syllable, as positions in LEADS, VOWELS and TAILS."""
    number = ord(syllable) - 0xAC00
    return number // 588, number // 28 % 21, number % 28


def join(lead, vowel, tail=0):
    """The composed syllable of three positions."""
    return chr(0xAC00 + lead * 588 + vowel * 28 + tail)


def has_tail(syllable):
    """Whether it ends in a consonant: 은 and not 는 follows it."""
    return (ord(syllable) - 0xAC00) % 28 > 0


def spelled(text, keys=False):
    """Each syllable of a text as its letters, 닭 as ㄷㅏㄺ; with `keys` as ㄷㅏㄹㄱ."""
    return "".join(_letters(character, keys) if "가" <= character <= "힣" else character
                   for character in text)


def _letters(syllable, keys):
    lead, vowel, tail = split(syllable)
    letters = (LEADS[lead], VOWELS[vowel], TAILS[tail])
    return "".join(_KEYS.get(letter, letter) if keys else letter for letter in letters)


def compose(letters):
    """Letters as a keyboard composes them: ㅇㅓㅄㄷㅏ and ㅇㅓㅂㅅㄷㅏ are 없다. What is left over stays."""
    keys = "".join(_KEYS[letter] if letter in _KEYS and letter not in VOWELS else letter
                   for letter in letters)
    return _SYLLABLE.sub(_composed, keys)


def _composed(match):
    lead, vowel, tail = (_PAIRS.get(part, part) for part in match.groups(""))
    return join(LEADS.index(lead), VOWELS.index(vowel), TAILS.index(tail))
