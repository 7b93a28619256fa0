"""Floating-point operations of a training step, in matrix products and convolutions.

A multiplication and an addition are two operations; the backward pass has twice as many as the
forward pass, so a multiplication of the forward pass counts as 6.
"""
import numpy as np


def tacotron_training_flops(hp, batch):
    """FLOP of a step of Tacotron 2 on a TextBatch."""
    batch_size, jamo = batch.text_ids.shape
    frames = batch.mel.shape[1]
    units, memory, r = hp.decoder_rnn_dim, 2 * hp.encoder_lstm_units, hp.outputs_per_step
    encoder_dims = [hp.symbols_embedding_dim] + (
        hp.encoder_n_convolutions * [hp.encoder_conv_channels])
    postnet_dims = [hp.n_mels] + (
        (hp.postnet_n_convolutions - 1) * [hp.postnet_embedding_dim]) + [hp.n_mels]
    per_jamo = (hp.encoder_kernel_size * _dense_multiplies(encoder_dims)
                + 2 * (hp.encoder_conv_channels + hp.encoder_lstm_units) * 4 * hp.encoder_lstm_units
                + memory * hp.attention_dim)
    location = hp.attention_location_n_filters * (hp.attention_location_kernel_size
                                                  + hp.attention_dim)
    per_decoder_step = (_dense_multiplies((hp.n_mels,) + hp.prenet_dims)
                        + (hp.prenet_dims[-1] + memory + units + 2 * units) * 4 * units
                        + units * hp.attention_dim + (units + memory) * (r * hp.n_mels + 1)
                        + jamo * (location + hp.attention_dim + memory))
    per_frame = hp.postnet_kernel_size * _dense_multiplies(postnet_dims)
    return 6.0 * batch_size * (jamo * per_jamo + frames // r * per_decoder_step
                               + frames * per_frame)


def wavenet_training_flops(hp, batch, condition_channels, n_parameters):
    """FLOP of a step of WaveNet on an AudioBatch; the output has n_parameters per sample."""
    gates = 2 * hp.wavenet_dilation_channels
    per_layer = (hp.wavenet_kernel_size * hp.wavenet_residual_channels * gates
                 + condition_channels * gates
                 + hp.wavenet_dilation_channels * (hp.wavenet_skip_channels
                                                   + hp.wavenet_residual_channels))
    # the last layer has no residual output
    per_sample = (hp.wavenet_layers * per_layer
                  - hp.wavenet_dilation_channels * hp.wavenet_residual_channels
                  + _dense_multiplies((hp.wavenet_skip_channels, hp.wavenet_skip_channels,
                                       n_parameters)) + hp.wavenet_residual_channels)
    return 6.0 * np.size(batch.audio) * per_sample


def _dense_multiplies(channels):
    """Multiplications of dense layers with these numbers of input and output channels."""
    return sum(n_in * n_out for n_in, n_out in zip(channels[:-1], channels[1:]))
