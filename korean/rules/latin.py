"""English words, acronyms, codes with numbers (MP3, A4), versions; words in other alphabets."""
import re
import unicodedata

from unidecode import unidecode

from korean import english, numerals
from korean.english.dictionary import lexicon_phrases, look_up_lexicon, look_up_phonemes
from korean.hangul import fits_particle
from korean.rules.numbers import (DIGIT_AND_PARTICLE, ENGLISH_NUMBERS, NUMERIC, PARTICLE,
                                  read_number)
from korean.rules.rule import rule, text_after, text_before

_ORDINALS = {"1st": "퍼스트", "2nd": "세컨드", "3rd": "서드", "4th": "포스", "5th": "피프스", "6th": "식스스",
             "7th": "세븐스", "8th": "에이스", "9th": "나인스", "10th": "텐스"}
_GREEK = dict(zip("αβγδεζηθικλμνξοπρστυφχψω",
                  "알파 베타 감마 델타 엡실론 제타 에타 세타 요타 카파 람다 뮤 뉴 크시 오미크론 파이 로 시그마 타우 "
                  "입실론 피 카이 프시 오메가".split()))
# blocks of alphabets and syllabaries other than Latin and Hangul, with their marks; not those of
# Hebrew, Arabic and their relatives, which write no vowels
_OTHER_LETTERS = ("\u0370-\u058f\u0900-\u10ff\u1200-\u1dbf\u1f00-\u1fff\u2c00-\u2dff\u3041-\u312f"
                  "\u31f0-\u31ff"
                  "\ua000-\ua95f\ua980-\uabff")
_OTHER_LETTER = "(?:(?=[%s])[^\\W\\d_])" % _OTHER_LETTERS
_MARKS = "".join(character for character in map(chr, range(0x300, 0x1100))
                 if unicodedata.category(character).startswith("M"))
_NUMBER_ABBREVIATIONS = {"no": "넘버 ", "vo": "볼륨 ", "lv": "레벨 "}
_START = "(?<![0-9A-Za-z])"
# the digits after a thousands comma do not begin a code: 1,000IU
_CODE_START = _START + "(?!(?<=[0-9],)[0-9]{3}(?![0-9]))"
_END = "(?![0-9A-Za-z])"


def _transliterate(match):
    """Достоевский, さくら: by Unidecode, which would read Hanja as Mandarin."""
    word = re.sub("[^a-z]", "", unidecode(match.group()).lower())
    are_symbols = re.match("[Α-Ωα-ω]", match.group()) and not re.search("[aeiouy]", word)
    return None if are_symbols or not word else english.transliterated_to_hangul(word)


def _read_word(match):
    return english.to_hangul(match.group())


def _read_phrases(match):
    """New York Times: 뉴욕 Times, by the entries of several words in lexicon.tsv."""
    return lexicon_phrases().sub(lambda phrase: look_up_lexicon(phrase.group()), match.group())


def _read_hyphenated(match):
    """K-pop, Wi-Fi: as one word if it is in lexicon.tsv, or else part by part."""
    word = match.group()
    return (look_up_lexicon(word.replace("-", ""))
            or "".join(map(english.to_hangul, word.split("-"))))


def _read_joined_letters(match):
    """R&D: 알앤디; A/S: 에이에스."""
    parts = map(english.spell_letters, re.split("[&/]", match.group()))
    return ("앤" if "&" in match.group() else "").join(parts)


def _read_code(match):
    """MP3 with an English digit: 엠피쓰리; KF94 with a Sino-Korean number: 케이에프구십사."""
    written = match.group()
    if written in _ORDINALS:
        return _ORDINALS[written]
    if re.match("[0-9]+th$", written):
        return numerals.sino(int(written[:-2])) + "번째"
    return "".join(map(_read_part_of_code, re.findall("[A-Za-z]+|[0-9.]+", written)))


def _read_part_of_code(part):
    if part[0].isalpha():
        return english.to_hangul(part) if len(part) > 1 else english.spell_letters(part)
    if len(part) == 1:
        return ENGLISH_NUMBERS[int(part)]
    return read_number(part.strip("."))


