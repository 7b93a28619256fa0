"""The post-net (arXiv 1712.05884, section 2.2): a correction of the whole decoded spectrogram."""
import layers
from tacotron2.encoder import conv_block
from tf1 import tf


def postnet(mel, lengths, hp, training):
    """[batch, frames, mels] → what is added to it, of the same shape; zero past each line's end."""
    with tf.variable_scope("postnet"):
        real = layers.mask(lengths, tf.shape(mel)[1])
        x = mel
        for i in range(hp.postnet_layers - 1):
            x = conv_block(x, real, hp.postnet_channels, hp.postnet_width, "conv_%d" % (i + 1),
                           tf.tanh, hp.dropout, training)
        return real * conv_block(x, real, hp.mels, hp.postnet_width,
                                 "conv_%d" % hp.postnet_layers, tf.identity, hp.dropout, training)
