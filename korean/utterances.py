"""Text as read → utterances: the pieces that are synthesized one at a time."""
import re

import kss

from korean.hangul import count_syllables

MAX_SYLLABLES = 60  # attention trained on recordings of usual length may fail on longer utterances
MIN_SYLLABLES = 6  # models seldom saw shorter texts and may not stop after them
_MARKS = tuple(".,?!;:")
_PUNCTUATED_SHARE = 0.95  # a few texts of a corpus may lack a mark by mistake


def split_into_utterances(text):
    """The utterances of a text as read, in order; joined by spaces they are the text.

    A text of more than MAX_SYLLABLES is split into sentences. Sentences that are still too long are
    halved at the comma, or else the space, nearest to the middle, as often as necessary. A part of
    fewer than MIN_SYLLABLES is joined with its shorter neighbor. Words are never split: a very long
    word gives an utterance above MAX_SYLLABLES.
    """
    if count_syllables(text) <= MAX_SYLLABLES:
        return [text]
    return _join_short([part for sentence in split_sentences(text)
                        for part in _split_long(sentence)])


def split_sentences(text):
    """The sentences of a text as read, in order; joined by spaces they are the text.

    kss (https://github.com/hyunwoongko/kss) finds them by full stops and endings of Korean verbs.
    """
    sentences = [" ".join(sentence.split()) for sentence in kss.split_sentences(text)]
    # kss may lose characters of unusual texts
    return sentences if sentences and " ".join(sentences) == text else [text]


def _split_long(text):
    """[text], or its parts of at most MAX_SYLLABLES, split at commas or spaces."""
    spaces = [match.start() for match in re.finditer(" ", text)]
    if count_syllables(text) <= MAX_SYLLABLES or not spaces:
        return [text]
    middle = len(text) / 2.0
    commas = [space for space in spaces
              if text[space - 1] in ",;:" and abs(space - middle) < middle / 2]
    split = min(commas or spaces, key=lambda space: abs(space - middle))
    return _split_long(text[:split]) + _split_long(text[split + 1:])


def _join_short(parts):
    """The parts, with those of fewer than MIN_SYLLABLES joined with a neighbor."""
    parts, index = list(parts), 0
    while index < len(parts) and len(parts) > 1:
        if count_syllables(parts[index]) >= MIN_SYLLABLES:
            index += 1
            continue
        start = min((start for start in (index - 1, index) if 0 <= start < len(parts) - 1),
                    key=lambda start: count_syllables("".join(parts[start:start + 2])))
        joined = " ".join(parts[start:start + 2])
        new_parts = _split_long(joined)  # the two may be too long together
        is_too_short = min(map(count_syllables, new_parts)) < MIN_SYLLABLES
        parts[start:start + 2] = [joined] if is_too_short else new_parts
        index = start
    return parts


def add_final_punctuation(utterances):
    """The utterances of one text, each with a punctuation mark at its end.

    A voice trained only on texts with final punctuation may not stop without it. A comma is added
    where a sentence was split, and a full stop after the last utterance.
    """
    return [text if _ends_in_mark(text) else text + ("," if number < len(utterances) else ".")
            for number, text in enumerate(utterances, 1)]


def are_punctuated(texts):
    """Whether at least 95 % of the texts of a corpus, as read, end in a punctuation mark."""
    return sum(map(_ends_in_mark, texts)) >= _PUNCTUATED_SHARE * len(texts)


def _ends_in_mark(text):
    return text.rstrip("') ").endswith(_MARKS)
