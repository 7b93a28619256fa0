"""Signs and punctuation marks: read as words, kept as pauses, or silent."""
import re

from korean.rules.rule import rule
from korean.hangul import final_of

_QUOTES = "\"`‘’‚‛“”„‟′″«»‹›「」『』《》〈〉"
_DASHES = "‐‑‒–—―−─━"
_BRACKETS = dict(zip("[]{}【】〔〕〖〗⟨⟩<>", "()()()()()()()"))
_SIGN_NAMES = {"+": "더하기", "×": "곱하기", "÷": "나누기", "±": "플러스마이너스", "≠": "같지 않다", "≈": "약", "√": "루트",
           "∞": "무한대", "%": "퍼센트", "‰": "퍼밀", "℃": "도", "°": "도", "$": "달러", "€": "유로", "£": "파운드",
           "¥": "엔", "₩": "원", "&": "앤드", "§": "절", "№": "넘버"}


def _read_equals(match):
    """일 더하기 일=이: 일 더하기 일은 이."""
    return ("은 " if final_of(match.group(1)) else "는 ").join((match.group(1), match.group(2)))


def _read_sign_between(match):
    return " %s " % _SIGN_NAMES[match.group(2)]


def _remove(match):
    return ""


# emoji, their joiners and modifiers
_EMOJI = ("\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff"
             "\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f")
BEFORE_NUMBERS = (
    rule("emoji", "[%s]+" % _EMOJI, _remove),
    rule("emoticon",
         "\\^[_.o-]?\\^[;a]*|[Tㅜㅠ]_[Tㅜㅠ]|-_-;*|:-?[)(DPp](?![A-Za-z0-9])|;-?\\)|<3(?![0-9])|=\\)",
         _remove, needs="^_:;<="),
    rule("ellipsis", "[…⋯]+", lambda match: "..."),
    rule("sign", "(?<=[0-9]) ?[xX*×] ?(?=[0-9])", lambda match: " 곱하기 ", needs="xX*×"),
)
AFTER_NUMBERS = (
    rule("range", "(?<=[가-힣ㄱ-ㅎ)]) ?[~∼〜] ?(?=[가-힣ㄱ-ㅎ])(?=[가-힣ㄱ-ㅎ]*(?:[ .,!?)']|$)|[가-힣]{2})",
         lambda match: "에서 " if " " not in match.group() else None, needs="~∼〜"),
    rule("drawn out", "[~∼〜]+", _remove),
    rule("equals", "([가-힣]) ?= ?([가-힣])", _read_equals, needs="="),
    rule("sign", "(?<=[가-힣)])( ?)([+×÷±≠≈&])\\1(?=[가-힣(])", _read_sign_between,
         needs="+×÷±≠≈&"),
    rule("sign", "(?<=[가-힣])[+]", lambda match: " 플러스", needs="+"),
    rule("sign", "[+](?=[와극는를가])", lambda match: "플러스", needs="+"),
    rule("sign", "[√∞%‰℃°$€£¥₩§№]", lambda match: _SIGN_NAMES[match.group()]),
    rule("quotation mark", "[%s]" % _QUOTES, lambda match: "'"),
    rule("dash", "[%s]" % _DASHES, lambda match: "-"),
    rule("bracket", "[%s]" % re.escape("".join(_BRACKETS)), lambda match: _BRACKETS[match.group()],
         needs="".join(_BRACKETS)),
    rule("middle dot", " ?[·・ㆍ‧•∙⋅] ?", lambda match: " ", needs="·・ㆍ‧•∙⋅"),
    rule("slash", "[/\\\\|_]", lambda match: " ", needs="/\\|_"),
    rule("stop", "[，、]", lambda match: ","),
    rule("stop", "[。]", lambda match: "."),
    rule("ornament", "[#@*^★☆※♥♡♪♬♩♭♯■□●○◎◆◇▲△▼▽▶▷◀◁→←↑↓↔⇒⇔⇐™®©†‡¶¦¬«»¤`´¨¯¸=+&×÷±≠≈≤≥<>￢￣]",
         _remove),
)


def tidy(text):
    """Single spaces, none before a stop, no empty brackets or quotes, at most three dots.

    Idempotent.
    """
    tidied = " ".join(text.split())
    while _UNTIDY.search(tidied):
        previous = tidied
        tidied = _EMPTY.sub(" ", _SPACE_BEFORE_STOP.sub("\\1", tidied))
        tidied = " ".join(_DOTS.sub("...", tidied).split())
        if tidied == previous:
            break
    return tidied


_UNTIDY = re.compile("[(' ][')]|[('] |\\.{4}| [,.!?;:]")
_DOTS = re.compile("\\.{4,}")
_EMPTY = re.compile("\\( *\\)|(?<![^ ])'[ ]*'(?![^ ])")
_SPACE_BEFORE_STOP = re.compile(" +([,.!?;:)](?![가-힣]))")
