"""Pauses between utterances, lines and paragraphs, in seconds.

They come on top of the silence at the ends of the utterances themselves, about 0.1 s.
"""
import numpy as np

SENTENCE_PAUSE = 0.35       # between lines, and within a line after one of _SENTENCE_MARKS
PHRASE_PAUSE = 0.15         # within a line, where a sentence was split
PARAGRAPH_PAUSE = 0.8       # between lines with an empty line between them
_SENTENCE_MARKS = tuple(".?!")


def pause_after(utterance):
    """The pause between the text of an utterance and the next one of the same line."""
    is_sentence = utterance.rstrip("') ").endswith(_SENTENCE_MARKS)
    return SENTENCE_PAUSE if is_sentence else PHRASE_PAUSE


def silence(seconds, sample_rate):
    """Samples, float32."""
    return np.zeros(int(seconds * sample_rate), np.float32)
