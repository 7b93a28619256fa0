"""Units of measurement, currencies and percentages after a number, or before it (currencies)."""
import re

from korean.hangul import final_of, fits_particle
from korean.rules.numbers import NUMBER
from korean.rules.rule import rule, text_after, text_before

_PREFIXES = {"k": "킬로", "m": "밀리", "c": "센티", "M": "메가", "G": "기가", "T": "테라", "P": "페타",
             "µ": "마이크로", "μ": "마이크로", "u": "마이크로", "n": "나노", "h": "헥토", "d": "데시"}
# unit → (name, usual prefixes)
_SI_UNITS = {
    "m": ("미터", "kmcnµμu"), "g": ("그램", "kmcµμun"), "L": ("리터", "kmdµμ"), "l": ("리터", "kmdµμ"),
    "W": ("와트", "kmMG"), "Wh": ("와트시", "kmMGT"), "Hz": ("헤르츠", "kMGT"), "B": ("바이트", "kMGTP"),
    "bps": ("비피에스", "kMG"), "V": ("볼트", "km"), "Pa": ("파스칼", "hkM"), "eV": ("전자볼트", "kM"),
    "J": ("줄", "kM"), "cal": ("칼로리", "k"), "t": ("톤", ""), "s": ("초", "mµμn"), "N": ("뉴턴", "k"),
    "Ω": ("옴", "kM"), "F": ("패럿", "mµμn"), "mol": ("몰", "m"), "A": ("암페어", "mk"),
    "Ah": ("암페어시", "mk"), "Sv": ("시버트", "mµμ")}
_ONLY_WITH_PREFIX = ("B", "A", "F", "s", "N", "J", "Pa")  # 3B, 2A, 5F are mostly codes
_NAMES = {
    "KB": "킬로바이트", "Kg": "킬로그램", "KG": "킬로그램", "KM": "킬로미터", "Km": "킬로미터", "CM": "센티미터",
    "ML": "밀리리터", "cc": "씨씨", "CC": "씨씨", "ha": "헥타르", "dB": "데시벨", "ppm": "피피엠",
    "ppb": "피피비", "rpm": "알피엠", "RPM": "알피엠", "fps": "에프피에스", "dpi": "디피아이", "px": "픽셀",
    "pt": "포인트", "Kcal": "킬로칼로리", "ft": "피트", "lb": "파운드", "lbs": "파운드",
    "oz": "온스", "inch": "인치", "mile": "마일", "miles": "마일", "mph": "마일", "kph": "킬로미터", "min": "분",
    "hr": "시간", "sec": "초", "Mhz": "메가헤르츠", "mmHg": "밀리미터에이치지", "gal": "갤런",
    "p": "페이지", "kgf": "킬로그램힘", "lm": "루멘", "lx": "럭스", "kn": "노트", "%p": "퍼센트포인트", "%P": "퍼센트포인트",
    "%": "퍼센트", "‰": "퍼밀", "°": "도", "℃": "도", "°C": "도", "℉": "도", "°F": "도", "$": "달러", "€": "유로",
    "£": "파운드", "¥": "엔", "₩": "원", "¢": "센트", "㏊": "헥타르", "㎘": "킬로리터", "USD": "달러", "KRW": "원",
    "EUR": "유로", "JPY": "엔"}
_SCALES = {"℃": "섭씨", "°C": "섭씨", "℉": "화씨", "°F": "화씨"}
_TIMES = {"s": "초", "sec": "초", "min": "분", "h": "시간", "hr": "시간"}
_SPEEDS = {"h": "시속", "hr": "시속", "s": "초속", "sec": "초속", "min": "분속"}
_FORECAST = re.compile("기온|온도|최저|최고|날씨|추위|한파|체감|예보|기상|수은주|영하|영상|아침|한낮|낮|새벽|혹한|냉동|빙점")
_INGREDIENT = re.compile(
    "(?:설탕|소금|간장|식용유|기름|들깨|참깨|깨소금|고춧가루|고추장|된장|쌈장|식초|물엿|올리고당|매실액|매실청|맛술|미림|청주|마늘|생강|파|"
    "후추|후춧가루|버터|꿀|액젓|전분|녹말|밀가루|부침가루|굴소스|올리브유|케첩|마요네즈)[은는이가을를]? ?$")
# (after a final, after a vowel)
_PARTICLES = (("을", "를"), ("은", "는"), ("이", "가"), ("과", "와"))
_PARTICLE = "((?:[을를은는이가과와]|으?로)(?![가-힣]))?"
_VIDEO_LINES = ("360", "480", "720", "1080", "1440", "2160")  # 1080p is a resolution, not a page
_POWERS = {"²": "제곱", "2": "제곱", "³": "세제곱", "3": "세제곱"}


