"""What two syllables do to each other where they meet: the rules that need no dictionary.

The articles are those of 표준 발음법 (국립국어원). Letters are compatibility jamo, "" is no tail.
"""
import functools

LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
TAILS = ("",) + tuple("ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

# what a word list or a rule says about the place between two syllables
PLAIN = ""       # nothing
TENSE = "+"      # what follows is tense: 제24항, 제26항–제28항
INSERTED = "~"   # ㄴ is inserted before 이, 야, 여, 요, 유: 제29항
WORD = "|"       # a word or a noun ends here: 제10항, 제11항, 제15항
NASAL = "-"      # ㄹ becomes ㄴ in spite of 제20항
BINDING = "^"    # the ㅅ before it only binds two nouns: 제30항
NEAR = "near"    # a space between words that are spoken in one breath
FAR = "far"      # a space where the voice may set in anew

_SYLLABLES = ord("가")
_TENSED = dict(zip("ㄱㄷㅂㅅㅈ", "ㄲㄸㅃㅆㅉ"))
_ASPIRATED = dict(zip("ㄱㄷㅂㅈ", "ㅋㅌㅍㅊ"))
_NASALISED = dict(zip("ㄱㄷㅂ", "ㅇㄴㅁ"))
_STOPS = frozenset("ㄱㄲㅋㄳㄺㄷㅅㅆㅈㅊㅌㅎㅂㅍㄿㅄ")
_FRONT = frozenset("ㅣㅑㅒㅕㅖㅛㅠ")

# 제8항–제11항, 제14항: (what is heard at the end, what stays and what moves before a vowel)
_SOUNDS = {
    "ㄱ": ("ㄱ", "", "ㄱ"), "ㄲ": ("ㄱ", "", "ㄲ"), "ㅋ": ("ㄱ", "", "ㅋ"), "ㄳ": ("ㄱ", "ㄱ", "ㅆ"),
    "ㄺ": ("ㄱ", "ㄹ", "ㄱ"), "ㄴ": ("ㄴ", "", "ㄴ"), "ㄵ": ("ㄴ", "ㄴ", "ㅈ"), "ㄶ": ("ㄴ", "", "ㄴ"),
    "ㄷ": ("ㄷ", "", "ㄷ"), "ㅅ": ("ㄷ", "", "ㅅ"), "ㅆ": ("ㄷ", "", "ㅆ"), "ㅈ": ("ㄷ", "", "ㅈ"),
    "ㅊ": ("ㄷ", "", "ㅊ"), "ㅌ": ("ㄷ", "", "ㅌ"), "ㅎ": ("ㄷ", "", "ㅇ"), "ㄹ": ("ㄹ", "", "ㄹ"),
    "ㄼ": ("ㄹ", "ㄹ", "ㅂ"), "ㄽ": ("ㄹ", "ㄹ", "ㅆ"), "ㄾ": ("ㄹ", "ㄹ", "ㅌ"), "ㅀ": ("ㄹ", "", "ㄹ"),
    "ㅁ": ("ㅁ", "", "ㅁ"), "ㄻ": ("ㅁ", "ㄹ", "ㅁ"), "ㅂ": ("ㅂ", "", "ㅂ"), "ㅍ": ("ㅂ", "", "ㅍ"),
    "ㅄ": ("ㅂ", "ㅂ", "ㅆ"), "ㄿ": ("ㅂ", "ㄹ", "ㅍ"), "ㅇ": ("ㅇ", "ㅇ", "ㅇ"), "": ("", "", "ㅇ"),
}


def letters(written):
    """(lead, vowel, tail) of a composed syllable."""
    lead, rest = divmod(ord(written) - _SYLLABLES, 588)
    vowel, tail = divmod(rest, 28)
    return LEADS[lead], VOWELS[vowel], TAILS[tail]


@functools.lru_cache(maxsize=None)
def syllable(lead, vowel, tail):
    """The composed syllable, ㅕ as ㅓ after ㅈ, ㅉ, ㅊ: 제5항."""
    if vowel == "ㅕ" and lead in "ㅈㅉㅊ":
        vowel = "ㅓ"
    code = LEADS.index(lead) * 588 + VOWELS.index(vowel) * 28 + TAILS.index(tail)
    return chr(_SYLLABLES + code)


def tail_of(written):
    return TAILS[(ord(written) - _SYLLABLES) % 28]


def closed(tail):
    """A tail as it is heard at the end of a word: 제8항–제11항."""
    return _SOUNDS[tail][0]


@functools.lru_cache(maxsize=None)
def meeting(tail, lead, vowel, mark):
    """(tail, lead) as spoken, of a written tail before a written lead and its vowel.

    The cache is the table: at most 28 tails × 19 leads × 21 vowels for each of eight marks.
    """
    if mark == NASAL:
        return _closed_before(tail, "ㄴ")
    if mark == TENSE:
        return _closed_before(tail, _TENSED.get(lead, lead)) if lead != "ㅇ" else _linked(tail)
    if mark == BINDING and lead in _TENSED:
        return "", _TENSED[lead]
    if mark in (NEAR, FAR):
        return _across_a_space(closed(tail), lead, vowel, mark)
    if mark == INSERTED or mark == BINDING and lead == "ㅇ" and vowel in _FRONT:
        return _closed_before(closed(tail), "ㄴ")
    if mark in (WORD, BINDING):
        return _inside_a_word(closed(tail), lead, vowel, joined=False)
    return _inside_a_word(tail, lead, vowel, joined=True)


def _inside_a_word(tail, lead, vowel, joined):
    """`joined`: what follows is an ending or a particle, so that 제17항 holds."""
    if tail in ("ㅎ", "ㄶ", "ㅀ"):
        return _after_h(tail, lead)
    if lead == "ㅎ":
        return _before_h(tail, vowel, joined)
    if lead == "ㅇ":
        if joined and tail in ("ㄷ", "ㅌ", "ㄾ") and vowel in "ㅣㅕ":  # 제17항: 굳이, 붙여, 벼훑이
            return ("ㄹ" if tail == "ㄾ" else ""), ("ㅈ" if tail == "ㄷ" else "ㅊ")
        return _linked(tail)
    return _closed_before(tail, lead)


def _linked(tail):
    """제13항, 제14항: what moves to a following vowel; ㅇ never does."""
    return _SOUNDS[tail][1:]


def _after_h(tail, lead):
    """제12항 for ㅎ, ㄶ, ㅀ: 놓고, 닿소, 놓는, 뚫네, 낳은."""
    rest = {"ㅎ": "", "ㄶ": "ㄴ", "ㅀ": "ㄹ"}[tail]
    if lead in _ASPIRATED:
        return rest, _ASPIRATED[lead]
    if lead == "ㅅ":
        return rest, "ㅆ"
    if lead == "ㅇ":
        return _linked(tail)
    return _closed_before(tail, lead)


def _before_h(tail, vowel, joined):
    """제12항 for a stop before ㅎ: 각하, 밝히다, 맏형, 꽂히다; 제17항: 굳히다, 닫혀.

    ㅊ comes from nouns alone (꽃향기), so that it is heard as ㄷ first.
    """
    rest = {"ㄺ": "ㄹ", "ㄼ": "ㄹ", "ㄵ": "ㄴ"}.get(tail, "")
    if joined and (tail in ("ㅈ", "ㄵ") or tail in ("ㄷ", "ㅌ") and vowel in "ㅣㅕ"):
        return rest, "ㅊ"
    stop = "ㅂ" if tail == "ㄼ" else closed(tail)
    if stop in _ASPIRATED and tail != "ㄵ":
        return rest, _ASPIRATED[stop]
    return closed(tail), "ㅎ"


def _across_a_space(tail, lead, vowel, mark):
    """How far the words of a phrase are run together; the package says why.

    Before 이, 야, 여, 요, 유 both [음시 기름] and [음싱 니름] are right (제29항 붙임 2): left alone.
    """
    stop = tail in _NASALISED
    if lead == "ㅇ" and stop and mark == NEAR and vowel not in _FRONT:
        return _linked(tail)
    if lead == "ㅎ" and stop and mark == NEAR:
        return "", _ASPIRATED[tail]
    if lead in "ㅇㅎ" or lead == "ㄹ" and not stop:
        return tail, lead
    if mark == FAR and (lead in _TENSED or (tail, lead) == ("ㄹ", "ㄴ")):
        return tail, lead
    return _closed_before(tail, lead)


def _closed_before(tail, lead):
    """A tail that stays before a consonant: 제23항–제25항, then 제11항, then 제18항–제20항."""
    tense = lead
    if tail in _STOPS or tail in ("ㄵ", "ㄻ", "ㄼ", "ㄾ"):
        tense = _TENSED.get(lead, lead)
    tail = "ㄹ" if tail == "ㄺ" and lead == "ㄱ" else closed(tail)
    return _assimilated(tail, tense)


def _assimilated(tail, lead):
    """제18항 국물, 제19항 강릉 and 협력, 제20항 신라 and 칼날."""
    if lead == "ㄹ" and (tail in _NASALISED or tail in ("ㅁ", "ㅇ")):
        lead = "ㄴ"
    if lead in "ㄴㅁ" and tail in _NASALISED:
        tail = _NASALISED[tail]
    if (tail, lead) in (("ㄴ", "ㄹ"), ("ㄹ", "ㄴ")):
        return "ㄹ", "ㄹ"
    return tail, lead
