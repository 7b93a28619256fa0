"""The text of a request → the utterances to speak, and the explanation of how it is read."""
import unicodedata
from bisect import bisect_right
from collections import namedtuple

import korean
from korean import explanation
from korean.hangul import count_syllables
from server import limits
from server.request_errors import RequestError
from server.rule_titles import rule_title
from synthesis.pauses import PARAGRAPH_PAUSE, SENTENCE_PAUSE
from synthesis.speech_output import SYLLABLES_PER_SECOND

# utterances: texts; pause: seconds of silence before the line
SpokenLine = namedtuple("SpokenLine", "utterances pause")
# text: as read; lines: [SpokenLine]; unreadable: [(line, column, characters)], from 1
Reading = namedtuple("Reading", "text lines unreadable")


def check_text(text):
    """Raise RequestError for a text that is too long or not valid Unicode."""
    if len(text) > limits.MAX_CHARACTERS:
        raise RequestError("the text has %d characters; the limit is %d"
                           % (len(text), limits.MAX_CHARACTERS), 413, "text_too_long")
    if text.count("\n") >= limits.MAX_LINES:
        raise RequestError("the text has %d lines; the limit is %d"
                           % (text.count("\n") + 1, limits.MAX_LINES), 413, "text_too_long")
    if any(unicodedata.category(character) == "Cs" for character in text):
        raise RequestError("the text has half of a surrogate pair; send valid Unicode",
                           code="invalid_unicode")


def read_text(text, voice, strict=False):
    """The Reading of a text by a synthesis.voice.Voice.

    Raises RequestError as check_text does, if there is nothing to pronounce, and with `strict` if
    a character is unreadable.
    """
    check_text(text)
    lines, texts, unreadable, starts_paragraph = [], [], [], False
    for number, line in enumerate(_split_lines(text), 1):
        normalized = voice.normalizer.normalize(line)
        unreadable += [(number, column, characters)
                       for column, characters in normalized.unreadable]
        if not any(symbol in korean.JAMO for symbol in korean.to_jamo(normalized.text)):
            starts_paragraph = bool(lines)
            continue
        pause = 0 if not lines else PARAGRAPH_PAUSE if starts_paragraph else SENTENCE_PAUSE
        lines.append(SpokenLine(voice.split_text(normalized.text), pause))
        texts.append(normalized.text)
        starts_paragraph = False
    if unreadable and strict or not lines:
        raise RequestError("; ".join(describe_unreadable(unreadable))
                           or "the text has nothing to pronounce", 422, "unreadable_text")
    return Reading("\n".join(texts), lines, unreadable)


def describe_unreadable(unreadable):
    """A sentence for each of the first five entries of Reading.unreadable."""
    return ["line %d, column %d: %s cannot be read" % (
        line, column, characters if len(characters) <= 20 else characters[:20] + "…")
            for line, column, characters in unreadable[:5]]


def explain(text, normalizer):
    """How a text is read, for the page. Offsets count the characters of `text` from 0."""
    check_text(text)
    spans, unreadable, readings, offset = [], [], [], 0
    for line in _split_lines(text):
        normalized = normalizer.normalize(line)
        readings.append(normalized.text)
        origins = _origins(line)
        for chain in explanation.explain(line, normalized):
            start = chain.column - 1
            written = chain.steps[0]
            place = {"start": offset + origins(start),
                     "end": offset + origins(start + len(written))}
            if explanation.LEFT_OUT in chain.rules:
                unreadable.append(dict(place, characters=written))
            elif written != chain.steps[-1]:
                spans.append(dict(place, source=written, reading=chain.steps[-1],
                                  rule=chain.rules[0], rules=chain.rules,
                                  rule_title=rule_title(chain.rules[0])))
        offset += len(line) + 1
    reading = "\n".join(readings)
    return {"text": text, "spans": spans, "unreadable": unreadable, "reading": reading,
            "jamo": normalizer.to_jamo(reading),
            "seconds": round(count_syllables(reading) / SYLLABLES_PER_SECOND, 1)}


def _split_lines(text):
    """The lines of a text. A carriage return is a space, so that offsets stay."""
    return text.replace("\r", " ").split("\n")


def _origins(line):
    """index in the composed form (NFC) of a line → index in the line as written"""
    if unicodedata.normalize("NFC", line) == line:
        return lambda index: index
    # length of a composed prefix = that of its complete clusters + that of its last cluster
    ends, length, cluster = [0], 0, ""
    for character in line:
        if cluster and _begins_cluster(character):
            length += len(unicodedata.normalize("NFC", cluster))
            cluster = ""
        cluster += character
        ends.append(length + len(unicodedata.normalize("NFC", cluster)))
    return lambda index: max(0, bisect_right(ends, index) - 1)


def _begins_cluster(character):
    """Whether composition never joins a character with one before it: it is neither a mark nor a
    medial or final jamo.
    """
    return not (unicodedata.category(character).startswith("M")
                or "\u1160" <= character <= "\u11ff")
