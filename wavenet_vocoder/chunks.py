"""Long utterances are split into chunks that are generated side by side and joined again.

A chunk starts a receptive field before its first kept frame, so its initial silence no longer
matters there. Chunks meet at a quiet frame. They follow the same mel with the same noise there,
and are cross-faded.
"""
from collections import namedtuple

import numpy as np

from common.errors import InputError
from wavenet_vocoder import philox, wavenet
from wavenet_vocoder.upsampling import context_frames, pad_context

CHUNK_SECONDS = 1.0     # utterances up to 1.5 times as long are not split
SEARCH_RANGE = 0.25     # of a chunk: how far on either side to search for a quiet frame

# mel: [frames + 2·context, mels] of the frames `start` to `end` of utterance number `utterance`.
# The frames `keep_start` to `keep_end` are kept; if a chunk follows, its first frame is
# cross-faded with the frame `keep_end` of this one.
Chunk = namedtuple("Chunk", "utterance mel start keep_start keep_end end speaker_id key")


def n_frames(chunk):
    return chunk.end - chunk.start


def split_into_chunks(utterance, mel, speaker_id, key, hp):
    """The chunks of a mel [frames, mels], in order; a short mel is a single chunk."""
    padded, context = pad_context(mel, hp), context_frames(hp)
    warm_up = -(-wavenet.receptive_field(hp) // hp.hop_length)
    bounds = [0] + find_split_frames(mel, hp) + [len(mel)]
    chunks = []
    for keep_start, keep_end in zip(bounds, bounds[1:]):
        start, end = max(0, keep_start - warm_up), min(keep_end + 1, len(mel))
        chunks.append(Chunk(utterance, padded[start:end + 2 * context], start, keep_start, keep_end,
                            end, speaker_id, key))
    return chunks


def find_split_frames(mel, hp):
    """The frames at which a mel is split. They depend on nothing but the mel."""
    length = int(round(CHUNK_SECONDS * hp.sample_rate / hp.hop_length))
    reach, loudness = int(SEARCH_RANGE * length), mel.mean(1)
    frames, last = [], 0
    while len(mel) - last > 1.5 * length:
        first = last + length - reach
        last = first + int(np.argmin(loudness[first:first + 2 * reach + 1]))
        frames.append(last)
    return frames


def join_chunks(chunks, hp):
    """The samples of an utterance from pairs (chunk, its samples [frames·hop]), in order."""
    joined, tail = [], None
    for chunk, samples in chunks:
        start, end = ((frame - chunk.start) * hp.hop_length
                      for frame in (chunk.keep_start, chunk.keep_end))
        if tail is not None:
            joined.append(crossfade(tail, samples[start:start + hp.hop_length]))
            start += hp.hop_length
        joined.append(samples[start:end])
        tail = samples[end:]
    return np.concatenate(joined)


def crossfade(old, new):
    """Fade from `old` to `new`, both [samples], by a raised cosine, as they are nearly the same."""
    gain = 0.5 - 0.5 * np.cos(np.pi * (np.arange(len(new)) + 0.5) / len(new))
    return (old + gain * (new - old)).astype(np.float32)


def chunk_noise(chunk, first_sample, n_samples, distribution):
    """The noise of `n_samples` samples from sample `first_sample` of the chunk's utterance on."""
    return distribution.noise_from_uniform(
        philox.uniform(chunk.key, first_sample, n_samples, distribution.noise_dim))


def validate_mel(mel, hp, name):
    """Raises InputError unless `mel` is a non-empty, finite array [frames, mels]."""
    if mel.ndim != 2 or mel.shape[1] != hp.n_mels:
        raise InputError("%s: the shape is %s; it should be [frames, %d]"
                         % (name, list(mel.shape), hp.n_mels))
    if not len(mel):
        raise InputError("%s: it has no frames" % name)
    if not np.isfinite(mel).all():
        raise InputError("%s: it contains NaN or infinite values" % name)
