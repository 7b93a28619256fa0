"""Samples ↔ STFT ↔ mel spectrogram, with pre-emphasis and Griffin-Lim.

Frame i is centred on samples [i * hop, (i + 1) * hop): half of what a transform covers beyond its
hop lies on either side, silent beyond the ends. So there are exactly samples / hop frames.
"""
import functools

import librosa.filters
import numpy as np
from scipy import signal, sparse

def preemphasis(samples, share):
    """float64 [samples]: of each, what is left without `share` of the one before it."""
    return signal.lfilter([1, -share], [1], np.asarray(samples, np.float64))


def inv_preemphasis(samples, share):
    """What `preemphasis` was made of, float64 [samples]."""
    return InvPreemphasis(share)(samples)


class InvPreemphasis(object):
    """`inv_preemphasis` of a sound that comes in parts."""

    def __init__(self, share):
        self.share, self.state = share, [0.0]

    def __call__(self, samples):
        samples, self.state = signal.lfilter([1], [1, -self.share], samples, zi=self.state)
        return samples


def melspectrogram(samples, hp):
    """float32 [frames, mels] of samples [frames * hop], in [-mel_range, mel_range]."""
    magnitudes = np.abs(stft(preemphasis(samples, hp.preemphasis), hp))
    return normalize(mel_basis(hp).dot(magnitudes.T).T, hp)


def normalize(amplitudes, hp):
    """Mel amplitudes → float32, dB over the reference scaled linearly to ±mel_range."""
    decibels = 20 * np.log10(np.maximum(1e-5, amplitudes)) - hp.ref_level_db
    share = np.clip((decibels - hp.min_level_db) / -hp.min_level_db, 0, 1)
    return (hp.max_abs_value * (2 * share - 1)).astype(np.float32)


def denormalize(normalised_mel, hp):
    """The inverse of `normalize`, in float64."""
    share = (np.clip(np.float64(normalised_mel) / hp.max_abs_value, -1, 1) + 1) / 2
    return 10 ** ((share * -hp.min_level_db + hp.min_level_db + hp.ref_level_db) / 20)


def stft(samples, hp):
    """complex128 [frames, 1 + fft / 2] of samples [frames * hop]."""
    if len(samples) % hp.hop_length:
        raise ValueError("%d samples are no multiple of hop_length=%d" % (len(samples), hp.hop_length))
    around = (hp.n_fft - hp.hop_length) // 2
    padded = np.pad(samples, (around, around), mode="constant")
    starts = hp.hop_length * np.arange(len(samples) // hp.hop_length)
    return np.fft.rfft(padded[starts[:, None] + np.arange(hp.n_fft)] * _stft_window(hp))


def istft(wanted, hp):
    """float64 [frames * hop] whose spectrum is nearest to `wanted` (Griffin, Lim 1984, eq. 6)."""
    window = _stft_window(hp)
    frames = np.fft.irfft(wanted, hp.n_fft) * window
    weights = np.broadcast_to(window ** 2, frames.shape)
    around = (hp.n_fft - hp.hop_length) // 2
    inside = slice(around, around + len(frames) * hp.hop_length)
    return (_overlap_add(frames, hp.hop_length)[inside]
            / np.maximum(1e-8, _overlap_add(weights, hp.hop_length)[inside]))


@functools.lru_cache(maxsize=4)
def _mel_basis(sample_rate, fft, mels, low, high):
    return sparse.csr_matrix(np.float64(librosa.filters.mel(sr=sample_rate, n_fft=fft, n_mels=mels,
                                                            fmin=low, fmax=high)))


def mel_basis(hp):
    """Sparse float64 [mels, 1 + fft / 2]: Slaney's triangles, each of the same area."""
    return _mel_basis(hp.sample_rate, hp.n_fft, hp.n_mels, hp.fmin, hp.fmax)


def _stft_window(hp):
    """Hann window [fft] of hp.win_length samples, in the middle of the transform."""
    before = (hp.n_fft - hp.win_length) // 2
    return np.pad(signal.get_window("hann", hp.win_length),
                  (before, hp.n_fft - hp.win_length - before), mode="constant")


def _overlap_add(frames, hop):
    """Sum of frames [frames, fft], each hop samples after the one before: [frames * hop + …]."""
    count, length = frames.shape
    parts = -(-length // hop)
    cut = np.pad(frames, ((0, 0), (0, parts * hop - length)), mode="constant")
    cut = cut.reshape(count, parts, hop)
    total = np.zeros((count + parts - 1, hop))
    for part in range(parts):
        total[part:part + count] += cut[:, part]
    return total.reshape(-1)


# steps of the non-negative fit; its mel is then within 0.02 dB of the one that is given
_FIT_STEPS = 20
# how far each estimate goes on in its direction (Perraudin et al., 2013): converges in fewer steps
_MOMENTUM = 0.99


def griffin_lim(mel, hp):
    """Samples float32 [frames * hop] in [-1, 1] whose mel is near to `mel` [frames, mels].

    The same mel gives the same samples: the phases it starts from are always the same.
    """
    magnitudes = _sharpen(_mel_to_linear(denormalize(mel, hp), hp),
                            hp.griffin_lim_power)
    angles = np.random.RandomState(0).uniform(-np.pi, np.pi, magnitudes.shape)
    phases, before = np.exp(1j * angles), 0
    for _ in range(hp.griffin_lim_iters):
        estimate = stft(istft(magnitudes * phases, hp), hp)
        ahead = estimate + _MOMENTUM * (estimate - before)
        phases, before = ahead / np.maximum(1e-16, np.abs(ahead)), estimate
    samples = inv_preemphasis(istft(magnitudes * phases, hp), hp.preemphasis)
    return (samples / max(1, np.abs(samples).max(initial=0))).astype(np.float32)


def _mel_to_linear(mel_amplitudes, hp):
    """Magnitudes ≥ 0 [frames, 1 + fft / 2] whose mel is `mel_amplitudes` [frames, mels].

    Multiplicative steps (Lee and Seung, 2001, theorem 1): none of them makes a magnitude negative.
    """
    basis = mel_basis(hp)
    wanted = basis.T.dot(mel_amplitudes.T)
    magnitudes = wanted
    for _ in range(_FIT_STEPS):
        magnitudes = magnitudes * wanted / np.maximum(1e-16, basis.T.dot(basis.dot(magnitudes)))
    return magnitudes.T


def _sharpen(magnitudes, power):
    """The magnitudes to a power, every frame as loud as before."""
    sharp = magnitudes ** power
    return sharp * (np.linalg.norm(magnitudes, axis=1, keepdims=True)
                    / np.maximum(1e-16, np.linalg.norm(sharp, axis=1, keepdims=True)))
