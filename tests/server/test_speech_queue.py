"""Requests share the vocoder: their samples do not change, and none waits for another's end."""
import threading
import time

import numpy as np
import pytest
from helpers.scripted_server import ScriptedLibrary, ScriptedServedVoice
from helpers.waiting import wait_until

import audio
from server.request_errors import RequestError
from server.speech import CANCELLED, FAILED, FINISHED
from server.speech_queue import SpeechQueue
from server.voice_library import VoiceLibrary
from synthesis.attempts import Predictor
from synthesis.pauses import SENTENCE_PAUSE, pause_after, silence
from synthesis.voice import DEMO_VOICE

TEXTS = ["안녕하세요.", "비가 온다.", "책을 읽어요. " * 9, "어디 가니?\n문을 닫아라!", "내일 보자."]
LONG_TEXT = "오늘 아침에는 바람이 조금 불었지만 하늘은 맑고 날씨는 따뜻했습니다. " * 20


@pytest.fixture
def make_queue():
    """make_queue(library, …) → a SpeechQueue of two threads, which is stopped after the test."""
    queues = []

    def make(library=None, **options):
        queues.append(SpeechQueue(library or ScriptedLibrary(), 2, **options))
        return queues[-1]
    yield make
    for speech_queue in queues:
        speech_queue.stop()


def samples_of(reader):
    with reader:
        return np.concatenate(list(reader.blocks()))


def finished_speech(speech_queue, text):
    """The Speech of a text after its end."""
    reader = speech_queue.submit(text)
    samples_of(reader)
    wait_until(lambda: not speech_queue._jobs)
    return reader.speech


@pytest.mark.parametrize("replacement_interval", (1, 3, None))
def test_a_text_has_the_same_samples_alone_and_beside_others(make_queue, replacement_interval):
    alone = [samples_of(make_queue().submit(text, seed=7)) for text in TEXTS]
    speech_queue = make_queue()
    vocoder = speech_queue.library.get().vocoder
    vocoder.replacement_interval = replacement_interval
    vocoder.gate.clear()        # so that all of them wait at the same time
    readers = [speech_queue.submit(text, speaker=speaker, seed=7)
               for speaker in ("one", "two") for text in TEXTS]
    wait_until(lambda: all(not job.has_texts for job in speech_queue._jobs))
    vocoder.gate.set()
    together = [samples_of(reader) for reader in readers]
    for expected, actual in zip(alone, together):
        assert np.array_equal(expected, actual)
    assert max(vocoder.batches) == vocoder.batch_size and 1 in vocoder.batches
    assert not np.array_equal(together[0], together[len(TEXTS)])    # the other speaker


def test_the_samples_are_those_of_synthesize(make_queue):
    speech_queue = make_queue(VoiceLibrary([DEMO_VOICE]))
    served = speech_queue.library.get()
    voice, lines = served.voice("ram"), ["비가 온다.", "3시에 보자."]
    readers = [speech_queue.submit(text, speaker="ram", seed=5)
               for text in ("\n".join(lines), "내일은 꼭 오세요.", "네.")]
    actual, expected = samples_of(readers[0]), []
    for line in lines:
        for text in voice.split_text(voice.normalizer.normalize(line).text):
            parts = Predictor(voice, 5).predict(text).parts
            assert len(parts) == 1
            expected += voice.generate_waveforms([parts[0].ids], [parts[0].output.mel], 5)
        expected.append(silence(SENTENCE_PAUSE, voice.hp.sample_rate))
    assert np.array_equal(actual, audio.to_pcm16(np.concatenate(expected[:-1])))
    utterances = readers[0].speech.utterances
    assert [utterance.text for utterance in utterances] == ["비가 온다.", "세시에 보자."]
    assert utterances[1].start == pytest.approx(
        utterances[0].seconds + SENTENCE_PAUSE, abs=1e-3)
    assert utterances[0].mel.dtype == np.uint8 and utterances[0].alignment.max() > 200
    times = utterances[0].symbol_times
    assert len(times) == len(utterances[0].symbols) and times == sorted(times)


def test_a_short_text_does_not_wait_for_a_long_one(make_queue):
    speech_queue = make_queue()
    vocoder = speech_queue.library.get().vocoder
    vocoder.gate.clear()
    long_reader = speech_queue.submit(LONG_TEXT)
    wait_until(lambda: len(speech_queue._jobs[0].waiting) > 8)
    short_reader = speech_queue.submit("네.")
    # slices that need no time: the order of the work decides
    vocoder.gate.set()
    samples_of(short_reader)
    assert long_reader.speech.state != FINISHED
    samples_of(long_reader)


def test_work_that_nobody_reads_is_cancelled_and_frees_its_place(make_queue):
    speech_queue = make_queue(max_jobs=2)
    speech_queue.library.get().vocoder.gate.clear()
    first, second = speech_queue.submit("하나"), speech_queue.submit("둘")
    second_reader = speech_queue.submit("둘")
    assert second_reader.speech is second.speech and second_reader is not second
    start_time = time.monotonic()
    with pytest.raises(RequestError) as error:
        speech_queue.submit("셋")
    assert (error.value.status, error.value.code) == (503, "queue_full")
    assert error.value.retry_after > 0 and time.monotonic() - start_time < 10
    first.cancel()
    second.cancel()
    wait_until(lambda: first.speech.state == CANCELLED)
    third = speech_queue.submit("셋")
    assert second.speech.state != CANCELLED     # it has another reader
    speech_queue.library.get().vocoder.gate.set()
    assert len(samples_of(third)) and len(samples_of(second_reader))
    assert len(samples_of(speech_queue.submit("하나")))     # a new start


