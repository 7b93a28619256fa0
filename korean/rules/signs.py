"""Signs and punctuation marks: read as words, kept as pauses, or silent."""
import re

from korean.hangul import final_of
from korean.rules.rule import rule, text_after, text_before

_QUOTES = "\"`‘’‚‛“”„‟′″«»‹›「」『』《》〈〉"
_DASHES = "‐‑‒–—―−─━"
_BRACKETS = dict(zip("[]{}【】〔〕〖〗⟨⟩", "()()()()()()"))
_OPERATORS = {"+": "더하기", "×": "곱하기", "÷": "나누기", "±": "플러스마이너스", "≠": "낫 이퀄", "≈": "약", "&": "앤드",
              "∩": "교집합", "∪": "합집합", "⊂": "부분집합", "∝": "비례", "≡": "합동", "≅": "합동", "∽": "닮음",
              "∥": "평행", "⊥": "수직", "∈": "원소", "⊕": "플러스", "∧": "그리고", "∨": "또는"}
_SIGNS = {"√": "루트", "∞": "무한대", "%": "퍼센트", "‰": "퍼밀", "℃": "도", "°": "도", "$": "달러", "€": "유로",
          "£": "파운드", "¥": "엔", "₩": "원", "₫": "동", "₹": "루피", "₽": "루블", "฿": "바트", "¢": "센트",
          "§": "절", "№": "넘버", "÷": " 나누기 ", "×": "엑스", "±": "플러스마이너스 ", "≠": " 낫 이퀄 ", "&": " 앤드 "}
_PREFIX_SIGNS = {"∑": "시그마", "∏": "프로덕트", "∫": "인테그랄", "∂": "라운드", "∇": "나블라", "∅": "공집합",
                 "∠": "각", "∴": "따라서", "∵": "왜냐하면", "∀": "모든", "∃": "어떤"}
_STEP_ENDINGS = "면고서후뒤다요음기"  # after a clause or a step, an arrow is a pause: 씻기 → 썰기
_LIMITS = re.compile("(?:세|살|명|인|개|년|회|번|점|급|학년|킬로그램|센티미터|만원)$")  # 20세↑: 이상
# what a tilde draws out, and the end of what may begin a range
_DRAWN_OUT = re.compile("(?:(?<![월화수목금토일])요|니다|니까|죠|(?<![가-힣])(?:네|넵|응|예|아|어|음|야))$")
_MEASURED = re.compile("(?:[영일이삼사오유육칠팔구십백천만억한두세네섯곱덟홉열른흔쉰순든물무시] ?"
                       "(?:시|분|초|일|월|년|원|명|개|세|살|층|도)(?<!만세)|요일|퍼센트|미터|그램)$")
# emoji, their joiners and modifiers
_EMOJI = ("\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff"
          "\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f")

# of `tidy`; without a match of _UNTIDY, no other pattern matches
_UNTIDY = re.compile("[(' ][')]|[('] |\\.{4}| [,.!?;:]")
_DOTS = re.compile("\\.{4,}")
_EMPTY = re.compile("\\( *\\)|(?<![^ ])'[ ]*'(?![^ ])")
_SPACE_BEFORE_MARK = re.compile(" +([,.!?;:)](?![가-힣]))")


def _read_tilde(match):
    """서울~부산: 서울에서 부산; None if the sign draws out the word before it: 그래~ 오늘."""
    if " " in match.group() and not _MEASURED.search(text_before(match)):
        return None
    return "에서 "


def _read_equals(match):
    """일 더하기 일=이: 일 더하기 일은 이."""
    last, marks = match.groups()
    return last + marks + ("은 " if final_of(last) else "는 ")


def _read_arrow(match):
    """서울→부산: 서울에서 부산; a pause after a clause and in a list of steps."""
    before = text_before(match)
    is_step = (before[-1:] in _STEP_ENDINGS or "→" in text_after(match) or ", " in before[-12:])
    return ", " if is_step else "에서 "


def _read_vertical_arrow(match):
    """오퍼센트↑: 오퍼센트 상승; 이십세↑: 이십세 이상."""
    is_limit = _LIMITS.search(text_before(match))
    return {"↑": " 이상" if is_limit else " 상승", "↓": " 이하" if is_limit else " 하락"}[
        match.group().strip()[0]]


def _read_prefix_sign(match):
    """∠에이: 각 에이, without a space before a particle."""
    is_operand = re.match("(?![을를은는이가와과의도로](?![가-힣]))[가-힣]", text_after(match))
    return _PREFIX_SIGNS[match.group()] + (" " if is_operand else "")


def _read_both_ways(match):
    return ("과 " if final_of(match.group(1)) else "와 ").join(match.groups())


def _read_angle_brackets(match):
    """<책>: (책); None for two comparisons, a<b, c>d."""
    is_comparison = (re.search("[0-9A-Za-z]$", text_before(match))
                     and re.match("[0-9A-Za-z]", text_after(match)))
    return None if is_comparison else "(%s)" % match.group(1)


