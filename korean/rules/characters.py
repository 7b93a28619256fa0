"""Unicode variants and single letters of Hangul, which become plain characters and syllables.

Full-width and compatibility forms, accents, invisible characters; decomposed text, laughter,
abbreviations, names of letters.
"""
import re
import unicodedata

from jamo import j2hcj
from unidecode import unidecode

from korean import numerals
from korean.english import spell_letters
from korean.hangul import compose, final_of, split_into_letters, split_syllable
from korean.rules.rule import JOINT, rule, text_after, text_before

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
    # ㎧ is m∕s with a sign that is not the slash
    return None if unicodedata.category(simple[0]) == "Mn" else simple.replace("\u2215", "/")


def _separate_fraction(match):
    """2⅓: 2 1/3."""
    follows_number = text_before(match)[-1:].isdigit()
    return (" " if follows_number else "") + unicodedata.normalize("NFKC", match.group())


def _read_list_number(match):
    """① ⑴ ⒈ ➊: 일, with a space before a word."""
    number = numerals.sino(int(unicodedata.numeric(match.group())))
    return number + (" " if re.match("(?!번|항|호|조)[가-힣ㄱ-ㅣ]", text_after(match)) else "")


def _read_subscript(match):
    """aₙ, a_n: 에이 n, so that it is no word; aₙ₊₁: 에이 n 플러스 일; Vₘₐₓ: 브이 max."""
    base, index, written_index = match.groups()
    index = unicodedata.normalize("NFKC", index or written_index.strip("{}"))
    parts = re.findall("[A-Za-z]{3,}|[0-9]+|[^ ,]", index.replace("−", "-"))
    return " ".join([spell_letters(base or "")] + [
        _SUBSCRIPTS.get(part) or (numerals.decimal(part) if part.isdigit() else part)
        for part in parts] + [""] * bool(re.match("[A-Za-z]", text_after(match))))


# "a" alone is the English article
_SUBSCRIPTS = {"+": "플러스", "-": "마이너스", "a": "에이", "A": "에이"}
_SUBSCRIPT_LETTERS = "ₐ-ₜᵢ-ᵪⱼ"
_UNICODE_FORMS = (
    # before the digit becomes one of the number: log₂8
    rule("function", "(?<![A-Za-z])log(?:_([0-9]+|[a-z])|([₀-₉]+)) ?",
         lambda match: "로그 %s의 " % unicodedata.normalize("NFKC", match.group(1) or match.group(2)),
         needs="_₀-₉"),
    rule("subscript", "((?<![A-Za-z])[A-Za-z])?([₀-₋]{{0,3}}[{0}][₀-₋{0}]{{0,8}})"
         .format(_SUBSCRIPT_LETTERS) + "()", _read_subscript, needs=_SUBSCRIPT_LETTERS),
    # not in an address or a file name
    rule("subscript", "(?<![0-9A-Za-z_./@-])([A-Za-z])()_([A-Za-z0-9]|\\{[A-Za-z0-9+-]{1,9}\\})"
         "(?![0-9A-Za-z_@-]|[.][0-9A-Za-z])", _read_subscript, needs="_"),
    # color and cursor commands of a terminal
    rule("invisible", "\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-Z^_])", "",
         needs="\x1b"),
    rule("invisible", "[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0d\ufeff\u00ad\u034f"
         "\u061c\u180e%s]" % _FILLERS, ""),
    rule("full width", "[\uff01-\uffef\u3000]", _simplify),
    rule("fraction", "[¼-¾⅐-⅞↉]", _separate_fraction),
    rule("circled", "[①-⒛⓪⓫-⓴⓵-⓾❶-➓㉑-㉟㊱-㊿]", _read_list_number),
    rule("compatibility form", "[\u00a0-\u02ff\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u1e00-\u1eff"
         "\u2000-\u200a\u202f\u205f\u2080-\u209c\u2100-\u215f\u2460-\u24ff\u3131-\u318e"
         "\u3200-\u33ff\uf900-\ufaff\ufb00-\ufb06]", _simplify),
)