def test_a_result_waits_for_its_first_reader_for_some_time(make_queue):
    speech_queue = make_queue()
    speech_queue.library.get().vocoder.gate.clear()
    kept, dropped = (speech_queue.submit(text, hold=hold).speech
                     for text, hold in (("하나", 60), ("둘", 0)))
    for reader in (speech_queue.find(kept.key), speech_queue.find(dropped.key)):
        reader.cancel()
    # the readers of submit() are still open
    assert not kept.is_abandoned and not dropped.is_abandoned
    kept.close()
    dropped.close()
    wait_until(lambda: dropped.state == CANCELLED)
    assert not kept.is_abandoned and not speech_queue.find(dropped.key)


def test_a_strict_request_is_refused_even_if_the_speech_is_kept(make_queue):
    speech_queue = make_queue()
    speech_queue.library.get().vocoder.gate.clear()
    reader = speech_queue.submit("가 שלום 나")
    with pytest.raises(RequestError, match="cannot be read"):
        speech_queue.submit("가 שלום 나", strict=True)
    reader.cancel()
    wait_until(lambda: reader.speech.state == CANCELLED)


def test_finished_speech_is_kept_within_the_bound(make_queue):
    speech_queue = make_queue()
    speech = speech_queue.submit("하나").speech
    wait_until(lambda: not speech_queue._jobs)
    assert speech_queue.submit("하나").speech is speech
    speech_queue.cache_bytes = 2 * speech.n_bytes
    keys = [speech.key]
    for text in ("두울", "세엣", "네엣"):
        samples_of(speech_queue.submit(text))
        keys.append(speech_queue.submit(text).speech.key)
        wait_until(lambda: not speech_queue._jobs)
    assert [bool(speech_queue.find(key)) for key in keys][:2] == [False, False]
    assert speech_queue.find(keys[-1])


def test_speech_larger_than_the_bound_is_kept_until_the_next(make_queue):
    speech_queue = make_queue(cache_bytes=1)
    first, second = [finished_speech(speech_queue, text) for text in ("하나", "두울")]
    assert speech_queue.find(second.key) and not speech_queue.find(first.key)


def test_speech_of_a_replaced_voice_is_forgotten(make_queue):
    library = ScriptedLibrary()
    speech_queue = make_queue(library)
    old = finished_speech(speech_queue, "하나")
    library._voices = (ScriptedServedVoice(),)
    new = finished_speech(speech_queue, "두울")
    assert not speech_queue.find(old.key) and speech_queue.find(new.key)


def test_a_defect_ends_its_own_requests_only(make_queue, capsys):
    speech_queue = make_queue(ScriptedLibrary(ScriptedServedVoice("good"),
                                              ScriptedServedVoice("bad")))
    speech_queue.library.get("bad").vocoder.error = MemoryError("no memory")
    bad = speech_queue.submit("하나", "bad")
    with pytest.raises(RequestError) as error:
        samples_of(bad)
    assert error.value.status == 500 and bad.speech.state == FAILED
    assert len(samples_of(speech_queue.submit("하나", "good")))
    assert "MemoryError" in capsys.readouterr().err


def test_a_request_that_takes_too_long_is_ended(make_queue):
    speech_queue = make_queue(max_seconds=0.2)
    speech_queue.library.get().vocoder.gate.clear()
    with pytest.raises(RequestError, match="longer than"):
        samples_of(speech_queue.submit("하나"))


def test_a_fault_that_remains_is_reported(make_queue):
    def predict(ids, noise_seed, window):
        alignment = np.zeros([2 * len(ids), len(ids)], np.float32)
        alignment[:, 0] = 1         # the attention stays at the first symbol
        return alignment, True
    speech_queue = make_queue(ScriptedLibrary(ScriptedServedVoice(predict=predict)))
    reader = speech_queue.submit("가나다")
    samples_of(reader)
    assert "skips" in reader.speech.utterances[0].fault


def test_while_draining_only_running_requests_go_on(make_queue):
    speech_queue = make_queue()
    speech_queue.library.get().vocoder.gate.clear()
    reader = speech_queue.submit("하나")
    speech_queue.drain()
    with pytest.raises(RequestError, match="shutting down"):
        speech_queue.submit("둘")
    speech_queue.library.get().vocoder.gate.set()
    assert len(samples_of(reader))


def test_stopping_ends_all_threads():
    before = set(threading.enumerate())
    speech_queue = SpeechQueue(ScriptedLibrary(), 2)
    samples_of(speech_queue.submit("하나"))
    assert set(threading.enumerate()) - before
    speech_queue.stop()
    wait_until(lambda: not set(threading.enumerate()) - before)


def test_pauses_are_those_of_streams(make_queue):
    reader = make_queue().submit("하나.\n\n두울.\n세엣.")
    samples_of(reader)
    ends = [utterance.start + utterance.seconds for utterance in reader.speech.utterances]
    starts = [utterance.start for utterance in reader.speech.utterances]
    assert [round(start - end, 2) for end, start in zip(ends, starts[1:])] == [0.8, 0.35]
    assert pause_after("하나.") == SENTENCE_PAUSE
