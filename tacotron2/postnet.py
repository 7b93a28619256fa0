"""The post-net (arXiv 1712.05884, section 2.2): a correction of the whole decoded spectrogram."""
from nn import layers
from nn.compat import tf
from tacotron2.encoder import conv_block


def postnet(mel, lengths, hp, training):
    """[batch, frames, mels] → what is added to it, of the same shape; zero past each line's end."""
    with tf.variable_scope("postnet"):
        real = layers.mask(lengths, tf.shape(mel)[1])
        x = mel
        for i in range(hp.postnet_n_convolutions - 1):
            x = conv_block(x, real, hp.postnet_embedding_dim, hp.postnet_kernel_size, "conv_%d" % (i + 1),
                           tf.tanh, hp.dropout, training)
        return real * conv_block(x, real, hp.n_mels, hp.postnet_kernel_size,
                                 "conv_%d" % hp.postnet_n_convolutions, tf.identity, hp.dropout, training)
