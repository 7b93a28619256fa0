"""Long utterances in pieces that are generated side by side, and joined.

A piece begins a receptive field before it counts: by then it has forgotten that it began in
silence. The joint is the quietest frame around, and there the pieces, which follow the same mel
with the same noise, are cross-faded.
"""
from collections import namedtuple

import numpy as np

from common.errors import InputError
from wavenet_vocoder import network
from wavenet_vocoder.upsampling import context_frames, with_context

LENGTH = 1.0        # of a piece [s]; what is not half as long again stays whole
REACH = 0.25        # of LENGTH: how far on either side a joint is looked for

# mel: [frames + 2·context, mels] of the frames start … end of the utterance `number`; what is heard
# of them are counts … until, and where a piece follows, the frame `until` in the cross-fade
Piece = namedtuple("Piece", "number mel start counts until end speaker key")


def frames(piece):
    return piece.end - piece.start


def cut(number, mel, speaker, key, hp):
    """The pieces of a mel [frames, mels], in order; of a short one, itself."""
    padded, context = with_context(mel, hp), context_frames(hp)
    warm = -(-network.receptive_field(hp) // hp.hop_length)
    bounds = [0] + joints(mel, hp) + [len(mel)]
    made = []
    for counts, until in zip(bounds, bounds[1:]):
        start, end = max(0, counts - warm), min(until + 1, len(mel))
        made.append(Piece(number, padded[start:end + 2 * context], start, counts, until, end,
                          speaker, key))
    return made


def joints(mel, hp):
    """The frames at which a mel is cut: they depend on nothing but the mel."""
    length = int(round(LENGTH * hp.sample_rate / hp.hop_length))
    reach, loudness, found = int(REACH * length), mel.mean(1), []
    while len(mel) - (found or [0])[-1] > 1.5 * length:
        around = (found or [0])[-1] + length - reach
        found.append(around + int(np.argmin(loudness[around:around + 2 * reach + 1])))
    return found


def joined(pieces, audio, hp):
    """The samples of an utterance from those of its pieces, [frames(piece)·hop] each."""
    whole, tail = [], None
    for piece, samples in zip(pieces, audio):
        heard = samples[(piece.counts - piece.start) * hp.hop_length:(piece.until - piece.start) * hp.hop_length]
        if tail is not None:
            heard = np.concatenate([faded(tail, heard[:hp.hop_length]), heard[hp.hop_length:]])
        whole.append(heard)
        tail = samples[(piece.until - piece.start) * hp.hop_length:]
    return np.concatenate(whole)


def faded(before, after):
    """From one to the other, [samples] both, by a raised cosine: they are nearly the same."""
    share = 0.5 - 0.5 * np.cos(np.pi * (np.arange(len(after)) + 0.5) / len(after))
    return (before + share * (after - before)).astype(np.float32)


def check(mel, hp, name):
    """Raises InputError for a mel that no sound can be made of."""
    if mel.ndim != 2 or mel.shape[1] != hp.n_mels:
        raise InputError("%s: has the shape %s, and should have [frames, %d]"
                         % (name, list(mel.shape), hp.n_mels))
    if not len(mel):
        raise InputError("%s: has no frames" % name)
    if not np.isfinite(mel).all():
        raise InputError("%s: holds what is no finite number" % name)
