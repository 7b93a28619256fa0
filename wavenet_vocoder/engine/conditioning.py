"""The upsampling of upsampling.py in NumPy, but for its last layer.

No nonlinearity stands between that layer and the gates: what a gate takes from a sample's condition
is Σ coefficient · (kernel · input of the last layer) over a few neighbouring inputs. The products
are made once for each input, which serves `scale` samples, and the sum for each sample.
"""
from collections import namedtuple

import numpy as np

from wavenet_vocoder.upsampling import FREQ_KERNEL_SIZE, context_frames

# Sample n is made of the inputs at positions (n + shift) // scale … + taps - 1, with the
# coefficients float32 [scale, taps, FREQ_KERNEL_SIZE] of the row (n + shift) % scale. Of band b, the third
# axis is for the bands b - 1, b, b + 1 of the input.
LastLayer = namedtuple("LastLayer", "scale shift taps coefficients")


def last_upsampling_layer(values, hp):
    """The LastLayer of a network whose weights are `values`, by name."""
    scale, kernel = hp.wavenet_upsample_scales[-1], _kernel(values, len(hp.wavenet_upsample_scales) - 1)
    if hp.wavenet_upsample_type == "subpixel":                 # [3, FREQ_KERNEL_SIZE, scale]
        return LastLayer(scale, 0, 3, np.transpose(kernel, [2, 0, 1]))
    # [2·scale, FREQ_KERNEL_SIZE, 1]: outputs `scale` later belong to the input before; its bands are mirrored,
    # because a transposed convolution tells where an input goes
    taps = np.stack([kernel[scale:], kernel[:scale]], 1)[:, :, ::-1, 0]
    return LastLayer(scale, scale // 2, 2, np.ascontiguousarray(taps))


def last_layer_inputs(mel, values, hp):
    """Inputs of the last layer for a mel [frames + 2·context_frames, mels], brought to [-1, 1].

    float32 [frames·hop / scale + taps, mels]; the first is what sample 0 begins with (position 0).
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
    kernel = values["upsampling_%d/kernel" % i]
    return kernel[:, :, 0]


def _transposed(x, scale, kernel):
    """[time, mels] → [time·scale, mels]: the two halves of the kernel are for two inputs."""
    shift, time = scale // 2, len(x)
    y = np.zeros([(time + 1) * scale, x.shape[1]], np.float32)
    for half in range(2):
        part = _banded(x, kernel[half * scale:(half + 1) * scale, ::-1, 0])
        y[half * scale:half * scale + time * scale] += part.reshape(time * scale, -1)
    return y[shift:shift + time * scale]


def _subpixel(x, scale, kernel):
    """[time, mels] → [time·scale, mels], of every input and its two neighbours."""
    around = np.pad(x, ((1, 1), (0, 0)), "constant")
    y = sum(_banded(around[tap:tap + len(x)], kernel[tap].T) for tap in range(3))
    return y.reshape(len(x) * scale, -1)


def _banded(x, factors):
    """Σ over three bands of factors [points, FREQ_KERNEL_SIZE] · x [time, mels]: [time, points, mels]."""
    around = np.pad(x, ((0, 0), (FREQ_KERNEL_SIZE // 2, FREQ_KERNEL_SIZE // 2)), "constant")
    return sum(factors[None, :, band, None] * around[:, None, band:band + x.shape[1]]
               for band in range(FREQ_KERNEL_SIZE))
