"""Voices for the server whose mels and samples cost nothing; a test can hold up the samples."""
import threading
import zlib

import numpy as np

from helpers.scripted_voice import ScriptedVoice
from server import encoders
from server.request_errors import RequestError
from synthesis.attempts import Predictor
from wavenet_vocoder import philox
from wavenet_vocoder.chunked_stream import ChunkedStream


class ScriptedVocoder(object):
    """Has the interface of NativeVocoder. Samples depend on the key and their index alone.

    gate: cleared, it holds up all samples; batches: the number of chunks of each call
    """
    max_single_streams, batch_size, replacement_interval = 2, 4, 3

    def __init__(self, hp):
        self.hp, self.gate, self.batches, self.error = hp, threading.Event(), [], None
        self.gate.set()

    def start(self, chunks):
        return _ScriptedGenerator(self, chunks)


class _ScriptedGenerator(object):
    def __init__(self, vocoder, chunks):
        self.vocoder, self.lanes, self.frame = vocoder, [(chunk, 0) for chunk in chunks], 0
        self.replacement_interval = vocoder.replacement_interval

    def replace(self, index, chunk):
        assert self.frame % self.replacement_interval == 0
        self.lanes[index] = chunk, self.frame

    def generate(self, n_frames):
        self.vocoder.gate.wait(30)
        if self.vocoder.error:
            raise self.vocoder.error
        self.vocoder.batches.append(len(self.lanes))
        hop = self.vocoder.hp.hop_length
        samples = np.stack([_samples(
            chunk.key, (chunk.start + self.frame - start) * hop, n_frames * hop)
            for chunk, start in self.lanes])
        self.frame += n_frames
        return samples


def _samples(key, first, count):
    index = np.arange(first, first + count, dtype=np.float64)
    return (0.5 * np.sin(index * (1 + key % 97) / 50.0)).astype(np.float32)


class StreamingScriptedVoice(ScriptedVoice):
    """A ScriptedVoice whose waveforms are generated in chunks."""

    def __init__(self, speaker, vocoder=None, predict=None):
        super(StreamingScriptedVoice, self).__init__(predict)
        self.speaker, self.vocoder = speaker, vocoder or ScriptedVocoder(self.hp)

    def predict_mel(self, ids, noise_seed, window=None):
        output = super(StreamingScriptedVoice, self).predict_mel(ids, noise_seed, window)
        return output._replace(mel=np.minimum(output.mel, self.hp.max_abs_value))

    def chunked_stream(self, ids, mel, seed):
        return ChunkedStream(mel, 0, philox.make_key(seed, list(ids) + [
            zlib.crc32(self.speaker.encode("utf-8"))]), self.hp)


class ScriptedServedVoice(object):
    """Has the interface of server.voice_library.ServedVoice."""
    consent, licence, load_time, content = None, "CC0", 1.0, "content"

    def __init__(self, name="scripted", speakers=("one", "two"), predict=None):
        self.name, self.speakers = name, list(speakers)
        first = StreamingScriptedVoice(speakers[0], predict=predict)
        self.vocoder, self.hp, self.normalizer = first.vocoder, first.hp, first.normalizer
        self.formats = encoders.available_formats(self.hp.sample_rate)
        self._voices = {speaker: StreamingScriptedVoice(speaker, first.vocoder, predict)
                        for speaker in speakers}

    def voice(self, speaker):
        if speaker not in self._voices:
            raise RequestError("voice %r" % speaker, code="voice_not_found")
        return self._voices[speaker]

    def predictor(self, speaker, seed):
        return Predictor(self.voice(speaker), seed)

    def comment(self, speaker, seed, text):
        return "synthetic speech; %s; %d; %s" % (speaker, seed, text)


class ScriptedLibrary(object):
    """Has the interface of server.voice_library.VoiceLibrary."""

    def __init__(self, *voices):
        self._voices, self.problems = voices or (ScriptedServedVoice(),), {}
        self.names = [voice.name for voice in self._voices]

    def get(self, name=None):
        for voice in self._voices:
            if name in (None, voice.name):
                return voice
        raise RequestError("model %r" % name, 404, "model_not_found")

    def all(self):
        return list(self._voices)
