"""Numbers and their counters: 3,600마리, 21살, 1.5배, 제3회, 6월."""
import re
import unicodedata

from korean import english, numerals
from korean.hangul import fits_particle
from korean.rules import counters
from korean.rules.rule import rule, text_after, text_before

# begins with a digit, because searching for a digit is fast, and never inside a run of digits, of
# which every start would take time
NUMBER = "[0-9](?<![0-9].)(?:[0-9]{0,2}(?:,[0-9]{3})+(?![0-9])|[0-9]*)(?:\\.[0-9]+)?"
_SIGNS = {"-": "마이너스 ", "−": "마이너스 ", "–": "마이너스 ", "+": "플러스 ", "±": "플러스마이너스 "}
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_POWER_NAMES = {"2": "제곱", "3": "세제곱", "4": "네제곱"}
ENGLISH_NUMBERS = ("제로", "원", "투", "쓰리", "포", "파이브", "식스", "세븐", "에이트", "나인", "텐")
# not 과, which is also a lesson; 가 and 로 after Hangul are part of a street: 종로6가
_NUMBER_AND_PARTICLE = ("(%s)([을를은는이와]|(?<![가-힣][0-9])(?<!로 [0-9])(?:가|로|으로))"
                        "(?![가-힣])" % NUMBER.replace("(?<![0-9].)", "(?<![0-9.,].)", 1))
PARTICLE = "([을를은는이가와과]|으로|로)(?![가-힣])"
# needs of rules, which are faster to search than the rules
NUMERIC = re.compile("[0-9][./-] ?[0-9]")  # digits separated as in a date or a version
DIGIT_AND_PARTICLE = re.compile("[0-9][을를은는이가와과로으]")
# a number of months in a judgement or contract: what precedes it, what follows it, or follows years
_YEARS = "(?<![0-9'’])(?:[1-9]|[12][0-9]|30)년 ?"
_TERM_BEFORE = re.compile(
    "(?:징역|금고|구류|집행유예|선고유예|실형|자격정지|형기)형?[은을의이]? ?(?:집행유예 ?)?(?:각|총|합계)? ?(?:{0})?$|"
    "(?:유예|기간|근속|단기|장기)[은을의이]? ?{0}$".format(_YEARS))
_YEARS_BEFORE = re.compile(_YEARS + "$")
_TERM_AFTER = re.compile("간?의? ?(?:징역|금고|집행유예|실형|자격정지)")
_DATE_AFTER = re.compile("에(?! ?(?:처|집행|벌금|자격))|부터|까지|[초말중]| ?(?:[초중하]순|[0-9])")
_ROMAN_NUMERALS = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX".split()


def without_commas(number):
    return number.replace(",", "")


def read_number(number):
    """A number as written, with Sino-Korean numerals: 3,600 is 삼천육백, 1.5 일점오, 007 공공칠."""
    number = without_commas(number)
    if len(number) > 1 and number[0] == "0" and number[1] != ".":
        return "점".join(map(numerals.digits, number.split(".")))
    return numerals.decimal(number)


def _read_counted(match):
    """3 마리: 세 마리, if the counter takes native numerals."""
    number, space, word = match.groups()
    if not counters.is_native(without_commas(number), text_before(match), word, text_after(match),
                              space):
        return None
    return counters.native_form(int(without_commas(number)), word) + space + word


def _read_ordinal(match):
    """3째: 셋째, 12째: 열두째."""
    value = int(match.group(1))
    return ({1: "첫", 2: "둘", 3: "셋", 4: "넷"}.get(value) or numerals.before_counter(value)) + "째"


def _read_month(match):
    """6월: 유월; 징역 1년 6월: 징역 1년 육월, because it is a duration."""
    month, space = match.groups()
    before, after = text_before(match), text_after(match)
    is_term = not _DATE_AFTER.match(after) and (
        _TERM_BEFORE.search(before) or _TERM_AFTER.match(after) and _YEARS_BEFORE.search(before))
    return (numerals.sino if is_term else numerals.month)(int(month)) + space + "월"


