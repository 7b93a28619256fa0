"""One English token → Hangul: which of the ways to read it is taken."""
import re
from functools import lru_cache

from korean.english import phonemes
from korean.english.alignment import align
from korean.english.dictionary import pronunciation
from korean.english.letters import spell
from korean.english.lexicon import settled
from korean.english.sounds import VOWELS
from korean.english.spelling import sounds_of

_ACRONYM = re.compile("([A-Z]{2,})('?s)?$")
_SHOUTED = 5  # that many capitals are a shouted word if the dictionary has it: hardly an acronym
_CASES = re.compile("[A-Z]+[a-z]*|[a-z]+")
_DOMAINS = frozenset("ai co com edu gov info io jp kr me net org tv uk us".split())
_LONGEST = 45  # letters of the longest words; what is longer is none
_COMPOUND = 7  # letters that a compound in the dictionary has at least: picnic is none
_PART = 4  # letters that a part of a compound has at least, unless the lexicon has it
_SIBILANTS = {"스": "시즈", "즈": "지즈", "시": "시즈", "지": "지즈", "치": "치즈", "츠": "치즈"}


@lru_cache(maxsize=1 << 16)
def read(word):
    """Hangul of one English token: ASCII letters, perhaps with apostrophes or periods inside.

    Syllables, with single spaces between words. Never empty and never an exception for a token
    with at least one letter: what nothing else can read is spelled.
    """
    word = word.strip("'.")
    if len(word) > _LONGEST:
        return spell(word)
    return (settled(word) or _with_periods(word) or _acronym(word) or _with_apostrophe(word)
            or _plural(word) or _pronounced(word) or _in_parts(word) or _by_letters(word))


def _with_periods(word):
    """U.S. by its letters, naver.com with 닷 before the domain, Node.js as two words."""
    if "." not in word:
        return None
    parts = [part for part in word.split(".") if part.strip("'")]
    if all(len(part) <= 2 for part in parts):  # U.S., Ph.D; a.m. is not the word "am"
        whole = "".join(parts)
        return (None if whole.islower() else settled(whole)) or spell(whole)
    if parts[-1].lower() in _DOMAINS:
        return "닷".join(read(part) for part in parts)
    return " ".join(read(part) for part in parts)


def _acronym(word):
    """JTBC and A by the names of the letters; PCs and BBC's with the ending as sounded."""
    match = _ACRONYM.match(word)
    if len(word) == 1 or not match:
        return spell(word) if len(word) == 1 else None
    letters, ending = match.groups()
    if not ending and len(letters) >= _SHOUTED and pronunciation(letters.lower()):
        return None
    named = settled(letters) or spell(letters)
    return _with_s(named) if ending else named


def _with_apostrophe(word):
    """Google's by its word, don't by the dictionary, everything else as two words in one."""
    if "'" not in word:
        return None
    parts = [part for part in word.split("'") if part]
    if parts[-1].lower() == "s":
        return _with_s(read("'".join(parts[:-1])))
    phones = pronunciation(word.lower())
    return _hangul("".join(parts).lower(), phones) if phones else "".join(map(read, parts))


def _plural(word):
    """The plural of a word whose own form is settled: 서비시즈, and not by the dictionary."""
    match = re.match("(?i)(..+?(s|x|z|ch|sh))es$|(...*[^s])s$", word)
    base = match and settled(match.group(1) or match.group(3))
    return _with_s(base) if base else None


def _with_s(hangul):
    """`hangul` with the English ending s, as sounded after it: 뱅크스, 시디즈, 프렌즈, 박시즈."""
    stem, last = hangul[:-1], hangul[-1]
    if last in _SIBILANTS:
        return stem + _SIBILANTS[last]
    if last in "트드":
        return stem + ("츠" if last == "트" else "즈")
    tail = (ord(last) - 0xAC00) % 28
    if tail == 19:  # ㅅ, as in 마켓: what is heard is ㄷ
        return hangul + "츠"
    return hangul + ("스" if last in "프크" or tail in (1, 17) else "즈")  # ㄱ, ㅂ


def _pronounced(word):
    """By the dictionary. A compound is read as its parts are (제10항): 헤드라이트, 북메이커."""
    word = word.lower()
    phones = pronunciation(word)
    if not phones:
        return None
    for at in range(3, len(word) - 1) if len(word) >= _COMPOUND else ():
        first, second = pronunciation(word[:at]), _second_part(word[at:])
        if first and second and _unstressed(first + second) == _unstressed(phones):
            return read(word[:at]) + read(word[at:])
    return _hangul(word, phones)


def _second_part(word):
    """The phonemes of what a compound may end with: make-up, net-work; no comm-ent, fin-ance."""
    phones = pronunciation(word)
    if not phones or len(word) < 3 and word != "up":
        return None
    return None if phones[0][:2] in VOWELS and not settled(word) else phones


def _unstressed(phones):
    """Without stress digits, save in weak AH0 and IH0: looking does not end in the word "ing"."""
    return [phone if phone in ("AH0", "IH0") else phone.rstrip("012") for phone in phones]


def _in_parts(word):
    """OpenStack by its capitals, blockchain by two words that are known. None if it is one."""
    parts = [part for piece in _CASES.findall(word) for part in _capitals_apart(piece)]
    if len(parts) > 1:
        return "".join(map(read, parts))
    for at in sorted(range(3, len(word) - 2), key=lambda at: abs(2 * at - len(word))):
        if _is_part(word[:at]) and _is_part(word[at:]):
            return read(word[:at]) + read(word[at:])
    return None


def _capitals_apart(piece):
    """[piece], or two if capitals run into a word: SK hynix, HTTP Server."""
    capitals = re.match("[A-Z]*", piece).end()
    if capitals < 2 or capitals == len(piece):
        return [piece]
    at = capitals - 1 if _is_known(piece[capitals - 1:]) or not _is_known(piece[capitals:]) \
        else capitals
    return [piece[:at], piece[at:]]


def _is_known(word):
    return bool(settled(word) or pronunciation(word.lower()))


def _is_part(word):
    return bool(settled(word) or len(word) >= _PART and pronunciation(word.lower()))


def _by_letters(word):
    """By the rules of spelling; letter by letter where no vowel is among them."""
    letters = re.sub("[^a-z]", "", word.lower())
    if not re.search("[aeiouy]", letters):
        return spell(letters)
    return phonemes.hangul(sounds_of(letters)) or spell(letters)


def _hangul(word, phones):
    return phonemes.hangul(align(word, phones))
