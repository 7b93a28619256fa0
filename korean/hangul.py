"""Hangul syllables ↔ the letters that they are typed with (compatibility jamo, U+3131…)."""
import re

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("",) + tuple("ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

_FIRST_SYLLABLE = ord("가")
# two keys of a Korean keyboard → the letter that they make
_CLUSTERS = {"ㄱㅅ": "ㄳ", "ㄴㅈ": "ㄵ", "ㄴㅎ": "ㄶ", "ㄹㄱ": "ㄺ", "ㄹㅁ": "ㄻ", "ㄹㅂ": "ㄼ", "ㄹㅅ": "ㄽ", "ㄹㅌ": "ㄾ",
             "ㄹㅍ": "ㄿ", "ㄹㅎ": "ㅀ", "ㅂㅅ": "ㅄ", "ㅗㅏ": "ㅘ", "ㅗㅐ": "ㅙ", "ㅗㅣ": "ㅚ", "ㅜㅓ": "ㅝ", "ㅜㅔ": "ㅞ",
             "ㅜㅣ": "ㅟ", "ㅡㅣ": "ㅢ"}
_KEYS = {letter: keys for keys, letter in _CLUSTERS.items()}
# as a keyboard composes: a consonant before a vowel is the initial of that vowel, any other
# consonant is a final
_TYPED_SYLLABLE = re.compile("([%s])(%s|[%s])((?:%s|[%s])(?![ㅏ-ㅣ]))?" % (
    INITIALS, "|".join(keys for keys in _CLUSTERS if keys[0] in VOWELS), VOWELS,
    "|".join(keys for keys in _CLUSTERS if keys[0] not in VOWELS), "".join(FINALS)))


def split_syllable(syllable):
    """(initial, vowel, final) of a composed syllable; the final is "" if there is none."""
    initial, rest = divmod(ord(syllable) - _FIRST_SYLLABLE, 588)
    vowel, final = divmod(rest, 28)
    return INITIALS[initial], VOWELS[vowel], FINALS[final]


def join_syllable(initial, vowel, final=""):
    """The composed syllable of three letters."""
    return chr(_FIRST_SYLLABLE + INITIALS.index(initial) * 588 + VOWELS.index(vowel) * 28
               + FINALS.index(final))


def final_of(syllable):
    """The final consonant of a composed syllable, or ""."""
    return FINALS[(ord(syllable) - _FIRST_SYLLABLE) % 28]


def count_syllables(text):
    """The number of Hangul syllables in a text as read."""
    return len(re.findall("[가-힣]", text))


def split_into_letters(text, as_typed=False):
    """Each syllable of a text as its letters: 닭 as ㄷㅏㄺ, or with `as_typed` as the keys ㄷㅏㄹㄱ."""
    return "".join("".join(_KEYS.get(letter, letter) if as_typed else letter
                           for letter in split_syllable(character))
                   if "가" <= character <= "힣" else character for character in text)


def compose(letters):
    """Letters as a keyboard composes them: ㅇㅓㅄㄷㅏ and ㅇㅓㅂㅅㄷㅏ are 없다. Single letters stay."""
    keys = "".join(_KEYS[letter] if letter in _KEYS and letter not in VOWELS else letter
                   for letter in letters)
    return _TYPED_SYLLABLE.sub(lambda match: join_syllable(
        *[_CLUSTERS.get(part, part) for part in match.groups("")]), keys)
