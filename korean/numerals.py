"""Numbers as words: Sino-Korean, native Korean, mixed, and digit by digit."""

DIGITS = ("영", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
# 0 to 9 as ones, tens, hundreds and thousands; a 1 is silent before 십, 백 and 천
_DIGITS_BY_PLACE = [("",) + DIGITS[1:]] + [
    ("", place) + tuple(digit + place for digit in DIGITS[2:]) for place in ("십", "백", "천")]
_MYRIADS = ("", "만", "억", "조", "경", "해", "자", "양", "구", "간", "정", "재", "극")
MAX_DIGITS = 4 * len(_MYRIADS)  # a longer number has no name and is read digit by digit

_ONES = ("", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉")
_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
# before a counter: 한 명, 스무 명, 스물두 명
_BEFORE_COUNTER = {"하나": "한", "둘": "두", "셋": "세", "넷": "네"}


def sino(number):
    """An integer of at most MAX_DIGITS digits: 2017 is 이천십칠, 21000 이만천, 100000000 일억.

    A 1 is silent before 십, 백, 천, and before 만 at the start of the number.
    """
    if number == 0:
        return DIGITS[0]
    if number < 10000:
        return _below_ten_thousand(number)
    groups = []
    for myriad in _MYRIADS:
        number, group = divmod(number, 10000)
        if group:
            is_silent = group == 1 and myriad == "만" and not number
            groups.append(("" if is_silent else _below_ten_thousand(group)) + myriad)
    return "".join(reversed(groups))


def month(number):
    """A month, 1 to 12, without 월: 유 and 시 for June and October."""
    return {6: "유", 10: "시"}.get(number) or sino(number)


def _below_ten_thousand(number):
    ones, tens, hundreds, thousands = _DIGITS_BY_PLACE
    return (thousands[number // 1000] + hundreds[number // 100 % 10] + tens[number // 10 % 10] +
            ones[number % 10])


def native(number):
    """An integer from 1 to 99 without a counter: 하나, 스물, 스물둘."""
    tens, ones = divmod(number, 10)
    return _TENS[tens] + _ONES[ones]


def before_counter(number):
    """An integer before a native counter: 한, 스무, 스물두; above 99 백열한, 삼천육백."""
    hundreds, rest = divmod(number, 100)
    if not rest:
        return sino(number)
    tens, ones = divmod(rest, 10)
    small = "스무" if rest == 20 else _TENS[tens] + _BEFORE_COUNTER.get(_ONES[ones], _ONES[ones])
    return (sino(hundreds * 100) if hundreds else "") + small


def digits(written, zero="공"):
    """A string of digits, one by one as in a telephone number: "010" is 공일공."""
    return "".join(DIGITS[int(digit)] if digit != "0" else zero for digit in written)


def decimal(written):
    """A string of digits, perhaps with a decimal point: "3.14" is 삼점일사, "0.05" 영점영오."""
    integer, point, fraction = written.partition(".")
    # int() is slow for a very long number or rejects it
    read = sino(int(integer)) if len(integer) <= MAX_DIGITS else digits(integer)
    return read + ("점" + digits(fraction, "영") if point else "")
