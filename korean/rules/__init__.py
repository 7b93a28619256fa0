"""The rules in their order. A module a subject; each rule a pattern and a pure function.

What a rule gives is Hangul and punctuation, or simpler writing that a later rule reads.
"""
import re
import string

from korean.rules import (addresses, dates, hanja, keyboard_jamo, latin,
                          numbers, ranges, signs, telephone, unicode_forms,
                          units)

VERSION = 2             # counts up whenever a text may be read differently than before

# What a text must hold for a group of rules to be tried: most sentences hold nothing of it.
_STRANGE = re.compile("[^ 가-힣0-9A-Za-z.,!?'()-]")
_MARK = re.compile(_STRANGE.pattern + "|[0-9] ?[xX] ?[0-9]|[-T):;(dpP]")
_JAMO = frozenset(map(chr, list(range(0x1100, 0x1200)) + list(range(0x3131, 0x318f))))
_LATIN = frozenset(string.ascii_letters + "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψω")
_DIGIT = frozenset(string.digits)
_HANJA = re.compile("[㐀-䶿一-鿿豈-龎]")
_ROMAN = frozenset("IVXⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻ")
_DIGITS = re.compile("[0-9][-. )]+[0-9]|01[016-9]")
_EMERGENCY = re.compile("11[0-9]|13[0-9]{2}|911")
_CUSTOM = re.compile("번호|코드|암호|보잉|코로나|세대|88|학번|편|초|년생|월드컵")
_DATE = re.compile("[0-9](?: ?[-./:·ㆍ‧•・]| ?[AaPp])|['’‘‛′][0-9]|[AaPp]\\.?[Mm]")
_CODE = re.compile("[0-9](?:[A-Za-z+]|\\.[0-9]+\\.)|[A-Za-z](?:[0-9]|[-. ] ?[0-9])|오메가")
_UNIT = re.compile("[^ 가-힣0-9.,!?'():/~-]")
_POWER = frozenset("^⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_PAIR = re.compile("[0-9] ?(?:[~∼〜:/⁄=−–-]|[,·ㆍ] ?[1-9]|대)")

# in this order: (what a text must hold: one of these characters, or a match; the rules)
PIPELINE = (
    (_STRANGE, unicode_forms.RULES),
    (_JAMO, keyboard_jamo.RULES),
    (_LATIN, addresses.RULES),
    (_HANJA, hanja.RULES),
    (_MARK, signs.BEFORE_NUMBERS),
    (_ROMAN, numbers.ROMAN),
    (_DIGITS, telephone.RULES),
    (_EMERGENCY, telephone.EMERGENCY),
    (_CUSTOM, telephone.BY_CUSTOM),
    (_DATE, dates.RULES),
    (_CODE, latin.BEFORE_UNITS),
    (_UNIT, units.RULES),
    (_CODE, latin.CODES),
    (_POWER, numbers.POWER),
    (_PAIR, ranges.RULES),
    (_DIGIT, numbers.RULES),
    (_LATIN, units.AFTER_WORDS + latin.RULES),
    (_STRANGE, signs.AFTER_NUMBERS),
)
