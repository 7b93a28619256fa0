"""Latin letters: English words, acronyms, codes with numbers in them (MP3, A4), versions; Greek."""
import re

from korean import english, numerals
from korean.english.dictionary import look_up_lexicon
from korean.rules.numbers import amount
from korean.rules.rule import rule

_ENGLISH_DIGITS = ("제로", "원", "투", "쓰리", "포", "파이브", "식스", "세븐", "에이트", "나인")
_ORDINALS = {"1st": "퍼스트", "2nd": "세컨드", "3rd": "서드", "4th": "포스", "5th": "피프스", "6th": "식스스",
             "7th": "세븐스", "8th": "에이스", "9th": "나인스", "10th": "텐스"}
_GREEK = dict(zip("αβγδεζηθικλμνξοπρστυφχψω",
                  "알파 베타 감마 델타 엡실론 제타 에타 세타 요타 카파 람다 뮤 뉴 크시 오미크론 파이 로 시그마 타우 "
                  "입실론 피 카이 프시 오메가".split()))
_NUMBERED = {"no": "넘버 ", "vo": "볼륨 "}
_LONE = "(?<![0-9A-Za-z])"
_ENDS = "(?![0-9A-Za-z])"


def _word(match):
    return english.to_hangul(match.group())


def _hyphened(match):
    """K-pop, Wi-Fi: as one word where it is one, and else part by part."""
    whole = look_up_lexicon(match.group().replace("-", ""))
    return whole or "".join(english.to_hangul(part) for part in match.group().split("-"))


def _joined(match):
    """R&D, A/S: the parts are letters."""
    parts = re.split("[&/]", match.group())
    return ("앤" if "&" in match.group() else "").join(english.spell_letters(part) for part in parts)


def _code(match):
    """MP3 with an English digit, KF94 with a Sino-Korean number, part by part."""
    written = match.group()
    if written in _ORDINALS:
        return _ORDINALS[written]
    if re.match("[0-9]+th$", written):
        return numerals.sino(int(written[:-2])) + "번째"
    return "".join(_part_of_code(part) for part in re.findall("[A-Za-z]+|[0-9.]+", written))


def _part_of_code(part):
    if part[0].isalpha():
        return english.to_hangul(part) if len(part) > 1 else english.spell_letters(part)
    if len(part) == 1:
        return _ENGLISH_DIGITS[int(part)]
    return amount(part.strip("."))


def _after_name(match):
    """오메가3: a product is numbered in English."""
    return _ENGLISH_DIGITS[int(match.group().lstrip("-"))]


def _dotted(match):
    """1.2.3: 일점이점삼."""
    return "점".join(amount(part) for part in match.group().split("."))


BEFORE_UNITS = (
    rule("abbreviation", "(?<![A-Za-z])(?:[Nn]o|[Vv]ol)\\. ?(?=[0-9])",
         lambda match: _NUMBERED[match.group()[:2].lower()], needs="."),
    rule("abbreviation", "(?<![A-Za-z])pp?\\. ?([0-9]+)", lambda match: match.group(1) + "페이지", needs="."),
    rule("one plus one", "(?<![0-9+])([1-9])\\+([1-9])(?= ?(?:행사|이벤트|세일|할인|증정|상품|기획|혜택))",
         lambda match: "플러스".join(_ENGLISH_DIGITS[int(digit)] for digit in match.groups()),
         needs="+"),
    rule("version", _LONE + "(?:[vV](?=[0-9]+\\.)|[vV]er(?:sion)?\\.? ?)(?=[0-9])",
         lambda match: "버전 ", needs="vV"),
    rule("version", "(?<![0-9.,])[0-9]+(?:\\.[0-9]+){2,}(?![0-9])", _dotted, needs="."),
)
CODES = (
    rule("code", _LONE + "(?:[A-Za-z]+(?:-(?=[0-9]))?[0-9]+(?:\\.[0-9]+)?(?:[A-Za-z]+[0-9]*)*|"
         "(?<!\\.)[0-9]+(?:\\.[0-9]+)?(?:[A-Z]+[0-9]*)+|[0-9]+(?:st|nd|rd|th))" + _ENDS, _code),
    rule("code", "(?<=오메가)-?[1-9](?![0-9])", _after_name),
)
RULES = (
    rule("English", "(?<![A-Za-z])C#", lambda match: "씨샵", needs="#"),
    rule("English", "(?<=[A-Za-z])\\.(?=(?:js|ts|py|csv|txt|NET)(?![A-Za-z]))", lambda match: " "),
    rule("acronym", _LONE + "[A-Z]+(?:&[A-Z]+)+" + _ENDS, _joined, needs="&"),
    rule("acronym", _LONE + "A/S" + _ENDS, _joined, needs="/"),
    rule("acronym", _LONE + "[A-Z]+\\+{1,3}(?![0-9A-Za-z+])",
         lambda match: english.spell_letters(match.group()) + "플러스" * match.group().count("+"),
         needs="+"),
    rule("English", "(?i)(?<![a-z])thank you(?![a-z])", lambda match: "땡큐", needs="tT"),
    rule("English", "(?<=[가-힣] )vs\\.?(?= ?[가-힣])", lambda match: "대", needs="v"),
    rule("English", _LONE + "[A-Za-z]{1,45}(?:-[A-Za-z]{1,45}){1,9}" + _ENDS, _hyphened, needs="-"),
    rule("acronym", _LONE + "[A-Z]{2,}(?:'?s)?" + _ENDS, _word),
    rule("English",
         "[A-Za-z](?:\\.[A-Za-z])+\\.?|[A-Za-z]+(?:'[A-Za-z]+)*(?:(?<=Mr|Dr|Ms)\\.|(?<=Mrs)\\.)?",
         _word),
    rule("Greek", "[Α-Ωα-ω]", lambda match: _GREEK.get(match.group().lower().replace("ς", "σ"))),
)
