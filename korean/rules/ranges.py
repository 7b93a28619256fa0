"""Two numbers: ranges, approximations, scores and ratios, fractions."""
import re

from korean import numerals
from korean.hangul import final_of
from korean.rules import counters
from korean.rules.numbers import NUMBER, read_number, without_commas
from korean.rules.rule import rule, text_after, text_before

# two consecutive numbers as one word, by the smaller: 두세 개, 이삼 일
_NATIVE_PAIRS = {1: "한두", 2: "두세", 3: "서너", 4: "네다섯", 5: "대여섯", 6: "예닐곱", 7: "일고여덟", 8: "여덟아홉"}
_SINO_PAIRS = {1: "일이", 2: "이삼", 3: "삼사", 4: "사오", 5: "오륙", 6: "육칠", 7: "칠팔", 8: "팔구"}
_SINO_COUNTERS = "년|월|일|분|초|원|층|호|인분|개월|세기|학년|주|도|등|위|점|회|차|세|대|교시|박|만|천|백|십|퍼센트|학기|" \
           "미터|킬로|센티|그램|리터|달러|번|페이지|쪽|급|단계|배|할|퍼|인|시간|개국|명"
# after two numbers with a hyphen: these are a range, others a branch number, as in 12-3번지
_HYPHENATED = "년|월|일|분|초|원|개월|세기|학년|주|도|위|점|회|차|세|대|명|개|시간|시(?![가-힣])|" \
              "시(?:에|부터|까지|쯤|경|이|의|로|정도)|살|권|" \
              "마리|가지|장|(?:만|천|백)(?=[만원명개년여미킬톤달대권장건 ]|$)|퍼센트|킬로|센티|밀리|미터|" \
              "그램|리터|달러|배(?![차당송])|쪽|인분|컵|큰술|작은술|스푼|박(?![가-힣])|박(?=[을이에은])|달|" \
              "병(?![원동])|잔|자(?![가-힣])|자(?:로|를|의|씩|정도|이상|이내)"
_START = "(?<![0-9.,:/~-])"
_END = "(?![0-9:/~-]|[.,][0-9])"


