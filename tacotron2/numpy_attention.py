"""The attention types of attention.py in NumPy, for the synthesis of one utterance.

create_attention returns a function (query [units], window) → alignment [jamo], which keeps the
state of the attention itself. What does not depend on the query is computed once.
"""
import math

import numpy as np

from tacotron2.attention import INITIAL_DELTA, INITIAL_SIGMA, STAY_BIAS
from tacotron2.numpy_layers import dense, sigmoid
from tacotron2.outputs_per_step import max_outputs_per_step

# the types that a window can restrict; the other two cannot move backwards or skip far anyway
WINDOWED_TYPES = ("location", "bahdanau", "luong")


def create_attention(memory, weights, hp):
    """An attention over memory [jamo, channels]. `weights` by name within the model's scope.

    `window` is None, or (first, end): the jamo that may have a weight; only for WINDOWED_TYPES.
    """
    own = {name[len("decoder/attention/"):]: value for name, value in weights.items()
           if name.startswith("decoder/attention/")}
    if hp.attention_type == "gmm":
        return _gmm(len(memory), own, hp)
    processed_memory = np.dot(memory, weights["attention/memory/kernel"])  # [jamo, attention_dim]
    create = {"location": _location, "bahdanau": _bahdanau, "luong": _luong,
              "monotonic": _monotonic}[hp.attention_type]
    return create(processed_memory, own, hp)


def _softmax(energies, window=None):
    if window:
        first, end = window
        alignment = np.zeros_like(energies)
        alignment[first:end] = _softmax(energies[first:end])
        return alignment
    exponentials = np.exp(energies - energies.max())
    return exponentials / exponentials.sum()


def _location(processed_memory, weights, hp):
    n_jamo, width = len(processed_memory), hp.attention_location_kernel_size
    # the convolution to filters and their projection are one product: [width, attention_dim]
    kernel = np.dot(weights["location_filters/kernel"][:, 0], weights["location/kernel"])
    biased = processed_memory + weights["query/bias"]
    before = (width - 1) // 2
    padded_sum = np.zeros(n_jamo + width - 1, np.float32)       # of the alignments so far
    taps = np.arange(n_jamo)[:, None] + np.arange(width)

    def attend(query, window=None):
        hidden = np.dot(padded_sum[taps], kernel)
        hidden += biased
        hidden += np.dot(query, weights["query/kernel"])
        alignment = _softmax(np.dot(np.tanh(hidden, hidden), weights["energy/kernel"])[:, 0],
                             window)
        padded_sum[before:before + n_jamo] += alignment
        return alignment

    return attend


def _bahdanau(processed_memory, weights, hp):
    def attend(query, window=None):
        hidden = np.tanh(processed_memory + dense(query, weights, "query"))
        return _softmax(np.dot(hidden, weights["energy/kernel"])[:, 0], window)

    return attend


def _luong(processed_memory, weights, hp):
    scale = weights["scale"] / np.float32(float(hp.attention_dim) ** 0.5)

    def attend(query, window=None):
        energies = np.dot(processed_memory, np.dot(query, weights["query/kernel"]))
        return _softmax(energies * scale, window)

    return attend


def _monotonic(processed_memory, weights, hp):
    alignment = np.zeros(len(processed_memory), np.float32)
    alignment[0] = 1

    def attend(query, window=None):
        hidden = np.tanh(processed_memory + dense(query, weights, "query"))
        stay = sigmoid(dense(hidden, weights, "energy")[:, 0] + np.float32(STAY_BIAS))
        stay[-1] = 1
        moving, stayed = alignment.copy(), 0
        for _ in range(max_outputs_per_step(hp)):
            stayed = stayed + moving * stay
            moving[1:] = (moving * (1 - stay))[:-1]
            moving[0] = 0
        alignment[:] = stayed + moving
        return alignment.copy()

    return attend


def _gmm(n_jamo, weights, hp):
    edges = np.arange(n_jamo + 1, dtype=np.float32) - np.float32(0.5)
    means = np.zeros(hp.attention_num_mixtures, np.float32)
    delta_bias, sigma_bias = (np.float32(math.log(math.expm1(initial)))
                              for initial in (INITIAL_DELTA, INITIAL_SIGMA))

    def attend(query, window=None):
        parameters = dense(np.tanh(dense(query, weights, "hidden")), weights, "mixture")
        component_weights, delta, sigma = parameters.reshape(3, -1)
        means[:] += _softplus(delta + delta_bias)
        sigma = _softplus(sigma + sigma_bias) + np.float32(1e-2)
        cdf = _normal_cdf((edges - means[:, None]) / sigma[:, None])    # [mixtures, jamo + 1]
        return np.dot(_softmax(component_weights), cdf[:, 1:] - cdf[:, :-1])

    return attend


def _softplus(x):
    return np.logaddexp(x, np.float32(0))


def _normal_cdf(x):
    """Φ(x), float32; math.erf, because scipy takes longer to import than this does to compute."""
    erf = np.array([math.erf(value) for value in (x.ravel() / 2 ** 0.5).tolist()], np.float32)
    return 0.5 * (1 + erf.reshape(x.shape))
