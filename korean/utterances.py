"""Text as read → utterances: the pieces that are synthesized one at a time."""
import re

import kss

from korean.hangul import count_syllables

MAX_SYLLABLES = 60  # attention trained on recordings of usual length may fail on longer utterances
MIN_SYLLABLES = 6  # models seldom saw shorter texts and may not stop after them
MAX_KSS_CHARACTERS = 4000  # the time that kss takes grows faster than the length of its text
_MARKS = tuple(".,?!;:")
_COMMON_MARKS = tuple(".,?!")
_PUNCTUATED_SHARE = 0.95  # a few texts of a corpus may lack a mark by mistake


def split_into_utterances(text, report=None):
    """The utterances of a text as read, in order; joined by spaces they are the text.

    Calls report(number of characters) after each part that is split; long texts take minutes.

    A text of more than MAX_SYLLABLES is split into sentences. Sentences that are still too long are
    halved at the comma, or else the space, nearest to the middle, as often as necessary. A part of
    fewer than MIN_SYLLABLES is joined with its shorter neighbor. A word is only cut if it alone has
    more than MAX_SYLLABLES; its parts are joined without a space.
    """
    report = report or (lambda n_characters: None)
    if count_syllables(text) <= MAX_SYLLABLES:
        report(len(text))
        return [text]
    parts = []
    for block in _split_into_blocks(text):
        parts += [part for sentence in split_sentences(block) for part in _split_long(sentence)]
        report(len(block))
    return _join_short(parts)


def split_near(text, word_number):
    """The two parts of an utterance, split at the phrase boundary nearest to a word, or None.

    A phrase boundary is a punctuation mark, or else a space. Each part has MIN_SYLLABLES if
    possible. A word that has no boundary is cut in the middle; if it is too short, there is None.
    """
    words = text.split(" ")
    counts = [count_syllables(word) for word in words]
    for minimum in (MIN_SYLLABLES, 1):
        boundaries = [i for i in range(1, len(words))
                      if min(sum(counts[:i]), sum(counts[i:])) >= minimum]
        after_marks = [i for i in boundaries if words[i - 1].endswith(_MARKS)]
        if boundaries:
            split = min(after_marks or boundaries, key=lambda i: abs(i - word_number - 0.5))
            return [" ".join(words[:split]), " ".join(words[split:])]
    return list(_cut_word(text)) if sum(counts) >= 2 * MIN_SYLLABLES else None


def split_sentences(text):
    """The sentences of a text as read, in order; joined by spaces they are the text.

    kss (https://github.com/hyunwoongko/kss) finds them by full stops and endings of Korean verbs.
    """
    if " " not in text:     # kss would take minutes for a long one
        return [text]
    sentences = [" ".join(sentence.split()) for sentence in kss.split_sentences(text)]
    # kss may lose characters of unusual texts
    return sentences if sentences and " ".join(sentences) == text else [text]


def _split_into_blocks(text):
    """The text in blocks of at most MAX_KSS_CHARACTERS, which end at a full stop if possible."""
    while len(text) > MAX_KSS_CHARACTERS:
        space = (text.rfind(". ", 0, MAX_KSS_CHARACTERS) + 1 or
                 text.rfind(" ", 0, MAX_KSS_CHARACTERS))
        if space < 0:
            space = text.find(" ", MAX_KSS_CHARACTERS)
        if space < 0:
            break
        yield text[:space]
        text = text[space + 1:]
    yield text


def _split_long(text):
    """[text], or its parts of at most MAX_SYLLABLES, split at commas or spaces, or in a word."""
    spaces = [match.start() for match in re.finditer(" ", text)]
    if count_syllables(text) <= MAX_SYLLABLES:
        return [text]
    if not spaces:
        return [part for half in _cut_word(text) for part in _split_long(half)]
    middle = len(text) / 2.0
    commas = [space for space in spaces
              if text[space - 1] in ",;:" and abs(space - middle) < middle / 2]
    split = min(commas or spaces, key=lambda space: abs(space - middle))
    return _split_long(text[:split]) + _split_long(text[split + 1:])


def _cut_word(word):
    """The halves of a word, cut between two syllables."""
    syllables = [match.start() for match in re.finditer("[가-힣]", word)]
    middle = syllables[len(syllables) // 2]
    return word[:middle], word[middle:]


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

    A voice trained only on texts with final punctuation may not stop without it, nor at a mark that
    is rare there. Where a sentence was split, a comma is added, and replaces a colon or semicolon;
    at the end of the last utterance, a full stop.
    """
    return [text if _ends_in_mark(text, _COMMON_MARKS) else
            text.rstrip(";:") + ("," if number < len(utterances) else ".")
            for number, text in enumerate(utterances, 1)]


def are_punctuated(texts):
    """Whether at least 95 % of the texts of a corpus, as read, end in a punctuation mark."""
    return sum(map(_ends_in_mark, texts)) >= _PUNCTUATED_SHARE * len(texts)


def _ends_in_mark(text, marks=_MARKS):
    return text.rstrip("') ").endswith(marks)
