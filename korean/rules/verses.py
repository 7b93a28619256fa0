"""Chapters and verses of the Bible, numbers of hymns: 요 3:16, 창세기 1:1-3, 찬송가 405장."""
import re

from korean import numerals
from korean.rules.rule import rule, text_after

_FULL_NAMES = """창세기 출애굽기 레위기 민수기 신명기 여호수아 사사기 룻기 사무엘상 사무엘하 사무엘기상 사무엘기하 열왕기상 열왕기하
    역대상 역대하 역대기상 역대기하 에스라 느헤미야 에스더 욥기 시편 잠언 전도서 아가 이사야 예레미야 예레미야애가 에스겔 다니엘
    호세아 요엘 아모스 오바댜 요나 미가 나훔 하박국 스바냐 학개 스가랴 말라기 마태복음 마가복음 누가복음 요한복음 사도행전 로마서
    고린도전서 고린도후서 갈라디아서 에베소서 빌립보서 골로새서 데살로니가전서 데살로니가후서 디모데전서 디모데후서 디도서 빌레몬서
    히브리서 야고보서 베드로전서 베드로후서 요한일서 요한이서 요한삼서 요한1서 요한2서 요한3서 유다서 요한계시록 요한묵시록
    마태오복음 마르코복음 루카복음 탈출기 집회서 지혜서""".split()
_SHORT_NAMES = """창 출 레 민 신 수 삿 룻 삼상 삼하 왕상 왕하 대상 대하 스 느 에 욥 시 잠 전 아 사 렘 애 겔 단 호 욜 암 옵 욘
    미 나 합 습 학 슥 말 마 막 눅 요 행 롬 고전 고후 갈 엡 빌 골 살전 살후 딤전 딤후 딛 몬 히 약 벧전 벧후 요일 요이 요삼 유
    계""".split()
_SHORT_FOR = dict(zip(_SHORT_NAMES, """창세기 출애굽기 레위기 민수기 신명기 여호수아 사사기 룻기 사무엘상 사무엘하 열왕기상 열왕기하 역대상
    역대하 에스라 느헤미야 에스더 욥기 시편 잠언 전도서 아가 이사야 예레미야 예레미야애가 에스겔 다니엘 호세아 요엘 아모스 오바댜 요나
    미가 나훔 하박국 스바냐 학개 스가랴 말라기 마태복음 마가복음 누가복음 요한복음 사도행전 로마서 고린도전서 고린도후서 갈라디아서
    에베소서 빌립보서 골로새서 데살로니가전서 데살로니가후서 디모데전서 디모데후서 디도서 빌레몬서 히브리서 야고보서 베드로전서
    베드로후서 요한일서 요한이서 요한삼서 유다서 요한계시록""".split()))
BOOK = "(?:%s)" % "|".join(sorted(_FULL_NAMES, key=len, reverse=True))
_SHORT = "(?:%s)" % "|".join(sorted(_SHORT_NAMES, key=len, reverse=True))
_WORDS = "나약아사합골계대"     # names of books that are also words
_AFTER_TIME = re.compile(" ?(?:에(?!서| 보면| 나오| 있)|까지|부터|쯤|경|이)")
_WEEKDAY_OR_HOUR = "수시전"  # before a time of day they are a weekday, an hour or "before"

_VERSE = "[0-9]{1,3}:[0-9]{1,3}"
_REST = "(?: ?[-–~∼,] ?(?:%s|[0-9]{1,3}(?![0-9:A-Za-zµμ㎀-㏿%%])))*" % _VERSE


def _read_reference(match):
    """요 3:16: 요한복음 삼장 십육절; None for a time of day."""
    book, space, reference = match.groups()
    if re.match("(?:1?[0-9]|2[0-4]):[0-5][0-9]$", reference) and (
            book in _WEEKDAY_OR_HOUR
            or book in _WORDS and _AFTER_TIME.match(text_after(match))):
        return None
    chapter_name = "편" if book in ("시", "시편") else "장"
    return _SHORT_FOR.get(book, book) + space + re.sub(_VERSE + "|[0-9]+|[-–~∼, ]+",
                                 lambda part: _read_part(part.group(), chapter_name), reference)


def _read_part(part, chapter_name):
    if not part[0].isdigit():
        return ", " if "," in part else "에서 "
    chapter, colon, verse = part.rpartition(":")
    return (numerals.sino(int(chapter)) + chapter_name + " " if colon else "") + (
        numerals.sino(int(verse)) + "절")


def _read_chapter(match):
    """시편 23편, 창세기 3장: Sino-Korean, while a counted 장 or 편 is native."""
    return "%s%s%s" % (match.group(1), numerals.sino(int(match.group(2))), match.group(3))


def _read_hymns(match):
    """찬송가 405장, 찬송가 28, 305장: Sino-Korean, as the number of a chapter."""
    return re.sub("[0-9]+", lambda number: numerals.sino(int(number.group())), match.group())


def _read_verses(match):
    """5장 3~10절: 오장 삼절에서 십절."""
    chapter, space, first, last = match.groups()
    words = numerals.sino(int(chapter)) + "장" + space + numerals.sino(int(first)) + "절"
    return words + ("에서 %s절" % numerals.sino(int(last)) if last else "")


RULES = (
    rule("verse", "(?<![가-힣A-Za-z0-9])(%s|%s)( ?)(%s%s)(?![0-9:])" % (BOOK, _SHORT, _VERSE, _REST),
         _read_reference, needs=":"),
    rule("verse", "찬(?:송|송가|미가)(?:은|는)? ?[0-9]{1,3}(?:장?(?:, ?|[과와] |·)[0-9]{1,3})*(?= ?장)",
         _read_hymns, needs="찬"),
    rule("verse", "(%s ?)([0-9]{1,3})( ?[장편])" % BOOK, _read_chapter, needs=("장편", "0-9")),
    rule("verse", "(?<![0-9제])([0-9]{1,3})장( ?)([0-9]{1,3})(?: ?[-–~∼] ?([0-9]{1,3}))?절",
         _read_verses, needs=("절", "0-9")),
)
