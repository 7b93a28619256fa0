"""The encoder (arXiv 1712.05884, section 2.2): jamo ids → what the attention reads."""
from nn import layers
from nn.compat import tf


def encoder(text, lengths, hp, symbols, training):
    """int32 ids [batch, jamo] → [batch, jamo, 2·encoder_lstm], zero past each line's end."""
    with tf.variable_scope("encoder"):
        real = layers.mask(lengths, tf.shape(text)[1])
        x = layers.embedding(text, symbols, hp.symbols_embedding_dim, "symbols")
        for i in range(hp.encoder_n_convolutions):
            x = conv_block(x, real, hp.encoder_conv_channels, hp.encoder_kernel_size,
                           "conv_%d" % (i + 1), tf.nn.relu, hp.dropout, training)
        return layers.bidirectional_lstm(x * real, lengths, hp.encoder_lstm_units, hp.zoneout,
                                         training, "lstm")


def conv_block(x, real, channels, width, scope, activation, dropout, training):
    """Convolution, batch norm, activation, dropout: the block that encoder and post-net share.

    What lies past the end is zero to the convolution whatever the padding holds, so that a line
    sounds the same alone and in a batch.
    """
    with tf.variable_scope(scope):
        x = layers.conv1d(x * real, channels, width, "conv", bias=False, deferred=training)
        x = activation(layers.batch_norm(x, real, "norm", training))
        return layers.dropout(x, dropout, training)
