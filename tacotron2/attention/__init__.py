"""Which jamo a decoder step reads: five kinds of attention behind one interface.

The file of a kind has two functions:
    initial(memory, hp)
        its state before the first step, a tuple of tensors
    weights(query, state, memory, hp, training)
        query [batch, units] → weights [batch, jamo] of the step, never negative, nothing on
        padding, in sum at most one a line; and the new state
"""
from collections import namedtuple

from nn import layers
from nn.compat import tf
from tacotron2.attention import bahdanau, gmm, location, luong, monotonic

ATTENTION_TYPES = {"location": location, "bahdanau": bahdanau, "luong": luong, "monotonic": monotonic,
         "gmm": gmm}

# values: [batch, jamo, channels], the encoder's output; keys: [batch, jamo, units], its
# projection, or None for a kind that looks at nothing but places; real: [batch, jamo], 1 on a jamo
# and 0 on padding
Memory = namedtuple("Memory", "values keys real")


def memory(values, lengths, hp):
    """What the attention computes once a line: the keys that every step is compared with."""
    with tf.variable_scope("attention"):
        real = tf.sequence_mask(lengths, tf.shape(values)[1], dtype=tf.float32)
        keys = (None if hp.attention_type == "gmm" else
                layers.dense(values, hp.attention_dim, "memory", bias=False))
        return Memory(values, keys, real)


def initial(memory, hp):
    return ATTENTION_TYPES[hp.attention_type].initial(memory, hp)


def attend(query, state, memory, hp, training):
    """query [batch, units], a state → context [batch, channels], weights [batch, jamo], new state.
    """
    with tf.variable_scope("attention"):
        weights, state = ATTENTION_TYPES[hp.attention_type].weights(query, state, memory, hp, training)
        context = tf.squeeze(tf.matmul(tf.expand_dims(weights, 1), memory.values), 1)
        return context, weights, state
