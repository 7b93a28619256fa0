"""Sound changes at the boundary of two syllables: the rules that need no dictionary.

The articles are those of 표준 발음법 (국립국어원). Letters are compatibility jamo, "" is no final.
"""
import functools

# types of boundary; those of one character are also the marks in words.tsv
PLAIN = ""           # only the letters decide
TENSE = "+"          # the next initial becomes tense: 제24항, 제26항–제28항
N_INSERTION = "~"    # ㄴ is inserted before 이, 야, 여, 요, 유: 제29항
WORD_END = "|"       # a word or a noun ends here: 제10항, 제11항, 제15항
L_TO_N = "-"         # ㄹ becomes ㄴ: 제20항 다만
SAI_SIOT = "^"       # the final ㅅ joins two nouns (사이시옷): 제30항
SAME_PHRASE = "same"  # a space within an accentual phrase
NEW_PHRASE = "new"    # a space where a new accentual phrase may begin

_TENSED = dict(zip("ㄱㄷㅂㅅㅈ", "ㄲㄸㅃㅆㅉ"))
_ASPIRATED = dict(zip("ㄱㄷㅂㅈ", "ㅋㅌㅍㅊ"))
_NASALIZED = dict(zip("ㄱㄷㅂ", "ㅇㄴㅁ"))
_STOPS = frozenset("ㄱㄲㅋㄳㄺㄷㅅㅆㅈㅊㅌㅎㅂㅍㄿㅄ")
_FRONT = frozenset("ㅣㅑㅒㅕㅖㅛㅠ")

_CLUSTERS = frozenset("ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ")
# of a boundary of a known type, whatever the letters are
_BOUNDARY_ARTICLES = {N_INSERTION: ("29",), SAI_SIOT: ("30",), WORD_END: ("15",), L_TO_N: ("20",)}

# final → (its sound at the end of a word; before a vowel: what stays, the next initial):
# 제8항–제11항, 제13항, 제14항
_FINAL_SOUNDS = {
    "ㄱ": ("ㄱ", "", "ㄱ"), "ㄲ": ("ㄱ", "", "ㄲ"), "ㅋ": ("ㄱ", "", "ㅋ"), "ㄳ": ("ㄱ", "ㄱ", "ㅆ"),
    "ㄺ": ("ㄱ", "ㄹ", "ㄱ"), "ㄴ": ("ㄴ", "", "ㄴ"), "ㄵ": ("ㄴ", "ㄴ", "ㅈ"), "ㄶ": ("ㄴ", "", "ㄴ"),
    "ㄷ": ("ㄷ", "", "ㄷ"), "ㅅ": ("ㄷ", "", "ㅅ"), "ㅆ": ("ㄷ", "", "ㅆ"), "ㅈ": ("ㄷ", "", "ㅈ"),
    "ㅊ": ("ㄷ", "", "ㅊ"), "ㅌ": ("ㄷ", "", "ㅌ"), "ㅎ": ("ㄷ", "", "ㅇ"), "ㄹ": ("ㄹ", "", "ㄹ"),
    "ㄼ": ("ㄹ", "ㄹ", "ㅂ"), "ㄽ": ("ㄹ", "ㄹ", "ㅆ"), "ㄾ": ("ㄹ", "ㄹ", "ㅌ"), "ㅀ": ("ㄹ", "", "ㄹ"),
    "ㅁ": ("ㅁ", "", "ㅁ"), "ㄻ": ("ㅁ", "ㄹ", "ㅁ"), "ㅂ": ("ㅂ", "", "ㅂ"), "ㅍ": ("ㅂ", "", "ㅍ"),
    "ㅄ": ("ㅂ", "ㅂ", "ㅆ"), "ㄿ": ("ㅂ", "ㄹ", "ㅍ"), "ㅇ": ("ㅇ", "ㅇ", "ㅇ"), "": ("", "", "ㅇ"),
}


def neutralize(final):
    """A final as it sounds at the end of a word: 제8항–제11항."""
    return _FINAL_SOUNDS[final][0]


@functools.lru_cache(maxsize=None)
def change_sounds(final, initial, vowel, boundary):
    """(final, initial) as pronounced, for a final and the initial and vowel of the next syllable.

    The cache is bounded: 28 finals × 19 initials × 21 vowels × 8 types of boundary.
    """
    if boundary == L_TO_N:
        return _before_consonant(final, "ㄴ")
    if boundary == TENSE:
        return (_before_vowel(final) if initial == "ㅇ"
                else _before_consonant(final, _TENSED.get(initial, initial)))
    if boundary == SAI_SIOT and initial in _TENSED:
        return "", _TENSED[initial]
    if boundary in (SAME_PHRASE, NEW_PHRASE):
        return _across_space(neutralize(final), initial, vowel, boundary)
    if boundary == N_INSERTION or boundary == SAI_SIOT and initial == "ㅇ" and vowel in _FRONT:
        return _before_consonant(neutralize(final), "ㄴ")
    if boundary in (WORD_END, SAI_SIOT):
        return _within_word(neutralize(final), initial, vowel, joined=False)
    return _within_word(final, initial, vowel, joined=True)


def articles_of_change(final, initial, vowel, boundary):
    """The articles of 표준 발음법 for the change at a boundary, as a list of strings; [] if none."""
    new_final, new_initial = change_sounds(final, initial, vowel, boundary)
    if (new_final, new_initial) == (final, initial):
        return []
    articles = list(_BOUNDARY_ARTICLES.get(boundary, ()))
    if boundary == WORD_END and initial != "ㅇ":
        articles = []
    if boundary not in (N_INSERTION, SAI_SIOT):
        articles += _articles_of_letters(final, initial, new_final, new_initial, boundary)
    if new_initial in "ㄴㅁ" and new_final in "ㅇㄴㅁ" and neutralize(final) in _NASALIZED:
        articles.append("18")
    if new_final + new_initial == "ㄹㄹ" and (initial == "ㄴ" or boundary == N_INSERTION):
        articles.append("20")
    return articles


