"""The sounds of an English word → Hangul syllables.

Source: 외래어 표기법, 표 1 (국제 음성 기호와 한글 대조표) and 제3장 제1절 영어의 표기; the numbers of its
articles (항) are in the comments.
"""
from korean.english import vowels
from korean.english.sounds import is_vowel, phoneme

_LEADS, _VOWELS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_TAILS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"

_LEAD = {"B": "ㅂ", "CH": "ㅊ", "D": "ㄷ", "DH": "ㄷ", "F": "ㅍ", "G": "ㄱ", "HH": "ㅎ", "JH": "ㅈ",
         "K": "ㅋ", "L": "ㄹ", "M": "ㅁ", "N": "ㄴ", "P": "ㅍ", "R": "ㄹ", "S": "ㅅ", "SH": "ㅅ",
         "T": "ㅌ", "TH": "ㅅ", "V": "ㅂ", "Z": "ㅈ", "ZH": "ㅈ"}
_STOP_TAIL = {"P": "ㅂ", "T": "ㅅ", "K": "ㄱ"}
_NASAL_TAIL = {"M": "ㅁ", "N": "ㄴ", "NG": "ㅇ"}
_AFTER_W = dict(zip("ㅏㅐㅓㅔㅣㅗㅜㅡ", "ㅘㅙㅝㅞㅟㅝㅜㅜ"))  # 제9항 1: o gives 워 (want, woe)
_AFTER_Y = dict(zip("ㅏㅐㅓㅔㅗㅜㅣㅡ", "ㅑㅒㅕㅖㅛㅠㅣㅕ"))  # 제9항 3
_WITHOUT_Y = {y: plain for plain, y in _AFTER_Y.items() if plain not in "ㅣㅡ"}
_NO_Y = ("ㅈ", "ㅊ")  # 제4항: 차, never 챠


def hangul(sounds):
    """Sounds (see sounds.Sound) as Hangul syllables without spaces."""
    syllables = _Syllables()
    at = 0
    while at < len(sounds):
        at = _vowel(sounds, at, syllables) if is_vowel(sounds, at) \
            else _consonant(sounds, at, syllables)
    return syllables.text()


