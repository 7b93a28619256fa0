"""What several kinds of attention compute: how well a query fits each jamo."""
from nn import layers
from nn.compat import tf


def additive(query, memory, hp, location=None, bias=False):
    """v·tanh(W·query + keys + location), [batch, jamo] (Bahdanau et al., arXiv 1409.0473, A.1.2).

    `location`, [batch, jamo, units], is what a kind adds that knows where it has been.
    """
    hidden = tf.expand_dims(layers.dense(query, hp.attention_dim, "query"), 1) + memory.keys
    if location is not None:
        hidden += location
    return tf.squeeze(layers.dense(tf.tanh(hidden), 1, "energy", bias=bias), 2)


def softmax(energy, memory):
    """[batch, jamo] → weights that sum to one over each line's jamo."""
    return tf.nn.softmax(energy - 1e9 * (1 - memory.real))
