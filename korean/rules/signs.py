"""Signs and punctuation: what is said, what is a pause, what is silent."""
import re

from korean.rules.rule import rule
from korean.hangul import final_of

_QUOTES = "\"`‘’‚‛“”„‟′″«»‹›「」『』《》〈〉"
_DASHES = "‐‑‒–—―−─━"
_BRACKETS = dict(zip("[]{}【】〔〕〖〗⟨⟩<>", "()()()()()()()"))
_SPOKEN = {"+": "더하기", "×": "곱하기", "÷": "나누기", "±": "플러스마이너스", "≠": "같지 않다", "≈": "약", "√": "루트",
           "∞": "무한대", "%": "퍼센트", "‰": "퍼밀", "℃": "도", "°": "도", "$": "달러", "€": "유로", "£": "파운드",
           "¥": "엔", "₩": "원", "&": "앤드", "§": "절", "№": "넘버"}


def _equals(match):
    """일 더하기 일=이: 일 더하기 일은 이."""
    return ("은 " if final_of(match.group(1)) else "는 ").join((match.group(1), match.group(2)))


def _spoken(match):
    return " %s " % _SPOKEN[match.group(2)]


def _after_number(match):
    return _SPOKEN[match.group()]


def _silent(match):
    return ""


# and what joins and colours them
_PICTURES = ("\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff"
             "\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f")
BEFORE_NUMBERS = (
    rule("emoji", "[%s]+" % _PICTURES, _silent),
    rule("emoticon",
         "\\^[_.o-]?\\^[;a]*|[Tㅜㅠ]_[Tㅜㅠ]|-_-;*|:-?[)(DPp](?![A-Za-z0-9])|;-?\\)|<3(?![0-9])|=\\)",
         _silent),
    rule("ellipsis", "[…⋯]+", lambda match: "..."),
    rule("sign", "(?<=[0-9]) ?[xX*×] ?(?=[0-9])", lambda match: " 곱하기 "),
)
AFTER_NUMBERS = (
    rule("range", "(?<=[가-힣ㄱ-ㅎ)]) ?[~∼〜] ?(?=[가-힣ㄱ-ㅎ])(?=[가-힣ㄱ-ㅎ]*(?:[ .,!?)']|$)|[가-힣]{2})",
         lambda match: "에서 " if " " not in match.group() else None),
    rule("drawn out", "[~∼〜]+", _silent),
    rule("equals", "([가-힣]) ?= ?([가-힣])", _equals),
    rule("sign", "(?<=[가-힣)])( ?)([+×÷±≠≈&])\\1(?=[가-힣(])", _spoken),
    rule("sign", "(?<=[가-힣])[+]", lambda match: " 플러스"),
    rule("sign", "[+](?=[와극는를가])", lambda match: "플러스"),
    rule("sign", "[√∞%‰℃°$€£¥₩§№]", _after_number),
    rule("quotation mark", "[%s]" % _QUOTES, lambda match: "'"),
    rule("dash", "[%s]" % _DASHES, lambda match: "-"),
    rule("bracket", "[%s]" % re.escape("".join(_BRACKETS)), lambda match: _BRACKETS[match.group()]),
    rule("middle dot", " ?[·・ㆍ‧•∙⋅] ?", lambda match: " "),
    rule("slash", "[/\\\\|_]", lambda match: " "),
    rule("stop", "[，、]", lambda match: ","),
    rule("stop", "[。]", lambda match: "."),
    rule("ornament", "[#@*^★☆※♥♡♪♬♩♭♯■□●○◎◆◇▲△▼▽▶▷◀◁→←↑↓↔⇒⇔⇐™®©†‡¶¦¬«»¤`´¨¯¸=+&×÷±≠≈≤≥<>￢￣]",
         _silent),
)


def tidy(text):
    """Single spaces, none before a stop, no empty brackets or quotes, three dots at most.

    Tidy text stays as it is.
    """
    tidied = " ".join(text.split())
    while _UNTIDY.search(tidied):
        before = tidied
        tidied = _EMPTY.sub(" ", _SPACE_BEFORE_STOP.sub("\\1", tidied))
        tidied = _DOTS.sub("...", tidied)
        tidied = " ".join(tidied.split())
        if tidied == before:
            break
    return tidied


_UNTIDY = re.compile("[(' ][')]|[('] |\\.{4}| [,.!?;:]")
_DOTS = re.compile("\\.{4,}")
_EMPTY = re.compile("\\( *\\)|(?<![^ ])'[ ]*'(?![^ ])")
_SPACE_BEFORE_STOP = re.compile(" +([,.!?;:)](?![가-힣]))")
