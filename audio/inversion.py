"""Mel spectrogram → samples without a trained vocoder (Griffin and Lim, 1984)."""
import numpy as np

from audio import spectrogram
from audio.emphasis import deemphasised

# steps of the non-negative fit; its mel is then within 0.02 dB of the one that is given
_FIT_STEPS = 20
# how far each estimate goes on in its direction (Perraudin et al., 2013): converges in fewer steps
_MOMENTUM = 0.99


def griffin_lim(mel, hp):
    """Samples float32 [frames * hop] in [-1, 1] whose mel is near to `mel` [frames, mels].

    The same mel gives the same samples: the phases it starts from are always the same.
    """
    magnitudes = _sharpened(_linear_magnitudes(spectrogram.amplitudes(mel, hp), hp),
                            hp.griffin_lim_power)
    angles = np.random.RandomState(0).uniform(-np.pi, np.pi, magnitudes.shape)
    phases, before = np.exp(1j * angles), 0
    for _ in range(hp.griffin_lim_iters):
        estimate = spectrogram.spectrum(spectrogram.samples_nearest(magnitudes * phases, hp), hp)
        ahead = estimate + _MOMENTUM * (estimate - before)
        phases, before = ahead / np.maximum(1e-16, np.abs(ahead)), estimate
    samples = deemphasised(spectrogram.samples_nearest(magnitudes * phases, hp), hp.preemphasis)
    return (samples / max(1, np.abs(samples).max(initial=0))).astype(np.float32)


def _linear_magnitudes(mel_amplitudes, hp):
    """Magnitudes ≥ 0 [frames, 1 + fft / 2] whose mel is `mel_amplitudes` [frames, mels].

    Multiplicative steps (Lee and Seung, 2001, theorem 1): none of them makes a magnitude negative.
    """
    basis = spectrogram.mel_basis(hp)
    wanted = basis.T.dot(mel_amplitudes.T)
    magnitudes = wanted
    for _ in range(_FIT_STEPS):
        magnitudes = magnitudes * wanted / np.maximum(1e-16, basis.T.dot(basis.dot(magnitudes)))
    return magnitudes.T


def _sharpened(magnitudes, power):
    """The magnitudes to a power, every frame as loud as before."""
    sharp = magnitudes ** power
    return sharp * (np.linalg.norm(magnitudes, axis=1, keepdims=True)
                    / np.maximum(1e-16, np.linalg.norm(sharp, axis=1, keepdims=True)))
