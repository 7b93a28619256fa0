"""Decomposed text → syllables, as a Korean keyboard composes them; laughter; names of letters."""
import re
import unicodedata

from korean.hangul import compose, split_into_letters, split_syllable
from korean.rules.rule import before, rule

_CONSONANT, _VOWEL = "ㄱ-ㅎ", "ㅏ-ㅣ"
_LETTER = "[%s%s]" % (_CONSONANT, _VOWEL)
_SEPARATOR = "[/.,|+_·-]"

# what a run of consonants alone is short for; no other run of them is read
_SHORT = {"ㅇㅋ": "오케이", "ㅇㅇ": "응", "ㄱㅅ": "감사", "ㄴㄴ": "노노", "ㄷㄷ": "덜덜", "ㅂㅂ": "바이바이",
          "ㅈㅅ": "죄송", "ㅊㅋ": "축하", "ㄱㄱ": "고고", "ㄹㅇ": "레알", "ㅎㅇ": "하이", "ㅅㄱ": "수고",
          "ㅁㄹ": "몰라", "ㄱㄴㄷ": "가나다"}
_SHORT_ONES = "|".join(sorted(_SHORT, key=len, reverse=True))
_NAMES = dict(zip("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ",
                  "기역 쌍기역 니은 디귿 쌍디귿 리을 미음 비읍 쌍비읍 시옷 쌍시옷 이응 지읒 쌍지읒 치읓 "
                  "키읔 티읕 피읖 히읗".split()))


def _single_conjoining(match):
    """ᄒ → ㅎ: what NFC left conjoining stands alone, and is a letter like any other."""
    name = unicodedata.name(match.group())
    for part in ("CHOSEONG", "JUNGSEONG", "JONGSEONG"):
        name = name.replace(part, "LETTER")
    return unicodedata.lookup(name)


def _separated(match):
    """ㅎ ㅏ ㄱ ㄱ ㅛ and ㅎ/ㅏ/ㄱ/ㄱ/ㅛ: the separators go, if syllables come out of it."""
    letters = re.sub(_SEPARATOR, "", re.sub(" (?! )", "", match.group().replace("  ", " \0")))
    composed = compose(letters.replace("\0", " "))
    return None if re.search(_LETTER, composed) else composed


def _decomposed(match):
    before, letters = match.groups()
    if not re.search("[%s][%s]" % (_CONSONANT, _VOWEL), letters) and not before:
        return None
    alone = compose(letters)
    if before and re.search(_LETTER, alone):
        # 하ㄱㄱㅛ: the letters go on with the syllable that is there already
        together = compose(split_into_letters(before) + letters)
        if re.search("[%s]" % _VOWEL, letters) and not re.search(_LETTER, together):
            return together
    return before + alone


def _laughter(match):
    return {"ㅋ": "크", "ㅎ": "흐"}[match.group()[0]] * min(len(match.group()), 3)


def _drawn_out(match):
    """네ㅔㅔ: a vowel that goes on."""
    syllable = before(match)[-1]
    return "" if split_syllable(syllable)[1:] == (match.group(1), "") else None


RULES = (
    rule("conjoining jamo", "[\u1100-\u1112\u1161-\u1175\u11a8-\u11c2]", _single_conjoining),
    rule("decomposed", "{0}(?: +{0}){{2,}}|{0}(?:{1}{0}){{2,}}".format(
         _LETTER, _SEPARATOR), _separated),
    rule("emoticon", "(?:(?<=[ㅋㅎ]{2})|(?<!%s))[ㅠㅜ]{2,}(?!%s)|(?<![가-힣ㄱ-ㅣ])[ㅠㅜ](?!%s)|ㅡ[ _.]?ㅡ"
         % (_LETTER, "[%s]" % _VOWEL, _LETTER), lambda match: ""),
    rule("laughter", "ㅋ{2,}(?![%s])|ㅎ{2,}(?![%s])|(?<=[가-힣 .!?])[ㅋㅎ](?=[ .!?]|$)"
         % (_VOWEL, _VOWEL), _laughter),
    rule("abbreviation", "(?<!{0})(?:{1})+(?!{0})".format(_LETTER, _SHORT_ONES),
         lambda match: re.sub(_SHORT_ONES, lambda short: _SHORT[short.group()], match.group())),
    rule("drawn out", "(?<=[가-힣])([ㅏ-ㅣ])\\1*(?![ㄱ-ㅣ])", _drawn_out),
    rule("decomposed", "([가-힣]?)(%s+)" % _LETTER, _decomposed),
    rule("letter name", "(?<![가-힣ㄱ-ㅣ])[ㄱ-ㅣ](?![ㄱ-ㅣ])(?=[^가-힣]|$|[자은는이가을를과와의도에로만])",
         lambda match: _NAMES.get(match.group()) or
         (compose("ㅇ" + match.group()) if match.group() >= "ㅏ" else None)),
)
