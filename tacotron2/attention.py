"""Attention of the decoder over the encoder outputs: five types with one interface.

Each type is a function (query [batch, units], state, memory, hp, training) → alignment [batch,
jamo] of a decoder step, new state. An alignment is non-negative, 0 on padding, and sums to 1; with
gmm to at most 1.
"""
import math
from collections import namedtuple

from nn import layers, short_gradients
from nn.compat import tf
from tacotron2.outputs_per_step import max_outputs_per_step

# memory: [batch, jamo, channels], the encoder outputs
# processed_memory: [batch, jamo, attention_dim], their projection; for gmm the edges of the jamo,
#     float32 [jamo + 1]
# mask: [batch, jamo], 1 on jamo, 0 on padding
# energy_mask: [batch, jamo], what to add to energies: 0 on jamo, -1e9 on padding
AttentionMemory = namedtuple("AttentionMemory", "memory processed_memory mask energy_mask")

# gmm, before training: advance of the means per step, and standard deviation [jamo]
INITIAL_DELTA, INITIAL_SIGMA = 0.5, 1.5
# monotonic: added to the energy of staying, so that before training a jamo lasts a few steps
STAY_BIAS = 1.0


def process_memory(memory, lengths, hp):
    """encoder outputs [batch, jamo, channels], lengths [batch] → AttentionMemory."""
    with tf.variable_scope("attention"):
        mask = tf.sequence_mask(lengths, tf.shape(memory)[1], dtype=tf.float32)
        if hp.attention_type == "gmm":      # outside the loop, because a CPU computes tf.range
            processed_memory = tf.to_float(tf.range(tf.shape(memory)[1] + 1)) - 0.5
        else:
            processed_memory = layers.dense(memory, hp.attention_dim, "memory", bias=False)
        return AttentionMemory(memory, processed_memory, mask, 1e9 * (mask - 1))


def initial_state(memory, hp):
    """The state before the first decoder step, a tuple of tensors."""
    if hp.attention_type == "location":         # the sum of the alignments so far
        return (tf.zeros_like(memory.mask),)
    if hp.attention_type == "monotonic":        # the last alignment, the number of steps so far
        n_steps = tf.zeros_like(memory.mask[:, 0], tf.int32)
        return tf.one_hot(n_steps, tf.shape(memory.mask)[1]), n_steps
    if hp.attention_type == "gmm":              # the means
        return (tf.zeros([tf.shape(memory.mask)[0], hp.attention_num_mixtures]),)
    return ()


def attend(query, state, memory, hp, training):
    """query [batch, units], state → context [batch, channels], alignment [batch, jamo], state."""
    with tf.variable_scope("attention"):
        alignment, state = ATTENTION_TYPES[hp.attention_type](query, state, memory, hp, training)
        context = tf.squeeze(
            short_gradients.matmul(tf.expand_dims(alignment, 1), memory.memory), 1)
        return context, alignment, state


def _additive_energies(query, memory, hp, location=None, bias=False):
    """v·tanh(W·query + V·memory + location), [batch, jamo] (arXiv 1409.0473, A.1.2)."""
    query = tf.expand_dims(layers.dense(query, hp.attention_dim, "query"), 1)
    hidden = memory.processed_memory                                # [batch, jamo, attention_dim]
    if location is not None:
        hidden = short_gradients.add(hidden, location)
    hidden = short_gradients.add_over_time(query, hidden)
    return tf.squeeze(layers.dense(tf.tanh(hidden), 1, "energy", bias=bias), 2)


def _masked_softmax(energies, memory):
    return tf.nn.softmax(short_gradients.add_constant(energies, memory.energy_mask))


def _location(query, state, memory, hp, training):
    """Location-sensitive attention (Chorowski et al., arXiv 1506.07503; arXiv 1712.05884, 2.2)."""
    cumulative_alignment, = state
    location = layers.conv1d(tf.expand_dims(cumulative_alignment, 2),
                             hp.attention_location_n_filters, hp.attention_location_kernel_size,
                             "location_filters", bias=False)        # [batch, jamo, filters]
    location = layers.dense(location, hp.attention_dim, "location", bias=False)
    alignment = _masked_softmax(_additive_energies(query, memory, hp, location), memory)
    return alignment, (short_gradients.add(cumulative_alignment, alignment),)


