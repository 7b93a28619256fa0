"""Dates, times, anniversaries, decades."""
import re

from korean import numerals
from korean.rules.numbers import amount
from korean.rules.rule import rule

_YEAR, _MONTH, _DAY = "(?:1[0-9]|20|21)[0-9]{2}", "0?[1-9]|1[0-2]", "3[01]|[12][0-9]|0?[1-9]"
_ALONE, _ENDS = "(?<![0-9A-Za-z.,:/-])", "(?![0-9A-Za-z/-]|\\.[0-9]|:[0-9])"

# 6·25, 4.19: with a full stop between only before what they are the name of
_EVENTS = "경축|때|혁명|민주|운동|항쟁|전쟁|사변|사태|의거|광복|절|테러|참사|쿠데타|정변|남북|선언|후퇴|사건|공동|만세|독립|세대|" \
          "군사|동란|참전|비상|합의|조치|개헌|학살|부정선거|재보|지방|총선|대선|지진|계엄"
_SPECIAL = {("12", "12"): "십이십이", ("5", "16"): "오일륙"}


def _date(match):
    year, month, day = (int(part) for part in match.groups()[:3])
    return "%s년 %s월 %s일" % (numerals.sino(year), numerals.month(month),
                            numerals.sino(day))


def _year_and_month(match):
    year, month = (int(part) for part in match.groups())
    return "%s년 %s월" % (numerals.sino(year), numerals.month(month))


def _day(match):
    return _month_and_day(*match.groups())


def _month_and_day(month, day):
    month, day = int(month), int(day)
    return "%s월 %s일" % (numerals.month(month), numerals.sino(day))


def _anniversary(match):
    month, day = match.groups()
    if (month, day) in _SPECIAL:
        return _SPECIAL[month, day]
    # 십이육 for 10·26, but 육십 for 6·10: nobody says 십 as 일공
    return numerals.sino(int(month)) + (numerals.sino(10) if day == "10" else numerals.digits(day))


def _half_of_day(written):
    return {"": "", "am": "오전", "pm": "오후"}[re.sub("[ .]", "", written or "").lower()]


def _time(match):
    """7:30, 13:05:10, 9:30 AM, PM 3:00."""
    before, hour, minute, second, after = match.groups()
    half = _half_of_day(before or after)
    hour = int(hour)
    parts = [("영" if hour == 0 else numerals.before_counter(hour) if hour <= 12
              else numerals.sino(hour)) + "시"]
    if int(minute) or second:
        parts.append(numerals.sino(int(minute)) + "분")
    if second:
        parts.append(numerals.sino(int(second)) + "초")
    return " ".join(([half] if half else []) + parts)


def _half(match):
    """5 p.m., AM 9시."""
    before, hour, after = match.groups()
    half = _half_of_day(before or after)
    hour = int(hour)
    return "%s %s시" % (half, numerals.before_counter(hour) if hour else "영")


def _decade(match):
    """'90: 구십; '02: 공이."""
    return amount(match.group(1))


_AM_PM = "[AaPp]\\.?[Mm]\\.?"
RULES = (
    rule("date",
         _ALONE + "(%s)([-./])(%s)\\2(%s)(?:\\2(?![0-9]))?%s" % (_YEAR, _MONTH, _DAY, _ENDS),
         lambda match: _date(re.match("([0-9]+)[-./]([0-9]+)[-./]([0-9]+)", match.group())),
         needs="-./"),
    rule("date", _ALONE + "(%s)\\. ?(%s)\\. ?(%s)\\.?%s" % (_YEAR, _MONTH, _DAY, _ENDS), _date,
         needs="."),
    rule("date", _ALONE + "'?([0-9]{2})\\.(0[1-9]|1[0-2])\\.(3[01]|[12][0-9]|0[1-9])\\.?" + _ENDS,
         _date, needs="."),
    rule("date", _ALONE + "((?:19|20)[0-9]{2})-(0[1-9]|1[0-2])" + _ENDS, _year_and_month,
         needs="-"),
    rule("date", _ALONE + "((?:19|20)[0-9]{2})\\. ?(%s)\\.(?![0-9])" % _MONTH, _year_and_month,
         needs="."),
    # the other end of a time that begins with a date
    rule("date", "(?<=[일][~∼〜])( ?)(%s)[./] ?(%s)\\.?(?![0-9])" % (_MONTH, _DAY),
         lambda match: match.group(1) + _month_and_day(*match.groups()[1:]), needs="~∼〜"),
    rule("date", _ALONE + "(%s)[/.](%s)(?= ?\\([월화수목금토일]\\)|까지|부터|자 | 마감)" % (_MONTH, _DAY), _day, needs="/."),
    rule("anniversary", _ALONE + "(1[0-2]|[1-9])[·ㆍ‧•・](3[01]|[12][0-9]|[1-9])(?![0-9])(?!%s)"
         % " ?(?:위|층|등|차|회|번|호|명|개|월|일|학년|분기|단계|세대|급|부|장|권|조(?!치)|항|인|대)", _anniversary, needs="·ㆍ‧•・"),
    rule("anniversary", _ALONE + "(1[0-2]|[1-9])\\.(3[01]|[12][0-9]|[1-9])(?= ?(?:%s))" % _EVENTS,
         _anniversary, needs="."),
    rule("range", "(?<=[0-9]:[0-5][0-9]) ?[-–] ?(?=[0-9]{1,2}:[0-5][0-9])",
         lambda match: "~", needs="-–"),
    rule("time",
         "(?:(?<![A-Za-z])(%s) ?)?(?<![0-9:.,/-])([01]?[0-9]|2[0-4]):([0-5][0-9])(?::([0-5][0-9]))?"
         "(?![0-9:])(?! ?(?:비율|의 비율|화면|비|축척|로 (?:이|졌|지|승|패|앞)))(?: ?(%s)(?![A-Za-z]))?"
         % (_AM_PM, _AM_PM), _time, needs=":"),
    rule("time", "(?<![A-Za-z])(%s) ?(1[0-2]|0?[0-9])(?:시|(?<= .)|(?<= ..))(?![0-9:]|\\.[0-9]| 농도)()"
         % _AM_PM, _half,
         needs="AaPp"),
    rule("time", "(?<![0-9:.])()(1[0-2]|0?[0-9])( ?[ap]\\.?m\\.?| [AP]M| ?[AP]\\.M\\.)(?![A-Za-z])",
         _half, needs="AaPp"),
    rule("decade", "['’‘]([0-9]{2})(?= ?(?:년|학번|월드컵|시즌))", _decade, needs="'’‘"),
)
