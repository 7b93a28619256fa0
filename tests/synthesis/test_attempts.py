"""An utterance whose alignment has a fault is predicted again."""
import numpy as np
import pytest
from helpers.scripted_voice import ScriptedVoice, diagonal

import korean
from synthesis import attempts, utterance_faults
from synthesis.attempts import (FIRST_ATTEMPT, FORWARD_WINDOW, OTHER_NOISE, SPLIT, Predictor,
                                describe_faults)
from tacotron2.synthesizer import MelOutput

TEXT = "바람이 불고, 비가 내려서 나무가 흔들렸다."
IDS = korean.to_ids(korean.to_jamo(TEXT))
STEP = 0.05     # seconds


def faults_of(alignment, stopped=True, rate=None):
    output = MelOutput(np.zeros([len(alignment), 8]), alignment, stopped)
    return utterance_faults.find_faults(output, IDS, STEP, rate)


def positions_of(word):
    start = korean.to_jamo(TEXT).index(korean.to_jamo(word))
    return list(range(start, start + len(korean.to_jamo(word))))


def skip(word):
    """An alignment that lacks the steps of a word."""
    alignment = diagonal(len(IDS))
    return alignment[~np.isin(alignment.argmax(1), positions_of(word))]


def test_an_utterance_that_is_read_from_beginning_to_end_has_no_fault():
    assert faults_of(diagonal(len(IDS)), rate=2 * STEP) == []


@pytest.mark.parametrize("alignment,stopped,rate,description", [
    (skip("나무가"), True, None, "skips 나무가"),
    (np.concatenate([diagonal(len(IDS))[:60], diagonal(len(IDS))[20:]]), True, None,
     "repeats 불고, 비가 내려서 나무가"),
    (np.insert(diagonal(len(IDS)), [2 * positions_of("비가")[0]] * 30,
               diagonal(len(IDS))[2 * positions_of("비가")[0]], 0), True, None, "stalls at 비가"),
    (diagonal(len(IDS)), False, None, "misses the stop token"),
    (diagonal(len(IDS)), True, 5 * STEP, "is too fast"),
    (diagonal(len(IDS)), True, 0.2 * STEP, "")])
def test_a_fault_is_described_with_its_words(alignment, stopped, rate, description):
    assert utterance_faults.describe(faults_of(alignment, stopped, rate), TEXT, IDS) == description


def test_speech_that_drags_is_a_fault():
    slow = np.repeat(np.eye(len(IDS), dtype=np.float32), 15, 0)
    kinds = [fault.kind for fault in faults_of(slow, rate=2 * STEP)]
    assert kinds == [utterance_faults.TOO_SLOW]


def failing(is_repaired):
    """A prediction that skips the middle third of a text unless is_repaired(ids, seed, window)."""
    def predict(ids, noise_seed, window):
        alignment = diagonal(len(ids))
        if not is_repaired(ids, noise_seed, window):
            third = len(alignment) // 3
            alignment = np.delete(alignment, slice(third, 2 * third), 0)
        return alignment, True
    return predict


@pytest.mark.parametrize("is_repaired,remedy,n_attempts", [
    (lambda ids, seed, window: True, FIRST_ATTEMPT, 1),
    (lambda ids, seed, window: seed != 7, OTHER_NOISE, 2),
    (lambda ids, seed, window: window, FORWARD_WINDOW, 3),
    (lambda ids, seed, window: len(ids) < len(IDS), SPLIT, 4)])
def test_the_remedies_are_tried_in_order_until_one_helps(is_repaired, remedy, n_attempts):
    prediction = Predictor(ScriptedVoice(failing(is_repaired)), 7).predict(TEXT)
    assert prediction.remedy == remedy
    assert [step.split(":")[0] for step in prediction.steps] == [
        FIRST_ATTEMPT, OTHER_NOISE, FORWARD_WINDOW, SPLIT][:n_attempts]
    assert prediction.steps[-1].endswith("no fault") and describe_faults(prediction.parts) == ""


@pytest.mark.parametrize("text,parts", [
    ("바람이 세게 불고, 비가 내려서 나무가 흔들렸다.", ["바람이 세게 불고,", "비가 내려서 나무가 흔들렸다."]),
    ("바람이 세게 불고 비가 내려서 나무가 흔들렸다.", ["바람이 세게 불고,", "비가 내려서 나무가 흔들렸다."]),
    ("나. 카.", ["나.", "카."]),
    ("가나다라마바사아자차카타파하.", ["가나다라마바사,", "아자차카타파하."])])
def test_an_utterance_is_split_at_a_phrase_boundary_if_it_has_one(text, parts):
    n_symbols = len(korean.to_jamo(text)) + 1
    prediction = Predictor(ScriptedVoice(failing(
        lambda ids, seed, window: len(ids) < n_symbols)), 1).predict(text)
    assert [part.text for part in prediction.parts] == parts


def test_without_a_remedy_the_attempt_with_the_fewest_faulty_letters_is_kept():
    def predict(ids, noise_seed, window):
        alignment = diagonal(len(ids))
        return np.delete(alignment, slice(10, 14 if window else 40), 0), True
    prediction = Predictor(ScriptedVoice(predict), 1, max_attempts=3).predict(TEXT)
    assert prediction.remedy == FORWARD_WINDOW and len(prediction.steps) == 3
    assert describe_faults(prediction.parts).startswith("skips ")


def test_no_attempt_begins_after_the_request_has_ended():
    voice = ScriptedVoice(failing(lambda ids, seed, window: False))
    prediction = Predictor(voice, 7).predict(TEXT, should_stop=lambda: True)
    assert len(prediction.steps) == 1 and len(prediction.parts) == 1
    assert prediction.remedy == FIRST_ATTEMPT


def test_one_attempt_disables_the_remedies():
    voice = ScriptedVoice(failing(lambda *_: False))
    assert len(Predictor(voice, 1, max_attempts=1).predict(TEXT).steps) == 1


def test_attention_without_a_window_gets_other_noise_instead():
    voice = ScriptedVoice(failing(lambda *_: False), supports_window=False)
    prediction = Predictor(voice, 1).predict(TEXT)
    assert [step.split(":")[0] for step in prediction.steps][:3] == [
        FIRST_ATTEMPT, OTHER_NOISE, OTHER_NOISE]
    seeds = [seed for text, seed, _ in voice.calls if text == korean.to_jamo(TEXT)]
    assert len(set(seeds)) == 3 and not any(window for _, _, window in voice.calls)


def test_the_result_does_not_depend_on_the_utterances_before():
    voice = ScriptedVoice(failing(lambda ids, seed, window: window and window == attempts.WINDOW))
    predictor = Predictor(voice, 3)
    predictor.predict("처음에는 다른 말을 했다.")
    after, alone = predictor.predict(TEXT), Predictor(voice, 3).predict(TEXT)
    np.testing.assert_array_equal(after.parts[0].output.mel, alone.parts[0].output.mel)
    assert after.steps == alone.steps


def test_a_seed_above_32_bits_is_accepted():
    voice = ScriptedVoice()
    Predictor(voice, 2 ** 40 + 5).predict(TEXT)
    assert all(0 <= seed < 2 ** 32 for _, seed, _ in voice.calls)
