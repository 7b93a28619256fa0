"""Text as read → utterances: the pieces that are synthesized one at a time."""
import re

import kss

from korean.hangul import count_syllables

MAX_SYLLABLES = 60  # of an utterance: an attention trained on usual recordings follows them safely
MIN_SYLLABLES = 6  # of a part of a text: models seldom saw shorter ones and may not stop after them
_MARKS = tuple(".,?!;:")
_PUNCTUATED_SHARE = 0.95  # of the texts of a corpus: a few may lack a mark by mistake


def split_into_utterances(text):
    """The utterances of a text as read, in order; joined by spaces they are the text.

    A text of more than MAX_SYLLABLES is split into its sentences. A longer sentence is split at the
    comma, or else the space, nearest to its middle, until no part is longer. A part of fewer than
    MIN_SYLLABLES is joined with the shorter part beside it. Words are never split, so that a very
    long word gives an utterance above MAX_SYLLABLES.
    """
    if count_syllables(text) <= MAX_SYLLABLES:
        return [text]
    return _join_short([part for sentence in split_sentences(text) for part in _halve(sentence)])


def split_sentences(text):
    """The sentences of a text as read, in order; joined by spaces they are the text.

    kss (https://github.com/hyunwoongko/kss) finds them by full stops and endings of Korean verbs.
    """
    sentences = [" ".join(sentence.split()) for sentence in kss.split_sentences(text)]
    # kss may lose characters of unusual texts
    return sentences if sentences and " ".join(sentences) == text else [text]


def _halve(text):
    spaces = [match.start() for match in re.finditer(" ", text)]
    if count_syllables(text) <= MAX_SYLLABLES or not spaces:
        return [text]
    middle = len(text) / 2.0
    commas = [space for space in spaces
              if text[space - 1] in ",;:" and abs(space - middle) < middle / 2]
    split = min(commas or spaces, key=lambda space: abs(space - middle))
    return _halve(text[:split]) + _halve(text[split + 1:])


def _join_short(parts):
    """The parts, each of fewer than MIN_SYLLABLES joined with a neighbor."""
    parts, index = list(parts), 0
    while index < len(parts) and len(parts) > 1:
        if count_syllables(parts[index]) >= MIN_SYLLABLES:
            index += 1
            continue
        start = min((start for start in (index - 1, index) if 0 <= start < len(parts) - 1),
                    key=lambda start: count_syllables("".join(parts[start:start + 2])))
        joined = " ".join(parts[start:start + 2])
        halves = _halve(joined)
        is_too_short = min(map(count_syllables, halves)) < MIN_SYLLABLES
        parts[start:start + 2] = [joined] if is_too_short else halves
        index = start
    return parts


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
