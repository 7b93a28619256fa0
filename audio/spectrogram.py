"""Samples ↔ STFT ↔ mel spectrogram, with pre-emphasis and Griffin-Lim.

Frame i is centred on samples [i * hop, (i + 1) * hop). The window extends equally beyond both ends
of this hop, and the signal is padded with zeros, so there are samples / hop frames.

SciPy and librosa take longer to import than a sentence takes to synthesize. The functions that need
them import them.
"""
import functools
import itertools

import numpy as np

_MIN_AMPLITUDE = 1e-5       # lower bound of mel amplitudes; avoids log(0)
_EPSILON = 1e-16            # avoids 0 / 0
# Iterations of non-negative least squares. The mel of the result is within 0.02 dB of its input.
_NNLS_ITERATIONS = 20
# Fast Griffin-Lim (Perraudin, Balazs, Søndergaard, 2013), as in librosa: fewer iterations.
_MOMENTUM = 0.99


def preemphasis(samples, coefficient):
    """High-pass filter y[t] = x[t] - coefficient * x[t - 1], as float64 [samples]."""
    emphasised = np.array(samples, np.float64)
    emphasised[1:] -= coefficient * emphasised[:-1]
    return emphasised


class InvPreemphasis(object):
    """The inverse of `preemphasis`, for a signal in chunks: call it once per chunk, in order."""

    def __init__(self, coefficient):
        self.coefficient, self.last = coefficient, 0.0

    def __call__(self, samples):
        """The next samples, float64."""
        samples, coefficient = np.array(samples, np.float64), self.coefficient
        if not coefficient or not len(samples):
            return samples
        samples[0] += coefficient * self.last
        filtered = np.array(list(itertools.accumulate(
            samples.tolist(), lambda previous, sample: sample + coefficient * previous)))
        self.last = filtered[-1]
        return filtered


def melspectrogram(samples, hp):
    """Samples [frames * hop] → normalised mel, float32 [frames, n_mels] in ±max_abs_value."""
    magnitudes = np.abs(stft(preemphasis(samples, hp.preemphasis), hp))
    return normalize(mel_basis(hp).dot(magnitudes.T).T, hp)


def normalize(amplitudes, hp):
    """Amplitudes → dB above ref_level_db, of which [min_level_db, 0] → ±max_abs_value, float32."""
    decibels = 20 * np.log10(np.maximum(_MIN_AMPLITUDE, amplitudes)) - hp.ref_level_db
    scaled = np.clip((decibels - hp.min_level_db) / -hp.min_level_db, 0, 1)
    return (hp.max_abs_value * (2 * scaled - 1)).astype(np.float32)


def denormalize(mel, hp):
    """The inverse of `normalize`: mel amplitudes, float64."""
    scaled = (np.clip(np.float64(mel) / hp.max_abs_value, -1, 1) + 1) / 2
    return 10 ** ((scaled * -hp.min_level_db + hp.min_level_db + hp.ref_level_db) / 20)


def stft(samples, hp):
    """Samples [frames * hop] → complex128 [frames, 1 + n_fft / 2]."""
    if len(samples) % hp.hop_length:
        raise ValueError("%d samples: should be a multiple of hop_length=%d"
                         % (len(samples), hp.hop_length))
    padding = (hp.n_fft - hp.hop_length) // 2
    padded = np.pad(samples, (padding, padding), mode="constant")
    starts = hp.hop_length * np.arange(len(samples) // hp.hop_length)
    return np.fft.rfft(padded[starts[:, None] + np.arange(hp.n_fft)] * _stft_window(hp))


def istft(spectrum, hp):
    """Spectrum [frames, 1 + n_fft / 2] → samples, float64 [frames * hop].

    Their STFT is the closest to it in the least-squares sense (Griffin and Lim, 1984, equation 6).
    """
    window = _stft_window(hp)
    frames = np.fft.irfft(spectrum, hp.n_fft) * window
    weights = np.broadcast_to(window ** 2, frames.shape)
    padding = (hp.n_fft - hp.hop_length) // 2
    unpadded = slice(padding, padding + len(frames) * hp.hop_length)
    return (_overlap_add(frames, hp.hop_length)[unpadded]
            / np.maximum(1e-8, _overlap_add(weights, hp.hop_length)[unpadded]))


def mel_basis(hp):
    """Sparse float64 [n_mels, 1 + n_fft / 2]: Slaney's triangular filters of equal area."""
    return _mel_basis(hp.sample_rate, hp.n_fft, hp.n_mels, hp.fmin, hp.fmax)


@functools.lru_cache(maxsize=4)
def _mel_basis(sample_rate, n_fft, n_mels, fmin, fmax):
    import librosa.filters
    from scipy import sparse
    return sparse.csr_matrix(np.float64(librosa.filters.mel(
        sr=sample_rate, n_fft=n_fft, n_mels=n_mels, fmin=fmin, fmax=fmax)))


def _stft_window(hp):
    """Hann window of win_length samples, centred in n_fft: [n_fft]."""
    from scipy import signal
    left = (hp.n_fft - hp.win_length) // 2
    return np.pad(signal.get_window("hann", hp.win_length),
                  (left, hp.n_fft - hp.win_length - left), mode="constant")


def _overlap_add(frames, hop_length):
    """Sum of frames [frames, n_fft], each a hop later than the one before: [samples]."""
    n_frames, length = frames.shape
    n_hops = -(-length // hop_length)
    hops = np.pad(frames, ((0, 0), (0, n_hops * hop_length - length)), mode="constant")
    hops = hops.reshape(n_frames, n_hops, hop_length)
    total = np.zeros((n_frames + n_hops - 1, hop_length))
    for index in range(n_hops):
        total[index:index + n_frames] += hops[:, index]
    return total.reshape(-1)


def griffin_lim(mel, hp):
    """Normalised mel [frames, n_mels] → samples, float32 [frames * hop] in [-1, 1].

    Griffin and Lim, 1984. Deterministic: the random initial phases have a fixed seed.
    """
    magnitudes = _sharpen(_mel_to_linear(denormalize(mel, hp), hp), hp.griffin_lim_power)
    angles = np.random.RandomState(0).uniform(-np.pi, np.pi, magnitudes.shape)
    phases, previous = np.exp(1j * angles), 0
    for _ in range(hp.griffin_lim_iters):
        estimate = stft(istft(magnitudes * phases, hp), hp)
        accelerated = estimate + _MOMENTUM * (estimate - previous)
        phases, previous = accelerated / np.maximum(_EPSILON, np.abs(accelerated)), estimate
    samples = InvPreemphasis(hp.preemphasis)(istft(magnitudes * phases, hp))
    return (samples / max(1, np.abs(samples).max(initial=0))).astype(np.float32)


def _mel_to_linear(mel_amplitudes, hp):
    """Mel amplitudes [frames, n_mels] → magnitudes [frames, 1 + n_fft / 2].

    Non-negative least squares by the multiplicative updates of Lee and Seung, 2001, theorem 1.
    """
    basis = mel_basis(hp)
    target = basis.T.dot(mel_amplitudes.T)
    magnitudes = target
    for _ in range(_NNLS_ITERATIONS):
        magnitudes = magnitudes * target / np.maximum(_EPSILON, basis.T.dot(basis.dot(magnitudes)))
    return magnitudes.T


def _sharpen(magnitudes, power):
    """magnitudes ** power, scaled so that the energy of each frame stays the same."""
    sharpened = magnitudes ** power
    return sharpened * (np.linalg.norm(magnitudes, axis=1, keepdims=True)
                        / np.maximum(_EPSILON, np.linalg.norm(sharpened, axis=1, keepdims=True)))
