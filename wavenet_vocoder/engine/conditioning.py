"""upsampling.py in NumPy, up to the input of its last layer.

No nonlinearity separates the last layer from the gates: the contribution of a sample's condition to
a gate is Σ coefficient · (kernel · input) over a few neighbouring inputs of the last layer. The
engine computes the products once per input, which serve `scale` samples, and the sum per sample.
"""
from collections import namedtuple

import numpy as np

from wavenet_vocoder.upsampling import FREQ_KERNEL_SIZE, context_frames

# Let x be the inputs with one more row before the first. Output n depends on the rows
# (n + shift) // scale … (n + shift) // scale + taps - 1 of x, with the coefficients of phase
# (n + shift) % scale. coefficients: float32 [scale, taps, FREQ_KERNEL_SIZE], where the third axis
# belongs to the input bands b - 1, b, b + 1 of output band b.
UpsamplingLayer = namedtuple("UpsamplingLayer", "scale shift taps coefficients")


def upsampling_layers(values, hp):
    """The UpsamplingLayers of a network with the weights `values`, by name."""
    layers = []
    for i, scale in enumerate(hp.wavenet_upsample_scales):
        kernel = values["upsampling_%d/kernel" % i][:, :, 0]
        if hp.wavenet_upsample_type == "subpixel":          # [3, FREQ_KERNEL_SIZE, scale]
            layers.append(UpsamplingLayer(scale, 0, 3, np.transpose(kernel, [2, 0, 1])))
        else:
            # [2·scale, FREQ_KERNEL_SIZE, 1]. The second half belongs to the previous input. A
            # transposed convolution scatters, so its bands are mirrored.
            coefficients = np.stack([kernel[scale:], kernel[:scale]], 1)[:, :, ::-1, 0]
            layers.append(UpsamplingLayer(scale, scale // 2, 2, coefficients))
    return layers


def last_layer_inputs(mel, values, hp):
    """The inputs of the last layer for a mel [frames + 2·context_frames, mels], scaled to [-1, 1].

    float32 [frames·hop / scale + taps, mels]: the rows x of an UpsamplingLayer.
    """
    layers = upsampling_layers(values, hp)
    x = _apply_layers(mel, layers[:-1], hp)
    margin = context_frames(hp) * (len(x) // len(mel))
    return np.ascontiguousarray(x[margin - 1:len(x) - margin + layers[-1].taps - 1])


def upsample(mel, values, hp):
    """mel [frames + 2·context_frames, mels] → condition [frames·hop, mels], scaled to [-1, 1]."""
    condition, margin = _apply_layers(mel, upsampling_layers(values, hp), hp), context_frames(hp)
    return condition[margin * hp.hop_length:len(condition) - margin * hp.hop_length]


def _apply_layers(mel, layers, hp):
    x = np.asarray(mel, np.float32) / np.float32(hp.max_abs_value)
    for layer in layers:
        x = _upsample(x, layer)
    return x


def _upsample(x, layer):
    """[time, mels] → [time·scale, mels], as if zeros surrounded x."""
    time, mels = x.shape
    padded = np.pad(x, ((1, 1), (FREQ_KERNEL_SIZE // 2, FREQ_KERNEL_SIZE // 2)), "constant")
    rows = len(padded) - layer.taps + 1
    y = 0                                                   # [rows, scale, mels]
    for tap in range(layer.taps):
        y += sum(layer.coefficients[:, tap, band, None] * padded[tap:tap + rows, None,
                                                                 band:band + mels]
                 for band in range(FREQ_KERNEL_SIZE))
    return y.reshape(-1, mels)[layer.shift:layer.shift + time * layer.scale]