def _unit_names():
    units = dict(_NAMES)
    for unit, (name, prefixes) in _SI_UNITS.items():
        if unit not in _ONLY_WITH_PREFIX:
            units[unit] = name
        units.update((prefix + unit, _PREFIXES[prefix] + name) for prefix in prefixes)
    for prefix in ("", "k", "c", "m"):
        for mark, name in _POWERS.items():
            units[prefix + "m" + mark] = name + _PREFIXES.get(prefix, "") + "미터"
    return units


_BARE_UNITS = {"Mb": "메가비트", "Gb": "기가비트", "J": "줄", "N": "뉴턴"}
_UNITS = _unit_names()  # {as written: name}
UNIT = "(?:%s)" % "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
# without a number
_NAMED = "kg|km|cm|mm|m2|m²|m3|m³|mL|ml|mg|kWh|GB|MB|dB|ha|%|℃|°C"
_UNIT_CHARACTERS = "".join(unit[0] for unit in _UNITS)
_END = "(?![A-Za-z0-9²³])"
_SCALE = "(?: ?[십백천]?[만억조])?"
_CURRENCIES = {"$": "달러", "US$": "달러", "₩": "원", "￦": "원", "€": "유로", "£": "파운드", "¥": "엔",
               "￥": "엔", "₫": "동", "₹": "루피", "₽": "루블", "฿": "바트", "元": "위안"}
_CURRENCY = "|".join(re.escape(sign) for sign in sorted(_CURRENCIES, key=len, reverse=True))


def _read_unit(match):
    """5kg: 5킬로그램; also 3만km, 100㎡. numbers.py reads the number."""
    number, space, unit = match.groups()
    if unit == "p" and number in _VIDEO_LINES:
        return number + "피"
    return number + space + _UNITS[unit]


def _read_degrees(match):
    """25℃: 섭씨 25도; 25도 after 섭씨 or as the second number of a range."""
    number, space, unit = match.groups()
    scale = _SCALES[unit]
    has_scale = re.search("(?:%s|영하|영상) ?$|[~∼〜-] ?$" % scale, text_before(match))
    return ("" if has_scale else scale + " ") + number + space + _UNITS[unit]


def _read_below_zero(match):
    """-5도, -5~3℃: 영하 5도, 영하 5도에서 영상 3도; None unless the text is about temperatures."""
    low, sign, high, unit = match.groups()
    if not _FORECAST.search(text_before(match) + text_after(match)):
        return None
    if high is None:
        return "영하 %s도" % low
    return "영하 %s도에서 %s %s도" % (low, "영하" if sign else "영상", high)


def _read_rate_of_things(match):
    """300명/㎢: 제곱킬로미터당 300명; 3회/일: 일당 3회."""
    number, space, thing, denominator = match.groups()
    name = _TIMES.get(denominator) or _UNITS.get(denominator, denominator)
    return "%s당 %s%s%s" % (name, number, space, thing)


def _read_speed(match):
    """10km/h: 시속 10킬로미터."""
    number, space, unit, time, particle = match.groups()
    has_speed = re.search("[시분초]속 ?(?:약 )?$", text_before(match))
    return (("" if has_speed else _SPEEDS[time] + " ")
            + _with_particle(number + space + _UNITS[unit], particle))


def _read_rate(match):
    """80㎍/㎥: 세제곱미터당 80마이크로그램; 16GB/s: 초당 16기가바이트."""
    number, space, unit, denominator, particle = match.groups()
    return "%s당 %s" % (_TIMES.get(denominator) or _UNITS[denominator],
                       _with_particle(number + space + _UNITS[unit], particle))


def _with_particle(words, particle):
    """`words` with a particle (or None) in the form that fits their last syllable."""
    if particle in ("으로", "로"):
        return words + ("로" if fits_particle(words, "로") else "으로")
    for pair in _PARTICLES:
        if particle in pair:
            return words + pair[0 if final_of(words[-1]) else 1]
    return words + (particle or "")


def _read_spoons(match):
    """간장 2T: 간장 2큰술; 소금 1t: 소금 1작은술; None unless an ingredient comes before."""
    number, space, unit, particle = match.groups()
    if not _INGREDIENT.search(text_before(match)):
        return None
    return _with_particle(number + space + {"T": "큰술", "t": "작은술"}[unit], particle)


def _read_currency(match):
    sign, number, scale = match.groups()
    return number + scale + _CURRENCIES[sign]


