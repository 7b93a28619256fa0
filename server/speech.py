"""The speech of one text while it is generated, for any number of readers."""
import threading
import time

from server.request_errors import RequestError

RUNNING, FINISHED, FAILED, CANCELLED = "running", "finished", "failed", "cancelled"
POLL_SECONDS = 0.25     # between two checks of a reader whether its client is still there


class Speech(object):
    """16-bit samples that are appended while others read them.

    key         identifies text, voice, speaker and seed: equal keys have equal samples
    served      the voice_library.ServedVoice; speaker: a name
    reading     text_reading.Reading of the text
    utterances  [analysis.Utterance], complete when the state is FINISHED
    """

    def __init__(self, key, served, speaker, seed, reading):
        self.key, self.served, self.speaker, self.seed = key, served, speaker, seed
        self.reading, self.sample_rate = reading, served.hp.sample_rate
        self.state, self.error, self.utterances, self.n_samples = RUNNING, None, [], 0
        self.start_time, self.first_audio_time = time.monotonic(), None
        # without readers, it is abandoned at `_keep_until`
        self._n_readers, self._keep_until = 0, 0.0
        self._blocks, self._changed = [], threading.Condition()

    @property
    def n_bytes(self):
        """The memory that it occupies, about."""
        return 2 * self.n_samples + sum(utterance.n_bytes for utterance in self.utterances)

    def append(self, samples):
        """Add int16 [samples]."""
        with self._changed:
            if self.first_audio_time is None and samples.any():
                self.first_audio_time = time.monotonic()
            self._blocks.append(samples)
            self.n_samples += len(samples)
            self._changed.notify_all()

    def finish(self, state=FINISHED, error=None):
        """End it with a state and, if that is FAILED, a RequestError. The first call counts."""
        with self._changed:
            if self.state == RUNNING:
                self.state, self.error = state, error
            self._changed.notify_all()

    def open(self, hold=0.0):
        """A SpeechReader. It counts as read for at least `hold` seconds from now."""
        with self._changed:
            self._n_readers += 1
            self._keep_until = max(self._keep_until, time.monotonic() + hold)
        return SpeechReader(self)

    def close(self):
        """Called once by each SpeechReader."""
        with self._changed:
            self._n_readers -= 1

    @property
    def is_abandoned(self):
        """Whether nobody reads it any more."""
        return not self._n_readers and time.monotonic() > self._keep_until

    def blocks(self, poll=None):
        """Yield int16 [samples] as they are appended.

        poll() is called at least every POLL_SECONDS; it may raise an exception. Raises RequestError
        if the speech fails or is cancelled.
        """
        index = 0
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: index < len(self._blocks) or self.state != RUNNING, POLL_SECONDS)
                new, state = self._blocks[index:], self.state
            for block in new:
                yield block
            index += len(new)
            if not new and state == FINISHED:
                return
            if not new and state != RUNNING:
                raise self.error or RequestError("the request was cancelled", 503, "cancelled",
                                                 "server_error")
            if poll:
                poll()


class SpeechReader(object):
    """One reader of a Speech. When the last one is closed, an unfinished Speech is cancelled."""

    def __init__(self, speech):
        self.speech, self._is_open = speech, True

    @property
    def sample_rate(self):
        return self.speech.sample_rate

    def blocks(self, poll=None):
        """As Speech.blocks."""
        return self.speech.blocks(poll)

    def cancel(self):
        """Close the reader."""
        if self._is_open:
            self._is_open = False
            self.speech.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.cancel()
