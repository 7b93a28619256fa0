"""Figures for Prometheus."""
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from server.speech import CANCELLED, FAILED

CONTENT_TYPE = CONTENT_TYPE_LATEST
_FIRST_AUDIO_BUCKETS = (0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 12, 25)


class Metrics(object):
    """Counters and gauges of one server, apart from those of other servers in the process."""

    def __init__(self):
        registry = self._registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.responses = Counter("speech_http_responses", "HTTP responses", ["route", "status"],
                                 registry=registry)
        self.rejected = Counter("speech_rejected_requests", "Requests that found the queue full",
                                registry=registry)
        self.ended = Counter("speech_ended_requests", "Ended requests, by their state", ["state"],
                             registry=registry)
        self.audio_seconds = Counter("speech_audio_seconds", "Seconds of generated audio",
                                     registry=registry)
        self.first_audio = Histogram("speech_first_audio_seconds",
                                     "Time from a request to its first audio",
                                     buckets=_FIRST_AUDIO_BUCKETS, registry=registry)
        self.jobs = Gauge("speech_requests_in_progress", "Requests whose speech is generated now",
                          registry=registry)
        self.cache_bytes = Gauge("speech_cache_bytes", "Memory of finished speech",
                                 registry=registry)
        self.voice_problems = Gauge("speech_voice_problems",
                                    "Voices whose folder could not be loaded again",
                                    registry=registry)

    def observe_end(self, speech):
        """Count an ended speech.Speech."""
        self.ended.labels(speech.state).inc()
        self.audio_seconds.inc(speech.n_samples / float(speech.sample_rate))
        if speech.first_audio_time is not None and speech.state not in (CANCELLED, FAILED):
            self.first_audio.observe(speech.first_audio_time - speech.start_time)

    def render(self):
        """bytes in Prometheus' text format."""
        return generate_latest(self._registry)
