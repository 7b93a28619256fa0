"""The work for one Speech: the texts of its utterances → mels → chunks of waveform → samples."""
import threading
from collections import deque

import numpy as np

import audio
from server import analysis
from server.speech import FINISHED, RUNNING
from synthesis.attempts import describe_faults
from synthesis.pauses import pause_after, silence


class _Track(object):
    """The waveform of one attempts.Part, after `pause` seconds of silence."""

    def __init__(self, part, pause, stream):
        self.part, self.pause, self.stream, self.start = part, pause, stream, None
        self.ready = []         # samples that wait for the end of the tracks before


class SpeechJob(object):
    """Predicts mels with an attempts.Predictor, and collects the samples of their chunks.

    The scheduling of vocoder_threads.py reads and writes `waiting`: [(track, index of a chunk)],
    `n_active`: chunks that are being generated, and `service`: seconds of vocoder time so far.
    """

    def __init__(self, speech, predictor):
        self.speech, self.predictor, self.voice = speech, predictor, predictor.voice
        self.vocoder = self.voice.vocoder
        self.waiting, self.n_active, self.service = deque(), 0, 0.0
        self.is_predicting = False
        # (pause before it, or None: as after the previous one; text of an utterance)
        self._texts = deque((None if index else line.pause, text)
                            for line in speech.reading.lines
                            for index, text in enumerate(line.utterances))
        self._tracks, self._lock, self._last_text = deque(), threading.RLock(), ""

    @property
    def is_running(self):
        return self.speech.state == RUNNING

    @property
    def is_urgent(self):
        """Whether its reader has not heard anything yet."""
        return self.speech.first_audio_time is None

    @property
    def has_texts(self):
        return bool(self._texts)

    def predict_next(self):
        """Predict the mel of the next utterance. Returns the new [(track, index of a chunk)]."""
        pause, text = self._texts[0]
        chunks = []
        for part in self.predictor.predict(text, lambda: not self.is_running).parts:
            if pause is None:
                pause = pause_after(self._last_text)
            track = _Track(part, pause, self.voice.chunked_stream(
                part.ids, part.output.mel, self.speech.seed))
            chunks += [(track, index) for index in range(len(track.stream.chunks))]
            self._last_text, pause = part.text, None
            with self._lock:
                self._tracks.append(track)
        with self._lock:
            self._texts.popleft()
        return chunks

    def add_samples(self, track, index, samples):
        """Add the next samples of a chunk, float32."""
        with self._lock:
            samples = track.stream.add(index, samples)
            if len(samples):
                track.ready.append(samples)
            while self._tracks and self._deliver(self._tracks[0]):
                self._tracks.popleft()
            if not self._tracks and not self._texts:
                self.speech.finish(FINISHED)

    def _deliver(self, track):
        """Append what is ready of the first track. Returns whether it is complete."""
        speech, rate = self.speech, self.voice.hp.sample_rate
        if not self.is_running:
            return False
        if track.ready:
            if track.start is None:
                track.ready.insert(0, silence(track.pause, rate))
                track.start = speech.n_samples + len(track.ready[0])
            speech.append(audio.to_pcm16(np.concatenate(track.ready)))
            track.ready = []
        if not track.stream.is_complete:
            return False
        speech.utterances.append(analysis.create_utterance(
            track.part, track.start / float(rate), (speech.n_samples - track.start) / float(rate),
            self.voice.hp, describe_faults([track.part]) or None))
        return True