_LETTER = "[ㄱ-ㅎㅏ-ㅣ]"
_SEPARATOR = "[/.,|+_·-]"

# the only runs of consonants that are read; any other run is unreadable, because it has no certain
# reading
_ABBREVIATIONS = dict(entry.split(":") for entry in (
    "ㅇㅋ:오케이 ㅇㅋㄷㅋ:오키도키 ㅇㅇ:응 ㅇㅇㅇ:응응 ㄱㅅ:감사 ㄴㄴ:노노 ㄴㄴㄴ:노노노 ㄷㄷ:덜덜 ㄷㄷㄷ:덜덜덜 ㅎㄷㄷ:후덜덜 "
    "ㅂㅂ:바이바이 ㅂㅇ:바이 ㅃㅃ:빠빠 ㅃㅇ:빠이 ㅈㅅ:죄송 ㅊㅋ:축하 ㅊㅊ:추천 ㄱㄱ:고고 ㄱㄱㄱ:고고고 ㄱㄱㅆ:고고씽 ㄹㅇ:레알 "
    "ㅎㅇ:하이 ㅎㅇㅌ:화이팅 ㅎㅇㅍ:화이팅 ㅍㅇㅌ:파이팅 ㅅㄱ:수고 ㅅㄱㅇ:수고요 ㅁㄹ:몰라 ㅇㅈ:인정 ㅇㅎ:아하 ㅇㄷ:어디 ㅁㅎ:뭐해 "
    "ㅁㅇ:뭐임 ㄱㄷ:기다려 ㄱㄴ:가능 ㅂㄱㄴ:불가능 ㄱㅊ:괜찮아 ㄱㅇㄷ:개이득 ㅈㅁ:잠만 ㅈㅂ:제발 ㅈㄱㄴ:제곧내 ㄴㅈ:노잼 ㄲㅈ:꺼져 "
    "ㄲㅂ:까비 ㅇㄱㄹㅇ:이거레알 ㅂㅂㅂㄱ:반박불가 ㅂㄱㅅㅇ:보고싶어 ㅂㄱㅅㄷ:보고싶다 ㅅㄹㅎ:사랑해 ㅇㄴ:아놔 ㄴㄱ:누구 ㅎㄹ:헐 "
    "ㅁㅊ:미친 ㅇㅈㄹ:이지랄 ㄱㄴㄷ:가나다 ㄱㄴㄷㄹ:가나다라").split())
_ABBREVIATION = "|".join(sorted(_ABBREVIATIONS, key=len, reverse=True))
_LETTER_NAMES = dict(zip(
    "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ",
    "기역 쌍기역 니은 디귿 쌍디귿 리을 미음 비읍 쌍비읍 시옷 쌍시옷 이응 지읒 쌍지읒 치읓 키읔 티읕 피읖 히읗".split()))


def _compose_separated(match):
    """ㅎ ㅏ ㄱ ㄱ ㅛ or ㅎ/ㅏ/ㄱ/ㄱ/ㅛ: 학교; None if a letter would be left over."""
    # a single space is dropped; two spaces, one of them as \0, separate words
    letters = re.sub(_SEPARATOR, "", re.sub(" (?! )", "", match.group().replace("  ", " \0")))
    composed = compose(letters.replace("\0", " "))
    return None if re.search(_LETTER, composed) else composed


def _compose_run(match):
    """ㅎㅏㄱㄱㅛ: 학교; 하ㄴ국, 하ㄱㄱㅛ: 한국, 학교, if the first letter is a final of the syllable."""
    syllable, letters = match.groups()
    if not syllable:
        return compose(letters) if re.search("[ㄱ-ㅎ][ㅏ-ㅣ]", letters) else None
    composed = compose(letters)
    if re.search(_LETTER, composed) and not final_of(syllable):
        joined = compose(split_into_letters(syllable) + letters)
        if not re.search(_LETTER, joined):
            return joined
    return syllable + composed


