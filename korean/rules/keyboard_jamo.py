"""Single letters of Hangul: decomposed text, laughter, abbreviations, names of letters."""
import re

from jamo import j2hcj

from korean.hangul import compose, split_into_letters, split_syllable
from korean.rules.rule import rule, text_before

_LETTER = "[ㄱ-ㅎㅏ-ㅣ]"
_SEPARATOR = "[/.,|+_·-]"

# the only runs of consonants that are read
_ABBREVIATIONS = {"ㅇㅋ": "오케이", "ㅇㅇ": "응", "ㄱㅅ": "감사", "ㄴㄴ": "노노", "ㄷㄷ": "덜덜", "ㅂㅂ": "바이바이",
                  "ㅈㅅ": "죄송", "ㅊㅋ": "축하", "ㄱㄱ": "고고", "ㄹㅇ": "레알", "ㅎㅇ": "하이", "ㅅㄱ": "수고",
                  "ㅁㄹ": "몰라", "ㄱㄴㄷ": "가나다"}
_ABBREVIATION = "|".join(sorted(_ABBREVIATIONS, key=len, reverse=True))
_LETTER_NAMES = dict(zip(
    "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ",
    "기역 쌍기역 니은 디귿 쌍디귿 리을 미음 비읍 쌍비읍 시옷 쌍시옷 이응 지읒 쌍지읒 치읓 키읔 티읕 피읖 히읗".split()))


def _compose_separated(match):
    """ㅎ ㅏ ㄱ ㄱ ㅛ or ㅎ/ㅏ/ㄱ/ㄱ/ㅛ: 학교; None if a letter would be left over."""
    # a single space is dropped; two spaces, one of them as \0, separate words
    letters = re.sub(_SEPARATOR, "", re.sub(" (?! )", "", match.group().replace("  ", " \0")))
    composed = compose(letters.replace("\0", " "))
    return None if re.search(_LETTER, composed) else composed


def _compose_run(match):
    """ㅎㅏㄱㄱㅛ: 학교, with or without a syllable before it."""
    syllable, letters = match.groups()
    if not re.search("[ㄱ-ㅎ][ㅏ-ㅣ]", letters) and not syllable:
        return None
    composed = compose(letters)
    if syllable and re.search(_LETTER, composed):
        # 하ㄱㄱㅛ: the first letter is the final of the syllable
        joined = compose(split_into_letters(syllable) + letters)
        if re.search("[ㅏ-ㅣ]", letters) and not re.search(_LETTER, joined):
            return joined
    return syllable + composed


def _read_laughter(match):
    return {"ㅋ": "크", "ㅎ": "흐"}[match.group()[0]] * min(len(match.group()), 3)


def _drop_drawn_out(match):
    """네ㅔㅔ: drop a vowel that repeats that of the syllable."""
    syllable = text_before(match)[-1]
    return "" if split_syllable(syllable)[1:] == (match.group(1), "") else None


def _name_letter(match):
    letter = match.group()
    return _LETTER_NAMES.get(letter) or (compose("ㅇ" + letter) if letter >= "ㅏ" else None)


_JAMO = "ㄱ-ㅣ"
RULES = (
    # conjoining jamo that NFC did not compose
    rule("conjoining jamo", "[\u1100-\u1112\u1161-\u1175\u11a8-\u11c2]",
         lambda match: j2hcj(match.group())),
    rule("decomposed", "{0}(?: +{0}){{2,}}|{0}(?:{1}{0}){{2,}}".format(
         _LETTER, _SEPARATOR), _compose_separated, needs=_JAMO),
    rule("emoticon", "(?:(?<=[ㅋㅎ]{2})|(?<!%s))[ㅠㅜ]{2,}(?![ㅏ-ㅣ])|(?<![가-힣ㄱ-ㅣ])[ㅠㅜ](?!%s)|ㅡ[ _.]?ㅡ"
         % (_LETTER, _LETTER), "", needs=_JAMO),
    rule("laughter", "ㅋ{2,}(?![ㅏ-ㅣ])|ㅎ{2,}(?![ㅏ-ㅣ])|(?<=[가-힣 .!?])[ㅋㅎ](?=[ .!?]|$)",
         _read_laughter, needs=_JAMO),
    rule("abbreviation", "(?<!{0})(?:{1})+(?!{0})".format(_LETTER, _ABBREVIATION),
         lambda match: re.sub(_ABBREVIATION, lambda word: _ABBREVIATIONS[word.group()],
                              match.group()), needs=_JAMO),
    rule("drawn out", "(?<=[가-힣])([ㅏ-ㅣ])\\1*(?![ㄱ-ㅣ])", _drop_drawn_out, needs=_JAMO),
    rule("decomposed", "([가-힣]?)(%s+)" % _LETTER, _compose_run, needs=_JAMO),
    rule("letter name", "(?<![가-힣ㄱ-ㅣ])[ㄱ-ㅣ](?![ㄱ-ㅣ])(?=[^가-힣]|$|[자은는이가을를과와의도에로만])",
         _name_letter, needs=_JAMO),
)
