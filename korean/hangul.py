"""Hangul syllables ↔ the letters that they are typed with: compatibility jamo (U+3131…)."""
import re

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ("",) + tuple("ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

_FIRST_SYLLABLE = ord("가")
_N_VOWELS, _N_FINALS = len(VOWELS), len(FINALS)
# two keys of a Korean keyboard → the letter that they give
_CLUSTERS = {"ㄱㅅ": "ㄳ", "ㄴㅈ": "ㄵ", "ㄴㅎ": "ㄶ", "ㄹㄱ": "ㄺ", "ㄹㅁ": "ㄻ", "ㄹㅂ": "ㄼ", "ㄹㅅ": "ㄽ", "ㄹㅌ": "ㄾ",
             "ㄹㅍ": "ㄿ", "ㄹㅎ": "ㅀ", "ㅂㅅ": "ㅄ", "ㅗㅏ": "ㅘ", "ㅗㅐ": "ㅙ", "ㅗㅣ": "ㅚ", "ㅜㅓ": "ㅝ", "ㅜㅔ": "ㅞ",
             "ㅜㅣ": "ㅟ", "ㅡㅣ": "ㅢ"}
_KEYS = {letter: keys for keys, letter in _CLUSTERS.items()}
# As a keyboard composes: a consonant before a vowel is its initial, any other consonant after a
# vowel is a final.
_TYPED_SYLLABLE = re.compile("([%s])(%s|[%s])((?:%s|[%s])(?![ㅏ-ㅣ]))?" % (
    INITIALS, "|".join(keys for keys in _CLUSTERS if keys[0] in VOWELS), VOWELS,
    "|".join(keys for keys in _CLUSTERS if keys[0] not in VOWELS), "".join(FINALS)))


def split_syllable(syllable):
    """(initial, vowel, final) of a composed syllable; the final is "" if there is none."""
    initial, rest = divmod(ord(syllable) - _FIRST_SYLLABLE, _N_VOWELS * _N_FINALS)
    vowel, final = divmod(rest, _N_FINALS)
    return INITIALS[initial], VOWELS[vowel], FINALS[final]


def join_syllable(initial, vowel, final=""):
    """The inverse of `split_syllable`."""
    index = INITIALS.index(initial) * _N_VOWELS + VOWELS.index(vowel)
    return chr(_FIRST_SYLLABLE + index * _N_FINALS + FINALS.index(final))


def final_of(syllable):
    """The final consonant of a composed syllable; "" if there is none."""
    return FINALS[(ord(syllable) - _FIRST_SYLLABLE) % _N_FINALS]


def fits_particle(word, particle):
    """Whether a particle has the form that follows the last sound of a word: 책을, not 책를."""
    final = final_of(word[-1])
    if particle.startswith(("으로", "로")):
        return (final not in ("", "ㄹ")) == particle.startswith("으")
    return bool(final) == (particle[0] in "을은이과아")


def count_syllables(text):
    """The number of Hangul syllables in a text."""
    return len(re.findall("[가-힣]", text))


def split_into_letters(text, as_typed=False):
    """A text with each syllable split: 닭 into ㄷㅏㄺ, or with `as_typed` into the keys ㄷㅏㄹㄱ."""
    return "".join("".join(_KEYS.get(letter, letter) if as_typed else letter
                           for letter in split_syllable(character))
                   if "가" <= character <= "힣" else character for character in text)


def compose(letters):
    """Compose letters as a keyboard does: ㅇㅓㅄㄷㅏ and ㅇㅓㅂㅅㄷㅏ give 없다. Other letters stay."""
    # a cluster before a vowel is divided: ㅇㅓㅄㅓ gives 업서
    keys = "".join(_KEYS[letter] if letter in _KEYS and letter not in VOWELS else letter
                   for letter in letters)
    return _TYPED_SYLLABLE.sub(lambda match: join_syllable(
        *[_CLUSTERS.get(group, group) for group in match.groups("")]), keys)
