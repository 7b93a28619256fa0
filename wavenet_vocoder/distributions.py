"""What the network says about the next sample: three distributions over the waveform in [-1, 1].

`output_distribution(hp)` gives the chosen one as an Output:
  size             parameters a sample
  log_probability  (parameters [..., size], audio [...]) → [...]
  sample           (parameters [..., size], noise [..., noise_dim]) → audio [...]
  noise            (uniform numbers in (0, 1), float64 [..., noise_dim]) → float32, as many
Sampling is a function of noise that is fed (noise.py), so that an utterance never depends on what
else is in its batch.
"""
from collections import namedtuple

import numpy as np
from scipy import special

from nn.compat import tf

OutputDistribution = namedtuple(
    "OutputDistribution", "n_parameters log_probability sample noise_from_uniform noise_dim")

MULAW_CLASSES = 256               # of the µ-law (WaveNet 2.2)
MULAW_SILENCE = 128               # the class of 0
HALF_STEP = 1 / 65535.0     # half the distance of two 16-bit values in [-1, 1]


def output_distribution(hp):
    """The Output that hp.wavenet_output_distribution names."""
    return {"logistics": _logistics, "gaussian": _gaussian, "mulaw": _mulaw}[hp.wavenet_output_distribution](hp)


def negative_log_likelihood(parameters, audio, real, hp):
    """Mean of -ln p(sample) [nats] over the samples where `real` [batch, samples] is 1, not 0."""
    log_probability = output_distribution(hp).log_probability(parameters, audio)
    return -tf.reduce_sum(log_probability * real) / tf.maximum(tf.reduce_sum(real), 1.0)


def _logistics(hp):
    """A discretised mixture of logistics at 16 bits (Salimans et al., arXiv 1701.05517, 2.1)."""
    mixture = hp.wavenet_num_mixtures

    def log_probability(parameters, audio):
        weights, means, log_scales = _split(parameters, hp)
        centred = tf.expand_dims(audio, -1) - means
        precision = tf.exp(-log_scales)
        above, below = (centred + HALF_STEP) * precision, (centred - HALF_STEP) * precision
        # ln(σ(above) - σ(below)) without the difference of two numbers that are almost equal:
        # σ(a) - σ(b) = σ(a) · σ(-b) · (1 - e^(b-a)); the lowest value has all that lies below it,
        # the highest all that lies above
        log_up_to, log_from = -tf.nn.softplus(-above), -tf.nn.softplus(below)
        within = log_up_to + log_from + tf.log(-tf.expm1(-2 * HALF_STEP * precision))
        lowest = tf.less(audio, -1 + HALF_STEP)
        highest = tf.greater(audio, 1 - HALF_STEP)
        log_each = _where(lowest, log_up_to, _where(highest, log_from, within))
        return tf.reduce_logsumexp(tf.nn.log_softmax(weights) + log_each, -1)

    def sample(parameters, noise):
        weights, means, log_scales = _split(parameters, hp)
        chosen = tf.one_hot(_first_exceeding(weights, noise[..., :1]), mixture)
        mean = tf.reduce_sum(means * chosen, -1)
        log_scale = tf.reduce_sum(log_scales * chosen, -1)
        return _clip(mean + tf.exp(log_scale) * noise[..., 1])

    def noise(uniform):
        logistic = np.log(uniform[..., 1:]) - np.log1p(-uniform[..., 1:])
        return np.concatenate([uniform[..., :1], logistic], -1).astype(np.float32)

    return OutputDistribution(3 * mixture, log_probability, sample, noise, 2)


def _gaussian(hp):
    """A single Gaussian density (Ping et al., arXiv 1807.07281, 3.1)."""
    def log_probability(parameters, audio):
        mean, log_scale = _mean_and_log_scale(parameters, hp)
        return (-0.5 * np.log(2 * np.pi) - log_scale
                - 0.5 * tf.square((audio - mean) * tf.exp(-log_scale)))

    def sample(parameters, noise):
        mean, log_scale = _mean_and_log_scale(parameters, hp)
        return _clip(mean + tf.exp(log_scale) * noise[..., 0])

    def noise(uniform):
        return special.ndtri(uniform).astype(np.float32)    # the normal distribution's quantile

    return OutputDistribution(2, log_probability, sample, noise, 1)


def _mulaw(hp):
    """A softmax over 256 classes of the µ-law (WaveNet 2.2)."""
    def log_probability(parameters, audio):
        return -tf.nn.sparse_softmax_cross_entropy_with_logits(labels=mulaw_encode(audio),
                                                               logits=parameters)

    def sample(parameters, noise):
        return mulaw_decode(_first_exceeding(parameters, noise))

    def noise(uniform):
        return uniform.astype(np.float32)

    return OutputDistribution(MULAW_CLASSES, log_probability, sample, noise, 1)


def mulaw_encode(audio):
    """Audio in [-1, 1] → int32 class 0 … 255, 128 of which is silence."""
    compressed = tf.sign(audio) * tf.log1p((MULAW_CLASSES - 1) * tf.abs(audio)) / np.log(MULAW_CLASSES)
    return tf.cast(tf.floor((compressed + 1) / 2 * (MULAW_CLASSES - 1) + 0.5), tf.int32)


def mulaw_decode(classes):
    """Class → the audio value in its middle; mulaw_encode gives the class back."""
    return tf.gather(MULAW_VALUES, classes)


def _mulaw_values():
    compressed = np.arange(MULAW_CLASSES) * (2.0 / (MULAW_CLASSES - 1)) - 1
    return (np.sign(compressed) * np.expm1(np.abs(compressed) * np.log(MULAW_CLASSES))
            / (MULAW_CLASSES - 1)).astype(np.float32)


MULAW_VALUES = _mulaw_values()      # the audio value in the middle of every class


def _first_exceeding(logits, uniform):
    """The first of the classes [..., classes] whose cumulated probability exceeds [..., 1]."""
    cumulated = tf.cumsum(tf.nn.softmax(logits), axis=-1)
    below = tf.reduce_sum(tf.cast(tf.less_equal(cumulated, uniform), tf.int32), -1)
    return tf.minimum(below, logits.get_shape().as_list()[-1] - 1)


def _split(parameters, hp):
    """[..., 3·mixture] → logits of the weights, means, log scales, each [..., mixture]."""
    weights, means, raw = tf.split(parameters, 3, axis=-1)
    return weights, means, _floored(raw, hp)


def _mean_and_log_scale(parameters, hp):
    return parameters[..., 0], _floored(parameters[..., 1], hp)


def _floored(raw, hp):
    """raw where it is well above the smallest log scale, and never below it.

    Public WaveNets cut it off, which leaves no gradient to whatever has got below.
    """
    floor = hp.wavenet_log_scale_min
    return floor + tf.nn.softplus(raw - floor)


def _where(condition, yes, no):
    """tf.where with a condition [...] for values [..., mixture], which 1.3.0 does not broadcast."""
    spread = tf.logical_and(tf.expand_dims(condition, -1), tf.ones_like(yes, dtype=tf.bool))
    return tf.where(spread, yes, no)


def _clip(audio):
    return tf.clip_by_value(audio, -1.0, 1.0)
