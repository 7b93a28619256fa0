"""One English token → Hangul, by the first method that gives a result."""
import re
from functools import lru_cache

from korean.english.dictionary import look_up_lexicon, look_up_phonemes, spell_letters
from korean.english.phonemes import ARPABET_VOWELS, align_letters, predict_phonemes
from korean.english.orthography import phonemes_to_hangul
from korean.hangul import final_of

_ACRONYM = re.compile("([A-Z]{2,})('?s)?$")
_MIN_CAPITALS = 4  # a word of CMUdict with so many capitals is not an acronym: GAME, not OECD, JTBC
_CASE_PARTS = re.compile("[A-Z]+[a-z]*|[a-z]+")
_DOMAINS = frozenset("ai co com edu gov info io jp kr me net org tv uk us".split())
_MAX_WORD = 45  # a longer token is not a word and is spelled out
_MIN_COMPOUND = 7  # shorter words, such as picnic, are not compounds
_MIN_PART = 4  # letters of a part of a compound, unless the part is in the lexicon
_SIBILANT_PLURALS = {"스": "시즈", "즈": "지즈", "시": "시즈", "지": "지즈", "치": "치즈", "츠": "치즈"}


@lru_cache(maxsize=1 << 16)
def to_hangul(word):
    """Hangul of one English token: ASCII letters, perhaps with apostrophes or periods inside.

    Returns syllables, with single spaces between words. A token with at least one letter always
    gives Hangul: as a last resort it is spelled out.
    """
    word = word.strip("'.")
    if len(word) > _MAX_WORD:
        return spell_letters(word)
    return (look_up_lexicon(word) or _read_with_periods(word) or _read_acronym(word)
            or _read_with_apostrophe(word) or _read_plural(word) or _read_by_cmudict(word)
            or _read_compound(word) or _read_by_letter_rules(word))


def transliterated_to_hangul(word):
    """Hangul of a word of another alphabet, from its transliteration in lower-case ASCII letters.

    CMUdict is not used: Koreans do not read such words as in English (소크라테스, 사쿠라). A word
    without vowels is spelled out.
    """
    if not re.search("[aeiouy]", word):
        return spell_letters(word)
    return phonemes_to_hangul(predict_phonemes(word, is_transliteration=True))


# Each _read function returns Hangul, or None to leave the word to the next one.

def _read_with_periods(word):
    """U.S. by its letters, naver.com with 닷 before the domain, Node.js as two words."""
    if "." not in word:
        return None
    parts = [part for part in word.split(".") if part.strip("'")]
    if all(len(part) <= 2 for part in parts):  # U.S., Ph.D; a.m. is not the word "am"
        letters = "".join(parts)
        return (None if letters.islower() else look_up_lexicon(letters)) or spell_letters(letters)
    return ("닷" if parts[-1].lower() in _DOMAINS else " ").join(map(to_hangul, parts))


def _read_acronym(word):
    """JTBC and A by the names of the letters; PCs and BBC's also with the ending s."""
    if len(word) == 1:
        return spell_letters(word)
    match = _ACRONYM.match(word)
    if not match:
        return None
    letters, ending = match.groups()
    if not ending and len(letters) >= _MIN_CAPITALS and _is_word(letters.lower()):
        return None
    hangul = look_up_lexicon(letters) or spell_letters(letters)
    return _add_s(hangul) if ending else hangul


def _is_word(word):
    """Whether CMUdict has the word, and not as the names of its letters, which all have a vowel."""
    phonemes = look_up_phonemes(word) if re.search("[aeiouy]", word) else None
    return bool(phonemes) and sum(phoneme[-1].isdigit() for phoneme in phonemes) < len(word)


def _read_with_apostrophe(word):
    """Google's by its stem, don't by CMUdict, any other word part by part."""
    if "'" not in word:
        return None
    parts = [part for part in word.split("'") if part]
    if parts[-1].lower() == "s":
        return _add_s(to_hangul("'".join(parts[:-1])))
    arpabet = look_up_phonemes(word.lower())
    return _arpabet_to_hangul("".join(parts).lower(), arpabet) if arpabet \
        else "".join(map(to_hangul, parts))


