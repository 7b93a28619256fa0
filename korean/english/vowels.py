"""English vowels → Hangul, by phoneme and by letter.

Source: 외래어 표기법, 표 1 (국제 음성 기호와 한글 대조표) and 제3장 제1절 제8항 and 제9항. The orthography
transcribes British vowels, but CMUdict has American ones. Where they differ (hot, new, car), the
letters decide.
"""
import re

from korean.english.phonemes import is_vowel, letters_from, name_at

_DEFAULT = {"AE": "애", "AH": "어", "AO": "오", "AW": "아우", "AY": "아이", "EH": "에", "ER": "어",
            "EY": "에이", "IH": "이", "IY": "이", "OW": "오", "OY": "오이", "UH": "우", "UW": "우"}
_BEFORE_SILENT_R = {"IH": "이어", "IY": "이어", "EH": "에어", "UH": "우어", "UW": "우어", "AW": "아워",
                     "AY": "아이어", "OY": "오이어"}
_ALWAYS_SHORT = frozenset("AE AH EH IH UH".split())

# (pattern, Hangul) of a weak vowel: the first pattern that matches its letters and those after it.
_WEAK_VOWELS = [(re.compile(letters), vowel) for letters, vowel in (
    ("ible|ibil", "어"),                     # possible
    ("[iy]", "이"),                          # animal, cabin, analysis
    ("ai|eng", "이"),                        # captain, messenger
    ("ah?$", "아"),                          # America
    ("age(?!n)|ates?$", "이"),               # image, private
    ("ands?$", "애"),                        # Portland, island
    ("e(tt?e?|d|s|ss|st)('?s)?$", "이"),     # bonnet, united, fitness, forest
    ("e[^aeiouyrlwx]?[aeiouy]", "이"),       # elevator, element
    ("ou|onal", "어"),                       # famous, national
    ("o[^aeiouynmlr]?[aeiouy]", "오"),       # photograph
    ("o[nmlr](?!e[sd]?$)[aeiouy]", "오"),    # melody, harmony; but welcome
    ("", "어"))]
_LATIN_ENDING = re.compile("[^aeiou]i?[aiou]$")  # Nevada, safari, Subaru: Latin vowels
_LATIN_VOWELS = {"a": "아", "e": "에", "u": "우"}


def vowel_to_hangul(phonemes, index):
    """The vowel at `index` as syllables without consonants: "에이"; "으" if it is silent."""
    name, stress, _ = phonemes[index]
    word = letters_from(phonemes, 0)
    if not stress and (name == "AH" or name == "IH" and _is_weak_e(phonemes, index)):
        return _weak_vowel(phonemes, index, word)
    if name == "ER":
        return _er(phonemes, index, word)
    if name_at(phonemes, index + 1) == "R":
        return _before_r(phonemes, index)
    if name == "AW" and name_at(phonemes, index + 1) in ("ER", "AH"):
        return "아"  # the 워 of 파워 follows
    if name == "AA":
        return _aa(phonemes, index)
    if name == "AE" and not stress and not index and name_at(phonemes, 1) == "D":
        return "어"  # advance
    if name == "UW" and _is_y_dropped(phonemes, index, word):
        return "유"
    return _DEFAULT[name]


def is_short(phonemes, index):
    """Whether the phoneme at `index` is a short vowel: p, t, k after it become finals (제1항)."""
    if not is_vowel(phonemes, index) or name_at(phonemes, index + 1) == "R":
        return False
    name, _, letters = phonemes[index]
    if name_at(phonemes, index - 1) == "AY":
        return False  # diet 다이어트
    if name in ("AA", "AO"):
        return (letters[:2] in ("o", "oh")
                or (letters == "a" and name_at(phonemes, index - 1) == "W"))
    return name in _ALWAYS_SHORT


def _aa(phonemes, index):
    """American AA is either British vowel, that of hot (오) or that of father (아)."""
    follows_w = (name_at(phonemes, index - 1) == "W"
                 and phonemes[index - 1].letters in ("w", "wh", "u"))
    is_father = phonemes[index].letters in ("a", "ah", "aa", "al", "e", "ea")
    return "아" if is_father and not follows_w else "오"


