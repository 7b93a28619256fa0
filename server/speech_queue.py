"""Generates the speech of several texts at the same time, and keeps finished speech.

    queue = SpeechQueue(VoiceLibrary(["voices/demo"]))
    with queue.submit("안녕하세요.", speaker="sol") as reader:
        for samples in reader.blocks():     # int16, while they are generated
            …
"""
import hashlib
import json
import threading
import time
import traceback
from collections import OrderedDict

from common.blas_threads import one_blas_thread
from common.resources import available_cpus
from server import limits
from server.metrics import Metrics
from server.request_errors import RequestError
from server.speech import CANCELLED, FAILED, FINISHED, RUNNING, Speech
from server.speech_job import SpeechJob
from server.text_reading import read_text
from server.vocoder_threads import VocoderThreads

N_PREDICTORS = 2            # an utterance with several attempts must not stop the others
MAX_WAITING_CHUNKS = 16     # of a job: its mels are not predicted further ahead
_CHECK_SECONDS = 0.1


class SpeechQueue(object):
    """Speech of the voices of a VoiceLibrary. The same request has the same samples.

    max_jobs: of requests in progress; max_seconds: of one; cache_bytes: of finished speech
    """

    def __init__(self, library, threads=0, max_jobs=limits.MAX_JOBS,
                 max_seconds=limits.MAX_SECONDS, cache_bytes=limits.CACHE_BYTES, metrics=None):
        self.library, self.metrics = library, metrics or Metrics()
        self.max_jobs, self.max_seconds, self.cache_bytes = max_jobs, max_seconds, cache_bytes
        self._changed, self._jobs, self._speeches = threading.Condition(), [], OrderedDict()
        self._is_draining = self._is_stopped = False
        # for products of this size, several threads only wait for each other; and so that threads
        # that predict at the same time do not change the number while another one computes
        one_blas_thread()
        self._vocoder_threads = VocoderThreads(threads or available_cpus(), self._jobs,
                                               self._changed)
        for target in [self._predict] * N_PREDICTORS + [self._supervise]:
            threading.Thread(target=target, daemon=True).start()

    def submit(self, text, voice=None, speaker=None, seed=1, strict=False, hold=0.0):
        """The SpeechReader of a text. `voice` and `speaker` are names or None.

        Without readers, the work is cancelled after `hold` seconds. Raises RequestError for a wrong
        argument, a text without anything to pronounce, with `strict` also for unreadable
        characters, and if there is too much work.
        """
        served = self.library.get(voice)
        speaker = speaker or served.speakers[0]
        voice = served.voice(speaker)
        key = _content_key(text, served, speaker, seed)
        reader = self._open(key, hold)
        if reader and strict and reader.speech.reading.unreadable:
            reader.cancel()     # read_text() says what is wrong
        elif reader:
            return reader
        if self.n_jobs >= self.max_jobs:
            raise self._busy()      # before the text is read
        speech = Speech(key, served, speaker, seed, read_text(text, voice, strict))
        # outside the lock: the first one of a speaker measures the speech rate
        predictor = served.predictor(speaker, seed)
        with self._changed:
            if self._is_draining:
                raise RequestError("the server is shutting down", 503, "shutting_down",
                                   "server_error", limits.RETRY_SECONDS)
            known = self._speeches.get(key)
            if not known or known.state in (FAILED, CANCELLED):
                if self.n_jobs >= self.max_jobs:
                    raise self._busy()
                job = SpeechJob(speech, predictor)
                job.service = min([other.service for other in self._jobs] or [0.0])
                self._jobs.append(job)
                known = self._speeches[key] = speech
                self._changed.notify_all()
            return known.open(hold)

    def find(self, key):
        """A SpeechReader of the speech with a key that is in progress or kept, or None."""
        return self._open(key, 0.0)

    @property
    def n_jobs(self):
        """Requests in progress. One that has ended leaves its place at once."""
        with self._changed:
            return sum(job.is_running for job in self._jobs)

    def drain(self):
        """Accept no further requests."""
        self._is_draining = True

    def stop(self):
        """End all threads."""
        with self._changed:
            self._is_stopped = True
            for job in self._jobs:
                job.speech.finish(CANCELLED)
            self._changed.notify_all()
        self._vocoder_threads.stop()

    def _open(self, key, hold):
        with self._changed:
            speech = self._speeches.get(key)
            if not speech or speech.state in (FAILED, CANCELLED):
                return None
            self._speeches.move_to_end(key)
            return speech.open(hold)

    def _busy(self):
        self.metrics.rejected.inc()
        return RequestError("%d requests are in progress; try again later" % self.n_jobs, 503,
                            "queue_full", "server_error", limits.RETRY_SECONDS)

    # -- mel prediction ---------------------------------------------------------------------------

    def _predict(self):
        while True:
            with self._changed:
                job = self._next_job()
                while not job and not self._is_stopped:
                    self._changed.wait()
                    job = self._next_job()
                if self._is_stopped:
                    return
                job.is_predicting = True
            try:
                chunks = job.predict_next()
            except Exception:       # a defect, or no memory: the other jobs go on
                traceback.print_exc()
                chunks = []
                job.speech.finish(FAILED, RequestError("the synthesis failed", 500,
                                                       "server_error", "server_error"))
            with self._changed:
                job.is_predicting = False
                job.waiting.extend(chunks)
                self._changed.notify_all()

    def _next_job(self):
        """The job whose next utterance is to be predicted, or None."""
        jobs = [job for job in self._jobs if job.has_texts and job.is_running
                and not job.is_predicting and len(job.waiting) < MAX_WAITING_CHUNKS]
        return min(jobs, key=lambda job: (not job.is_urgent, job.service)) if jobs else None

    # -- ends of jobs -----------------------------------------------------------------------------

    def _supervise(self):
        """Cancel what nobody reads, end what takes too long, forget what is too much to keep."""
        while not self._is_stopped:
            with self._changed:
                for job in self._jobs:
                    if job.speech.is_abandoned:
                        job.speech.finish(CANCELLED)
                    if time.monotonic() - job.speech.start_time > self.max_seconds:
                        job.speech.finish(FAILED, RequestError(
                            "the request took longer than %d s" % self.max_seconds, 503, "timeout",
                            "server_error"))
                ended = [job for job in self._jobs if not job.is_running]
                for job in ended:
                    self._remove(job)
                if ended:
                    self._evict()
                self._changed.wait(_CHECK_SECONDS)

    def _remove(self, job):
        self._jobs.remove(job)
        job.waiting.clear()
        self.metrics.observe_end(job.speech)
        key = job.speech.key
        if job.speech.state != FINISHED and self._speeches.get(key) is job.speech:
            del self._speeches[key]

    def _evict(self):
        """Forget the speech of voices that were replaced, and what was not used for longest.

        What was used last is kept, however large: the page asks for it once more.
        """
        finished = [speech for speech in self._speeches.values() if speech.state != RUNNING]
        n_bytes, loaded = sum(speech.n_bytes for speech in finished), self.library.all()
        for speech in finished[:-1]:
            if n_bytes > self.cache_bytes or speech.served not in loaded:
                n_bytes -= speech.n_bytes
                del self._speeches[speech.key]
        self.metrics.cache_bytes.set(n_bytes)


def _content_key(text, served, speaker, seed):
    """32 hexadecimal digits that identify a text, the content of a voice, a speaker and a seed."""
    content = json.dumps([text, served.content, speaker, seed])
    return hashlib.sha256(content.encode("ascii")).hexdigest()[:32]
