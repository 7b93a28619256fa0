"""The pronunciation of one word.

words.tsv lists words with exceptional pronunciation, and morphology.py has patterns, because no
morphological analyzer runs on both stacks. Otherwise the letters alone decide (phonology.py).
"""
import functools
import os
import re

from common import files
from korean.hangul import split_syllable
from korean.pronunciation.morphology import PARTICLES, boundary_by_pattern, tense_article
from korean.pronunciation.phonology import (L_TO_N, N_INSERTION, PLAIN, SAI_SIOT, TENSE, WORD_END,
                                            articles_of_change, articles_of_final, change_sounds)

_TABLE_PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "words.tsv")
_BOUNDARIES = frozenset([TENSE, N_INSERTION, WORD_END, L_TO_N, SAI_SIOT])

# 제24항: endings of a stem in ㄴ or ㅁ that begin with ㄱ, ㄷ, ㅅ, ㅈ
_ENDINGS = ("고", "게", "거나", "거든", "거라", "겠", "다", "더", "던", "도록", "든", "듯", "지", "자마자", "습")

# 제16항: names of letters; 제10항 다만: 밟- before a consonant, and 넓- in these compounds; 싫증 [실쯩]
_RESPELLINGS = {"디귿": "디긋", "지읒": "지읏", "치읓": "치읏", "키읔": "키윽", "티읕": "티읏", "피읖": "피읍",
            "히읗": "히읏", "밟": "밥", "넓": "넙", "싫": "실"}
_RESPELLED = re.compile("디귿|지읒|치읓|키읔|티읕|피읖|히읗|밟(?=[가-앃자-핗])|넓(?=[죽적둥])|싫(?=증)")


@functools.lru_cache(maxsize=1 << 14)
def pronounce_word(word, is_verb=False):
    """((initial, vowel, final), …) of a word; the first initial and last final are as written.

    `is_verb`: the words beside it show that it is a verb: 신고 "wearing", not 신고 "report".
    """
    # 제5항 다만 3: ㅢ after a consonant is ㅣ. 의 itself stays: 다만 4 only allows 이 and 에
    syllables = [(initial, "ㅣ" if vowel == "ㅢ" and initial != "ㅇ" else vowel, final)
                 for initial, vowel, final in map(split_syllable, _respell(word))]
    for index, boundary in enumerate(_find_boundaries(word, is_verb)):
        (initial, vowel, final), (next_initial, next_vowel, next_final) = syllables[index:index + 2]
        final, next_initial = change_sounds(final, next_initial, next_vowel, boundary)
        syllables[index:index + 2] = (initial, vowel, final), (next_initial, next_vowel, next_final)
    return tuple(syllables)


def word_articles(word, is_verb=False):
    """The articles of 표준 발음법 that change the pronunciation of a word, in its order."""
    articles = ["16" if match.group()[0] in "디지치키티피히" else "10"
                for match in _RESPELLED.finditer(word)]
    listed = _marks_from_table(word, is_verb)
    syllables = [split_syllable(syllable) for syllable in _respell(word)]
    for index, boundary in enumerate(_find_boundaries(word, is_verb)):
        final, (next_initial, next_vowel, _) = syllables[index][2], syllables[index + 1]
        if boundary == TENSE:
            articles.append(listed[index][1] if index in listed else tense_article(word, index))
        articles += articles_of_change(final, next_initial, next_vowel, boundary)
    if any(vowel == "ㅢ" and initial != "ㅇ" or vowel == "ㅕ" and initial in "ㅈㅉㅊ"
           for initial, vowel, _ in syllables):
        articles.append("5")
    return articles + articles_of_final(syllables[-1][2])


def _respell(word):
    return _RESPELLED.sub(lambda match: _RESPELLINGS[match.group()], word)


def _find_boundaries(word, is_verb):
    """The type of each boundary between two syllables of a word."""
    listed = _marks_from_table(word, is_verb)
    return [listed[index][0] if index in listed else boundary_by_pattern(word, index)
            for index in range(len(word) - 1)]


def _marks_from_table(word, is_verb):
    """{index of a syllable: (boundary, article)} by words.tsv: the leftmost longest match."""
    table, lengths = _load_table()
    boundaries = {}
    for start, first in enumerate(word):
        for length in lengths.get(first, ()):
            if start + length > len(word):
                continue
            entries = table.get(word[start:start + length])
            match = entries and _first_match(entries, word, start, start + length, is_verb)
            if match:
                marks, article = match
                for offset, boundary in enumerate(marks):
                    boundaries.setdefault(start + offset, (boundary, article))
                break
    return boundaries


def _first_match(entries, word, start, end, is_verb):
    """(boundaries, article) of the first entry whose position fits (see words.tsv), or None."""
    is_start, is_end = not start, end == len(word)
    is_whole, precedes_particle = is_start and is_end, is_end or word[end] in PARTICLES
    fits = {"any": True, "start": is_start, "whole": is_whole, "verb": is_whole and is_verb,
            "noun": is_start and precedes_particle, "last": precedes_particle}
    return next((mark for position, mark in entries if fits[position]), None)


@functools.lru_cache(maxsize=None)
def _load_table():
    """({word: [(position, (boundaries, article))]}, {first syllable: lengths, longest first})."""
    table, lengths = {}, {}
    for article, position, marked in table_entries():
        word, boundaries = _parse_marks(marked)
        table.setdefault(word, []).append((position, (boundaries, article)))
        lengths.setdefault(word[0], set()).add(len(word))
    for entries in table.values():
        # entries for a whole word first, and then those without marks
        entries.sort(key=lambda entry: (entry[0] not in ("whole", "verb"), any(entry[1][0])))
    return table, {first: sorted(values, reverse=True) for first, values in lengths.items()}


def table_entries():
    """(article, position, word with marks) of each entry; a stem gives one for each ending."""
    for line in files.read_lines(_TABLE_PATH):
        if line.startswith("#"):
            continue
        article, position, words = line.split("\t")
        for word in words.split(" "):
            if position == "stem":
                for ending in _ENDINGS:
                    yield article, "start", word + TENSE + ending
            else:
                yield article, position, word


def _parse_marks(marked):
    """문+고리 → (문고리, [TENSE, PLAIN])."""
    word, boundaries = "", []
    for character in marked:
        if character in _BOUNDARIES:
            boundaries[-1] = character
        else:
            word += character
            boundaries.append(PLAIN)
    return word, boundaries[:-1]
