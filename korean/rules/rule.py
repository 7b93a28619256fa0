"""Rules, and a text to which they are applied."""
import re
from collections import namedtuple
from itertools import chain

# name: what it reads, as --explain shows it; pattern: a LazyPattern; read: a pure
# function of the match that returns the replacement, or None to leave the match as it is; needs:
# sets of characters, or patterns that are faster to search: a text with none of one of them has no
# match (without any, the pattern is always searched)
Rule = namedtuple("Rule", "name pattern read needs")

# rule: its name; column, end: the match in the text as written, from 1, `end` exclusive; written,
# read: the match and its replacement
Change = namedtuple("Change", "rule column written read end")

# an invisible boundary between a word and what a rule appended to it (개 and 크크 of 5개ㅋㅋ), so that
# later rules see the end of the word; dropped from the result
JOINT = "\u2060"

_ASCII, _NOT_ASCII = re.compile("[!-~]"), re.compile("[^ -~]")
_MAX_KEPT = 4096    # characters, and sets of candidates
_CONTEXT = 60  # characters on either side of a match; without a limit, a long line takes minutes
_CHARACTER_CLASS = re.compile(r"\[([^]\\^][^]\\]*)\]\+?")


class LazyPattern(object):
    """A regular expression that is compiled at its first use: a sentence needs few of the rules."""

    def __init__(self, pattern):
        self.pattern = pattern

    def __getattr__(self, name):
        """A method of the compiled expression, which is kept."""
        if name.startswith("_"):
            raise AttributeError(name)
        method = getattr(re.compile(self.pattern), name)
        setattr(self, name, method)
        return method


def rule(name, pattern, read, needs=None):
    """A Rule. `read` may also be a template as for re.sub, or a dict with every possible match.

    `needs` is written like the inside of a character class, "A-Za-z%", or is a tuple of such
    strings and of compiled patterns. By default it is that of the pattern if the pattern is a
    character class, or else empty.
    """
    if isinstance(read, str):
        template = read
        read = lambda match: match.expand(template)
    elif isinstance(read, dict):
        table = read
        read = lambda match: table[match.group()]
    if needs is None:
        match = _CHARACTER_CLASS.fullmatch(pattern)
        needs = match.group(1) if match else ()
    return Rule(name, LazyPattern(pattern), read, tuple(
        need if hasattr(need, "search") else _characters(need)
        for need in ((needs,) if isinstance(needs, str) else needs)))


def _characters(character_class):
    """A frozenset of ranges (first, last): some classes have all the Hangul syllables."""
    return frozenset((first, last or first) for first, last in
                     re.findall("(?s)(.)(?:-(.))?", character_class))


def text_before(match):
    """The text before a match, at most _CONTEXT characters."""
    return match.string[max(0, match.start() - _CONTEXT):match.start()]


def text_after(match):
    """The text after a match, at most _CONTEXT characters."""
    return match.string[match.end():match.end() + _CONTEXT]


class RuleSequence(object):
    """Rules in their order, with an index that tells quickly which of them may match a text.

    Each need has a bit. rules: [(name, pattern, read, bits of its needs)].
    """

    def __init__(self, rules):
        bits, self.rules = {}, []
        for name, pattern, read, needs in rules:
            for need in needs:
                bits.setdefault(need, 1 << len(bits))
            needed = sum({bits[need] for need in needs})
            self.rules.append((name, pattern, read, needed))
        self._patterns = [(need.search, bit, _NOT_ASCII.search(need.pattern) is None)
                          for need, bit in bits.items() if hasattr(need, "search")]
        self._ranges = [(first, last, bit) for need, bit in bits.items()
                        if not hasattr(need, "search") for first, last in need]
        self._bits_of_character = {}    # of the texts so far
        self._candidates = {}           # bits → the rules that may match; of the texts so far

    def candidates(self, bits):
        """[(index, (name, pattern, read))] of the rules whose needs are among `bits`."""
        found = self._candidates.get(bits)
        if found is None:
            if len(self._candidates) >= _MAX_KEPT:
                self._candidates.clear()
            found = self._candidates[bits] = [
                (index, (name, pattern, read))
                for index, (name, pattern, read, needed) in enumerate(self.rules)
                if bits & needed == needed]
        return found

    def bits_of(self, text):
        """The bits of the needs that a text has."""
        return self.bits_after(0, text, set(text), True)

    def bits_after(self, bits, text, new, new_ascii):
        """`bits`, and those that a text has since the characters `new` came into it.

        `new_ascii`: whether ASCII characters may have come in or side by side. Bits that the text
        no longer has stay: to find them costs more than to search for their rules.
        """
        for search, bit, is_ascii in self._patterns:
            if not bits & bit and (new_ascii or not is_ascii) and search(text):
                bits |= bit
        for character in new:
            known = self._bits_of_character.get(character)
            bits |= self._find_bits(character) if known is None else known
        return bits

    def _find_bits(self, character):
        bits = 0
        for first, last, bit in self._ranges:
            if first <= character <= last:
                bits |= bit
        if len(self._bits_of_character) < _MAX_KEPT:
            self._bits_of_character[character] = bits
        return bits


class TextInProgress(object):
    """A text that rules are applied to, one after the other.

    spans: for each character, the column where it begins in the text as written and the column
    where it ends. changes: [Change].
    """

    def __init__(self, text):
        self.text, self.changes = text, []
        self.spans = list(zip(range(1, len(text) + 1), range(2, len(text) + 2)))

    def apply(self, sequence):
        """Apply each rule of a RuleSequence wherever its pattern matches, from left to right."""
        bits, start = sequence.bits_of(self.text), 0
        while start is not None:
            candidates, next_start = sequence.candidates(bits), None
            for index, (name, pattern, read) in candidates:
                if index < start:
                    continue
                match = pattern.search(self.text)
                new = match and self._replace(name, pattern, read, match)
                if new is not None:
                    joined = "".join(new)
                    new_ascii = bool(not all(map(str.strip, new)) or _ASCII.search(joined))
                    old_bits, bits = bits, sequence.bits_after(bits, self.text, joined, new_ascii)
                    if bits != old_bits:        # more rules may match now
                        next_start = index + 1
                        break
            start = next_start

    def _replace(self, name, pattern, read, first_match):
        """Apply one rule from its first match on. Returns its replacements, or None."""
        text, old_spans = self.text, self.spans
        pieces, spans, end = [], [], 0
        for match in chain((first_match,), pattern.finditer(text, first_match.end())):
            written, replacement = match.group(), read(match)
            if replacement is None or replacement == written:
                continue
            start, stop = match.span()
            span = old_spans[start][0], old_spans[stop - 1][1]
            pieces += text[end:start], replacement
            spans += old_spans[end:start]
            spans += [span] * len(replacement)
            end = stop
            self.changes.append(Change(name, span[0], written, replacement, span[1]))
        if not pieces:
            return None
        self.text, self.spans = "".join(pieces) + text[end:], spans + old_spans[end:]
        return pieces[1::2]
