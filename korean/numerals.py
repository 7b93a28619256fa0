"""Whole numbers in Sino-Korean."""

_DIGITS = ("", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
_PLACES = ("", "십", "백", "천")

LIMIT = 10 ** 8  # from here on 억 is needed


def sino_korean(number):
    """A whole number from 0 up to LIMIT as it is read: 2017 is 이천십칠, 21000 is 이만천."""
    if number == 0:
        return "영"
    high, low = divmod(number, 10000)
    return (_below_ten_thousand(high, one="") + "만" if high else "") + _below_ten_thousand(low)


def _below_ten_thousand(number, one="일"):
    """`one` is how a lone 1 is read: it is left out before 십, 백, 천 and before a leading 만."""
    if number == 1:
        return one
    digits = [int(digit) for digit in reversed(str(number))]
    return "".join(_PLACES[place] if digit == 1 and place else _DIGITS[digit] + _PLACES[place]
                   for place, digit in reversed(list(enumerate(digits))) if digit)