def _bahdanau(query, state, memory, hp, training):
    """Additive attention (Bahdanau et al., arXiv 1409.0473): by content only."""
    return _masked_softmax(_additive_energies(query, memory, hp), memory), ()


def _luong(query, state, memory, hp, training):
    """Multiplicative attention (Luong et al., arXiv 1508.04025, 3.1, "general"): by content only.

    The product is divided by the square root of its length (arXiv 1706.03762, 3.2.1) and has a
    learnt scale.
    """
    query = tf.expand_dims(layers.dense(query, hp.attention_dim, "query", bias=False), 2)
    scale = tf.get_variable("scale", [], initializer=tf.ones_initializer())
    energies = (tf.squeeze(tf.matmul(memory.processed_memory, query), 2) * scale /
                float(hp.attention_dim) ** 0.5)                     # [batch, jamo]
    return _masked_softmax(energies, memory), ()


def _monotonic(query, state, memory, hp, training):
    """Monotonic attention (Raffel et al., arXiv 1704.00784, section 2).

    At each step the attention stays on its jamo or moves to the next one, max_outputs_per_step
    times; with one move it would be stepwise monotonic attention (He et al., arXiv 1906.00672). An
    alignment is the probability of each position, so the context is an expectation.
    """
    moving, n_steps = state                                         # [batch, jamo], [batch]
    energies = _additive_energies(query, memory, hp, bias=True) + STAY_BIAS
    if training:
        # with noise, the network learns to make its decisions clear (section 2.5)
        energies += _random_normal(tf.shape(energies), tf.reduce_max(n_steps))
    last_jamo = memory.mask - tf.pad(memory.mask[:, 1:], [[0, 0], [0, 1]])
    stay = tf.maximum(tf.sigmoid(energies) * memory.mask, last_jamo)
    stayed = tf.zeros_like(moving)
    for _ in range(max_outputs_per_step(hp)):
        stayed += moving * stay
        moving = tf.pad((moving * (1 - stay))[:, :-1], [[0, 0], [1, 0]])
    alignment = stayed + moving
    return alignment, (alignment, n_steps + 1)


def _random_normal(shape, loop_step):
    """Standard normal float32 of a shape, from layers.random_uniform (Box and Muller, 1958)."""
    radius, angle = tf.unstack(
        layers.random_uniform(tf.concat([[2], shape], 0), loop_step, "noise", batch_axis=1), 2)
    return tf.sqrt(-2 * tf.log(1 - radius)) * tf.cos(2 * math.pi * angle)


def _gmm(query, state, memory, hp, training):
    """GMM attention (Graves, arXiv 1308.0850, 5.1), as V2 of Battenberg et al. (1910.10288, 2.2).

    By position only; the means never move back. The weight of a jamo is the integral of the mixture
    over ±0.5 around it, which cannot exceed 1, not even with narrow components.
    """
    means, = state                                                  # [batch, mixtures]
    hidden = tf.tanh(layers.dense(query, hp.attention_dim, "hidden"))
    weights, delta, sigma = tf.split(
        layers.dense(hidden, 3 * hp.attention_num_mixtures, "mixture"), 3, axis=1)
    means += tf.nn.softplus(delta + _inverse_softplus(INITIAL_DELTA))
    sigma = tf.nn.softplus(sigma + _inverse_softplus(INITIAL_SIGMA)) + 1e-2
    edges = memory.processed_memory                                 # [jamo + 1]
    cdf = _normal_cdf((edges - tf.expand_dims(means, 2)) / tf.expand_dims(sigma, 2))
    integrals = cdf[:, :, 1:] - cdf[:, :, :-1]                      # [batch, mixtures, jamo]
    alignment = tf.squeeze(tf.matmul(tf.expand_dims(tf.nn.softmax(weights), 1), integrals), 1)
    return alignment * memory.mask, (means,)


def _normal_cdf(x):
    return 0.5 * (1 + tf.erf(x / 2 ** 0.5))


def _inverse_softplus(y):
    return math.log(math.expm1(y))


ATTENTION_TYPES = {"location": _location, "bahdanau": _bahdanau, "luong": _luong,
                   "monotonic": _monotonic, "gmm": _gmm}
