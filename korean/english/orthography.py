"""English phonemes → Hangul syllables.

Source: 외래어 표기법, 표 1 (국제 음성 기호와 한글 대조표) and 제3장 제1절 영어의 표기. Comments cite its
articles (항).
"""
from korean.english.phonemes import is_vowel, name_at
from korean.english.vowels import is_short, vowel_to_hangul
from korean.hangul import join_syllable, split_syllable

_INITIALS = {"B": "ㅂ", "CH": "ㅊ", "D": "ㄷ", "DH": "ㄷ", "F": "ㅍ", "G": "ㄱ", "HH": "ㅎ", "JH": "ㅈ",
             "K": "ㅋ", "L": "ㄹ", "M": "ㅁ", "N": "ㄴ", "P": "ㅍ", "R": "ㄹ", "S": "ㅅ", "SH": "ㅅ",
             "T": "ㅌ", "TH": "ㅅ", "V": "ㅂ", "Z": "ㅈ", "ZH": "ㅈ"}
_STOP_FINALS = {"P": "ㅂ", "T": "ㅅ", "K": "ㄱ"}
_NASAL_FINALS = {"M": "ㅁ", "N": "ㄴ", "NG": "ㅇ"}
_AFTER_W = dict(zip("ㅏㅐㅓㅔㅣㅗㅜㅡ", "ㅘㅙㅝㅞㅟㅝㅜㅜ"))  # 제9항 1: o gives 워 (want, woe)
_AFTER_Y = dict(zip("ㅏㅐㅓㅔㅗㅜㅣㅡ", "ㅑㅒㅕㅖㅛㅠㅣㅕ"))  # 제9항 3
_WITHOUT_Y = {y_vowel: plain for plain, y_vowel in _AFTER_Y.items() if plain not in "ㅣㅡ"}
_INITIALS_WITHOUT_Y = ("ㅈ", "ㅊ")  # 제4항: 차, never 챠


def phonemes_to_hangul(phonemes):
    """The Hangul of a word, without spaces, from its [phonemes.Phoneme]."""
    syllables = _Syllables()
    index = 0
    while index < len(phonemes):
        add = _add_vowel if is_vowel(phonemes, index) else _add_consonant
        index = add(phonemes, index, syllables)
    return syllables.text()


class _Syllables(object):
    """A list of [initial, vowel, final], and the initial and glides (w, y) of the next vowel."""

    def __init__(self):
        self.complete, self.initial, self.glides = [], "ㅇ", ""

    def add(self, initial, vowel, final=""):
        self.complete.append([initial, vowel, final])

    def add_vowels(self, syllables):
        """Add syllables that begin with ㅇ; the first takes `initial` and `glides`."""
        for syllable in syllables:
            vowel = split_syllable(syllable)[1]
            if "w" in self.glides:
                vowel = _AFTER_W.get(vowel, vowel)
            if "y" in self.glides:
                vowel = _AFTER_Y.get(vowel, vowel)
            if self.initial in _INITIALS_WITHOUT_Y:
                vowel = _WITHOUT_Y.get(vowel, vowel)
            self.add(self.initial, vowel)
            self.initial, self.glides = "ㅇ", ""

    def is_open(self):
        """Whether the last syllable has no final consonant."""
        return bool(self.complete) and not self.complete[-1][2]

    def close(self, final, initial="ㅇ"):
        """Add a final to the last syllable, or to a new syllable with ㅡ if the last has one."""
        if self.is_open():
            self.complete[-1][2] = final
        else:
            self.add(initial, "ㅡ", final)

    def text(self):
        return "".join(join_syllable(*letters) for letters in self.complete)


# The functions below add the phoneme at `index` to the syllables and return the next index.

def _add_vowel(phonemes, index, syllables):
    syllables.add_vowels(vowel_to_hangul(phonemes, index))
    if name_at(phonemes, index) == "ER" and is_vowel(phonemes, index + 1):
        syllables.initial = "ㄹ"  # the r is pronounced: energy 에너지, but hurricane 허리케인
    return index + 1


