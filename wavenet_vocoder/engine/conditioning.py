"""upsampling.py in NumPy, up to the input of its last layer.

No nonlinearity separates the last layer from the gates: the contribution of a sample's condition to
a gate is Σ coefficient · (kernel · input) over a few neighbouring inputs of the last layer. The
engine computes the products once per input, which serve `scale` samples, and the sum per sample.
"""
from collections import namedtuple

import numpy as np

from wavenet_vocoder.upsampling import FREQ_KERNEL_SIZE, context_frames

# Sample n depends on the inputs (n + shift) // scale … (n + shift) // scale + taps - 1, with the
# coefficients of phase (n + shift) % scale. coefficients: float32 [scale, taps, FREQ_KERNEL_SIZE],
# where the third axis belongs to the input bands b - 1, b, b + 1 of output band b.
LastUpsamplingLayer = namedtuple("LastUpsamplingLayer", "scale shift taps coefficients")


def last_upsampling_layer(values, hp):
    """The LastUpsamplingLayer of a network with the weights `values`, by name."""
    scale = hp.wavenet_upsample_scales[-1]
    kernel = _kernel(values, len(hp.wavenet_upsample_scales) - 1)
    if hp.wavenet_upsample_type == "subpixel":              # [3, FREQ_KERNEL_SIZE, scale]
        return LastUpsamplingLayer(scale, 0, 3, np.transpose(kernel, [2, 0, 1]))
    # [2·scale, FREQ_KERNEL_SIZE, 1]. The second half belongs to the previous input. A transposed
    # convolution scatters, so its bands are mirrored.
    taps = np.stack([kernel[scale:], kernel[:scale]], 1)[:, :, ::-1, 0]
    return LastUpsamplingLayer(scale, scale // 2, 2, np.ascontiguousarray(taps))


def last_layer_inputs(mel, values, hp):
    """The inputs of the last layer for a mel [frames + 2·context_frames, mels], scaled to [-1, 1].

    float32 [frames·hop / scale + taps, mels]; row i is input i as LastUpsamplingLayer counts them.
    """
    x = np.asarray(mel, np.float32) / np.float32(hp.max_abs_value)
    layer = {"transposed": _transposed, "subpixel": _subpixel}[hp.wavenet_upsample_type]
    rate = 1
    for i, scale in enumerate(hp.wavenet_upsample_scales[:-1]):
        x = layer(x, scale, _kernel(values, i))
        rate *= scale
    last, margin = last_upsampling_layer(values, hp), context_frames(hp) * rate
    return np.ascontiguousarray(x[margin - 1:len(x) - margin + last.taps - 1])


def _kernel(values, i):
    return values["upsampling_%d/kernel" % i][:, :, 0]


def _transposed(x, scale, kernel):
    """[time, mels] → [time·scale, mels]. The halves of the kernel belong to two inputs."""
    shift, time = scale // 2, len(x)
    y = np.zeros([(time + 1) * scale, x.shape[1]], np.float32)
    for half in range(2):
        product = _convolve_bands(x, kernel[half * scale:(half + 1) * scale, ::-1, 0])
        y[half * scale:half * scale + time * scale] += product.reshape(time * scale, -1)
    return y[shift:shift + time * scale]


def _subpixel(x, scale, kernel):
    """[time, mels] → [time·scale, mels], from each input and its two neighbours."""
    padded = np.pad(x, ((1, 1), (0, 0)), "constant")
    y = sum(_convolve_bands(padded[tap:tap + len(x)], kernel[tap].T) for tap in range(3))
    return y.reshape(len(x) * scale, -1)


def _convolve_bands(x, kernel):
    """Σ over bands of kernel [phases, FREQ_KERNEL_SIZE] · x [time, mels]: [time, phases, mels]."""
    padded = np.pad(x, ((0, 0), (FREQ_KERNEL_SIZE // 2, FREQ_KERNEL_SIZE // 2)), "constant")
    return sum(kernel[None, :, band, None] * padded[:, None, band:band + x.shape[1]]
               for band in range(FREQ_KERNEL_SIZE))
