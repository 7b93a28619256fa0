"""Signs and punctuation marks: read as words, kept as pauses, or silent."""
import re

from korean.hangul import final_of
from korean.rules.rule import rule

_QUOTES = "\"`‘’‚‛“”„‟′″«»‹›「」『』《》〈〉"
_DASHES = "‐‑‒–—―−─━"
_BRACKETS = dict(zip("[]{}【】〔〕〖〗⟨⟩<>", "()()()()()()()"))
_OPERATORS = {"+": "더하기", "×": "곱하기", "÷": "나누기", "±": "플러스마이너스", "≠": "같지 않다", "≈": "약", "&": "앤드"}
_SIGNS = {"√": "루트", "∞": "무한대", "%": "퍼센트", "‰": "퍼밀", "℃": "도", "°": "도", "$": "달러", "€": "유로",
          "£": "파운드", "¥": "엔", "₩": "원", "§": "절", "№": "넘버"}
# emoji, their joiners and modifiers
_EMOJI = ("\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff"
          "\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f")

# of `tidy`; without a match of _UNTIDY, no other pattern matches
_UNTIDY = re.compile("[(' ][')]|[('] |\\.{4}| [,.!?;:]")
_DOTS = re.compile("\\.{4,}")
_EMPTY = re.compile("\\( *\\)|(?<![^ ])'[ ]*'(?![^ ])")
_SPACE_BEFORE_MARK = re.compile(" +([,.!?;:)](?![가-힣]))")


def _read_equals(match):
    """일 더하기 일=이: 일 더하기 일은 이."""
    return ("은 " if final_of(match.group(1)) else "는 ").join((match.group(1), match.group(2)))


BEFORE_NUMBERS = (
    rule("emoji", "[%s]+" % _EMOJI, ""),
    rule("emoticon",
         "\\^[_.o-]?\\^[;a]*|[Tㅜㅠ]_[Tㅜㅠ]|-_-;*|:-?[)(DPp](?![A-Za-z0-9])|;-?\\)|<3(?![0-9])|=\\)",
         "", needs="^_:;<="),
    rule("ellipsis", "[…⋯]+", "..."),
    rule("sign", "(?<=[0-9]) ?[xX*×] ?(?=[0-9])", " 곱하기 ", needs="xX*×"),
)
AFTER_NUMBERS = (
    rule("range", "(?<=[가-힣ㄱ-ㅎ)]) ?[~∼〜] ?(?=[가-힣ㄱ-ㅎ])(?=[가-힣ㄱ-ㅎ]*(?:[ .,!?)']|$)|[가-힣]{2})",
         lambda match: "에서 " if " " not in match.group() else None, needs="~∼〜"),
    rule("drawn out", "[~∼〜]+", ""),
    rule("equals", "([가-힣]) ?= ?([가-힣])", _read_equals, needs="="),
    rule("sign", "(?<=[가-힣)])( ?)([+×÷±≠≈&])\\1(?=[가-힣(])",
         lambda match: " %s " % _OPERATORS[match.group(2)], needs="+×÷±≠≈&"),
    rule("sign", "(?<=[가-힣])[+]", " 플러스", needs="+"),
    rule("sign", "[+](?=[와극는를가])", "플러스", needs="+"),
    rule("sign", "[%s]" % "".join(_SIGNS), _SIGNS),
    rule("quotation mark", "[%s]" % _QUOTES, "'"),
    rule("dash", "[%s]" % _DASHES, "-"),
    rule("bracket", "[%s]" % re.escape("".join(_BRACKETS)), _BRACKETS,
         needs="".join(_BRACKETS)),
    rule("middle dot", " ?[·・ㆍ‧•∙⋅] ?", " ", needs="·・ㆍ‧•∙⋅"),
    rule("slash", "[/\\\\|_]", " ", needs="/\\|_"),
    rule("punctuation", "[，、]", ","),
    rule("punctuation", "[。]", "."),
    rule("ornament", "[#@*^★☆※♥♡♪♬♩♭♯■□●○◎◆◇▲△▼▽▶▷◀◁→←↑↓↔⇒⇔⇐™®©†‡¶¦¬«»¤`´¨¯¸=+&×÷±≠≈≤≥<>￢￣]", ""),
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

