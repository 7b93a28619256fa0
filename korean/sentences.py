"""A long line → what is spoken at once: its sentences, and the parts of those that are too long."""
import re

import kss

LONG = 60           # syllables: what an attention trained on usual recordings follows safely


def spoken_at_once(text):
    """The parts of a text as read, in order; joined by spaces they are the text.

    A text that is longer than LONG is cut into its sentences, and a sentence of more than LONG
    syllables at the comma, or else the space, that is nearest to its middle, until none is left.
    A word is never cut.
    """
    if len(text) <= LONG:
        return [text]
    return [part for sentence in sentences(text) for part in _halves(sentence)]


def sentences(text):
    """The sentences of a text as read, in order; joined by spaces they are the text.

    Found by kss (https://github.com/hyunwoongko/kss), which knows endings of Korean verbs besides
    full stops.
    """
    found = [" ".join(part.split()) for part in kss.split_sentences(text)]
    # a library is not trusted with the words: where it loses any, the text stays whole
    return found if found and " ".join(found) == text else [text]


def _halves(text):
    spaces = [match.start() for match in re.finditer(" ", text)]
    if _syllables(text) <= LONG or not spaces:
        return [text]
    middle = len(text) / 2.0
    commas = [at for at in spaces if text[at - 1] in ",;:" and abs(at - middle) < middle / 2]
    cut = min(commas or spaces, key=lambda at: abs(at - middle))
    return _halves(text[:cut]) + _halves(text[cut + 1:])


def _syllables(text):
    return len(re.findall("[가-힣]", text))
