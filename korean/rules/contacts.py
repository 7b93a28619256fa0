"""Web and e-mail addresses, and numbers that are read digit by digit.

Those are telephones, accounts, emergency calls and set phrases.
"""
import re

from korean import english, numerals
from korean.rules.rule import rule, text_after, text_before

_SIGNS = {".": "점", "/": "슬래시", "@": "골뱅이", "-": "하이픈", "_": "밑줄", "?": "물음표", "=": "는", "&": "앤드",
          "#": "샵", "~": "물결", "%": "퍼센트", "+": "플러스", ":": "콜론"}
_NAME = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = "(?:com|net|org|kr|co|io|ai|me|tv|info|biz|edu|gov|jp|cn|us|uk|eu|app|dev)"
_PATH = "(?:/[A-Za-z0-9._~/?=&#%+-]*[A-Za-z0-9])?/?"


def _read_address(match):
    address = re.sub("^[a-z]+://", "", match.group()).rstrip("/")
    words = []
    for part in re.findall("[A-Za-z]+|[0-9]+|.", address):
        if part.isdigit():
            # no space between a word and a number after it
            follows_word = words and words[-1] not in _SIGNS.values()
            words.append((words.pop() if follows_word else "") + numerals.digits(part))
        elif part in _SIGNS:
            words.append(_SIGNS[part])
        else:
            words.append(english.to_hangul(part) if len(part) > 1 else english.spell_letters(part))
    return " ".join(words)


ADDRESSES = (
    rule("e-mail", "(?<![A-Za-z0-9._+-])[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@%s(?:\\.%s)+"
         % (_NAME, _NAME), _read_address, needs="@"),
    rule("web address", "(?:https?|ftp)://%s(?:\\.%s)*(?::[0-9]+)?%s" % (_NAME, _NAME, _PATH),
         _read_address, needs=":"),
    rule("web address",
         "(?<![A-Za-z0-9@.])(?<![A-Za-z0-9]-)(?:www\\.%s(?:\\.%s)+|%s(?:\\.%s)*\\.%s)"
         "(?![A-Za-z0-9])%s"
         % (_NAME, _NAME, _NAME, _NAME, _DOMAIN, _PATH), _read_address,
         needs=(re.compile("[A-Za-z0-9]\\.[A-Za-z0-9]"),)),
)

_START = "(?<![0-9A-Za-z.,-])"
# begins with a digit, because searching for a digit is fast
_START_ZERO = "0(?<![0-9A-Za-z.,-].)"
_END = "(?![0-9A-Za-z-]|[.,][0-9])"
_CLOTHES = re.compile("사이즈|치수|입[는어었고으]|옷|원피스|바지|치마|블라우스|살이")
_DATE = "(?:18|19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}(?![0-9])"
# a particle after which 119 is the service, not a number
_SERVICE = re.compile("(?:에서?|에게|에다|에도|에는|로|가|를|와|는|도|의|나|죠|입니다|이다)(?![가-힣])|"
                      " ?(?:구조대|구급대|소방|대원|안전)")
_ARITHMETIC = re.compile("더하|더한|빼|뺀|곱하|나누|배수|약수|소수|합은|차는")
_COUNTED = re.compile(" ?(?:(?:원|명|개)(?![가-힣])|(?:k?[mg]|달러|%)(?![A-Za-z]))|"
                      "원|명|개(?!인)|자(?![가-힣])|년|만|미터|킬로|그램")
_CALL = re.compile("신고|긴급|구급|구조|화재|전화|소방|안내|상황실|콜센터|연락|상담|여보세요|쓰러|테러|"
                   "국번 ?없이")


def _read_digits(match):
    groups = re.findall("[0-9]+", match.group())
    return ("플러스 " if match.group()[0] == "+" else "") + " ".join(map(numerals.digits, groups))


def _read_parenthesized(match):
    """(02) 123-4567: (공이) 일이삼 사오육칠."""
    return "(%s) %s" % tuple(_read_digits(match).split(" ", 1))


def _read_local(match):
    """1588-1234: 일오팔팔 일이삼사; None for the years 2010-2015 and for 3000-5000원."""
    are_years = all(group[:2] in ("18", "19", "20") for group in match.groups())
    return None if are_years or _COUNTED.match(text_after(match)) else _read_digits(match)


def _read_emergency(match):
    """119: 일일구 near a word such as 신고 or before a particle; None elsewhere: 백십구."""
    context = text_before(match) + text_after(match)
    is_service = match.group() in ("112", "119", "114") and _SERVICE.match(text_after(match))
    if _CALL.search(context) or is_service and not _ARITHMETIC.search(context):
        return _read_digits(match)
    return None


