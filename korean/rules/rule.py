"""Rules, and a text to which they are applied."""
import re
from collections import namedtuple

# name: what it reads, as --explain shows it; pattern: a compiled regular expression; read: a pure
# function of the match that returns the replacement, or None to leave the match as it is; needs: a
# set of characters: a text with none of them has no match (empty: the pattern is always searched)
Rule = namedtuple("Rule", "name pattern read needs")

# rule: its name; column, end: the match in the text as written, from 1, `end` exclusive; written,
# read: the match and its replacement
Change = namedtuple("Change", "rule column written read end")

# an invisible boundary between a word and what a rule appended to it (개 and 크크 of 5개ㅋㅋ), so that
# later rules see the end of the word; dropped from the result
JOINT = "\u2060"

_CONTEXT = 60  # characters on either side of a match; without a limit, a long line takes minutes
_CHARACTER_CLASS = re.compile(r"\[([^]\\^][^]\\]*)\]\+?")


def rule(name, pattern, read, needs=None):
    """A Rule. `read` may also be a template as for re.sub, or a dict with every possible match.

    `needs` is written like the inside of a character class: "A-Za-z%". By default it is that of the
    pattern if the pattern is a character class, or else empty.
    """
    if isinstance(read, str):
        template = read
        read = lambda match: match.expand(template)
    elif isinstance(read, dict):
        table = read
        read = lambda match: table[match.group()]
    if needs is None:
        match = _CHARACTER_CLASS.fullmatch(pattern)
        needs = match.group(1) if match else ""
    ranges = re.findall("(?s)(.)(?:-(.))?", needs)
    return Rule(name, re.compile(pattern), read, frozenset(
        chr(code) for first, last in ranges for code in range(ord(first), ord(last or first) + 1)))


def text_before(match):
    """The text before a match, at most _CONTEXT characters."""
    return match.string[max(0, match.start() - _CONTEXT):match.start()]


def text_after(match):
    """The text after a match, at most _CONTEXT characters."""
    return match.string[match.end():match.end() + _CONTEXT]


class TextInProgress(object):
    """A text that rules are applied to, one after the other.

    columns, ends: for each character, where it begins and ends in the text as written. changes:
    [Change].
    """

    def __init__(self, text):
        self.text, self._characters = text, set(text)
        self.columns, self.ends = range(1, len(text) + 1), range(2, len(text) + 2)
        self.changes = []

    def apply(self, rules):
        """Apply each rule wherever its pattern matches, from left to right."""
        for name, pattern, read, needs in rules:
            if not needs or not needs.isdisjoint(self._characters):
                self._replace(name, pattern, read)

    def _replace(self, name, pattern, read):
        text, old_columns, old_ends = self.text, self.columns, self.ends
        pieces, columns, ends, end = [], [], [], 0
        for match in pattern.finditer(text):
            written, replacement = match.group(), read(match)
            if replacement is None or replacement == written:
                continue
            start, stop = match.span()
            pieces += [text[end:start], replacement]
            columns += old_columns[end:start]
            columns += [old_columns[start]] * len(replacement)
            ends += old_ends[end:start]
            ends += [old_ends[stop - 1]] * len(replacement)
            end = stop
            self.changes.append(Change(name, old_columns[start], written, replacement,
                                       old_ends[stop - 1]))
        if pieces:
            columns += old_columns[end:]
            ends += old_ends[end:]
            self.text, self.columns, self.ends = "".join(pieces) + text[end:], columns, ends
            self._characters = set(self.text)
