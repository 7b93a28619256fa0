"""Long utterances are split into chunks that are generated side by side and joined again.

A chunk starts a receptive field before its first kept frame, which therefore does not depend on the
silence that the chunk starts from. Chunks are cross-faded at a quiet frame, where both follow the
same mel with the same noise.
"""
from collections import namedtuple

import numpy as np

from common.errors import InputError
from wavenet_vocoder import wavenet
from wavenet_vocoder.distributions import make_noise
from wavenet_vocoder.upsampling import context_frames, pad_context

CHUNK_SECONDS = 1.0     # utterances up to 1.5 times as long are not split
SEARCH_RANGE = 0.25     # of a chunk: how far on either side to search for a quiet frame

# mel: [frames + 2·context, mels] of the frames `start` to `end` of an utterance. The frames
# `keep_start` to `keep_end` are kept; if a chunk follows, its first kept frame is cross-faded with
# the frame `keep_end` of this one. key: the philox key of the utterance.
Chunk = namedtuple("Chunk", "mel start keep_start keep_end end speaker_id key")


def n_frames(chunk):
    return chunk.end - chunk.start


def split_into_chunks(mel, speaker_id, key, hp):
    """The chunks of a mel [frames, mels], in order; a short mel is a single chunk."""
    padded, context = pad_context(mel, hp), context_frames(hp)
    warm_up = -(-wavenet.receptive_field(hp) // hp.hop_length)
    bounds = [0] + find_split_frames(mel, hp) + [len(mel)]
    chunks = []
    for keep_start, keep_end in zip(bounds, bounds[1:]):
        start, end = max(0, keep_start - warm_up), min(keep_end + 1, len(mel))
        chunks.append(Chunk(padded[start:end + 2 * context], start, keep_start, keep_end, end,
                            speaker_id, key))
    return chunks


def find_split_frames(mel, hp):
    """The frames at which a mel is split, which depend only on the mel."""
    length = int(round(CHUNK_SECONDS * hp.sample_rate / hp.hop_length))
    search_range, loudness = int(SEARCH_RANGE * length), mel.mean(1)
    frames, last = [], 0
    while len(mel) - last > 1.5 * length:
        first = last + length - search_range
        last = first + int(np.argmin(loudness[first:first + 2 * search_range + 1]))
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


def stack_noise(chunks, first_sample, n_samples, hp):
    """Noise [chunks, n_samples, noise_dim] from sample `first_sample` of each chunk on."""
    return np.stack([make_noise(chunk.key, chunk.start * hp.hop_length + first_sample, n_samples,
                                hp) for chunk in chunks])


def stack_padded(arrays):
    """[arrays, longest time, mels]: arrays [time, mels], padded with copies of their last rows."""
    longest = max(map(len, arrays))
    return np.stack([np.pad(array, ((0, longest - len(array)), (0, 0)), "edge")
                     for array in arrays])


def validate_mel(mel, hp, name):
    """Raises InputError unless `mel` is a non-empty, finite array [frames, mels]."""
    if mel.ndim != 2 or mel.shape[1] != hp.n_mels:
        raise InputError("%s: the shape is %s; it should be [frames, %d]"
                         % (name, list(mel.shape), hp.n_mels))
    if not len(mel):
        raise InputError("%s: it has no frames" % name)
    if not np.isfinite(mel).all():
        raise InputError("%s: it contains NaN or infinite values" % name)