def _read_old_vowel(match):
    """ㆍ after a consonant: ㅏ, as in ㅎㆍㄴ; None in a list of consonants, ㄱㆍㄴㆍㄷ."""
    letters = match.group()
    return None if _LIST_OF_CONSONANTS.fullmatch(letters) else letters.translate(_OLD_VOWELS)


def _after_joint(match, read):
    """What is appended to a word, such as laughter, after an invisible boundary."""
    return (JOINT if re.search("[가-힣]$", text_before(match)) else "") + read


def _read_laughter(match):
    return _after_joint(match, {"ㅋ": "크", "ㅎ": "흐"}[match.group()[0]] * min(len(match.group()), 3))


def _read_abbreviation(match):
    return _after_joint(match, re.sub(_ABBREVIATION, lambda word: _ABBREVIATIONS[word.group()],
                                      match.group()))


def _drop_drawn_out(match):
    """네ㅔㅔ: drop a vowel that repeats that of the syllable, and ㅡ, which is drawn as a dash."""
    vowel = match.group(1)
    return "" if vowel in (split_syllable(text_before(match)[-1])[1], "ㅡ") else None


def _name_letter(match):
    letter = match.group()
    return _LETTER_NAMES.get(letter) or (compose("ㅇ" + letter) if letter >= "ㅏ" else None)


_JAMO = "ㄱ-ㅣ"
_OLD_VOWELS = str.maketrans("\u119e\u11a1ㆍㆎ", "ㅏㅐㅏㅐ")  # ㆍ became ㅏ in most words
_LIST_OF_CONSONANTS = re.compile("[ㄱ-ㅎ](?:ㆍ[ㄱ-ㅎ]){2,}")
_FACES = "ㅡ[ _.]?ㅡ+|ㅇ[ㅅㅁㅂ]ㅇ|([ㅇㅍㅎㅠㅜㅋ])[_.]\\1"
_LETTERS = (
    # conjoining jamo that NFC did not compose
    rule("conjoining jamo", "[\u1100-\u1112\u1161-\u1175\u119e\u11a1\u11a8-\u11c2]",
         lambda match: j2hcj(match.group().translate(_OLD_VOWELS))),
    rule("old vowel", "[ㄱ-ㅎ][ㆍㆎ][ㄱ-ㅣㆍㆎ]*", _read_old_vowel, needs="ㆍㆎ"),
    rule("decomposed", "{0}(?: +{0}){{2,}}|{0}(?:{1}{0}){{2,}}".format(
         _LETTER, _SEPARATOR), _compose_separated, needs=_JAMO),
    rule("emoticon", _FACES + "|(?:(?<=[ㅋㅎ]{2})|(?<![ㄱ-ㅣ]))[ㅠㅜ]{2,}(?![ㅏ-ㅣ])|"
         "(?<=[가-힣])[ㅠㅜ](?![ㄱ-ㅊㅌㅍㅏ-ㅣ])|"
         "(?<![가-힣ㄱ-ㅣ])[ㅠㅜ](?![ㄱ-ㅣ]|[는를와자]|의 )", "", needs=_JAMO),
    rule("laughter", "ㅋ{2,}(?![ㅏ-ㅣ])|ㅎ{2,}(?![ㅏ-ㅣ])|(?<=[가-힣 .!?,])[ㅋㅎ](?=[ .!?,~]|$)",
         _read_laughter, needs=_JAMO),
    rule("abbreviation", "(?<!{0})(?:{1}){{1,8}}(?!{0})".format(_LETTER, _ABBREVIATION),
         _read_abbreviation, needs=_JAMO),
    rule("drawn out", "(?<=[가-힣])([ㅏ-ㅣ])\\1*(?![ㄱ-ㅣ])", _drop_drawn_out, needs=_JAMO),
    rule("decomposed", "([가-힣]?)(%s+)" % _LETTER, _compose_run, needs=_JAMO),
    rule("letter name", "(?<![가-힣ㄱ-ㅣ])[ㄱ-ㅣ](?![ㄱ-ㅣ])(?=[^가-힣]|$|[자은는이가을를과와의도에로만씨군양])",
         _name_letter, needs=_JAMO),
)
RULES = _UNICODE_FORMS + _LETTERS