_MINUS = "(?:(?<![0-9A-Za-z가-힣)])[-−+±])?"
RULES = (
    rule("currency", "(%s) ?(%s(?:[~∼〜]%s)?)(%s)" % (_CURRENCY, NUMBER, NUMBER, _SCALE),
         _read_currency, needs="".join(sign[-1] for sign in _CURRENCIES)),
    rule("below zero", "(?<![0-9A-Za-z가-힣%%.)])[-−–](%s)"
         "(?: ?(?:도|℃|°C)?[~∼〜] ?([-−–])?(%s))? ?(도|℃|°C)(?![A-Za-z])"
         % (NUMBER, NUMBER), _read_below_zero, needs=("-−–", "도℃°")),
    rule("unit", "(%s) ?m/s(?:²|\\^2)" % NUMBER, "제곱초당 \\1미터", needs="/"),
    rule("unit", "(%s(?: ?[십백천]?[만억조])?)( ?)(원|달러|명|회|개|건|대|마리|잔|병|번)/"
         "(%s|분|초|시간|일|월|년|인|명|개|박|회|건)(?![A-Za-z가-힣])"
         % (NUMBER, UNIT), _read_rate_of_things, needs="/"),
    rule("unit", "(%s)M(?= ?(?:앞|뒤|거리|지점|달리기|이내|전방|떨어|높이|깊이|길이|상공|간격|경주|계주|정도|쯤|가량|까지))"
         % NUMBER, "\\1미터", needs="M"),
    rule("unit",
         "(%s%s%s여?)( ?)(km|m|㎞|cm|mm)/(hr?|sec|s|min)%s%s"
         % (_MINUS, NUMBER, _SCALE, _END, _PARTICLE),
         _read_speed, needs="/"),
    rule("unit", "(%s%s여?)( ?)(%s)/(%s|s|h)%s%s" % (_MINUS, NUMBER, UNIT, UNIT, _END, _PARTICLE),
         _read_rate, needs="/"),
    # without a number: km/L 단위로
    rule("unit", "(?<![0-9A-Za-z])(km|m|cm|mm|kg|g|mg|L|mL|W|kWh|MB|GB|Mb|Gb|J|N)/"
         "(km|m|㎡|m²|m³|㎥|cm³|cm²|kg|g|L|dL|mL|h|s|kWh)"
         "(?![A-Za-z0-9])",
         lambda match: "%s 퍼 %s" % (_UNITS.get(match.group(1)) or _BARE_UNITS[match.group(1)],
                                    {"h": "아워", "s": "세크"}.get(match.group(2))
                                    or _UNITS.get(match.group(2))), needs="/"),
    # "()": no number and no space
    rule("unit", "(?<![A-Za-z0-9µμ])()()(kg|km|cm|mm|ml|mL|dL|L|mg|g|m²|m2|m³|m3|kWh|GB)(?=당)",
         _read_unit, needs="당"),
    # blood pressure: 120/80 mmHg
    rule("unit", "(?<![0-9/])([0-9]{2,3})/(?=[0-9]{2,3} ?mmHg)", "\\1에 ", needs="/"),
    rule("unit", "(%s%s)( ?)(℃|°C|℉|°F)" % (_MINUS, NUMBER), _read_degrees, needs="℃°℉"),
    rule("unit", "(%s)( ?)([Tt])(?![A-Za-z0-9.])%s" % (NUMBER, _PARTICLE), _read_spoons,
         needs=("0-9", "Tt")),
    # 킬로 takes 를, 킬로그램 takes 을
    rule("particle", "(%s ?)(?:kg|㎏|Kg|KG)(?=[를는가와로](?![가-힣]))" % NUMBER, "\\1킬로",
         needs=("gG㎏", "를는가와로")),
    rule("unit", "(%s%s여?)( ?)(%s)%s" % (NUMBER, _SCALE, UNIT, _END), _read_unit,
         needs=("0-9", _UNIT_CHARACTERS)),
    # 몸무게(kg), 단위: mm
    rule("unit", "()()(?<=[가-힣][(])(?![GM]B)(%s)(?=[)])" % _NAMED, _read_unit, needs="("),
    rule("unit", "()((?<=단위:)|(?<=단위: ))(%s)(?![A-Za-z0-9])" % _NAMED, _read_unit, needs=":"),
)
AFTER_WORDS = (
    rule("unit", "((?<=[십백천만억조])|(?<=[십백천만억조]여)|(?<=몇)|"
         "(?<=(?<![가-힣])수)(?! ?[A-Za-z](?:[,은는와과을를가이]|$)))( ?)(%s)"
         "(?=[ 가-힣.,)~?!]|$)" % UNIT, _read_unit,
         needs=_UNIT_CHARACTERS),
)
