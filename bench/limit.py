"""What the machine can do at best: a large matrix product, in the same TensorFlow."""
import statistics
import time

import numpy as np

import tf1
from tf1 import tf

SIZE = 2048
RUNS = 7


def matrix_product():
    """Single-precision operations a second of a product of square matrices, on all cores."""
    with tf.Graph().as_default(), tf1.session() as session:
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
    units, memory, r = hp.decoder_lstm, 2 * hp.encoder_lstm, hp.r
    channels = [hp.embedding] + hp.encoder_layers * [hp.encoder_channels]
    a_jamo = (hp.encoder_width * _chain(channels)
              + 2 * (hp.encoder_channels + hp.encoder_lstm) * 4 * hp.encoder_lstm
              + memory * hp.attention)
    a_step = (_chain((hp.mels,) + hp.prenet)
              + (hp.prenet[-1] + memory + units + 2 * units) * 4 * units
              + units * hp.attention + (units + memory) * (r * hp.mels + 1)
              + jamo * (hp.attention_filters * (hp.attention_width + hp.attention)
                        + hp.attention + memory))
    a_frame = hp.postnet_width * _chain(
        [hp.mels] + (hp.postnet_layers - 1) * [hp.postnet_channels] + [hp.mels])
    return 6.0 * rows * (jamo * a_jamo + frames // r * a_step + frames * a_frame)


def wavenet_operations(hp, batch, condition, parameters):
    """Those of the matrix products of a training step, of an AudioBatch.

    `condition` and `parameters` are the channels of the condition and of the distribution.
    """
    a_layer = (hp.wavenet_kernel * hp.wavenet_residual * 2 * hp.wavenet_gate
               + condition * 2 * hp.wavenet_gate
               + hp.wavenet_gate * (hp.wavenet_skip + hp.wavenet_residual))
    a_sample = (hp.wavenet_layers * a_layer - hp.wavenet_gate * hp.wavenet_residual
                + _chain((hp.wavenet_skip, hp.wavenet_skip, parameters)) + hp.wavenet_residual)
    return 6.0 * np.size(batch.audio) * a_sample


def _chain(channels):
    """The products of neighbours, summed up."""
    return sum(a * b for a, b in zip(channels[:-1], channels[1:]))
