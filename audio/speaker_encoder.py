"""Speaker embeddings: Resemblyzer's encoder (Wan et al., arXiv 1710.10467) in NumPy.

The weights are those of the package Resemblyzer 0.1.4. Its code and its dependencies are not used:
pip install --no-deps Resemblyzer==0.1.4 is enough. As in that package, the embedding of an
utterance is the mean over windows of 1.6 s. Unlike there, silence is not removed first, because the
recordings are trimmed.
"""
import functools
import hashlib
import importlib.util
import os

import librosa
import numpy as np
from scipy import special

import audio
from common import files
from common.blas_threads import one_blas_thread
from common.errors import InputError

UNAVAILABLE = "Resemblyzer is not installed (pip install --no-deps Resemblyzer==0.1.4)"
SAMPLE_RATE = 16000
N_MELS, HIDDEN_SIZE, N_LAYERS = 40, 256, 3
WINDOW_FRAMES = 160     # 1.6 s
WINDOW_STEP = 77        # frames from one window to the next: 1.3 windows a second
MIN_COVERAGE = 0.75     # a last window with less audio is dropped, unless it is the only one
MIN_LEVEL_DB = -30.0    # quieter audio is amplified to this RMS level [dBFS]

# pretrained.pt is a pickle followed by float32 arrays. The pickle is ignored: the arrays are read
# from fixed byte offsets in the file with this hash.
_SHA256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
_LINEAR_BIAS_OFFSET, _LINEAR_WEIGHT_OFFSET, _LSTM_OFFSET = 6699, 7731, 269883


def is_available():
    return _weights_path() is not None


def embed_utterance(samples, sample_rate):
    """The embedding [256] of samples [samples]: non-negative, with a norm of 1."""
    samples = np.float64(audio.resample(samples, sample_rate, SAMPLE_RATE))
    relative_rms = np.sqrt(np.mean(samples ** 2)) / 10 ** (MIN_LEVEL_DB / 20)
    return mean_embedding(encode(_mel_windows(samples / np.clip(relative_rms, 1e-5, 1))))


def mean_embedding(embeddings):
    """The mean [256] of embeddings [count, 256], scaled to a norm of 1."""
    mean = np.mean(embeddings, 0)
    return mean / np.linalg.norm(mean)


def encode(mels):
    """Mel windows [windows, frames, 40] → embeddings [windows, 256].

    Three LSTM layers; the last hidden state goes through a linear layer and a ReLU, and is scaled
    to a norm of 1.
    """
    weights = _weights()
    with one_blas_thread():      # products this small are slower on several threads
        for layer in range(N_LAYERS):
            mels = _lstm(mels, *[weights["lstm.%s_l%d" % (name, layer)]
                                 for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")])
    raw = np.maximum(0, mels[:, -1].dot(weights["linear.weight"].T) + weights["linear.bias"])
    return raw / np.linalg.norm(raw, axis=1, keepdims=True)


def _lstm(inputs, weight_ih, weight_hh, bias_ih, bias_hh):
    """Inputs [windows, frames, channels] → hidden states of an LSTM [windows, frames, hidden].

    The gates are in the order of PyTorch: input, forget, cell, output.
    """
    projected = inputs.dot(weight_ih.T) + bias_ih + bias_hh
    hidden = cell = np.zeros([len(inputs), weight_hh.shape[1]], np.float32)
    states = []
    for t in range(inputs.shape[1]):
        i, f, g, o = np.split(projected[:, t] + hidden.dot(weight_hh.T), 4, axis=1)
        cell = special.expit(f) * cell + special.expit(i) * np.tanh(g)
        hidden = special.expit(o) * np.tanh(cell)
        states.append(hidden)
    return np.stack(states, 1)


def _mel_windows(samples):
    """Mel power [windows, WINDOW_FRAMES, N_MELS] of samples, zero-padded at the end."""
    hop = SAMPLE_RATE // 100
    n_frames = -(-(len(samples) + 1) // hop)
    starts = np.arange(0, max(1, n_frames - WINDOW_FRAMES + WINDOW_STEP + 1), WINDOW_STEP)
    coverage = (len(samples) / float(hop) - starts[-1]) / WINDOW_FRAMES
    if coverage < MIN_COVERAGE and len(starts) > 1:
        starts = starts[:-1]
    padded = np.pad(samples, (0, max(0, (starts[-1] + WINDOW_FRAMES) * hop - len(samples))),
                    "constant")
    power = np.abs(librosa.stft(padded, n_fft=400, hop_length=hop, pad_mode="reflect")) ** 2
    mel_basis = librosa.filters.mel(sr=SAMPLE_RATE, n_fft=400, n_mels=N_MELS)
    mel = mel_basis.dot(power).T.astype(np.float32)
    return np.stack([mel[start:start + WINDOW_FRAMES] for start in starts])


def _weights_path():
    """The package's weight file, or None. The package is not imported: it would import torch."""
    package = importlib.util.find_spec("resemblyzer")
    return package and os.path.join(os.path.dirname(package.origin), "pretrained.pt")


@functools.lru_cache(maxsize=1)
def _weights():
    return load_weights(_weights_path())


def load_weights(path):
    """{PyTorch's parameter name: float32 array}. Raises InputError if the SHA-256 differs."""
    data = files.read_bytes(path)
    if hashlib.sha256(data).hexdigest() != _SHA256:
        raise InputError("%s: is not the file of Resemblyzer 0.1.4 (its SHA-256 differs); install "
                         "that version" % path)

    def read(offset, *shape):
        return np.frombuffer(data, "<f4", int(np.prod(shape)), offset).reshape(shape)

    weights = {"linear.bias": read(_LINEAR_BIAS_OFFSET, HIDDEN_SIZE),
               "linear.weight": read(_LINEAR_WEIGHT_OFFSET, HIDDEN_SIZE, HIDDEN_SIZE)}
    offset, n_gates = _LSTM_OFFSET, 4 * HIDDEN_SIZE
    for parameter in ("weight", "bias"):
        for layer in range(N_LAYERS):
            for source, size in (("ih", HIDDEN_SIZE if layer else N_MELS), ("hh", HIDDEN_SIZE)):
                array = read(offset, n_gates, size) if parameter == "weight" else read(
                    offset, n_gates)
                weights["lstm.%s_%s_l%d" % (parameter, source, layer)] = array
                offset += array.nbytes
    return weights
