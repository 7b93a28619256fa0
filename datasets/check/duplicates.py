"""Finds recordings that occur twice: the same file, the same samples, or nearly the same sound."""
import numpy as np
from scipy import signal, sparse
from scipy.sparse import csgraph

import audio
from datasets.check.measurements import read_samples

_FINGERPRINT_SIMILARITY = 0.8   # cosine above which the waves of two recordings are compared
_WAVE_CORRELATION = 0.7         # least of duplicates; other readings of a sentence are far below
_SAMPLE_RATE = 8000             # at which waves are compared
_DURATION_RATIO = 1.15          # largest ratio of the speech durations of duplicates
_BLOCK_ROWS = 512               # rows of the similarity matrix that are computed at a time


def find_candidates(measurements):
    """Pairs (i, j), i < j, of indices into a list of Measurements whose waves should be compared.

    Each recording is paired with its most similar one of about the same duration. So there are no
    more pairs than recordings, and more than two duplicates form a chain of pairs.
    """
    if len(measurements) < 2:
        return []
    pairs = set()
    fingerprints = np.stack([measured.fingerprint for measured in measurements])
    log_durations = np.log([max(1e-2, measured.speech_seconds) for measured in measurements])
    for start in range(0, len(measurements), _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        similarity = fingerprints[rows].dot(fingerprints.T)
        similarity[np.abs(log_durations[rows, None] - log_durations)
                   > np.log(_DURATION_RATIO)] = -1
        similarity[np.arange(len(similarity)), start + np.arange(len(similarity))] = -1  # to itself
        for i, j in enumerate(similarity.argmax(axis=1)):
            if similarity[i, j] > _FINGERPRINT_SIMILARITY:
                pairs.add((min(start + i, int(j)), max(start + i, int(j))))
    return sorted(pairs)


def is_same_sound(pair):
    """Whether a pair of CheckItems is the same recording, up to level, silence, rate and noise."""
    first, second = [_read_wave(item) for item in pair]
    correlation = np.abs(signal.correlate(first, second, method="fft")).max()
    return bool(correlation > _WAVE_CORRELATION * np.linalg.norm(first) * np.linalg.norm(second))


def group_pairs(count, pairs):
    """Sorted lists of two or more of the indices below `count` that are connected by pairs."""
    rows, columns = np.array(pairs, int).reshape(-1, 2).T
    graph = sparse.coo_matrix((np.ones(len(pairs)), (rows, columns)), shape=(count, count))
    groups = {}
    for index, label in enumerate(csgraph.connected_components(graph, directed=False)[1]):
        groups.setdefault(label, []).append(index)
    return [group for group in groups.values() if len(group) > 1]


def _read_wave(item):
    channels, sample_rate, _ = read_samples(item)
    return audio.resample(channels.mean(axis=1) - channels.mean(), sample_rate, _SAMPLE_RATE)