def _read_plural(word):
    """The plural of a word in the lexicon, which CMUdict would read differently: 서비시즈."""
    match = re.match("(?i)(..+?(s|x|z|ch|sh))es$|(...*[^s])s$", word)
    stem = match and look_up_lexicon(match.group(1) or match.group(3))
    return _add_s(stem) if stem else None


def _add_s(hangul):
    """`hangul` with the English ending s, whose form depends on the last sound: 뱅크스, 프렌즈, 박시즈."""
    stem, last = hangul[:-1], hangul[-1]
    if last in _SIBILANT_PLURALS:
        return stem + _SIBILANT_PLURALS[last]
    if last in "트드":
        return stem + ("츠" if last == "트" else "즈")
    final = final_of(last)
    if final == "ㅅ":  # it stands for t, as in 마켓
        return hangul + "츠"
    return hangul + ("스" if last in "프크" or final in ("ㄱ", "ㅂ") else "즈")


def _read_by_cmudict(word):
    """By CMUdict; a compound part by part (제10항): 헤드라이트, 북메이커."""
    word = word.lower()
    arpabet = look_up_phonemes(word)
    if not arpabet:
        return None
    for index in range(3, len(word) - 1) if len(word) >= _MIN_COMPOUND else ():
        first, second = look_up_phonemes(word[:index]), _second_part_phonemes(word[index:])
        if first and second and _without_stress(first + second) == _without_stress(arpabet):
            return to_hangul(word[:index]) + to_hangul(word[index:])
    return _arpabet_to_hangul(word, arpabet)


def _second_part_phonemes(word):
    """ARPAbet of a word that can end a compound, or None: make-up, net-work; not comm-ent."""
    arpabet = look_up_phonemes(word)
    if not arpabet or len(word) < 3 and word != "up":
        return None
    return None if arpabet[0][:2] in ARPABET_VOWELS and not look_up_lexicon(word) else arpabet


def _without_stress(arpabet):
    """Drop the stress digits, except of AH0 and IH0: looking does not end in the word "ing"."""
    return [name if name in ("AH0", "IH0") else name.rstrip("012") for name in arpabet]


def _read_compound(word):
    """OpenStack split at its capitals, blockchain into two known words."""
    parts = [part for match in _CASE_PARTS.findall(word) for part in _split_capitals(match)]
    if len(parts) > 1:
        return "".join(map(to_hangul, parts))
    for index in sorted(range(3, len(word) - 2), key=lambda index: abs(2 * index - len(word))):
        if _is_known(word[:index], _MIN_PART) and _is_known(word[index:], _MIN_PART):
            return to_hangul(word[:index]) + to_hangul(word[index:])
    return None


def _split_capitals(part):
    """[part], or two parts if an acronym precedes a word: SK hynix, HTTP Server."""
    n_capitals = re.match("[A-Z]*", part).end()
    if n_capitals < 2 or n_capitals == len(part):
        return [part]
    index = n_capitals
    if _is_known(part[n_capitals - 1:]) or not _is_known(part[n_capitals:]):
        index = n_capitals - 1
    return [part[:index], part[index:]]


def _is_known(word, min_length=0):
    """Whether a word is in the lexicon, or in CMUdict and not shorter than `min_length`."""
    return bool(look_up_lexicon(word)
                or len(word) >= min_length and look_up_phonemes(word.lower()))


def _read_by_letter_rules(word):
    """By letter-to-sound rules; a word without a vowel is spelled out."""
    letters = re.sub("[^a-z]", "", word.lower())
    if not re.search("[aeiouy]", letters):
        return spell_letters(letters)
    return phonemes_to_hangul(predict_phonemes(letters)) or spell_letters(letters)


def _arpabet_to_hangul(word, arpabet):
    return phonemes_to_hangul(align_letters(word, arpabet))