BEFORE_NUMBERS = (
    rule("sign", "(?<=[0-9])[+](?=[0-9]{1,2}분)", " 플러스 ", needs="+"),      # stoppage time
    rule("sign", "(Ctrl|Alt|Shift|Cmd)[+](?=[A-Za-z0-9])", "\\1 ", needs="+"),
    rule("sign", "[➔➙➛➜➝➞➟➡⟶⇨⇒]\ufe0f?|-{1,3}>|={1,3}>", "→", needs="➔➙➛➜➝➞➟➡⟶⇨⇒>"),
    rule("emoji", "[%s]+" % _EMOJI, ""),
    rule("emoticon",
         "\\^[_.o-]?\\^[;a]*|[Tㅜㅠ]_[Tㅜㅠ]|-_-;*|:-?[)DPp](?![A-Za-z0-9])|"
         ":-?\\((?![A-Za-z0-9가-힣])|;-?\\)|(?<![0-9A-Za-z])<3(?![0-9])|=\\)|"
         ">[_.]?<;*|=[_.]=;*|<_<|>_>",
         "", needs="^_:;<=>"),
    rule("bracket", "<([^<> ](?:[^<>]{0,80}[^<> ])?| [^<>]{0,40}[가-힣][^<>]{0,40} )>",
         _read_angle_brackets, needs="<"),
    rule("sign", "([○OＯ])[×X](?=[가-힣 ]|$)", "오엑스", needs="○"),
    rule("sign", "△(?=[A-Z]{3}(?![A-Z]))", "삼각형 ", needs="△"),
    rule("sign", "□(?=[A-Z]{4}(?![A-Z]))", "사각형 ", needs="□"),
    rule("sign", "[↑↓](?= ?(?:키|버튼|방향키|화살표))",
         {"↑": "위쪽 화살표 ", "↓": "아래쪽 화살표 "}, needs="↑↓"),
    rule("sign", "[←→](?= ?(?:키|버튼|방향키|화살표))",
         {"←": "왼쪽 화살표 ", "→": "오른쪽 화살표 "}, needs="←→"),
    # decoration: =====, >>>, +++; and the marks of a quoted message or of an answer
    rule("ornament", "(?<![0-9A-Za-z])([=+<>~*#×→↑↓])\\1{2,}|<{2,}|>{2,}|={2,}|^(?:> ?)+|"
         "(?:^|(?<=[.!?:(] ))→ ?", "",
         needs="=+<>~*#×→↑↓"),
    rule("sign", "\\|([-−]?[0-9A-Za-z]{1,5})\\|", "절댓값 \\1", needs="|"),
    rule("ellipsis", "[…⋯]+", "..."),
    rule("sign", "(?<=[0-9]) ?[xX*×] ?(?=[0-9])", " 곱하기 ", needs="xX*×"),
)
AFTER_NUMBERS = (
    # 안녕하세요~오늘은
    rule("drawn out", "(?<=[요다까죠네넵응예아어음야]) ?[~∼〜]+ ?(?=[가-힣ㄱ-ㅎ])",
         lambda match: " " if _DRAWN_OUT.search(text_before(match)) else None, needs="~∼〜"),
    rule("range", "(?<=[가-힣ㄱ-ㅎ)]) ?[~∼〜] ?(?=[가-힣ㄱ-ㅎ])(?=[가-힣ㄱ-ㅎ]*(?:[ .,!?)']|$)|[가-힣]{2})",
         _read_tilde, needs="~∼〜"),
    rule("drawn out", "[~∼〜]+", ""),
    rule("equals", "([가-힣])([)'\"’”」]?) ?= ?(?=[('\"‘“「]?[가-힣]|[?.,]|$)", _read_equals, needs="="),
    rule("sign", "=", " 이퀄 ", needs="="),
    rule("sign", "(?<=[가-힣)])( ?)([+×÷±≠≈&∩∪⊂∝≡≅∽∥⊥∈⊕∧∨])\\1(?=[가-힣(])",
         lambda match: " %s " % _OPERATORS[match.group(2)], needs="+×÷±≠≈&∩∪⊂∝≡≅∽∥⊥∈⊕∧∨"),
    rule("sign", "(?<=[가-힣])[+]", " 플러스", needs="+"),
    rule("sign", "[+](?=[와극는를가])", "플러스", needs="+"),
    rule("sign", "[+] ?", "플러스 ", needs="+"),
    rule("sign", "(?<=[가-힣)]) ?[↑↓]{1,3}", _read_vertical_arrow, needs="↑↓"),
    rule("sign", "(?<=[가-힣)']) ?→ ?(?=[가-힣(∞']|-)", _read_arrow, needs="→"),
    rule("sign", "([가-힣]) ?↔ ?([가-힣])", _read_both_ways, needs="↔"),
    rule("sign", "(?<=[가-힣]) ?< ?(?=[가-힣])", "보다 ", needs="<"),  # 말 < 행동
    rule("sign", "(?<=[가-힣)]) ?> ?(?=[가-힣(])", ", ", needs=">"),  # a path through menus
    rule("sign", "[%s]" % "".join(_PREFIX_SIGNS), _read_prefix_sign),
    rule("sign", "[%s]" % "".join(_SIGNS), _SIGNS),
    rule("quotation mark", "[%s]" % _QUOTES, "'"),
    rule("dash", "[%s]" % _DASHES, "-"),
    rule("bracket", "[%s]" % re.escape("".join(_BRACKETS)), _BRACKETS,
         needs="".join(_BRACKETS)),
    rule("middle dot", " ?[·・ㆍ‧•∙⋅] ?", " ", needs="·・ㆍ‧•∙⋅"),
    rule("slash", "[/\\\\|_]", " ", needs="/\\|_"),
    rule("punctuation", "[，、]", ","),
    rule("punctuation", "[。]", "."),
    rule("ornament", "[#@*^★☆※♥♡♪♬♩♭♯■□●○◎◆◇▲△▼▽▶▷◀◁™®©†‡¶¦«»¤`´¨¯¸⋆￣]", ""),
)


def tidy(text):
    """The text with single spaces, none before punctuation, no empty brackets or quotes, no "....".

    Idempotent.
    """
    tidied = " ".join(text.split())
    while _UNTIDY.search(tidied):
        previous = tidied
        tidied = _EMPTY.sub(" ", _SPACE_BEFORE_MARK.sub("\\1", tidied))
        tidied = " ".join(_DOTS.sub("...", tidied).split())
        if tidied == previous:
            break
    return tidied

