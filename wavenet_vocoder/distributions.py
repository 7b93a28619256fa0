"""The output distributions of WaveNet over the next sample in [-1, 1].

Sampling is a function of noise that is passed in, so that the samples of an utterance do not depend
on the other utterances of the batch.
"""
from collections import namedtuple

import numpy as np

from nn.compat import tf
from wavenet_vocoder import philox
from wavenet_vocoder.normal_quantile import normal_quantile

# n_parameters        of a sample's distribution
# log_probability     (parameters [..., n_parameters], audio [...]) → [...]
# sample              (parameters [..., n_parameters], noise [..., noise_dim]) → audio [...]
# noise_from_uniform  (float64 [..., noise_dim] in (0, 1)) → float32 of the same shape
OutputDistribution = namedtuple(
    "OutputDistribution", "n_parameters log_probability sample noise_from_uniform noise_dim")

MULAW_CLASSES = 256         # WaveNet 2.2
MULAW_SILENCE = 128         # the class of 0
_COMPRESSED = np.arange(MULAW_CLASSES) * (2.0 / (MULAW_CLASSES - 1)) - 1
# the audio value in the middle of each class
MULAW_VALUES = (np.sign(_COMPRESSED) * np.expm1(np.abs(_COMPRESSED) * np.log(MULAW_CLASSES))
                / (MULAW_CLASSES - 1)).astype(np.float32)
HALF_STEP = 1 / 65535.0     # half the distance between two 16-bit values in [-1, 1]


def output_distribution(hp):
    """The OutputDistribution that hp.wavenet_output_distribution names."""
    return {"logistics": _logistic_mixture, "gaussian": _gaussian, "mulaw": _mulaw_softmax}[
        hp.wavenet_output_distribution](hp)


def set_temperature(kernel, bias, hp):
    """The output layer whose samples have the temperature hp.wavenet_temperature.

    kernel [channels, n_parameters], bias [n_parameters]: of the trained output layer. All logits
    are divided by the temperature, and scales multiplied by it, as WaveGlow (arXiv 1811.00002)
    lowers the standard deviation of its noise.
    """
    temperature = hp.wavenet_temperature
    if temperature == 1:
        return kernel, bias
    n_logits, n_means = {"logistics": (hp.wavenet_num_mixtures, hp.wavenet_num_mixtures),
                         "gaussian": (0, 1), "mulaw": (MULAW_CLASSES, 0)}[
                             hp.wavenet_output_distribution]
    factor = np.ones(output_distribution(hp).n_parameters, np.float32)
    offset = np.zeros_like(factor)
    factor[:n_logits] = 1 / temperature
    offset[n_logits + n_means:] = np.log(temperature)       # of the log scales
    return kernel * factor, bias * factor + offset


def make_noise(key, first_sample, n_samples, hp):
    """Noise float32 [n_samples, noise_dim] of the samples from `first_sample` on; a philox key."""
    distribution = output_distribution(hp)
    return distribution.noise_from_uniform(
        philox.uniform(key, first_sample, n_samples, distribution.noise_dim))


def _logistic_mixture(hp):
    """A discretised mixture of logistics at 16 bits (Salimans et al., arXiv 1701.05517, 2.1)."""
    n_mixtures = hp.wavenet_num_mixtures

    def log_probability(parameters, audio):
        weights, means, log_scales = _split(parameters, hp)
        centred = tf.expand_dims(audio, -1) - means
        precision = tf.exp(-log_scales)
        upper, lower = (centred + HALF_STEP) * precision, (centred - HALF_STEP) * precision
        # ln(σ(upper) - σ(lower)) without the difference of two nearly equal numbers:
        # σ(a) - σ(b) = σ(a) · σ(-b) · (1 - e^(b-a)). The lowest and the highest value include the
        # whole tail of the distribution.
        log_cdf_upper, log_survival_lower = -tf.nn.softplus(-upper), -tf.nn.softplus(lower)
        log_inside = (log_cdf_upper + log_survival_lower
                      + tf.log(-tf.expm1(-2 * HALF_STEP * precision)))
        is_lowest = tf.less(audio, -1 + HALF_STEP)
        is_highest = tf.greater(audio, 1 - HALF_STEP)
        log_probabilities = _where(is_lowest, log_cdf_upper,
                                   _where(is_highest, log_survival_lower, log_inside))
        return tf.reduce_logsumexp(tf.nn.log_softmax(weights) + log_probabilities, -1)

    def sample(parameters, noise):
        weights, means, log_scales = _split(parameters, hp)
        component = tf.one_hot(_sample_class(weights, noise[..., :1]), n_mixtures)
        mean = tf.reduce_sum(means * component, -1)
        log_scale = tf.reduce_sum(log_scales * component, -1)
        return tf.clip_by_value(mean + tf.exp(log_scale) * noise[..., 1], -1.0, 1.0)

    def noise_from_uniform(uniform):
        logistic = np.log(uniform[..., 1:]) - np.log1p(-uniform[..., 1:])
        return np.concatenate([_below_one(uniform[..., :1]), logistic], -1).astype(np.float32)

    return OutputDistribution(3 * n_mixtures, log_probability, sample, noise_from_uniform, 2)


