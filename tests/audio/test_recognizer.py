"""The recogniser expects the lines of a script and leaves out what is not a word."""
import json
import sys
import types

import numpy as np
import pytest

from audio import recognizer
from audio.recognizer import Word

VOCABULARY = {"열두", "개의", "지하철", "역", "을", "지하"}


class _Model(object):
    def vosk_model_find_word(self, word):
        return 7 if word in VOCABULARY else -1


class _KaldiRecognizer(object):
    def __init__(self, model, sample_rate, grammar="null"):
        self.grammar, self.seconds = json.loads(grammar), []
        self.sample_rate = float(sample_rate)

    def SetWords(self, enabled):
        assert enabled

    def AcceptWaveform(self, pcm):
        self.seconds.append(len(pcm) / 2 / self.sample_rate)

    def Result(self):
        return json.dumps({"text": "지하철 역", "result": [
            {"word": "지하철", "conf": 1.0}, {"word": "[unk]", "conf": 0.3},
            {"word": "역", "conf": 0.5}]})

    FinalResult = Result


@pytest.fixture
def created(monkeypatch):
    """The list of the recognisers that are created."""
    recognizers = []

    def create(*arguments):
        recognizers.append(_KaldiRecognizer(*arguments))
        return recognizers[-1]

    monkeypatch.setitem(sys.modules, "vosk", types.SimpleNamespace(KaldiRecognizer=create))
    monkeypatch.setattr(recognizer, "_load_model", _Model)
    recognizer._general_recognizer.cache_clear()
    yield recognizers
    recognizer._general_recognizer.cache_clear()


def test_words_of_a_script_are_assembled_from_the_vocabulary(created):
    recognizer.create_recognizer(["열두개의 지하철역을,", "꿹"])
    assert created[0].grammar == ["열두 개의 지하철 역 을", "[unk]", "[unk]"]


def test_words_have_a_confidence_and_unknown_ones_are_left_out(created):
    recognize = recognizer.create_recognizer()
    assert recognize(np.zeros(8000), 8000) == [Word("지하철", 1.0), Word("역", 0.5)]
    assert created[0].grammar is None
    # resampled, with silence after the clip
    assert created[0].seconds == [pytest.approx(1.75)]


def test_transcribe_uses_one_general_recogniser_for_all_recordings(created):
    assert [recognizer.transcribe(np.zeros(800), 8000) for _ in range(2)] == ["지하철 역"] * 2
    assert len(created) == 1 and created[0].seconds == [pytest.approx(0.1)] * 2