def _join_pair(low, high, is_native):
    """Two integers as one word: 두세, 이삼, 이삼십; None if they are not read so."""
    if is_native and high == low + 1 and low in _NATIVE_PAIRS:
        return _NATIVE_PAIRS[low]
    scale = 10 ** (len(str(high)) - 1)
    if high == low + scale and low // scale in _SINO_PAIRS and low % scale == 0:
        if scale > 1 and (low == scale or scale > 1000):
            return None  # 10~20 is 십에서 이십, not 일이십
        return _SINO_PAIRS[low // scale] + (numerals.sino(scale) if scale > 1 else "")
    return None


def _read_range(match):
    """2~3시간: 두세시간; 15~20분: 십오에서 이십분."""
    low, high, space, word = match.groups()
    if word.startswith("월") and {"6", "10"} & {low, high} and (low + high).isdigit():
        if (low, high) == ("5", "6"):
            return "오뉴" + space + word
        return "%s월에서 %s%s%s" % (numerals.month(int(low)), numerals.month(int(high)), space, word)
    counted = space + word
    sino_range = "%s에서 %s%s" % (read_number(low), read_number(high), counted)
    first, second = without_commas(low), without_commas(high)
    if not all(number.isdigit() and len(number) <= numerals.MAX_DIGITS
               for number in (first, second)):
        return sino_range
    is_native = counters.is_native(second, text_before(match), word, text_after(match), space)
    pair = _join_abbreviated(first, second) or _join_pair(int(first), int(second), is_native)
    if pair and (word or text_after(match).startswith(("%", "℃"))):
        return pair + counted
    if not is_native:
        return sino_range
    first_native, second_native = (counters.native_form(int(number), word)
                                   for number in (first, second))
    if word.startswith("시") and not word.startswith("시간"):
        first_native += "시"
    elif int(first) == 0:
        first_native = "영"
    elif int(first) < 100:
        first_native = numerals.native(int(first))
    return "%s에서 %s%s" % (first_native, second_native, counted)


def _join_abbreviated(low, high):
    """5~60명: 오륙십명, because 5 stands for 50; None for any other two numbers."""
    if len(low) == 1 and re.match("[2-9]0+$", high) and int(high[0]) == int(low) + 1:
        return _join_pair(int(low) * 10 ** (len(high) - 1), int(high), False)
    return None


def _read_approximate(match):
    """2, 3일: 이삼일; 3,4명: 서너명; 7,80년대: 칠팔십년대. None without a counter."""
    low, high, space, word = match.groups()
    if (low, high) == ("5", "6") and word.startswith("월"):
        return "오뉴" + space + word
    is_native = counters.is_native(high, text_before(match), word, text_after(match), space)
    if not (is_native or re.match(_SINO_COUNTERS, word)):
        return None
    if len(high) > 1:
        pair = _join_abbreviated(low, high)
    else:
        pair = int(high) == int(low) + 1 and _join_pair(int(low), int(high), is_native)
    return pair + space + word if pair else None


def _read_ratio(match):
    return " 대 ".join(map(read_number, re.split(" ?[:-] ?", match.group())))


def _read_written_ratio(match):
    """3 대 2, 3대 2, 2대1로: 대 is not the counter of machines."""
    left, middle, right = match.groups()
    return read_number(left) + middle + read_number(right)


def _read_fraction(match):
    integer, numerator, denominator = match.groups()
    fraction = "%s분의 %s" % (read_number(denominator), read_number(numerator))
    if not integer:
        return fraction
    integer = read_number(integer)
    return integer + ("과 " if final_of(integer[-1]) else "와 ") + fraction


def _read_fractions(match):
    """1/2~2/3: 이분의 일에서 삼분의 이."""
    numbers = list(map(read_number, match.groups()))
    return "%s분의 %s에서 %s분의 %s" % (numbers[1], numbers[0], numbers[3], numbers[2])


def _read_branch_number(match):
    """12-3번지: 십이 다시 삼번지; 2010-2015: 이천십에서 …; beside 스코어, 25-19: 이십오 대 십구."""
    first, second = match.groups()
    if re.search("스코어|세트|경기(?!도)", text_before(match) + text_after(match)):
        return _read_ratio(match)
    if len(first) == len(second) == 4 and first < second and first[:2] in ("18", "19", "20"):
        return "%s에서 %s" % (read_number(first), read_number(second))
    return "%s 다시 %s" % (read_number(first), read_number(second))


RULES = (
    rule("fraction", _START + "([1-4])/4분기",
         lambda match: numerals.digits(match.group(1)) + "사분기", needs="/"),
    rule("fraction", _START + "([0-9]{1,2})[/⁄]([0-9]{1,2}) ?[~∼〜] ?([0-9]{1,2})[/⁄]([0-9]{1,2})"
         + _END, _read_fractions, needs="/⁄"),
    rule("fraction", _START + "(?:([0-9]+)(?: |와 ))?([0-9]+)[/⁄]([0-9]+)" + _END, _read_fraction,
         needs="/⁄"),
    rule("range", "(?<![0-9.:/-])(%s) ?[~∼〜] ?(%s)(?![0-9:/.-])( ?)([가-힣]*)"
         % (NUMBER, NUMBER), _read_range, needs="~∼〜"),
    rule("approximate", "(?<![0-9.,])(?<![0-9], )([1-9])(?:, ?|[·ㆍ])([1-9]0*)(?![0-9])(?![.,][0-9])"
         "( ?)([가-힣]+)", _read_approximate, needs=",·ㆍ"),
    rule("ratio", _START + "[0-9]+(?:\\.[0-9]+)?(?: ?: ?[0-9]+(?:\\.[0-9]+)?){1,3}" + _END,
         _read_ratio, needs=":"),
    rule("ratio",
         _START + "[0-9]{1,3} ?- ?[0-9]{1,3}(?![0-9-])"
         "(?= ?(?:승|패|무|역전|완승|압승|신승|대승|대패|완패|석패|동점|리드|"
         "으?로 ?(?:이|졌|지|패|승|앞|뒤|역전|완|비|끌|대|눌|꺾|마|달|리)))|"
         "(?<=스코어 )[0-9]{1,3} ?- ?[0-9]{1,3}", _read_ratio, needs="-"),
    rule("ratio", _START + "([0-9]{1,3})( 대 ?|대 |대(?=[0-9]))([0-9]{1,3})"
         "(?![0-9]|[가-힣]*[차륙양]|개|명)", _read_written_ratio, needs="대"),
    rule("range", _START + "([0-9]{1,4}) ?[-–] ?([0-9]{1,4})(?![0-9-])( ?)"
         "((?:%s)[가-힣]*)" % _HYPHENATED,
         _read_range, needs="-–"),
    rule("branch number", _START + "([0-9]{1,4})[-–]([0-9]{1,4})(?![0-9-])", _read_branch_number,
         needs="-–"),
)