def _is_y_dropped(phonemes, index, word):
    """new, tube, duty, super: American English drops the y after t, d, n, s; Korean keeps it."""
    is_u_or_e = phonemes[index].letters[:1] in ("u", "e")
    return (is_u_or_e and not _LATIN_ENDING.search(word)
            and (name_at(phonemes, index - 1) in ("T", "D", "N")
                 or name_at(phonemes, index - 1) == "S" and index == 1))


def _is_weak_e(phonemes, index):
    """CMUdict is inconsistent between AH0 and IH0 before n: patient, personal."""
    return (index and phonemes[index].letters in ("e", "o", "ea", "eo")
            and name_at(phonemes, index + 1) == "N")


def _er(phonemes, index, word):
    letters, previous = phonemes[index].letters, name_at(phonemes, index - 1)
    if previous == "AW":
        return "워"
    if previous == "Y" and letters == "ure" and not phonemes[index - 1].letters:
        return "우어"  # manicure
    if letters_from(phonemes, index) in ("ory", "ories"):
        return "오"  # history
    if is_vowel(phonemes, index + 1):  # the r is pronounced
        if letters in ("ir", "yr") or letters == "or" and index < 2:
            return {"i": "이", "y": "이", "o": "오"}[letters[0]]  # mirage, syrup, original
        if letters == "ar" and _LATIN_ENDING.search(word):
            return "아"  # Maria
    return "어"


def _before_r(phonemes, index):
    name, _, letters = phonemes[index]
    r_is_silent = not is_vowel(phonemes, index + 2)
    if name in ("AA", "AO"):
        if letters_from(phonemes, index) in ("ore", "oor", "oar"):
            return "오어"  # store; not in four 포
        return _aa(phonemes, index) if name == "AA" else "오"
    if name == "EH" and letters == "a" and not r_is_silent:
        return _a_before_pronounced_r(phonemes, index)
    if r_is_silent or letters in ("ea", "ee", "ie", "ai", "ou", "oo"):  # hearing 히어링
        return _BEFORE_SILENT_R.get(name, _DEFAULT[name])
    return _DEFAULT[name]


def _a_before_pronounced_r(phonemes, index):
    """carry 캐리, sharing 셰어링, Mary 메리, dictionary 딕셔너리: all have EH in CMUdict."""
    to_end = letters_from(phonemes, index)
    if to_end in ("ary", "aries"):
        return "에" if phonemes[index].stress == 1 else "어"
    return "에어" if re.match("ar(ing|er|ea|en)", to_end) else "애"


def _weak_vowel(phonemes, index, word):
    """Hangul of AH0 and of a weak IH0, by the letters."""
    letters = phonemes[index].letters
    to_end = letters_from(phonemes, index)
    previous = name_at(phonemes, index - 1)
    if previous == "AW":
        return "워"  # towel 타월
    if letters[:1] == "u" and previous == "Y" and not phonemes[index - 1].letters:
        return "우"  # popular
    if name_at(phonemes, index + 1) == "W" and letters + phonemes[index + 1].letters == "u":
        return "우"  # usual
    if not letters or _is_silent(phonemes, index):
        return "으"
    if _LATIN_ENDING.search(word) and letters in _LATIN_VOWELS:
        return _LATIN_VOWELS[letters]
    if previous == "AY" or previous in ("SH", "ZH", "CH") and letters not in ("i", "y"):
        return "어"  # science, national, patient
    if to_end.startswith("o") and word.startswith(("com", "con", "col", "cor")) and index == 1:
        return "어"
    return next(vowel for pattern, vowel in _WEAK_VOWELS if pattern.match(to_end))


def _is_silent(phonemes, index):
    """Whether the weak vowel before n is silent: garden 가든, lesson 레슨, button 버튼."""
    to_end, previous = letters_from(phonemes, index), name_at(phonemes, index - 1)
    if re.match("en(s|son|teen|ty)?$", to_end):
        return previous in ("P", "T", "K", "D", "V", "S", "Z", "TH", "DH", "F")
    follows_s_or_tt = previous in ("S", "Z") or phonemes[index - 1].letters == "tt"
    return follows_s_or_tt and to_end in ("on", "ons", "onal")
