"""Values of Korean numerals written in Hangul.

Written without the code of the text normalizer, so that it can check the
round trip: number -> Hangul (the normalizer) -> number (this parser).
"""

import re

_DIGITS = {char: value for value, char in enumerate('일이삼사오육칠팔구', 1)}
_ZEROS = ('영', '공')

# One group of four places, each at most once and in falling order; 일 may
# be written before 천, 백 and 십 or not.
_GROUP = re.compile('(?:({d})?(천))?(?:({d})?(백))?(?:({d})?(십))?({d})?$'
                    .format(d='[' + ''.join(_DIGITS) + ']'))
_PLACES = (1000, 100, 10)

# 경 조 억 만 in falling order; a space may follow each.
_GROUPED = re.compile('(?:([^경조억만 ]+)경 ?)?(?:([^경조억만 ]+)조 ?)?'
                      '(?:([^경조억만 ]+)억 ?)?(?:([^경조억만 ]*)(만) ?)?'
                      '([^경조억만 ]*)$')

_NATIVE_ONES = {'한': 1, '하나': 1, '두': 2, '둘': 2, '세': 3, '셋': 3,
                '네': 4, '넷': 4, '다섯': 5, '여섯': 6, '일곱': 7,
                '여덟': 8, '아홉': 9}
_NATIVE_TENS = {'열': 10, '스물': 20, '서른': 30, '마흔': 40, '쉰': 50,
                '예순': 60, '일흔': 70, '여든': 80, '아흔': 90}


def _native_below_hundred():
    """{numeral: value} from 1 to 99; 스무 is only 20, never a part of 21."""
    forms = {'스무': 20}
    forms.update(_NATIVE_ONES)
    for tens, value in _NATIVE_TENS.items():
        forms[tens] = value
        for ones, ones_value in _NATIVE_ONES.items():
            forms[tens + ones] = value + ones_value
    return forms


_NATIVE = _native_below_hundred()


def _group_value(text):
    """Value of 1 to 9999 without 만 and above, such as 삼천육백."""
    match = _GROUP.match(text)
    if not text or not match:
        raise ValueError('not a Sino-Korean numeral: {!r}'.format(text))
    groups = match.groups()
    value = _DIGITS.get(groups[6], 0)
    for index, place in enumerate(_PLACES):
        if groups[2 * index + 1]:
            value += _DIGITS.get(groups[2 * index], 1) * place
    return value


def sino_value(text):
    """Value of a Sino-Korean numeral: 이만천 -> 21000, 영 -> 0.

    일 is optional before 십 백 천 만 and required before 억 조 경. Places are
    in falling order. Raises ValueError for anything else.
    """
    if text in _ZEROS:
        return 0
    match = _GROUPED.match(text)
    if not match or text != text.strip() or not text:
        raise ValueError('not a Sino-Korean numeral: {!r}'.format(text))
    gyeong, jo, eok, man, has_man, rest = match.groups()
    value = sum(_group_value(part) * 10 ** power
                for part, power in ((gyeong, 16), (jo, 12), (eok, 8)) if part)
    if has_man:
        value += (_group_value(man) if man else 1) * 10 ** 4
    if rest:
        value += _group_value(rest)
    return value


def native_value(text):
    """Value of the numeral before a native counter: 스물한 -> 21.

    From 100 on, tens and ones are native and the rest is Sino-Korean (백열한
    -> 111), or all of it is Sino-Korean (백십일 -> 111). Raises ValueError for
    anything else, including a Sino-Korean numeral below 100.
    """
    if text in _NATIVE:
        return _NATIVE[text]
    for split in range(1, len(text)):
        head, tail = text[:split].rstrip(' '), text[split:]
        if tail not in _NATIVE:
            continue
        try:
            hundreds = sino_value(head)
        except ValueError:
            continue
        if hundreds and hundreds % 100 == 0:
            return hundreds + _NATIVE[tail]
    value = sino_value(text)
    if value < 100:
        raise ValueError('not a native numeral: {!r}'.format(text))
    return value


def digits_value(text):
    """Digits read one by one: 공일공 일이삼사 -> '010 1234'."""
    digits = []
    for char in text:
        if char in _ZEROS:
            digits.append('0')
        elif char in _DIGITS:
            digits.append(str(_DIGITS[char]))
        elif char == ' ' and digits and digits[-1] != ' ':
            digits.append(' ')
        else:
            raise ValueError('not a row of digits: {!r}'.format(text))
    if not digits or digits[-1] == ' ':
        raise ValueError('not a row of digits: {!r}'.format(text))
    return ''.join(digits)