def _add_consonant(phonemes, index, syllables):
    name = name_at(phonemes, index)
    if name == "W":
        return _add_w(phonemes, index, syllables)
    if name == "Y":
        return _add_y(phonemes, index, syllables)
    if name == "L":
        return _add_l(phonemes, index, syllables)
    if name == "NG":
        syllables.close("ㅇ")
    elif _is_ts_before_vowel(phonemes, index):
        syllables.initial = "ㅊ"
        return index + 2
    elif _is_initial(phonemes, index):
        syllables.initial = _INITIALS[name]
        syllables.glides = "y" if name == "SH" else ""
    elif name in _NASAL_FINALS:  # 제5항; 제6항 2 for film 필름
        syllables.close(_NASAL_FINALS[name], "ㄹ" if name_at(phonemes, index - 1) == "L" else "ㅇ")
    elif name == "R":
        if index and not is_vowel(phonemes, index - 1):
            syllables.add("ㄹ", "ㅡ")
    elif _is_final_ts_or_dz(phonemes, index):
        syllables.add({"T": "ㅊ", "D": "ㅈ"}[name], "ㅡ")
        return index + 2
    elif name in _STOP_FINALS and _is_final(phonemes, index) and syllables.is_open():
        syllables.close(_STOP_FINALS[name])
    else:
        syllables.add(_INITIALS[name], _inserted_vowel(phonemes, index))
    return index + 1


def _add_l(phonemes, index, syllables):
    """제6항: ㄹ is a final; before a vowel an initial, and also the final of an open syllable."""
    if not _is_initial(phonemes, index):
        syllables.close("ㄹ")
        return index + 1
    if syllables.is_open():
        syllables.complete[-1][2] = "ㄹ"
    syllables.initial = "ㄹ"
    return index + 1


def _add_w(phonemes, index, syllables):
    is_unwritten = index and phonemes[index - 1].letters + phonemes[index].letters == "u"  # usual
    if is_vowel(phonemes, index + 1) and not is_unwritten:
        syllables.glides += "w"
        if phonemes[index].letters == "wh" and syllables.initial == "ㅇ":
            syllables.initial = "ㅎ"  # whistle 휘슬
    return index + 1


def _add_y(phonemes, index, syllables):
    if not is_vowel(phonemes, index + 1):
        return index + 1
    next_name = name_at(phonemes, index + 1)
    if is_vowel(phonemes, index - 1):
        is_syllable = next_name == "ER"
    else:
        is_syllable = index and phonemes[index].letters and next_name in ("AH", "ER")
    if is_syllable:
        syllables.add_vowels("이")  # 제9항 3: 인디언, 유니언; lawyer 로이어
    else:
        syllables.glides += "y"
    return index + 1


def _is_initial(phonemes, index):
    """Whether the consonant is the initial of the vowel after it."""
    next_name = name_at(phonemes, index + 1)
    if next_name == "W":  # 제9항 2: 퀴즈, 펭귄, 휘슬; but 스윙, 트위스트
        return name_at(phonemes, index) in ("K", "G", "HH") and is_vowel(phonemes, index + 2)
    return is_vowel(phonemes, index + 1) or next_name == "Y" and is_vowel(phonemes, index + 2)


def _is_final_ts_or_dz(phonemes, index):
    """제4항 1: whether ts or dz is one syllable, 츠 or 즈; not if s begins a syllable: footstep."""
    pair = (name_at(phonemes, index), name_at(phonemes, index + 1))
    if pair not in (("T", "S"), ("D", "Z")) or _is_initial(phonemes, index + 1):
        return False
    return name_at(phonemes, index + 2) not in ("P", "T", "K", "W", "L")


def _is_ts_before_vowel(phonemes, index):
    """제4항 2: whether ts is certainly one sound, at the start of a word or written tz."""
    pair = (name_at(phonemes, index), name_at(phonemes, index + 1))
    return (pair == ("T", "S") and is_vowel(phonemes, index + 2)
            and (not index or not phonemes[index + 1].letters))


def _is_final(phonemes, index):
    """제1항 1 and 2: whether p, t or k is a final consonant."""
    return (is_short(phonemes, index - 1)
            and name_at(phonemes, index + 1) not in ("L", "R", "M", "N", "W", "Y"))


def _inserted_vowel(phonemes, index):
    """The vowel inserted after a consonant that no vowel follows: 제1항 3, 제2항, 제3항, 제4항."""
    name = name_at(phonemes, index)
    if name == "SH":
        return "ㅣ" if index + 1 == len(phonemes) else "ㅠ"
    return "ㅣ" if name in ("CH", "JH", "ZH") else "ㅡ"
