"""Unicode variants: full-width and compatibility forms, accents, invisible characters."""
import re
import unicodedata

from unidecode import unidecode

from korean import numerals
from korean.rules.rule import rule, text_after, text_before

# left to later rules, such as those for powers and jamo
_UNCHANGED = re.compile("[²³¹⁰⁴-⁹⁺⁻ㄱ-ㆎ…⋯℃℉µ°´¨¯¸™℠©®]")
_FILLERS = "\u115f\u1160\u3164\uffa0"  # of Hangul; they have no sound


def _simplify(match):
    character = match.group()
    if _UNCHANGED.match(character):
        return None
    narrow = re.match("<narrow> (31..)$", unicodedata.decomposition(character))
    if narrow:  # a letter of Hangul; NFKC makes ㅄ and ㅀ obsolete initials
        return chr(int(narrow.group(1), 16))
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category in ("Ll", "Lu", "Lt") and unidecode(character).isalpha():
        return unidecode(character)  # é is read as e, ß as ss
    simple = unicodedata.normalize("NFKC", character)
    if "ⓐ" <= character <= "ⓩ":
        return simple.upper()  # the name of a letter, not a word
    return None if unicodedata.category(simple[0]) == "Mn" else simple


def _separate_fraction(match):
    """2⅓: 2 1/3."""
    follows_number = text_before(match)[-1:].isdigit()
    return (" " if follows_number else "") + unicodedata.normalize("NFKC", match.group())


def _read_list_number(match):
    """① ⑴ ⒈ ➊: 일, with a space before a word."""
    number = numerals.sino(int(unicodedata.numeric(match.group())))
    return number + (" " if re.match("(?!번|항|호|조)[가-힣ㄱ-ㅣ]", text_after(match)) else "")


RULES = (
    # before the digit becomes one of the number: log₂8
    rule("function", "(?<![A-Za-z])log(?:_([0-9]+|[a-z])|([₀-₉]+)) ?",
         lambda match: "로그 %s의 " % unicodedata.normalize("NFKC", match.group(1) or match.group(2)),
         needs="_₀-₉"),
    # color and cursor commands of a terminal
    rule("invisible", "\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-Z^_])", "",
         needs="\x1b"),
    rule("invisible", "[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0d\ufeff\u00ad\u034f\u061c"
         "\u180e%s]" % _FILLERS, ""),
    rule("full width", "[\uff01-\uffef\u3000]", _simplify),
    rule("fraction", "[¼-¾⅐-⅞↉]", _separate_fraction),
    rule("circled", "[①-⒛⓪⓫-⓴⓵-⓾❶-➓㉑-㉟㊱-㊿]", _read_list_number),
    rule("compatibility form", "[\u00a0-\u02ff\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u1e00-\u1eff"
         "\u2000-\u200a\u202f\u205f\u2080-\u209c\u2100-\u215f\u2460-\u24ff\u3131-\u318e"
         "\u3200-\u33ff\uf900-\ufaff\ufb00-\ufb06]", _simplify),
)