def articles_of_final(final):
    """The articles for a final before a consonant or at the end of a word."""
    if not final or final == neutralize(final):
        return []
    if final in "ㄺㄻㄿ":
        return ["11"]
    return ["10" if final in _CLUSTERS else "12" if final == "ㅎ" else "9"]


def _articles_of_letters(final, initial, new_final, new_initial, boundary):
    """The articles for changes by the letters alone."""
    if final in ("ㅎ", "ㄶ", "ㅀ") or initial == "ㅎ" and new_initial != "ㅎ":
        is_palatal = initial == "ㅎ" and new_initial == "ㅊ" and final in ("ㄷ", "ㅌ")
        return ["17" if is_palatal else "12"]
    if initial == "ㅇ":
        if boundary in (WORD_END, SAME_PHRASE, NEW_PHRASE):
            return [] if boundary == WORD_END else ["15"]
        if new_initial in "ㅈㅊ" and final in "ㄷㅌㄾ":
            return ["17"]
        return ["14" if final in _CLUSTERS else "13"]
    articles = [] if new_final == final else articles_of_final(final)
    if new_initial != initial and new_initial in _TENSED.values() and boundary != TENSE:
        articles.append("23" if final in _STOPS else "24" if final in ("ㄵ", "ㄻ") else "25")
    if initial == "ㄹ" and new_initial == "ㄴ" and boundary != L_TO_N:
        articles.append("19")
    if (final, initial) == ("ㄴ", "ㄹ") and new_final == "ㄹ":
        articles.append("20")
    return articles


def _within_word(final, initial, vowel, joined):
    """Within a word; `joined` if an ending or a particle may follow, so that 제17항 applies."""
    if final in ("ㅎ", "ㄶ", "ㅀ"):
        return _after_h(final, initial)
    if initial == "ㅎ":
        return _before_h(final, vowel, joined)
    if initial == "ㅇ":
        if joined and final in ("ㄷ", "ㅌ", "ㄾ") and vowel in "ㅣㅕ":  # 제17항: 굳이, 붙여, 벼훑이
            return ("ㄹ" if final == "ㄾ" else ""), ("ㅈ" if final == "ㄷ" else "ㅊ")
        return _before_vowel(final)
    return _before_consonant(final, initial)


def _before_vowel(final):
    """제13항, 제14항: (final, initial) before a vowel; ㅇ stays."""
    return _FINAL_SOUNDS[final][1:]


def _after_h(final, initial):
    """제12항 for ㅎ, ㄶ, ㅀ: 놓고, 닿소, 놓는, 뚫네, 낳은."""
    remainder = {"ㅎ": "", "ㄶ": "ㄴ", "ㅀ": "ㄹ"}[final]
    if initial in _ASPIRATED:
        return remainder, _ASPIRATED[initial]
    if initial == "ㅅ":
        return remainder, "ㅆ"
    if initial == "ㅇ":
        return _before_vowel(final)
    return _before_consonant(final, initial)


def _before_h(final, vowel, joined):
    """제12항 for a stop before ㅎ: 각하, 밝히다, 맏형, 꽂히다; 제17항: 굳히다, 닫혀.

    ㅊ ends only nouns (꽃향기), and is neutralized to ㄷ first.
    """
    remainder = {"ㄺ": "ㄹ", "ㄼ": "ㄹ", "ㄵ": "ㄴ"}.get(final, "")
    if joined and (final in ("ㅈ", "ㄵ") or final in ("ㄷ", "ㅌ") and vowel in "ㅣㅕ"):
        return remainder, "ㅊ"
    stop = "ㅂ" if final == "ㄼ" else neutralize(final)
    if stop in _ASPIRATED and final != "ㄵ":
        return remainder, _ASPIRATED[stop]
    return neutralize(final), "ㅎ"


def _across_space(final, initial, vowel, boundary):
    """Across a space, as the docstring of korean.pronunciation explains.

    Nothing moves before 이, 야, 여, 요, 유: both [음시 기름] and [음싱 니름] are correct (제29항 붙임 2).
    """
    is_stop = final in _NASALIZED
    if initial == "ㅇ" and is_stop and boundary == SAME_PHRASE and vowel not in _FRONT:
        return _before_vowel(final)
    if initial == "ㅎ" and is_stop and boundary == SAME_PHRASE:
        return "", _ASPIRATED[final]
    if initial in "ㅇㅎ" or initial == "ㄹ" and not is_stop:
        return final, initial
    if boundary == NEW_PHRASE and (initial in _TENSED or (final, initial) == ("ㄹ", "ㄴ")):
        return final, initial
    return _before_consonant(final, initial)


def _before_consonant(final, initial):
    """제23항–제25항 tensing, 제11항 clusters, then 제18항 국물, 제19항 강릉, 협력, 제20항 신라, 칼날."""
    is_tensing = final in _STOPS or final in ("ㄵ", "ㄻ", "ㄼ", "ㄾ")
    final = "ㄹ" if final == "ㄺ" and initial == "ㄱ" else neutralize(final)
    initial = _TENSED.get(initial, initial) if is_tensing else initial
    if initial == "ㄹ" and (final in _NASALIZED or final in ("ㅁ", "ㅇ")):
        initial = "ㄴ"
    if initial in "ㄴㅁ" and final in _NASALIZED:
        final = _NASALIZED[final]
    if (final, initial) in (("ㄴ", "ㄹ"), ("ㄹ", "ㄴ")):
        return "ㄹ", "ㄹ"
    return final, initial
