"""Web and e-mail addresses."""
import re

from korean import english, numerals
from korean.rules.rule import rule

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


RULES = (
    rule("e-mail", "(?<![A-Za-z0-9._+-])[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@%s(?:\\.%s)+" % (_NAME, _NAME), _read_address,
         needs="@"),
    rule("web address", "(?:https?|ftp)://%s(?:\\.%s)*(?::[0-9]+)?%s" % (_NAME, _NAME, _PATH),
         _read_address, needs=":"),
    rule("web address",
         "(?<![A-Za-z0-9@.])(?<![A-Za-z0-9]-)(?:www\\.%s(?:\\.%s)+|%s(?:\\.%s)*\\.%s)(?![A-Za-z0-9])%s"
         % (_NAME, _NAME, _NAME, _NAME, _DOMAIN, _PATH), _read_address, needs="A-Za-z"),
)
