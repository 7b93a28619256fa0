"""Who speaks: Resemblyzer's speaker encoder (Wan et al., arXiv 1710.10467) in NumPy.

Its weights come in its package, which needs none of what it asks for to be read from:
pip install --no-deps Resemblyzer==0.1.4. As in the package, an embedding is the mean of those of
windows of 1.6 s; unlike there, silence is not cut out first: recordings come trimmed.
"""
import functools
import importlib.util
import os

import librosa
import numpy as np
from scipy import special
from threadpoolctl import threadpool_limits

import audio
from evaluation import torch_file

ABSENT = "Resemblyzer is not installed (pip install --no-deps Resemblyzer==0.1.4)"
RATE = 16000
LAYERS = 3
WINDOW = 160            # frames of 10 ms
STEP = 77               # frames from window to window: 1.3 a second
LEAST = 0.75            # a last window that is filled less is left out, unless it is the only one
QUIET = -30.0           # what is quieter is raised to that level [dB of full scale]
_NAMES = ["linear.weight", "linear.bias"] + [
    "lstm.%s_l%d" % (part, layer) for layer in range(LAYERS)
    for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]


def is_there():
    return _path() is not None


def embedded(samples, rate):
    """The embedding [256] of samples [samples], of length 1 and nowhere negative."""
    samples = np.float64(audio.resampled(samples, rate, RATE))
    loudness = np.sqrt(np.mean(samples ** 2)) / 10 ** (QUIET / 20)
    windows = encoded(_windows(samples / np.clip(loudness, 1e-5, 1)))
    return together(windows)


def together(embeddings):
    """The direction of the mean of embeddings [count, 256]: of several utterances, their speaker's.
    """
    mean = np.mean(embeddings, 0)
    return mean / np.linalg.norm(mean)


def encoded(mels):
    """Windows of mels [windows, frames, 40] → embeddings [windows, 256].

    Three LSTM layers with torch's gates (input, forget, cell, output); the last state of the last
    layer through a rectified linear layer, brought to length 1.
    """
    weights = _weights()
    with threadpool_limits(1):      # products so small are slower on several threads
        for layer in range(LAYERS):
            mels = _lstm(mels, *[weights["lstm.%s_l%d" % (part, layer)]
                                 for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")])
    raw = np.maximum(0, mels[:, -1].dot(weights["linear.weight"].T) + weights["linear.bias"])
    return raw / np.linalg.norm(raw, axis=1, keepdims=True)


def _lstm(inputs, from_input, from_state, input_bias, state_bias):
    fed = inputs.dot(from_input.T) + input_bias + state_bias
    state = cell = np.zeros([len(inputs), from_state.shape[1]], np.float32)
    states = []
    for at in range(inputs.shape[1]):
        into, forget, new, out = np.split(fed[:, at] + state.dot(from_state.T), 4, axis=1)
        cell = special.expit(forget) * cell + special.expit(into) * np.tanh(new)
        state = special.expit(out) * np.tanh(cell)
        states.append(state)
    return np.stack(states, 1)


def _windows(samples):
    """Mel power [windows, WINDOW, 40] of samples, silence past their end."""
    hop = RATE // 100
    frames = -(-(len(samples) + 1) // hop)
    starts = np.arange(0, max(1, frames - WINDOW + STEP + 1), STEP)
    filled = (len(samples) / float(hop) - starts[-1]) / WINDOW
    if filled < LEAST and len(starts) > 1:
        starts = starts[:-1]
    padded = np.pad(samples, (0, max(0, (starts[-1] + WINDOW) * hop - len(samples))), "constant")
    power = np.abs(librosa.stft(padded, n_fft=400, hop_length=hop, pad_mode="reflect")) ** 2
    mel = librosa.filters.mel(sr=RATE, n_fft=400, n_mels=40).dot(power).T.astype(np.float32)
    return np.stack([mel[start:start + WINDOW] for start in starts])


def _path():
    """The file of the weights. The package is found, not imported: it would want torch."""
    package = importlib.util.find_spec("resemblyzer")
    return package and os.path.join(os.path.dirname(package.origin), "pretrained.pt")


@functools.lru_cache(maxsize=1)
def _weights():
    return torch_file.load(_path(), _NAMES)
