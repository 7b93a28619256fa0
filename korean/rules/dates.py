"""Dates, times, anniversaries, decades."""
import re

from korean import numerals
from korean.rules.numbers import NUMERIC, read_number
from korean.rules.rule import rule

_YEAR, _MONTH, _DAY = "(?:1[0-9]|20|21)[0-9]{2}", "0?[1-9]|1[0-2]", "3[01]|[12][0-9]|0?[1-9]"
# the lookahead only makes the search faster
_START, _END = "(?=['0-9])(?<![0-9A-Za-z.,:/-])", "(?![0-9A-Za-z/-]|\\.[0-9]|:[0-9])"

# words that must follow an anniversary with a full stop, as in 4.19 혁명; 6·25 needs none
_EVENTS = "경축|때|혁명|민주|운동|항쟁|전쟁|사변|사태|의거|광복|절|테러|참사|쿠데타|정변|남북|선언|후퇴|사건|공동|만세|독립|세대|" \
          "군사|동란|참전|비상|합의|조치|개헌|학살|부정선거|재보|지방|총선|대선|지진|계엄|유공자|묘지|세월호|유족|내란|불법|특사"
# words after which a month/day is no fraction, and after which it is one
_HOLIDAYS = "어린이날|어버이날|스승의|크리스마스|성탄|삼일절|광복절|개천절|한글날|현충일|제헌절|만우절|식목일|발렌타인|밸런타인|화이트데이|" \
            "빼빼로|핼러윈|할로윈|설날|추석|대보름|근로자|노동절|신정|새해"
_DAY_PARTS = "오전|오후|아침|점심|저녁|낮|밤|새벽|정오|자정|[0-2]?[0-9]시|[0-2]?[0-9]:[0-5][0-9]"
_AFTER_DATE = "에(?=[ .,!?]|$)|에는|에도|에만|엔|까지|부터|자[ ,]|일(?![가-힣])|이후|이전|쯤|경"
_WEEKDAYS = dict(zip("월화수목금토일月火水木金土日", "월화수목금토일" * 2))
_IRREGULAR = {("12", "12"): "십이십이", ("5", "16"): "오일륙"}


def _read_date(match):
    year, month, day = re.findall("[0-9]+", match.group())
    return "%s년 %s" % (numerals.sino(int(year)), _month_and_day(month, day))


def _read_year_and_month(match):
    year, month = map(int, match.groups())
    return "%s년 %s월" % (numerals.sino(year), numerals.month(month))


def _month_and_day(month, day):
    return "%s월 %s일" % (numerals.month(int(month)), numerals.sino(int(day)))


def _read_month_and_day(match):
    """12/25에: 십이월 이십오일; None if it may be a fraction, 3/4에."""
    month, day, following = match.groups()
    if following.startswith("에") and int(month) < int(day) <= 12:
        return None
    return _month_and_day(month, day) + ("" if following == "일" else following)


def _read_days(match):
    """3/1~3/5: 삼월 일일에서 삼월 오일; None if both may be fractions, 1/2~2/3."""
    numbers = list(map(int, match.groups()))
    pairs = list(zip(numbers[::2], numbers[1::2]))
    may_be_fractions = all(month < day <= 12 for month, day in pairs)
    if may_be_fractions and not (1 < pairs[0][0] == pairs[1][0] and pairs[0] < pairs[1]):
        return None
    return "에서 ".join(_month_and_day(*pair) for pair in pairs)


def _read_short_year(match):
    """'24. 7. 1.: 이십사년 칠월 일일; '24. 7.: 이십사년 칠월."""
    year, month, day = match.groups()
    words = "%s년 " % read_number(year)
    return words + (_month_and_day(month, day) if day else numerals.month(int(month)) + "월")


def _read_season(match):
    """2023/24 시즌: 이천이십삼 이십사 시즌; None unless the second year follows the first."""
    first, second = match.groups()
    if int(second) != (int(first) + 1) % 100:
        return None
    return "%s %s" % (numerals.sino(int(first)), read_number(second))


def _read_weekdays(match):
    """(금): (금요일); (월~금): (월요일에서 금요일); (월·수): (월요일 수요일)."""
    days, separators = re.findall("[월화수목금토일月火水木金土日]", match.group()), match.group(1)
    words = [_WEEKDAYS[day] + "요일" for day in days]
    return "(%s)" % ("에서 " if separators and separators in "~∼-–" else ", ").join(words)


def _read_anniversary(match):
    month, day = match.groups()
    if (month, day) in _IRREGULAR:
        return _IRREGULAR[month, day]
    # 십이육 for 10·26, but 육십 for 6·10
    return numerals.sino(int(month)) + (numerals.sino(10) if day == "10" else numerals.digits(day))


