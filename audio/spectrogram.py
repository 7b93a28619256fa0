"""Samples → short-time spectrum → mel spectrogram, and the spectrum's way back.

Frame i is centred on samples [i * hop, (i + 1) * hop): half of what a transform covers beyond its
hop lies on either side, silent beyond the ends. So there are exactly samples / hop frames.
"""
import functools

import librosa.filters
import numpy as np
from scipy import signal, sparse

from audio.emphasis import emphasised


def mel(samples, hp):
    """float32 [frames, mels] of samples [frames * hop], in [-mel_range, mel_range]."""
    magnitudes = np.abs(spectrum(emphasised(samples, hp.preemphasis), hp))
    return normalised(mel_basis(hp).dot(magnitudes.T).T, hp)


def normalised(amplitudes, hp):
    """Mel amplitudes → float32, dB over the reference scaled linearly to ±mel_range."""
    decibels = 20 * np.log10(np.maximum(1e-5, amplitudes)) - hp.ref_level_db
    share = np.clip((decibels - hp.min_level_db) / -hp.min_level_db, 0, 1)
    return (hp.max_abs_value * (2 * share - 1)).astype(np.float32)


def amplitudes(normalised_mel, hp):
    """The inverse of `normalised`, in float64."""
    share = (np.clip(np.float64(normalised_mel) / hp.max_abs_value, -1, 1) + 1) / 2
    return 10 ** ((share * -hp.min_level_db + hp.min_level_db + hp.ref_level_db) / 20)


def spectrum(samples, hp):
    """complex128 [frames, 1 + fft / 2] of samples [frames * hop]."""
    if len(samples) % hp.hop_length:
        raise ValueError("%d samples are no multiple of hop_length=%d" % (len(samples), hp.hop_length))
    around = (hp.n_fft - hp.hop_length) // 2
    padded = np.pad(samples, (around, around), mode="constant")
    starts = hp.hop_length * np.arange(len(samples) // hp.hop_length)
    return np.fft.rfft(padded[starts[:, None] + np.arange(hp.n_fft)] * _window(hp))


def samples_nearest(wanted, hp):
    """float64 [frames * hop] whose spectrum is nearest to `wanted` (Griffin, Lim 1984, eq. 6)."""
    window = _window(hp)
    frames = np.fft.irfft(wanted, hp.n_fft) * window
    weights = np.broadcast_to(window ** 2, frames.shape)
    around = (hp.n_fft - hp.hop_length) // 2
    inside = slice(around, around + len(frames) * hp.hop_length)
    return (_overlapped(frames, hp.hop_length)[inside]
            / np.maximum(1e-8, _overlapped(weights, hp.hop_length)[inside]))


@functools.lru_cache(maxsize=4)
def _mel_basis(sample_rate, fft, mels, low, high):
    return sparse.csr_matrix(np.float64(librosa.filters.mel(sr=sample_rate, n_fft=fft, n_mels=mels,
                                                            fmin=low, fmax=high)))


def mel_basis(hp):
    """Sparse float64 [mels, 1 + fft / 2]: Slaney's triangles, each of the same area."""
    return _mel_basis(hp.sample_rate, hp.n_fft, hp.n_mels, hp.fmin, hp.fmax)


def _window(hp):
    """Hann window [fft] of hp.win_length samples, in the middle of the transform."""
    before = (hp.n_fft - hp.win_length) // 2
    return np.pad(signal.get_window("hann", hp.win_length),
                  (before, hp.n_fft - hp.win_length - before), mode="constant")


def _overlapped(frames, hop):
    """Sum of frames [frames, fft], each hop samples after the one before: [frames * hop + …]."""
    count, length = frames.shape
    parts = -(-length // hop)
    cut = np.pad(frames, ((0, 0), (0, parts * hop - length)), mode="constant")
    cut = cut.reshape(count, parts, hop)
    total = np.zeros((count + parts - 1, hop))
    for part in range(parts):
        total[part:part + count] += cut[:, part]
    return total.reshape(-1)
