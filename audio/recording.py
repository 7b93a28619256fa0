"""A recording as a model hears it: one channel, one rate, one level, no silence around it."""
from math import gcd

import numpy as np
from scipy import signal

from audio.wav import read_wav
from common.errors import InputError

# A recording whose loudest sample lies 60 dB below full scale holds no speech but noise.
_SILENCE = 1e-3


def load(path, hp):
    """Samples float32 [samples] of an audio file, resampled, trimmed, its peak at hp.rescaling_max.

    Raises InputError: no audio, cut off, empty, shorter than a frame, only silence.
    """
    samples, rate = read_wav(path)
    samples = resampled(samples, rate, hp.sample_rate)
    if len(samples) < hp.win_length:
        raise InputError("%s: is shorter than a frame (%.0f ms; a frame takes %.0f ms)" % (
            path, 1e3 * len(samples) / hp.sample_rate, 1e3 * hp.win_length / hp.sample_rate))
    samples = samples - samples.mean()  # a constant offset is no sound, but would hide the silence
    if np.abs(samples).max() < _SILENCE:
        raise InputError("%s: holds only silence" % path)
    samples = _trimmed(samples, hp)
    return (samples * (hp.rescaling_max / np.abs(samples).max())).astype(np.float32)


def whole_frames(samples, hp):
    """The samples with silence after them up to a multiple of hp.hop_length."""
    return np.pad(samples, (0, -len(samples) % hp.hop_length), mode="constant")


def resampled(samples, rate, wanted):
    """Samples at another rate, band-limited: a windowed sinc of 64 zero crossings on either side.

    Those are the figures of resampy's `kaiser_best`. SciPy computes it alike in every version that
    we run on, while librosa's default differs between its versions.
    """
    if rate == wanted:
        return samples
    common = gcd(rate, wanted)
    up, down = wanted // common, rate // common
    slower = max(up, down)
    low_pass = signal.firwin(2 * 64 * slower + 1, 0.9475937167399596 / slower,
                             window=("kaiser", 14.769656459379492))
    return signal.resample_poly(samples, up, down, window=low_pass)


def _trimmed(samples, hp):
    """The samples from the first block of hop samples that is loud to the last, and a margin."""
    blocks = whole_frames(samples, hp).reshape(-1, hp.hop_length)
    levels = np.sqrt(np.mean(blocks ** 2, axis=1))
    loud = np.flatnonzero(levels > levels.max() * 10 ** (-hp.trim_top_db / 20))
    margin = int(round(hp.trim_margin * hp.sample_rate))
    start, end = loud[0] * hp.hop_length - margin, (loud[-1] + 1) * hp.hop_length + margin
    return samples[max(0, start):end]
