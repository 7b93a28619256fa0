"""Location-sensitive attention (Chorowski et al., arXiv 1506.07503; arXiv 1712.05884, 2.2).

It compares contents, and knows from the sum of all weights so far where it has been.
"""
from nn import layers
from nn.compat import tf
from tacotron2.attention import energy


def initial(memory, hp):
    return (tf.zeros_like(memory.real),)


def weights(query, state, memory, hp, training):
    cumulated, = state
    location = layers.conv1d(tf.expand_dims(cumulated, 2), hp.attention_location_n_filters,
                             hp.attention_location_kernel_size, "location_filters", bias=False)
    location = layers.dense(location, hp.attention_dim, "location", bias=False)
    now = energy.softmax(energy.additive(query, memory, hp, location), memory)
    return now, (cumulated + now,)
