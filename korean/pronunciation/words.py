"""What happens inside one word: its letters after the rules that need to know the word.

There is no morphological analyser that runs on both stacks, so that words.tsv lists the words, and
patterns.py has the rules that no list can hold. Where both are silent the letters decide.
"""
import functools
import io
import os
import re

from korean.pronunciation.patterns import PARTICLES, regular
from korean.pronunciation.sounds import (BINDING, INSERTED, NASAL, PLAIN,
                                         TENSE, WORD, letters, meeting)

_TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "words.tsv")
_MARKS = frozenset([TENSE, INSERTED, WORD, NASAL, BINDING])

# 제24항: endings of a stem in ㄴ or ㅁ that begin with ㄱ, ㄷ, ㅅ, ㅈ
_ENDINGS = ("고", "게", "거나", "거든", "거라", "겠", "다", "더", "던", "도록", "든", "듯", "지", "자마자", "습")

# 제16항: names of letters; 제10항 다만: 밟- before a consonant, and 넓- in these compounds; 싫증 [실쯩]
_SPELLED = {"디귿": "디긋", "지읒": "지읏", "치읓": "치읏", "키읔": "키윽", "티읕": "티읏", "피읖": "피읍",
            "히읗": "히읏", "밟": "밥", "넓": "넙", "싫": "실"}
_RESPELLED = re.compile("디귿|지읒|치읓|키읔|티읕|피읖|히읗|밟(?=[가-앃자-핗])|넓(?=[죽적둥])|싫(?=증)")


@functools.lru_cache(maxsize=1 << 14)
def spoken(word, as_verb=False):
    """The syllables of a word, each (lead, vowel, tail), its outermost letters still as written.

    `as_verb`: what is beside it shows that it is a verb: 신고 as of shoes, not as of the police.
    The cache is for speed alone.
    """
    respelled = _RESPELLED.sub(lambda match: _SPELLED[match.group()], word)
    syllables = [_without_glide(*letters(syllable)) for syllable in respelled]
    marks = _marks(word, as_verb)
    for at, mark in enumerate(marks):
        (lead, vowel, tail), (next_lead, next_vowel, next_tail) = syllables[at:at + 2]
        tail, next_lead = meeting(tail, next_lead, next_vowel, mark)
        syllables[at:at + 2] = (lead, vowel, tail), (next_lead, next_vowel, next_tail)
    return tuple(syllables)


def _without_glide(lead, vowel, tail):
    """제5항 다만 3: ㅢ after a consonant is ㅣ. 의 itself stays, which 다만 4 has as the principle."""
    return lead, "ㅣ" if vowel == "ㅢ" and lead != "ㅇ" else vowel, tail


def _marks(word, as_verb):
    """The mark of every place between two syllables of a word."""
    marks = _listed(word, as_verb)
    return [marks[at] if at in marks else regular(word, at) for at in range(len(word) - 1)]


def _listed(word, as_verb):
    """{place: mark} by the table. The leftmost and longest word of it decides."""
    table, lengths = _table()
    marks = {}
    for start, first in enumerate(word):
        for length in lengths.get(first, ()):
            if start + length > len(word):
                continue
            entries = table.get(word[start:start + length], ())
            found = _fitting(entries, word, start, start + length, as_verb)
            if found:
                for place, mark in enumerate(found):
                    marks.setdefault(start + place, mark)
                break
    return marks


def _fitting(entries, word, start, end, as_verb):
    """The marks of the first entry that may stand here, as words.tsv explains, or None."""
    for where, marks in entries:
        if where == "any" or where == "start" and not start:
            return marks
        if where in ("whole", "verb"):
            if not start and end == len(word) and (where == "whole" or as_verb):
                return marks
        elif where in ("noun", "last") and (where == "last" or not start):
            if end == len(word) or word[end] in PARTICLES:
                return marks
    return None


@functools.lru_cache(maxsize=None)
def _table():
    """({word: [(where, marks)]}, {first syllable: lengths of such words, the longest first})."""
    table, lengths = {}, {}
    for where, marked in _entries():
        word, marks = _unmarked(marked)
        table.setdefault(word, []).append((where, marks))
        lengths.setdefault(word[0], set()).add(len(word))
    for entries in table.values():
        entries.sort(key=_precedence)
    return table, {first: sorted(of, reverse=True) for first, of in lengths.items()}


def _precedence(entry):
    """What fits one form of a word goes before what protects it, and that before all else."""
    where, marks = entry
    return where not in ("verb", "whole"), any(marks)


def _entries():
    """(where, marked word) of words.tsv; a stem with each of its endings."""
    with io.open(_TABLE, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            _article, where, words = line.rstrip("\n").split("\t")
            for word in words.split(" "):
                if where == "stem":
                    for ending in _ENDINGS:
                        yield "start", word + TENSE + ending
                else:
                    yield where, word


def _unmarked(marked):
    """문+고리 → (문고리, [TENSE, PLAIN])."""
    word, marks = "", []
    for character in marked:
        if character in _MARKS:
            marks[-1] = character
        else:
            word += character
            marks.append(PLAIN)
    return word, marks[:-1]