def _gaussian(hp):
    """A single Gaussian density (Ping et al., arXiv 1807.07281, 3.1)."""
    def log_probability(parameters, audio):
        mean, log_scale = _mean_and_log_scale(parameters, hp)
        return (-0.5 * np.log(2 * np.pi) - log_scale
                - 0.5 * tf.square((audio - mean) * tf.exp(-log_scale)))

    def sample(parameters, noise):
        mean, log_scale = _mean_and_log_scale(parameters, hp)
        return tf.clip_by_value(mean + tf.exp(log_scale) * noise[..., 0], -1.0, 1.0)

    def noise_from_uniform(uniform):
        return normal_quantile(uniform).astype(np.float32)

    return OutputDistribution(2, log_probability, sample, noise_from_uniform, 1)


def _mulaw_softmax(hp):
    """A softmax over 256 µ-law classes (WaveNet 2.2)."""
    def log_probability(parameters, audio):
        return -tf.nn.sparse_softmax_cross_entropy_with_logits(labels=mulaw_encode(audio),
                                                               logits=parameters)

    def sample(parameters, noise):
        return mulaw_decode(_sample_class(parameters, noise))

    def noise_from_uniform(uniform):
        return _below_one(uniform).astype(np.float32)

    return OutputDistribution(MULAW_CLASSES, log_probability, sample, noise_from_uniform, 1)


def mulaw_encode(audio):
    """Audio in [-1, 1] → int32 class 0 … 255; 128 is silence."""
    compressed = (tf.sign(audio) * tf.log1p((MULAW_CLASSES - 1) * tf.abs(audio))
                  / np.log(MULAW_CLASSES))
    return tf.cast(tf.floor((compressed + 1) / 2 * (MULAW_CLASSES - 1) + 0.5), tf.int32)


def mulaw_decode(classes):
    """Class → the audio value in its middle, which mulaw_encode maps back to the class."""
    return tf.gather(MULAW_VALUES, classes)


def _below_one(uniform):
    """At most the largest float32 below 1: rounded up to 1, a number would draw the last class."""
    return np.minimum(uniform, 1 - 2.0 ** -24)


def _sample_class(logits, uniform):
    """int32 [...]: the first class whose cumulative probability exceeds `uniform` [..., 1].

    logits: [..., classes].
    """
    cumulative = tf.cumsum(tf.nn.softmax(logits), axis=-1)
    threshold = cumulative[..., -1:] * uniform      # rounded, the sum of all may be less than 1
    # float32 until the end: on a GPU, sums and minima of int32 values are computed by the host
    index = tf.reduce_sum(tf.cast(tf.less_equal(cumulative, threshold), tf.float32), -1)
    return tf.cast(tf.minimum(index, logits.get_shape().as_list()[-1] - 1.0), tf.int32)


def _split(parameters, hp):
    """[..., 3·n_mixtures] → logits of the weights, means, log scales, each [..., n_mixtures]."""
    weights, means, raw_log_scales = tf.split(parameters, 3, axis=-1)
    return weights, means, _soft_floor(raw_log_scales, hp)


def _mean_and_log_scale(parameters, hp):
    return parameters[..., 0], _soft_floor(parameters[..., 1], hp)


def _soft_floor(raw_log_scale, hp):
    """The log scale, never below hp.wavenet_log_scale_min.

    A hard clip, as in other implementations, has no gradient below the minimum.
    """
    floor = hp.wavenet_log_scale_min
    return floor + tf.nn.softplus(raw_log_scale - floor)


def _where(condition, x, y):
    """tf.where, which does not broadcast in TF 1.3: condition [...], values [..., n_mixtures]."""
    # by way of float32, because 1.3.0 has no GPU kernel that makes a bool tensor
    tiled = tf.to_float(tf.expand_dims(condition, -1)) + tf.zeros_like(x) > 0
    return tf.where(tiled, x, y)
