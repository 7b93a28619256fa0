"""Multiplicative attention (Luong et al., arXiv 1508.04025, 3.1, "general"): contents alone.

The product is divided by the square root of its length (Vaswani et al., arXiv 1706.03762, 3.2.1)
and has a scale that is learnt.
"""
from nn import layers
from nn.compat import tf
from tacotron2.attention import energy


def initial(memory, hp):
    return ()


def weights(query, state, memory, hp, training):
    query = tf.expand_dims(layers.dense(query, hp.attention_dim, "query", bias=False), 1)
    scale = tf.get_variable("scale", [], initializer=tf.ones_initializer())
    product = tf.reduce_sum(query * memory.keys, 2) * scale / float(hp.attention_dim) ** 0.5
    return energy.softmax(product, memory), ()
