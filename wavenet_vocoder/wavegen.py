"""Waveforms from mel spectrograms with a trained WaveNet.

A vocoder is a NativeVocoder (engine/vocoder.py) or a GraphVocoder of a session. Its start(chunks)
returns a generator, whose generate(n_frames) returns the next samples of all the chunks, float32
[chunks, n_frames·hop]. Both vocoders use the same noise, so their samples are the same up
to rounding.
"""
import copy
import itertools
import time

import numpy as np

import audio
from nn.compat import tf
from wavenet_vocoder import incremental
from wavenet_vocoder.chunked_stream import ChunkedStream
from wavenet_vocoder.chunks import (join_chunks, n_frames, split_into_chunks, stack_noise,
                                    stack_padded, validate_mel)
from wavenet_vocoder.distributions import output_distribution
from wavenet_vocoder.upsampling import context_frames

MAX_BATCH_SIZE = 64         # chunks that are generated side by side
MAX_FRAMES_PER_CALL = 20    # bounds the memory of a call
PROGRESS_INTERVAL = 0.5     # seconds between two progress reports, and between checks for Ctrl-C
STREAM_FRAMES = 4           # frames that a stream returns at once


def generate_waveforms(vocoder, mels, speaker_ids, keys, hp, progress=None):
    """Mels [frames, mels], each with a speaker id and a philox key → samples [frames·hop] each.

    The samples of an utterance depend on its own mel, speaker and key alone. progress(n_samples)
    is called with the number of new samples. Raises InputError for an invalid mel.
    """
    for number, mel in enumerate(mels, 1):
        validate_mel(mel, hp, "mel %d" % number)
    utterances = [split_into_chunks(mel, speaker_id, key, hp)
                  for mel, speaker_id, key in zip(mels, speaker_ids, keys)]
    chunks = [chunk for utterance in utterances for chunk in utterance]
    # chunks of similar length share a batch, because a finished chunk still costs its share
    order = sorted(range(len(chunks)), key=lambda i: -n_frames(chunks[i]))
    samples = {}
    for start in range(0, len(order), MAX_BATCH_SIZE):
        batch = order[start:start + MAX_BATCH_SIZE]
        samples.update(zip(batch, _generate_batch(vocoder, [chunks[i] for i in batch], hp,
                                                  progress)))
    pairs = iter([(chunk, samples[i]) for i, chunk in enumerate(chunks)])
    return [np.float32(audio.InvPreemphasis(hp.wavenet_preemphasis)(
        join_chunks(itertools.islice(pairs, len(utterance)), hp))) for utterance in utterances]


def stream_waveform(vocoder, mel, speaker_id, key, hp):
    """Yield the samples of generate_waveforms in pieces, each as soon as it has been generated.

    Raises InputError for an invalid mel.
    """
    stream = ChunkedStream(mel, speaker_id, key, hp)
    for index, chunk in enumerate(stream.chunks):
        generator, rest = vocoder.start([chunk]), n_frames(chunk)
        while rest:
            count = min(rest, STREAM_FRAMES)
            samples = stream.add(index, generator.generate(count)[0])
            if len(samples):
                yield samples
            rest -= count


def _generate_batch(vocoder, chunks, hp, progress):
    """The samples of each chunk, [frames·hop]. The first chunk must be the longest."""
    generator, outputs, frame, count = vocoder.start(chunks), [], 0, 1
    while frame < n_frames(chunks[0]):
        count = min(count, n_frames(chunks[0]) - frame, MAX_FRAMES_PER_CALL)
        start_time = time.time()
        outputs.append(generator.generate(count))
        if progress:
            progress(sum(_kept_frames(chunk, frame, frame + count) for chunk in chunks)
                     * hp.hop_length)
        frame += count
        count = max(1, int(count * PROGRESS_INTERVAL / max(time.time() - start_time, 1e-3)))
    outputs = np.concatenate(outputs, 1)
    return [outputs[row, :n_frames(chunk) * hp.hop_length] for row, chunk in enumerate(chunks)]


def _kept_frames(chunk, start, stop):
    """How many of the chunk's frames `start` to `stop` end up in the utterance."""
    start, stop = start + chunk.start, stop + chunk.start
    return max(0, min(stop, chunk.keep_end) - max(start, chunk.keep_start))


class GraphVocoder(object):
    """The graph of generation; the current variable scope decides whether it reuses variables."""

    def __init__(self, hp, n_speakers):
        self.hp, self.session = hp, None
        self.mel = tf.placeholder(tf.float32, [None, None, hp.n_mels], "mel")
        self.speaker_ids = tf.placeholder(tf.int32, [None], "speaker")
        self.noise = tf.placeholder(tf.float32, [None, None, output_distribution(hp).noise_dim],
                                    "noise")
        self.state = incremental.IncrementalState(
            tf.placeholder(tf.float32, [None, None, hp.wavenet_residual_channels], "memory"),
            tf.placeholder(tf.int32, [], "position"), tf.placeholder(tf.float32, [None], "sample"))
        self.generated = incremental.generate_samples(self.mel, self.speaker_ids, self.noise, hp,
                                                      n_speakers, self.state)

    def with_session(self, session):
        """A vocoder on this graph that runs in `session`."""
        vocoder = copy.copy(self)
        vocoder.session = session
        return vocoder

    def start(self, chunks):
        return _GraphGenerator(self, chunks)


class _GraphGenerator(object):
    """Generates chunks by session.run. The rounding of sums depends on the batch size."""

    def __init__(self, vocoder, chunks):
        self.vocoder, self.chunks, self.frame = vocoder, chunks, 0
        self.mels = stack_padded([chunk.mel for chunk in chunks])
        self.state = incremental.initial_state(len(chunks), vocoder.hp)

    def generate(self, n_frames):
        vocoder, hp, stop = self.vocoder, self.vocoder.hp, self.frame + n_frames
        feed = dict(zip(vocoder.state, self.state))
        feed.update({
            vocoder.mel: self.mels[:, self.frame:stop + 2 * context_frames(hp)],
            vocoder.speaker_ids: [chunk.speaker_id for chunk in self.chunks],
            vocoder.noise: stack_noise(self.chunks, self.frame * hp.hop_length,
                                       n_frames * hp.hop_length, hp)})
        samples, self.state = vocoder.session.run(vocoder.generated, feed)
        self.frame = stop
        return samples