def _read_clothing_size(match):
    """66 반, 77로: 육육, 칠칠; None unless the line is about clothes."""
    context = text_before(match) + text_after(match)
    return _read_digits(match) if _CLOTHES.search(context) else None


DIGITS = (
    rule("telephone", "\\+[0-9]{1,3}[- .][0-9]{1,4}(?:[- .][0-9]{3,4}){1,2}" + _END, _read_digits,
         needs="+"),
    rule("telephone", _START + "\\((0[0-9]{1,2})\\) ?[0-9]{3,4}[- .][0-9]{4}" + _END,
         _read_parenthesized, needs="("),
    rule("telephone", _START_ZERO + "[0-9]{1,3}(?:[-. ]|\\) ?)[0-9]{3,4}[-. ][0-9]{4}" + _END,
         _read_digits, needs="0"),
    rule("telephone", "(%s1[016789])([0-9]{3,4})([0-9]{4})%s" % (_START_ZERO, _END),
         lambda match: " ".join(map(numerals.digits, match.groups())), needs="0"),
    rule("telephone", _START + "(1[3-9][0-9]{2}|[2-9][0-9]{2,3})-([0-9]{4})" + _END, _read_local,
         needs="-"),
    # accounts, and 4-3-3 on a football field
    rule("digit by digit", _START + "(?!%s)[0-9]{2,}(?:-[0-9]+){2,}%s" % (_DATE, _END),
         _read_digits, needs="-"),
    rule("digit by digit", _START + "[0-9]{6}-[0-9]{7}" + _END, _read_digits, needs="-"),
    rule("digit by digit", _START + "([1-9])-([1-9])-([1-9])(?:-([1-9]))?" + _END,
         lambda match: numerals.digits(match.group().replace("-", "")), needs="-"),
    rule("emergency", "(?:(?<=국번 없이 )|(?<=국번없이 ))[0-9]{3,4}" + _END, _read_digits, needs="국"),
    rule("emergency",
         _START + "(?:11[234789]|911|13(?:30|32|39|45|50|55|66|77|82|88|93))" + _END +
         "(?! ?(?:명|개|건|원|년|월|일|시|분|초|호|층|동|위|점|회|차|석|곳|만|억|여|대|세|살|쪽|미터|킬로|%|퍼|"
         "배(?![치차달송려정])|채(?![널팅])|가구|마리|척|종(?![합결사료])|평(?![가균소])|"
         "조(?![회끼사치례직장])|달러|표(?![준지창시])|도(?![가-힣 ])))",
         _read_emergency, needs=(re.compile("11|13"),)),
    rule("digit by digit", "([4-9])(?<![0-9.,].)\\1"
         "(?=사이즈|로 | ?반(?![가-힣])|[은을도]? |$)(?! ?[가-힣]{0,2}원)",
         _read_clothing_size, needs=("4-9", "사치입옷원바블살")),
    rule("digit by digit", "(?<![0-9])(?:365(?= ?(?:열린|의원|병원|약국|치과|한의원|코너|자동화))|63(?= ?빌딩))",
         _read_digits, needs=("6", "열의병약치한코자빌")),
    rule("digit by digit",
         "(?=[0-9])(?:(?<=번호 )|(?<=번호는 )|(?<=번호: )|(?<=번호 \\[)|(?<=코드 )|(?<=암호 )|(?<=암호는 )|"
         "(?<=보잉 )|(?<=보잉))[0-9]+(?:-[0-9]+)*" + _END
         + "(?! ?자리|(?<![0-9]{4})번(?!호)|(?:개|가지|명|건)(?![가-힣]{2}))",
         _read_digits, needs="번코암보"),
    rule("digit by digit", "(?=['0-9])(?:(?<=코로나)19(?![0-9])|(?<![0-9])'?(?:386|486|586)(?=세대)|"
         "(?<![0-9])'?88(?= ?(?:올림픽|고속도로|서울))|(?<=[A-Z]{2})[0-9]{3,4}(?= ?편)|"
         "(?<=초)[0-9]{2}(?![0-9가-힣])|(?<![0-9])'?[0-9]{2}(?= ?학번)|"
         "(?<![0-9])0[0-9](?=년생|월드컵)|(?<![0-9])[2-9]0[2-9]0(?= ?세대))", _read_digits,
         needs="코세8편초학년월"),
)