def _read_code_by_particle(match):
    """S8이: 에스팔이, because 에이트 would take 가; None if the usual reading fits, or this one."""
    letters, digit, particle = match.groups()
    if fits_particle(ENGLISH_NUMBERS[int(digit)], particle):
        return None
    read = read_number(digit)
    return _read_part_of_code(letters) + read + particle if fits_particle(read, particle) else None


def _read_acronym_by_particle(match):
    """An acronym by its letters, or as a word of CMUdict, if the usual reading does not fit."""
    acronym, particle = match.groups()
    if fits_particle(english.to_hangul(acronym), particle):
        return None
    readings = [english.spell_letters(acronym)]
    if look_up_phonemes(acronym.lower()):
        readings.append(english.to_hangul(acronym.lower()))
    return next((read + particle for read in readings if fits_particle(read, particle)), None)


def _keep_particle(match):
    """FBI을: 에프비아이을, under a name that shows the contradiction; None if the particle fits."""
    acronym, particle = match.groups()
    read = english.to_hangul(acronym)
    return None if fits_particle(read, particle) else read + particle


# words that follow an offer of n+m; and what shows beside 1+1, 2+1, 3+1 … that they are offers
_OFFER_NOUN = re.compile(" ?(?:행사|이벤트|세일|할인|증정|상품|기획|혜택|제품|구성|품목|덤|특가|쿠폰|프로모션|분양)")
_OFFER_ENDING = re.compile("(?:으로|이?라(?:서|길래|니)|이?래|이?(?:네|던데|더라|길래|었|였)|이?니까|이(?:야|에요)|"
                           "인데|임)(?![0-9])")
_SHOPPING = re.compile("행사|이벤트|세일|할인|증정|특가|쿠폰|프로모션|사은품|편의점|마트|득템|샀|사면|사왔|사 왔|구매|판매|"
                       "팔[아았고더던]|파네|파는")
# the result follows, or the text is about sums
_SUM_AFTER = re.compile("[은는이가도]? ?(?:[0-9]+(?:[이인가다라임 .,?!]|$)|몇|얼마|무엇|뭐|답)")
_SUM = re.compile("더하|덧셈|합[은을이]|계산|수학|산수|수식|정답|방정식")


def _read_one_plus_one(match):
    """1+1 행사: 원플러스원; before 로, which 일 takes, 일플러스일; None for a sum."""
    before, after = text_before(match), text_after(match)
    if _SUM_AFTER.match(after) or _SUM.search(before + after):
        return None
    if not (_OFFER_NOUN.match(after) or match.group(2) == "1" and (
            _OFFER_ENDING.match(after) or _SHOPPING.search(before + after))):
        return None
    name = numerals.sino if re.match("로(?![가-힣])", after) else ENGLISH_NUMBERS.__getitem__
    return "플러스".join(name(int(number)) for number in match.groups())


