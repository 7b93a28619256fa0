"""The vowels of English words → Hangul, by sound and by letter.

Source: 외래어 표기법, 표 1 (국제 음성 기호와 한글 대조표) and 제3장 제1절 제8항 and 제9항. It asks for
British vowels, and the dictionary has American ones: where the two part (hot, new, car), the
letter tells which British vowel it was.
"""
import re

from korean.english.sounds import is_vowel, phoneme

_PLAIN = {"AE": "애", "AH": "어", "AO": "오", "AW": "아우", "AY": "아이", "EH": "에", "ER": "어",
          "EY": "에이", "IH": "이", "IY": "이", "OW": "오", "OY": "오이", "UH": "우", "UW": "우"}
_BEFORE_DROPPED_R = {"IH": "이어", "IY": "이어", "EH": "에어", "UH": "우어", "UW": "우어", "AW": "아워",
                     "AY": "아이어", "OY": "오이어"}
_ALWAYS_SHORT = frozenset("AE AH EH IH UH".split())

# A weak vowel by the letters from it to the end of the word; the first that fits.
_WEAK = [(re.compile(letters), vowel) for letters, vowel in (
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
_LATIN_END = re.compile("[^aeiou]i?[aiou]$")  # Nevada, safari, Subaru: letters keep their sound
_LATIN = {"a": "아", "e": "에", "u": "우"}


def vowel(sounds, at):
    """Hangul of the vowel at this place, as syllables without consonants: "에이"; "으" for none."""
    name, stress, letters = sounds[at]
    word = "".join(sound.letters for sound in sounds)
    if not stress and (name == "AH" or name == "IH" and _is_weak_e(sounds, at)):
        return _weak(sounds, at, word)
    if name == "ER":
        return _er(sounds, at, word)
    if phoneme(sounds, at + 1) == "R":
        return _before_r(sounds, at)
    if name == "AW" and phoneme(sounds, at + 1) in ("ER", "AH"):
        return "아"  # the 워 of 파워 follows
    if name == "AA":
        return _aa(sounds, at)
    if name == "AE" and not stress and not at and phoneme(sounds, 1) == "D":
        return "어"  # advance
    if name == "UW" and _has_lost_y(sounds, at, word):
        return "유"
    return _PLAIN[name]


def is_short(sounds, at):
    """Whether the sound at this place is a short vowel: p, t, k after it become tails (제1항)."""
    if not is_vowel(sounds, at) or phoneme(sounds, at + 1) == "R":
        return False
    name, _, letters = sounds[at]
    if phoneme(sounds, at - 1) == "AY":
        return False  # diet 다이어트
    if name in ("AA", "AO"):
        return letters[:2] in ("o", "oh") or (letters == "a" and phoneme(sounds, at - 1) == "W")
    return name in _ALWAYS_SHORT


def _aa(sounds, at):
    """American AA is two British vowels: that of hot, and that of father."""
    after_w = phoneme(sounds, at - 1) == "W" and sounds[at - 1].letters in ("w", "wh", "u")
    father = sounds[at].letters in ("a", "ah", "aa", "al", "e", "ea")
    return "아" if father and not after_w else "오"


def _has_lost_y(sounds, at, word):
    """new, tube, duty, super: Americans say no y after t, d, n, s; Koreans do."""
    written = sounds[at].letters[:1] in ("u", "e")
    return (written and not _LATIN_END.search(word)
            and (phoneme(sounds, at - 1) in ("T", "D", "N")
                 or phoneme(sounds, at - 1) == "S" and at == 1))


def _is_weak_e(sounds, at):
    """The dictionary wavers between AH0 and IH0 before n: patient, person-al."""
    return (at and sounds[at].letters in ("e", "o", "ea", "eo") and phoneme(sounds, at + 1) == "N")


def _er(sounds, at, word):
    letters, before = sounds[at].letters, phoneme(sounds, at - 1)
    if before == "AW":
        return "워"
    if before == "Y" and letters == "ure" and not sounds[at - 1].letters:
        return "우어"  # manicure
    if "".join(sound.letters for sound in sounds[at:]) in ("ory", "ories"):
        return "오"  # history
    if is_vowel(sounds, at + 1):  # the r is spoken, and its vowel with it
        if letters in ("ir", "yr") or letters == "or" and at < 2:
            return {"i": "이", "y": "이", "o": "오"}[letters[0]]  # mirage, syrup, original
        if letters == "ar" and _LATIN_END.search(word):
            return "아"  # Maria
    return "어"


def _before_r(sounds, at):
    name, _, letters = sounds[at]
    dropped = not is_vowel(sounds, at + 2)
    if name in ("AA", "AO"):
        if "".join(sound.letters for sound in sounds[at:]) in ("ore", "oor", "oar"):
            return "오어"  # store; but four 포
        return _aa(sounds, at) if name == "AA" else "오"
    if name == "EH" and letters == "a" and not dropped:
        return _a_before_spoken_r(sounds, at)
    if dropped or letters in ("ea", "ee", "ie", "ai", "ou", "oo"):  # hearing 히어링
        return _BEFORE_DROPPED_R.get(name, _PLAIN[name])
    return _PLAIN[name]


def _a_before_spoken_r(sounds, at):
    """carry 캐리, sharing 셰어링, Mary 메리, dictionary 딕셔너리: one sound to an American."""
    to_end = "".join(sound.letters for sound in sounds[at:])
    if to_end in ("ary", "aries"):
        return "에" if sounds[at].stress == 1 else "어"
    return "에어" if re.match("ar(ing|er|ea|en)", to_end) else "애"


def _weak(sounds, at, word):
    """AH0: the letter decides."""
    letters = sounds[at].letters
    to_end = "".join(sound.letters for sound in sounds[at:])
    before = phoneme(sounds, at - 1)
    if before == "AW":
        return "워"  # towel 타월
    if letters[:1] == "u" and before == "Y" and not sounds[at - 1].letters:
        return "우"  # popular
    if phoneme(sounds, at + 1) == "W" and letters + sounds[at + 1].letters == "u":
        return "우"  # usual
    if not letters or _swallowed(before, to_end, sounds, at):
        return "으"
    if _LATIN_END.search(word) and letters in _LATIN:
        return _LATIN[letters]
    if before == "AY" or before in ("SH", "ZH", "CH") and letters not in ("i", "y"):
        return "어"  # science, national, patient
    if to_end.startswith("o") and word.startswith(("com", "con", "col", "cor")) and at == 1:
        return "어"
    return next(vowel for pattern, vowel in _WEAK if pattern.match(to_end))


def _swallowed(before, to_end, sounds, at):
    """garden 가든, lesson 레슨, button 버튼: no vowel is left before the n."""
    if re.match("en(s|son|teen|ty)?$", to_end):
        return before in ("P", "T", "K", "D", "V", "S", "Z", "TH", "DH", "F")
    after = before in ("S", "Z") or sounds[at - 1].letters == "tt"
    return after and to_end in ("on", "ons", "onal")
