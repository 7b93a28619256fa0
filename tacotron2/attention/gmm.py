"""Attention by a mixture of Gaussians over places (Graves, arXiv 1308.0850, section 5.1), in the
form that Battenberg et al. (arXiv 1910.10288, section 2.2) call V2: steps and widths by softplus.

It never looks at the contents; the means only move forward. A jamo's weight is the share of the
Gaussians that lies within half a place of it, so that narrow ones, too, give no more than one.
"""
import math

from nn import layers
from nn.compat import tf

# before anything is learnt: jamo a mean moves in a decoder step, standard deviation in jamo
START_STEP, START_WIDTH = 0.5, 1.5


def initial(memory, hp):
    """All means on the first jamo."""
    batch = tf.shape(memory.real)[0]
    return (tf.zeros([batch, hp.attention_num_mixtures]),)


def weights(query, state, memory, hp, training):
    means, = state
    hidden = tf.tanh(layers.dense(query, hp.attention_dim, "hidden"))
    share, step, width = tf.split(
        layers.dense(hidden, 3 * hp.attention_num_mixtures, "mixture"), 3, axis=1)
    means += tf.nn.softplus(step + _before_softplus(START_STEP))
    width = tf.nn.softplus(width + _before_softplus(START_WIDTH)) + 1e-2
    edges = tf.to_float(tf.range(tf.shape(memory.real)[1] + 1)) - 0.5       # [jamo + 1]
    below = _normal_below((edges - tf.expand_dims(means, 2)) / tf.expand_dims(width, 2))
    lies_on = below[:, :, 1:] - below[:, :, :-1]                            # [b, mixture, jamo]
    now = tf.reduce_sum(tf.expand_dims(tf.nn.softmax(share), 2) * lies_on, 1) * memory.real
    return now, (means,)


def _normal_below(x):
    """The share of the standard normal distribution that lies below x."""
    return 0.5 * (1 + tf.erf(x / 2 ** 0.5))


def _before_softplus(y):
    return math.log(math.expm1(y))
