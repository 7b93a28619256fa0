"""distributions.py in NumPy: samples and likelihoods without TensorFlow.

parameters [..., n_parameters], noise [..., noise_dim], audio [...] in [-1, 1], all float32.
"""
import numpy as np

from wavenet_vocoder.distributions import HALF_STEP, MULAW_CLASSES, MULAW_VALUES


def sample(parameters, noise, hp):
    """The audio [...] that the noise draws from the distributions."""
    if hp.wavenet_output_distribution == "mulaw":
        return MULAW_VALUES[_sample_class(parameters, noise)]
    if hp.wavenet_output_distribution == "gaussian":
        mean, log_scale = parameters[..., 0], _soft_floor(parameters[..., 1], hp)
        return np.clip(mean + np.exp(log_scale) * noise[..., 0], -1, 1)
    weights, means, raw_log_scales = np.split(parameters, 3, -1)
    component = _sample_class(weights, noise[..., :1])[..., None]
    mean, raw_log_scale = (np.take_along_axis(values, component, -1)[..., 0]
                           for values in (means, raw_log_scales))
    return np.clip(mean + np.exp(_soft_floor(raw_log_scale, hp)) * noise[..., 1], -1, 1)


def log_probability(parameters, audio, hp):
    """ln p(audio) [nats], [...]."""
    if hp.wavenet_output_distribution == "mulaw":
        return np.take_along_axis(_log_softmax(parameters), mulaw_encode(audio)[..., None],
                                  -1)[..., 0]
    if hp.wavenet_output_distribution == "gaussian":
        mean, log_scale = parameters[..., 0], _soft_floor(parameters[..., 1], hp)
        return (-0.5 * np.log(2 * np.pi) - log_scale
                - 0.5 * np.square((audio - mean) * np.exp(-log_scale)))
    weights, means, raw_log_scales = np.split(parameters, 3, -1)
    precision = np.exp(-_soft_floor(raw_log_scales, hp))
    centred = audio[..., None] - means
    upper, lower = (centred + HALF_STEP) * precision, (centred - HALF_STEP) * precision
    log_cdf_upper, log_survival_lower = -_softplus(-upper), -_softplus(lower)
    log_inside = (log_cdf_upper + log_survival_lower
                  + np.log(-np.expm1(-2 * HALF_STEP * precision)))
    log_probabilities = np.where(
        (audio < -1 + HALF_STEP)[..., None], log_cdf_upper,
        np.where((audio > 1 - HALF_STEP)[..., None], log_survival_lower, log_inside))
    return np.logaddexp.reduce(_log_softmax(weights) + log_probabilities, -1)


def mulaw_encode(audio):
    """Audio in [-1, 1] → class 0 … 255; 128 is silence."""
    compressed = (np.sign(audio) * np.log1p((MULAW_CLASSES - 1) * np.abs(audio))
                  / np.log(MULAW_CLASSES))
    return np.int32(np.floor((compressed + 1) / 2 * (MULAW_CLASSES - 1) + 0.5))


def _sample_class(logits, uniform):
    """The first class whose cumulative probability exceeds `uniform` [..., 1]."""
    exponentials = np.exp(logits - logits.max(-1, keepdims=True))
    cumulative = np.cumsum(exponentials, -1)
    return np.minimum((cumulative <= uniform * cumulative[..., -1:]).sum(-1), logits.shape[-1] - 1)


def _log_softmax(logits):
    return logits - np.logaddexp.reduce(logits, -1)[..., None]


def _soft_floor(raw_log_scale, hp):
    floor = np.float32(hp.wavenet_log_scale_min)
    return floor + _softplus(raw_log_scale - floor)


def _softplus(x):
    return np.logaddexp(x, np.float32(0))