def _am_or_pm(written):
    return {"": "", "am": "오전", "pm": "오후"}[re.sub("[ .]", "", written or "").lower()]


def _hour(written):
    hour = int(written)
    return (numerals.before_counter(hour) if 1 <= hour <= 12 else numerals.sino(hour)) + "시"


def _read_time(match):
    """7:30: 일곱시 삼십분; also 13:05:10, 9:30 AM, PM 3:00."""
    prefix, hour, minute, second, suffix = match.groups()
    words = [_am_or_pm(prefix or suffix), _hour(hour)]
    if int(minute) or second:
        words.append(numerals.sino(int(minute)) + "분")
    if second:
        words.append(numerals.sino(int(second)) + "초")
    return " ".join(filter(None, words))


def _read_hour(match):
    """5 p.m.: 오후 다섯시; AM 9시: 오전 아홉시."""
    prefix, hour, suffix = match.groups()
    return "%s %s" % (_am_or_pm(prefix or suffix), _hour(hour))


_AM_PM = "[AaPp]\\.?[Mm]\\.?"
# "()" in a pattern is an empty group for a part that is not written
RULES = (
    rule("date",
         _START + "(%s)([-./])(%s)\\2(%s)(?:\\2(?![0-9]))?%s" % (_YEAR, _MONTH, _DAY, _END),
         _read_date, needs=(NUMERIC,)),
    rule("date", _START + "(%s)\\. ?(%s)\\. ?(%s)\\.?%s" % (_YEAR, _MONTH, _DAY, _END), _read_date,
         needs=(NUMERIC,)),
    rule("date", _START + "'?([0-9]{2})\\.(0[1-9]|1[0-2])\\.(3[01]|[12][0-9]|0[1-9])\\.?" + _END,
         _read_date, needs=(NUMERIC,)),
    rule("date", _START + "([0-9]{2})\\.(%s)\\.(%s)\\.?(?= ?\\([월화수목금토일](?:요일)?\\))"
         % (_MONTH, _DAY), _read_date, needs=(NUMERIC,)),
    rule("date", _START + "((?:19|20)[0-9]{2})-(0[1-9]|1[0-2])" + _END, _read_year_and_month,
         needs=(NUMERIC,)),
    rule("date", _START + "((?:19|20)[0-9]{2})\\. ?(%s)월(?!드)" % _MONTH, _read_year_and_month,
         needs=(NUMERIC,)),
    # '24.3분기
    rule("date", "(?<![0-9A-Za-z])['’‘]([0-9]{2})\\. ?(?=[1-4](?:/4)?분기)", "\\1년 ",
         needs=("'’‘", NUMERIC)),
    rule("date", _START + "(%s)/(%s)(?: ?[~∼〜] ?|-)(%s)/(%s)(?![0-9/]| ?[-+=×÷])"
         % (_MONTH, _DAY, _MONTH, _DAY),
         _read_days, needs="/"),
    rule("date", _START + "((?:19|20)[0-9]{2})\\. ?(%s)\\.(?![0-9])" % _MONTH, _read_year_and_month,
         needs=(NUMERIC,)),
    rule("date", _START + "(%s)[/.](%s)(?= ?\\([월화수목금토일](?:요일)?\\)|"
         "(?:(?<=/.)|(?<=/..)|(?<=[.]1[3-9])|(?<=[.][23][0-9]))(?:까지|부터)|자 | 마감)"
         % (_MONTH, _DAY), lambda match: _month_and_day(*match.groups()), needs=(NUMERIC,)),
    rule("date", _START + "(%s)/(%s)()(?= ?(?:%s| (?:%s)))" % (_MONTH, _DAY, _HOLIDAYS, _DAY_PARTS),
         _read_month_and_day, needs=(NUMERIC,)),
    rule("date", _START + "(%s)/(%s)(%s)" % (_MONTH, _DAY, _AFTER_DATE), _read_month_and_day,
         needs=(NUMERIC,)),
    rule("date",
         "(?<![0-9A-Za-z])['’‘]([0-9]{2})[./-] ?(%s)(?![0-9])"
         "(?:월|[./-]?(?: ?(%s)(?:[.](?![0-9])|%s))?(?![0-9]))"
         % (_MONTH, _DAY, _END), _read_short_year, needs=("'’‘", NUMERIC)),
    # 7. 1.(월), 7. 1. ~ 7. 5.
    rule("date", _START + "(%s)\\. ?(%s)\\.(?= ?(?:\\([월화수목금토일](?:요일)?\\)|[~∼〜]|까지|부터|이후|기준|현재|시행))"
         % (_MONTH, _DAY), lambda match: _month_and_day(*match.groups()), needs=(NUMERIC,)),
    rule("date", _START + "((?:19|20)[0-9]{2})[/-]([0-9]{2})(?![0-9./-])", _read_season,
         needs=(NUMERIC,)),
    rule("weekday", "(?:(?<=[일절날])|(?<=[0-9])|(?<=[0-9]\\.)) ?\\([월화수목금토일月火水木金土日](?:([~∼,·ㆍ-]) ?"
         "[월화수목금토일月火水木金土日])*\\)", _read_weekdays, needs=("(", "월화수목금토일月火水木金土日")),
    # the end of a range that begins with a date
    rule("date", "(?:(?<=일[~∼〜])|(?<=일 [~∼〜])|(?<=\\)[~∼〜])|(?<=\\) [~∼〜]))( ?)(%s)[./] ?(%s)"
         "\\.?(?![0-9])"
         % (_MONTH, _DAY),
         lambda match: match.group(1) + _month_and_day(*match.groups()[1:]), needs="~∼〜"),
    rule("range", "(?<=[일)]) ?[~∼〜] ?(?=[일이삼사오유칠팔구시십]{1,2}월 )", "에서 ", needs="~∼〜"),
    rule("countdown", "(?<![0-9A-Za-z])[Dd] ?([-−+]) ?([0-9]{1,4})(?![0-9A-Za-z])",
         lambda match: "디 %s %s" % ("플러스" if match.group(1) == "+" else "마이너스",
                                    numerals.sino(int(match.group(2)))), needs="Dd"),
    rule("countdown", "(?<![0-9A-Za-z])[Dd][- ]?[Dd][Aa][Yy](?![A-Za-z])", "디데이", needs="Dd"),
    rule("time", "(?<![0-9./])24/7(?![0-9./])", "이십사시간 칠일", needs="/"),
    rule("anniversary", _START + "(1[0-2]|[1-9])[·ㆍ‧•・](3[01]|[12][0-9]|[1-9])(?![0-9])(?!%s)"
         % " ?(?:위|층|등|차|회|번|호|명|개|월|일|학년|분기|단계|세대|급|부|장|권|조(?!치)|항|인|대)",
         _read_anniversary, needs="·ㆍ‧•・"),
    rule("anniversary",
         _START + "(1[0-2]|[1-9])(?:\\.|(?<=9)/(?=11(?![0-9])))(3[01]|[12][0-9]|[1-9])"
         "(?= ?(?:%s))" % _EVENTS,
         _read_anniversary, needs=(NUMERIC,)),
    # those that need no event after them
    rule("anniversary",
         _START + "(?=(?:4\\.1[69]|5\\.1[68]|6\\.10|6\\.25|8\\.15|9/11|10\\.26|12\\.3|12\\.12)"
         "(?![0-9]))"
         "(1[0-2]|[1-9])[./]([0-9]{1,2})(?= ?(?:당시|이후|직후|기념|정신|희생))", _read_anniversary,
         needs=(NUMERIC,)),
    rule("range", "(?<=[0-9]:[0-5][0-9]) ?[-–] ?(?=[0-9]{1,2}:[0-5][0-9])", "~",
         needs="-–"),
    rule("time",
         "(?:(?<![A-Za-z])(%s) ?)?(?<![0-9:.,/-])([01]?[0-9]|2[0-4]):([0-5][0-9])(?::([0-5][0-9]))?"
         "(?![0-9:])(?! ?(?:비율|의 비율|화면|비|축척|으?로 (?:이[겨겼기긴길]|졌|져|지[고는며]|승|패|"
         "앞[서섰선]|뒤[져졌지진]|역전|비[겨겼기긴]|끌려|눌|꺾)))"
         "분?(?: ?(%s)(?![A-Za-z]))?"
         % (_AM_PM, _AM_PM), _read_time, needs=":"),
    rule("time",
         "(?<![A-Za-z])(%s) ?(1[0-2]|0?[0-9])(?:시|(?<= .)|(?<= ..))(?![0-9:]|\\.[0-9]| 농도)()"
         % _AM_PM, _read_hour, needs="AaPp"),
    rule("time", "(?<![0-9:.])()(1[0-2]|0?[0-9])( ?[ap]\\.?m\\.?| [AP]M| ?[AP]\\.M\\.)(?![A-Za-z])",
         _read_hour, needs="AaPp"),
    rule("decade", "['’‘]([0-9]{2})(?= ?(?:년|학번|월드컵|시즌))",
         lambda match: read_number(match.group(1)), needs="'’‘"),
)