BEFORE_UNITS = (
    rule("abbreviation", "(?<![A-Za-z])(?:[Nn]o|[Vv]ol|[Ll][Vv])\\. ?(?=[0-9])",
         lambda match: _NUMBER_ABBREVIATIONS[match.group()[:2].lower()], needs="NnVvLl"),
    rule("abbreviation", "(?<![A-Za-z])pp?\\. ?([0-9]+)(?: ?[-–~] ?([0-9]+))?",
         lambda match: "~".join(filter(None, match.groups())) + "페이지", needs=("p", ".")),
    rule("one plus one", "(?<![0-9A-Za-z+.,=×÷*/-])(?<![+=×÷*/-] )([1-9]|10)\\+([1-9])"
         "(?![0-9A-Za-z.,+]*[=+]|[0-9]| ?[=+×÷*/-])",
         _read_one_plus_one, needs="+"),
    rule("English digit", "[1-4](?<![0-9.].)(?=아웃|스트라이크|룸(?![가-힣]*바)|피스|톱|샷|도어)",
         lambda match: ENGLISH_NUMBERS[int(match.group())], needs=("1-4", "아스룸피톱샷도")),
    rule("version", _START + "(?:[vV](?=[0-9]+\\.)|[vV]er(?:sion)?\\.? ?)(?=[0-9])", "버전 ",
         needs="vV"),
    rule("version", "[0-9](?<![0-9.,].)[0-9]*(?:\\.[0-9]+){2,}(?![0-9])",
         lambda match: "점".join(map(read_number, match.group().split("."))), needs=(NUMERIC,)),
)
_ACRONYM_AND_PARTICLE = _START + "([A-Z]{2,10})" + PARTICLE
CODES = (
    rule("particle", _START + "([A-Za-z]{1,10})([1-9])" + PARTICLE, _read_code_by_particle,
         needs=("A-Za-z", DIGIT_AND_PARTICLE)),
    rule("code", _CODE_START
         + "(?:[A-Za-z]+(?:-(?=[0-9]))?[0-9]+(?:\\.[0-9]+)?(?:[A-Za-z][A-Za-z0-9]*)?|"
         "(?<!\\.)[0-9]+(?:\\.[0-9]+)?[A-Z][A-Z0-9]*|[0-9]+(?:st|nd|rd|th))" + _END, _read_code,
         needs=("A-Za-z", "0-9")),
    # 오메가3, 오메가 3
    rule("code", "(?<=오메가)(?:-?[1-9](?![0-9])| [369](?![0-9,.가-힣]))",
         lambda match: re.sub("-?([0-9])", lambda digit: ENGLISH_NUMBERS[int(digit.group(1))],
                              match.group()), needs="메"),
)
RULES = (
    rule("English", "(?<![A-Za-z])C#", "씨샵", needs="#"),
    rule("English", "\\.NET(?![A-Za-z])", "닷넷", needs=(".", "N", "T")),
    rule("English", "(?<![A-Za-z])[A-Za-z]{2,12} (?:(?:de|da|of|the) )?[A-Z][A-Za-z]+"
         "(?: [A-Z][A-Za-z]+)*", _read_phrases, needs=("A-Z", " ")),
    rule("English", "(?<=[A-Za-z])\\.(?=(?:js|ts|py|csv|txt)(?![A-Za-z]))", " ",
         needs=(re.compile("\\.(?:js|ts|py|csv|txt)"),)),
    rule("acronym", _START + "[A-Z]+(?:&[A-Z]+)+" + _END, _read_joined_letters, needs="&"),
    rule("acronym", _START + "A/S" + _END, _read_joined_letters, needs="/"),
    rule("acronym", _START + "[A-Z]+\\+{1,3}(?![0-9A-Za-z+])",
         lambda match: english.spell_letters(match.group()) + "플러스" * match.group().count("+"),
         needs="+"),
    rule("English", "(?i)(?<![a-z])thank you(?![a-z])", "땡큐", needs="tT"),
    rule("English", "(?<=[가-힣] )vs\\.?(?= ?[가-힣])", "대", needs="v"),
    rule("English", _START + "[A-Za-z]{1,45}(?:-[A-Za-z]{1,45}){1,9}" + _END, _read_hyphenated,
         needs="-"),
    rule("particle", _ACRONYM_AND_PARTICLE, _read_acronym_by_particle, needs="A-Z"),
    rule("particle does not fit", _ACRONYM_AND_PARTICLE, _keep_particle, needs="A-Z"),
    rule("acronym", _START + "[A-Z]{2,}(?:'?s)?" + _END, _read_word, needs="A-Z"),
    rule("English",
         "[A-Za-z](?:\\.[A-Za-z])+\\.?|[A-Za-z]+(?:'[A-Za-z]+)*(?:(?<=Mr|Dr|Ms)\\.|(?<=Mrs)\\.)?",
         _read_word, needs="A-Za-z"),
    # a single Greek letter is a symbol
    rule("transliteration", "(?![Α-Ωα-ω](?![Ͱ-Ͽἀ-῿])){0}(?:{0}|[{1}]){{0,44}}".format(
         _OTHER_LETTER, _MARKS), _transliterate, needs=_OTHER_LETTERS),
    rule("Greek", "[Α-Ωα-ω]", lambda match: _GREEK.get(match.group().lower().replace("ς", "σ"))),
)
