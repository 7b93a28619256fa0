"""What the machine can do at best: a large matrix product, in the same TensorFlow."""
import statistics
import time

import numpy as np

from nn import compat
from nn.compat import tf

SIZE = 2048
RUNS = 7


def matrix_product():
    """Single-precision operations a second of a product of square matrices, on all cores."""
    with tf.Graph().as_default(), compat.session() as session:
        factors = [tf.get_variable(name, [SIZE, SIZE]) for name in "ab"]
        session.run(tf.global_variables_initializer())
        product = tf.matmul(*factors).op
        session.run(product)
        taken = []
        for _ in range(RUNS):
            began = time.monotonic()
            session.run(product)
            taken.append(time.monotonic() - began)
    return 2.0 * SIZE ** 3 / statistics.median(taken)


def tacotron_operations(hp, batch):
    """Those of the matrix products and convolutions of a training step, of a TextBatch.

    A multiplication and an addition are two; going back takes twice as many as going forward.
    """
    rows, jamo, frames = batch.text.shape[0], batch.text.shape[1], batch.mel.shape[1]
    units, memory, r = hp.decoder_rnn_dim, 2 * hp.encoder_lstm_units, hp.outputs_per_step
    channels = [hp.symbols_embedding_dim] + hp.encoder_n_convolutions * [hp.encoder_conv_channels]
    a_jamo = (hp.encoder_kernel_size * _chain(channels)
              + 2 * (hp.encoder_conv_channels + hp.encoder_lstm_units) * 4 * hp.encoder_lstm_units
              + memory * hp.attention_dim)
    a_step = (_chain((hp.n_mels,) + hp.prenet_dims)
              + (hp.prenet_dims[-1] + memory + units + 2 * units) * 4 * units
              + units * hp.attention_dim + (units + memory) * (r * hp.n_mels + 1)
              + jamo * (hp.attention_location_n_filters * (hp.attention_location_kernel_size + hp.attention_dim)
                        + hp.attention_dim + memory))
    a_frame = hp.postnet_kernel_size * _chain(
        [hp.n_mels] + (hp.postnet_n_convolutions - 1) * [hp.postnet_embedding_dim] + [hp.n_mels])
    return 6.0 * rows * (jamo * a_jamo + frames // r * a_step + frames * a_frame)


def wavenet_operations(hp, batch, condition, parameters):
    """Those of the matrix products of a training step, of an AudioBatch.

    `condition` and `parameters` are the channels of the condition and of the distribution.
    """
    a_layer = (hp.wavenet_kernel_size * hp.wavenet_residual_channels * 2 * hp.wavenet_dilation_channels
               + condition * 2 * hp.wavenet_dilation_channels
               + hp.wavenet_dilation_channels * (hp.wavenet_skip_channels + hp.wavenet_residual_channels))
    a_sample = (hp.wavenet_layers * a_layer - hp.wavenet_dilation_channels * hp.wavenet_residual_channels
                + _chain((hp.wavenet_skip_channels, hp.wavenet_skip_channels, parameters)) + hp.wavenet_residual_channels)
    return 6.0 * np.size(batch.audio) * a_sample


def _chain(channels):
    """The products of neighbours, summed up."""
    return sum(a * b for a, b in zip(channels[:-1], channels[1:]))
