"""Text as read → utterances: the pieces that are synthesised one at a time."""
import re

import kss


MAX_SYLLABLES = 60  # an attention that was trained on usual recordings follows this many safely
_MARKS = tuple(".,?!;:")
_PUNCTUATED_SHARE = 0.95  # of the texts of a corpus: a few may lack a mark by mistake


def split_into_utterances(text):
    """The parts of a text as read, in order; joined by spaces they are the text.

    A text that is longer than LONG is cut into its sentences, and a sentence of more than LONG
    syllables at the comma, or else the space, that is nearest to its middle, until none is left.
    A word is never cut.
    """
    if len(text) <= MAX_SYLLABLES:
        return [text]
    return [part for sentence in split_sentences(text) for part in _halves(sentence)]


def split_sentences(text):
    """The sentences of a text as read, in order; joined by spaces they are the text.

    Found by kss (https://github.com/hyunwoongko/kss), which knows endings of Korean verbs besides
    full stops.
    """
    found = [" ".join(part.split()) for part in kss.split_sentences(text)]
    # a library is not trusted with the words: where it loses any, the text stays whole
    return found if found and " ".join(found) == text else [text]


def _halves(text):
    spaces = [match.start() for match in re.finditer(" ", text)]
    if _syllables(text) <= MAX_SYLLABLES or not spaces:
        return [text]
    middle = len(text) / 2.0
    commas = [at for at in spaces if text[at - 1] in ",;:" and abs(at - middle) < middle / 2]
    cut = min(commas or spaces, key=lambda at: abs(at - middle))
    return _halves(text[:cut]) + _halves(text[cut + 1:])


def _syllables(text):
    return len(re.findall("[가-힣]", text))


def add_final_punctuation(utterances):
    """The utterances of one text, each with a punctuation mark at its end.

    A voice that was trained on such texts alone does not stop reliably without a mark. A comma is
    added where a sentence was split, and a full stop after the last utterance.
    """
    return [text if _ends_in_mark(text) else text + ("," if number < len(utterances) else ".")
            for number, text in enumerate(utterances, 1)]


def are_punctuated(texts):
    """Whether at least 95 % of some texts as read end in a punctuation mark."""
    return sum(map(_ends_in_mark, texts)) >= _PUNCTUATED_SHARE * len(texts)


def _ends_in_mark(text):
    return text.rstrip("') ").endswith(_MARKS)
