"""Two numbers that belong together: ranges, approximations, scores and ratios, fractions."""
import re

from korean import numerals
from korean.rules import counters
from korean.rules.numbers import NUMBER, amount, figures
from korean.rules.rule import after, before, rule
from korean.hangul import final_of

# two neighbours as one word, by the smaller: 두세 개, 이삼 일
_NATIVE_PAIRS = {1: "한두", 2: "두세", 3: "서너", 4: "네다섯", 5: "대여섯", 6: "예닐곱", 7: "일고여덟", 8: "여덟아홉"}
_SINO_PAIRS = {1: "일이", 2: "이삼", 3: "삼사", 4: "사오", 5: "오륙", 6: "육칠", 7: "칠팔", 8: "팔구"}
_COUNTED = "년|월|일|분|초|원|층|호|인분|개월|세기|학년|주|도|등|위|점|회|차|세|대|교시|박|만|천|백|십|퍼센트|학기|" \
           "미터|킬로|센티|그램|리터|달러|번|페이지|쪽|급|단계|배|할|퍼|인|시간|개국|명"
_BEFORE = "(?<![0-9.,:/~-])"
_AFTER = "(?![0-9:/~-]|[.,][0-9])"


def _pair(low, high, native):
    """두세, 이삼, 이삼십; or None where two numbers are not said as one."""
    if native and high == low + 1 and low in _NATIVE_PAIRS:
        return _NATIVE_PAIRS[low]
    scale = 10 ** (len(str(high)) - 1)
    if high == low + scale and low // scale in _SINO_PAIRS and low % scale == 0:
        if scale > 1 and (low == scale or scale > 1000):
            return None                     # 일이십 is hardly said: 십에서 이십
        return _SINO_PAIRS[low // scale] + (numerals.sino(scale) if scale > 1 else "")
    return None


def _range(match):
    """2~3시간: 두세시간; 15~20분: 십오에서 이십분."""
    low, high, space, word = match.groups()
    if word.startswith("월") and "6" in (low, high) and (low + high).isdigit():
        if (low, high) == ("5", "6"):
            return "오뉴" + space + word
        return "%s월에서 %s%s" % (numerals.month(int(low)), numerals.month(int(high)),
                                space + word)
    numbers = [figures(low), figures(high)]
    whole = all(number.isdigit() and len(number) <= numerals.LONGEST for number in numbers)
    native = whole and counters.is_native(numbers[1], before(match), word, after(match))
    if whole:
        one = _short(numbers) or _pair(int(numbers[0]), int(numbers[1]), native)
        if one and (word or after(match)[:1] in "%℃"):
            return one + space + word
    if native and word.startswith("시"):
        return "%s시에서 %s" % (counters.native_form(int(numbers[0]), word),
                              counters.native_form(int(numbers[1]), word) + space + word)
    if native:
        return "%s에서 %s" % (numerals.native(int(numbers[0])) if int(numbers[0]) < 100
                            else counters.native_form(int(numbers[0]), word),
                            counters.native_form(int(numbers[1]), word) + space + word)
    return "%s에서 %s" % (amount(low), amount(high) + space + word)


def _short(numbers):
    """5~60명 is 오륙십명: the first number leaves its place to the second."""
    low, high = numbers
    if len(low) == 1 and re.match("[2-9]0+$", high) and int(high[0]) == int(low) + 1:
        return _pair(int(low) * 10 ** (len(high) - 1), int(high), False)
    return None


def _approximate(match):
    """2, 3일: 이삼일; 3,4명: 서너명; 7,80년대: 칠팔십년대. Only neighbours, and only if counted."""
    low, high, space, word = match.groups()
    native = counters.is_native(high, before(match), word, after(match))
    if not (native or re.match(_COUNTED, word)):
        return None
    read = _short([low, high]) if len(high) > 1 else (
        _pair(int(low), int(high), native) if int(high) == int(low) + 1 else None)
    return read and read + space + word


def _ratio(match):
    return " 대 ".join(amount(number) for number in re.split(" ?[:-] ?", match.group()))


def _written_ratio(match):
    """3 대 2, 3대 2, 2대1로: the word is not the counter of machines."""
    left, middle, right = match.groups()
    return amount(left) + middle + amount(right)


def _fraction(match):
    whole, over, under = match.groups()
    fraction = "%s분의 %s" % (amount(under), amount(over))
    if not whole:
        return fraction
    return amount(whole) + ("과 " if final_of(amount(whole)[-1]) else "와 ") + fraction


def _quarter(match):
    return numerals.digits(match.group(1)) + numerals.digits(match.group(2)) + "분기"


def _again(match):
    """12-3번지: 십이 다시 삼번지; among the scores of a match 25-19: 이십오 대 십구."""
    first, second = match.groups()
    if re.search("스코어|세트|경기(?!도)", before(match) + after(match)):
        return _ratio(match)
    if len(first) == len(second) == 4 and first < second and first[:2] in ("18", "19", "20"):
        return "%s에서 %s" % (amount(first), amount(second))
    return "%s 다시 %s" % (amount(match.group(1)), amount(match.group(2)))


def _minus(match):
    return "%s 빼기 %s" % (amount(match.group(1)), amount(match.group(2)))


RULES = (
    rule("fraction", _BEFORE + "([1-4])/(4)분기", _quarter, needs="/"),
    rule("fraction", _BEFORE + "(?:([0-9]+)(?: |와 ))?([0-9]+)[/⁄]([0-9]+)" + _AFTER, _fraction,
         needs="/⁄"),
    rule("range", "(?<![0-9.:/-])(%s) ?[~∼〜] ?(%s)(?![0-9:/.-])( ?)([가-힣]*)"
         % (NUMBER, NUMBER), _range, needs="~∼〜"),
    rule("approximate", "(?<![0-9.,])(?<![0-9], )([1-9])(?:, ?|[·ㆍ])([1-9]0*)(?![0-9])(?![.,][0-9])"
         "( ?)([가-힣]+)", _approximate, needs=",·ㆍ"),
    rule("ratio", _BEFORE + "[0-9]+(?:\\.[0-9]+)?(?: ?: ?[0-9]+(?:\\.[0-9]+)?){1,3}" + _AFTER,
         _ratio, needs=":"),
    rule("ratio",
         _BEFORE + "[0-9]{1,3} ?- ?[0-9]{1,3}(?![0-9-])"
         "(?= ?(?:승|패|무|으?로 ?(?:이|졌|지|패|승|앞|뒤|역전|완|비|끌|대|눌|꺾|마|달|리)))|"
         "(?<=스코어 )[0-9]{1,3} ?- ?[0-9]{1,3}", _ratio, needs="-"),
    rule("ratio", _BEFORE + "([0-9]{1,3})( 대 ?|대 |대(?=[0-9]))([0-9]{1,3})"
         "(?![0-9]|[가-힣]*[차륙양]|개|명)", _written_ratio, needs="대"),
    rule("sign", _BEFORE + "(%s) ?[-−–] ?(%s)(?= ?=)" % (NUMBER, NUMBER), _minus, needs="="),
    rule("range", _BEFORE + "([0-9]{1,4}) ?[-–] ?([0-9]{1,4})(?![0-9-])( ?)"
         "((?:%s|명|개|시간|살|권|마리|가지|장)[가-힣]*)" % "년|월|일|분|초|원|개월|세기|학년|주|도|위|점|회|차|세|대", _range,
         needs="-–"),
    rule("branch number", _BEFORE + "([0-9]{1,4})[-–]([0-9]{1,4})(?![0-9-])", _again, needs="-–"),
)