class _Syllables(object):
    """Syllables under construction, each [lead, vowel, tail]; `lead` waits for its vowel."""

    def __init__(self):
        self.done, self.lead, self.glides = [], "ㅇ", ""

    def add(self, lead, vowel, tail=" "):
        self.done.append([lead, vowel, tail])

    def add_vowel(self, hangul_vowels):
        """Hangul vowels as syllables with ㅇ; the first of them takes the lead and the glides."""
        for syllable in hangul_vowels:
            vowel = _VOWELS[(ord(syllable) - 0xAC00) // 28 % 21]
            if "w" in self.glides:
                vowel = _AFTER_W.get(vowel, vowel)
            if "y" in self.glides:
                vowel = _AFTER_Y.get(vowel, vowel)
            if self.lead in _NO_Y:
                vowel = _WITHOUT_Y.get(vowel, vowel)
            self.add(self.lead, vowel)
            self.lead, self.glides = "ㅇ", ""

    def is_open(self):
        return bool(self.done) and self.done[-1][2] == " "

    def close(self, tail, otherwise):
        """Put a tail under the last syllable; if it has one already, begin a syllable with 으."""
        if self.is_open():
            self.done[-1][2] = tail
        else:
            self.add(otherwise, "ㅡ", tail)

    def text(self):
        return "".join(chr(0xAC00 + (_LEADS.index(lead) * 21 + _VOWELS.index(vowel)) * 28
                           + _TAILS.index(tail)) for lead, vowel, tail in self.done)


def _vowel(sounds, at, syllables):
    syllables.add_vowel(vowels.vowel(sounds, at))
    if phoneme(sounds, at) == "ER" and is_vowel(sounds, at + 1):
        syllables.lead = "ㄹ"  # its r is spoken: energy 에너지, but hurricane 허리케인
    return at + 1


def _consonant(sounds, at, syllables):
    """Write the consonant at this place; returns the place to go on from."""
    name = phoneme(sounds, at)
    if name == "W":
        return _w(sounds, at, syllables)
    if name == "Y":
        return _y(sounds, at, syllables)
    if name == "L":
        return _l(sounds, at, syllables)
    if name == "NG":
        syllables.close("ㅇ", "ㅇ")
    elif _is_ts_before_vowel(sounds, at):
        syllables.lead = "ㅊ"
        return at + 2
    elif _leads(sounds, at):
        syllables.lead = _LEAD[name]
        syllables.glides = "y" if name == "SH" else ""
    elif name in _NASAL_TAIL:  # 제5항; 제6항 2 for film 필름
        syllables.close(_NASAL_TAIL[name], "ㄹ" if phoneme(sounds, at - 1) == "L" else "ㅇ")
    elif name == "R":
        if at and not is_vowel(sounds, at - 1):
            syllables.add("ㄹ", "ㅡ")
    elif _joins_next(sounds, at):
        syllables.add({"T": "ㅊ", "D": "ㅈ"}[name], "ㅡ")
        return at + 2
    elif name in _STOP_TAIL and _is_tail(sounds, at) and syllables.is_open():
        syllables.close(_STOP_TAIL[name], "ㅇ")
    else:
        syllables.add(_LEAD[name], _filler(sounds, at))
    return at + 1


def _leads(sounds, at):
    """Whether this consonant begins the syllable of the vowel after it."""
    following = phoneme(sounds, at + 1)
    if following == "W":  # 제9항 2: 퀴즈, 펭귄, 휘슬; but 스윙, 트위스트
        return phoneme(sounds, at) in ("K", "G", "HH") and is_vowel(sounds, at + 2)
    return is_vowel(sounds, at + 1) or following == "Y" and is_vowel(sounds, at + 2)


def _joins_next(sounds, at):
    """ts and dz are one letter, 츠 and 즈 (제4항 1), unless s begins what follows (footstep)."""
    pair = (phoneme(sounds, at), phoneme(sounds, at + 1))
    if pair not in (("T", "S"), ("D", "Z")) or _leads(sounds, at + 1):
        return False
    return phoneme(sounds, at + 2) not in ("P", "T", "K", "W", "L")


def _is_ts_before_vowel(sounds, at):
    """제4항 2, where t and s are surely one sound: at the head, or written as one letter (tz)."""
    pair = (phoneme(sounds, at), phoneme(sounds, at + 1))
    return (pair == ("T", "S") and is_vowel(sounds, at + 2)
            and (not at or not sounds[at + 1].letters))


def _is_tail(sounds, at):
    """제1항 1 and 2."""
    return (vowels.is_short(sounds, at - 1)
            and phoneme(sounds, at + 1) not in ("L", "R", "M", "N", "W", "Y"))


def _filler(sounds, at):
    """The vowel that a consonant without one is given: 제1항 3, 제2항, 제3항, 제4항."""
    name = phoneme(sounds, at)
    if name == "SH":
        return "ㅣ" if at + 1 == len(sounds) else "ㅠ"
    return "ㅣ" if name in ("CH", "JH", "ZH") else "ㅡ"


def _l(sounds, at, syllables):
    """제6항: a tail, and between vowels or after a consonant both tail and lead; 제6항 2: 햄릿."""
    if not _leads(sounds, at):
        syllables.close("ㄹ", "ㅇ")
        return at + 1
    if syllables.is_open():
        syllables.done[-1][2] = "ㄹ"
    syllables.lead = "ㄹ"
    return at + 1


def _w(sounds, at, syllables):
    unwritten = at and sounds[at - 1].letters + sounds[at].letters == "u"  # usual 유주얼
    if is_vowel(sounds, at + 1) and not unwritten:
        syllables.glides += "w"
        if sounds[at].letters == "wh" and syllables.lead == "ㅇ":
            syllables.lead = "ㅎ"  # whistle 휘슬
    return at + 1


def _y(sounds, at, syllables):
    if not is_vowel(sounds, at + 1):
        return at + 1
    following = phoneme(sounds, at + 1)
    if is_vowel(sounds, at - 1):
        own_syllable = following == "ER"
    else:
        own_syllable = at and sounds[at].letters and following in ("AH", "ER")
    if own_syllable:
        syllables.add_vowel("이")  # 제9항 3: 인디언, 유니언; lawyer 로이어
    else:
        syllables.glides += "y"
    return at + 1
