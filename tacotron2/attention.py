"""Location-sensitive attention (Chorowski et al., arXiv 1506.07503; arXiv 1712.05884, 2.2)."""
from collections import namedtuple

import layers
from tf1 import tf

# values: [batch, jamo, channels], the encoder's output; keys: [batch, jamo, units], its
# projection; real: [batch, jamo], 1 on a jamo and 0 on padding
Memory = namedtuple("Memory", "values keys real")


def memory(values, lengths, hp):
    """What the attention computes once a line: the keys that every step is compared with."""
    with tf.variable_scope("attention"):
        real = tf.sequence_mask(lengths, tf.shape(values)[1], dtype=tf.float32)
        return Memory(values, layers.dense(values, hp.attention, "memory", bias=False), real)


def attend(query, cumulated, memory, hp):
    """query [batch, units], the sum of all weights so far [batch, jamo] →

    context [batch, channels] and weights [batch, jamo] that sum to one over each line's jamo.
    """
    with tf.variable_scope("attention"):
        location = layers.conv1d(tf.expand_dims(cumulated, 2), hp.attention_filters,
                                 hp.attention_width, "location_filters", bias=False)
        energy = tf.tanh(tf.expand_dims(layers.dense(query, hp.attention, "query"), 1) +
                         memory.keys +
                         layers.dense(location, hp.attention, "location", bias=False))
        energy = tf.squeeze(layers.dense(energy, 1, "energy", bias=False), 2)
        weights = tf.nn.softmax(energy - 1e9 * (1 - memory.real))
        context = tf.squeeze(tf.matmul(tf.expand_dims(weights, 1), memory.values), 1)
        return context, weights