def _read_by_particle(match):
    """6가: 식스가, because only this reading takes 가; None if the usual one fits, or none does."""
    number, particle = match.groups()
    if fits_particle(read_number(number), particle) or not number.isdigit():
        return None
    value = int(number[:3])  # no other reading above 99
    words = [numerals.native(value)] if 1 <= value <= 99 else []
    words += [ENGLISH_NUMBERS[value]] if value < len(ENGLISH_NUMBERS) else []
    return next((word + particle for word in words if fits_particle(word, particle)), None)


def _keep_particle(match):
    """1,000를: 천를, under a name that shows the contradiction; None if the particle fits."""
    number, particle = match.groups()
    read = read_number(number)
    return None if fits_particle(read, particle) else read + particle


def _read_other_number(match):
    """Any other number; 1 is silent before 만, 천, 백, 십, but not in 1억 1만."""
    number, scale = match.group(), text_after(match)[:1]
    if number == "1" and scale and scale in "만천백십":
        return "일" if scale == "만" and re.search("[억조경] ?$", text_before(match)) else ""
    return read_number(number)


def _read_power(match):
    """10^3: 10의 세제곱; mc²: 엠씨의 제곱."""
    base, exponent, mark = match.groups()
    if base.isalpha():
        base = english.spell_letters(base)
    value = (exponent or mark).translate(_POWERS)
    if value in _POWER_NAMES:
        return base + "의 " + _POWER_NAMES[value]
    return "%s의 %s%s제곱" % (base, "마이너스 " if value[0] == "-" else "",
                          numerals.decimal(value.lstrip("-")))


def _read_roman(match):
    letters = unicodedata.normalize("NFKC", match.group()).upper()
    return numerals.sino(_ROMAN_NUMERALS.index(letters) + 1)


# the last three, I, V and X, are mostly letters if they stand alone
_LONGEST_FIRST = sorted(_ROMAN_NUMERALS, key=len, reverse=True)
ROMAN = (
    rule("roman numeral", "[Ⅰ-Ⅻⅰ-ⅻ]", _read_roman),
    rule("roman numeral", "(?<=[가-힣] )(?:%s)(?![A-Za-z0-9])"
         % "|".join(_LONGEST_FIRST[:-3]), _read_roman, needs="IVX"),
    rule("roman numeral", "(?<![A-Za-z])(?:%s)(?=세(?!대)|[차부장권편]|학년)"
         % "|".join(_LONGEST_FIRST), _read_roman, needs="IVX"),
)
POWER = (
    rule("power", "([0-9)]|(?<![A-Za-z])[A-Za-z]{1,3})(?:\\^([0-9]+)|([⁻]?[⁰¹²³⁴-⁹]+))",
         _read_power, needs="^⁻⁰¹²³⁴-⁹"),
)
RULES = (
    rule("ordinal", "([1-9](?<![0-9.].)[0-9]?)째", _read_ordinal, needs="째"),
    rule("month", "(?<![0-9,.])(0?6|10)( ?)월(?!드|급|요일|세)", _read_month, needs="월"),
    # 03시, 08월; but 08년 is 공팔년
    rule("leading zero", "0(?<![0-9,.].)([0-9])(?= ?(?:월|일|시|분|초)(?!장))",
         "\\1", needs="0"),
    rule("sign", "[-−–+±](?<![0-9A-Za-z가-힣%.)\\]].)(?=[0-9])", _SIGNS,
         needs="-−–+±"),
    rule("counter", "(%s)( ?)([가-힣]+)" % NUMBER.replace("(?<![0-9].)", "(?<![0-9.].)", 1),
         _read_counted, needs="0-9"),
    rule("particle", _NUMBER_AND_PARTICLE, _read_by_particle, needs=(DIGIT_AND_PARTICLE,)),
    rule("particle does not fit", _NUMBER_AND_PARTICLE, _keep_particle,
         needs=(DIGIT_AND_PARTICLE,)),
    rule("number", NUMBER, _read_other_number, needs="0-9"),
)
