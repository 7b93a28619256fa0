"""lexicon.tsv: the words whose Korean form is settled, and cannot be worked out."""
import io
import os
from functools import lru_cache

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lexicon.tsv")


def settled(word):
    """How a word is read by the lexicon: as it is written, or else in whatever case. Or None."""
    exact, folded = _entries()
    return exact.get(word) or folded.get(word.lower())


def rows():
    """(as written, as read) of every entry, in the order of the file."""
    with io.open(PATH, encoding="utf-8") as lines:
        return [tuple(line.rstrip("\n").split("\t")) for line in lines
                if line.strip() and not line.startswith("#")]


@lru_cache(maxsize=None)
def _entries():
    """All entries by their exact form, and by their lower-case form: "it" goes before "IT"."""
    exact = dict(rows())
    folded = {}
    for word in sorted(exact, reverse=True):  # lower case sorts after capitals, and stays
        folded.setdefault(word.lower(), exact[word])
    return exact, folded
