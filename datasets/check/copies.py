"""Recordings that are there twice: the same file, the same samples, or nearly the same sound."""
from math import gcd

import numpy as np
from scipy import signal

from datasets.check import measures

_ALIKE = 0.8       # cosine of two prints from which on the sounds themselves are compared
_SAME = 0.7        # correlation of two waves: other readings of a sentence stay far below
_RATE = 8000       # samples a second at which waves are compared
_LENGTH = 1.15     # the longer of two spoken parts may be this many times the other
_ROWS = 512        # of the matrix of all cosines that are held at a time


def candidates(recordings):
    """Pairs (i, j), i < j, of positions that deserve a comparison of their waves.

    `recordings` are Measures. Each is paired with the one most alike in sound and near in length:
    that costs one comparison a recording, however large the corpus, and links copies in chains.
    """
    pairs = set()
    if len(recordings) < 2:
        return []
    prints = np.stack([one.print for one in recordings])
    lengths = np.log([max(1e-2, one.spoken) for one in recordings])
    for start in range(0, len(recordings), _ROWS):
        alike = prints[start:start + _ROWS].dot(prints.T)
        far = np.abs(lengths[start:start + _ROWS, None] - lengths) > np.log(_LENGTH)
        alike[far] = -1
        alike[np.arange(len(alike)), start + np.arange(len(alike))] = -1
        nearest = alike.argmax(axis=1)
        for i, j in enumerate(nearest):
            if alike[i, j] > _ALIKE:
                pairs.add((min(start + i, int(j)), max(start + i, int(j))))
    return sorted(pairs)


def same_sound(pair):
    """Whether two entries hold one recording, but for level, silence, rate and noise."""
    waves = [_at_low_rate(*measures.sound(entry)) for entry in pair]
    size = 1 << int(sum(map(len, waves)) - 1).bit_length()
    spectra = [np.fft.rfft(wave, size) for wave in waves]
    correlation = np.abs(np.fft.irfft(spectra[0] * spectra[1].conj(), size)).max()
    return bool(correlation > _SAME * np.sqrt(np.prod([(wave ** 2).sum() for wave in waves])))


def groups(count, pairs):
    """Lists of positions below `count` that pairs link, each of two or more, in order."""
    leader = list(range(count))

    def first(i):
        while leader[i] != i:
            i = leader[i]
        return i

    for i, j in pairs:
        low, high = sorted((first(i), first(j)))
        leader[high] = low
    found = {}
    for i in range(count):
        found.setdefault(first(i), []).append(i)
    return [members for members in found.values() if len(members) > 1]


def _at_low_rate(samples, rate):
    samples = samples - samples.mean()
    common = gcd(rate, _RATE)
    return signal.resample_poly(samples, _RATE // common, rate // common)
