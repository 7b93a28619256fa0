"""What a rule is, and how it is applied to a text whose characters know where they came from."""
import re
from collections import namedtuple

# name: of what it reads; pattern: compiled; read(match) → what stands there instead, or None to
# leave it as it is (pure: the same match, the same answer); needs: characters of which a text
# holds one where the pattern matches, empty if there is none to name
Rule = namedtuple("Rule", "name pattern read needs")

NEAR = 60       # characters on either side of a match that its rule looks at

# rule: its name; column: in the text as written, from 1; written → read
Change = namedtuple("Change", "rule column written read")


def rule(name, pattern, read, needs=""):
    """The Rule of a pattern that is not compiled yet."""
    return Rule(name, re.compile(pattern), read, frozenset(needs))


def before(match):
    """What stands before a match, as far as a rule has to look."""
    return match.string[max(0, match.start() - NEAR):match.start()]


def after(match):
    """What stands behind a match, as far as a rule has to look."""
    return match.string[match.end():match.end() + NEAR]


class TextInProgress(object):
    """A text on its way through the rules: its characters, their columns, and what was changed."""

    def __init__(self, text):
        self.text, self.present = text, set(text)
        self.columns = range(1, len(text) + 1)
        self.changes = []

    def contains(self, condition):
        """Whether it holds one of a frozenset of characters, or a match of a pattern."""
        if isinstance(condition, frozenset):
            return not condition.isdisjoint(self.present)
        return condition.search(self.text) is not None

    def apply(self, rule):
        """Apply a rule wherever its pattern matches, from left to right."""
        if rule.needs and rule.needs.isdisjoint(self.present):
            return
        text, columns = self.text, self.columns
        pieces, new_columns, done = [], [], 0
        for match in rule.pattern.finditer(text):
            read = rule.read(match)
            start, end = match.span()
            written = text[start:end]
            if read is None or read == written:
                continue
            pieces += [text[done:start], read]
            new_columns += columns[done:start]
            new_columns += [columns[start]] * len(read)
            done = end
            self.changes.append(Change(rule.name, columns[start], written, read))
        if done:
            self.text = "".join(pieces) + text[done:]
            self.present = set(self.text)
            new_columns += columns[done:]
            self.columns = new_columns
