"""The upsampling network: one mel frame every hop_length samples → a condition for every sample.

WaveNet 2.5: "we first transform this time series using a transposed convolutional network
(learned upsampling)". There is one layer for each factor of `wavenet_upsample_scales`, over time
and three neighbouring mel bands. No nonlinearity follows a layer, so both layer types can start as
linear interpolation between frame centres; frame i covers the samples i·hop … (i+1)·hop - 1.
"""
import numpy as np

from nn.compat import tf

FREQ_KERNEL_SIZE = 3    # mel bands in the kernel of a layer


def upsample(mel, hp):
    """[batch, frames + 2·context_frames(hp), mels] → [batch, frames·hop, mels].

    The margins are the neighbouring frames, or silence at either end (`pad_context`).
    """
    layer = {"transposed": _transposed, "subpixel": _subpixel}[hp.wavenet_upsample_type]
    x = tf.expand_dims(mel, 3)                              # [batch, time, mels, 1]
    for i, scale in enumerate(hp.wavenet_upsample_scales):
        x = layer(x, scale, "upsampling_%d" % i)            # [batch, time·scale, mels, 1]
    margin = context_frames(hp) * hp.hop_length
    return x[:, margin:tf.shape(x)[1] - margin, :, 0]


def context_frames(hp):
    """The number of frames before and after a segment that its condition depends on."""
    first, last = 0, hp.hop_length - 1                      # the samples of frame 0
    for scale in reversed(hp.wavenet_upsample_scales):
        if hp.wavenet_upsample_type == "subpixel":
            first, last = first // scale - 1, last // scale + 1
        else:
            shift = scale // 2
            first, last = (first + shift) // scale - 1, (last + shift) // scale
    return max(-first, last)


def pad_context(mel, hp):
    """A whole utterance [frames, mels] with context_frames(hp) frames of silence at either end."""
    margin = context_frames(hp)
    return np.pad(mel, ((margin, margin), (0, 0)), "constant", constant_values=-hp.max_abs_value)


def initial_kernel(scale, upsample_type):
    """The kernel of a layer before training, which interpolates linearly between frame centres."""
    if upsample_type == "subpixel":
        t = (np.arange(scale) - (scale - 1) / 2.0) / scale
        kernel = np.zeros([3, FREQ_KERNEL_SIZE, 1, scale], np.float32)
        kernel[:, FREQ_KERNEL_SIZE // 2, 0, :] = (np.maximum(0, -t), 1 - np.abs(t),
                                                  np.maximum(0, t))
        return kernel
    t = np.arange(2 * scale) - scale // 2 - (scale - 1) / 2.0
    kernel = np.zeros([2 * scale, FREQ_KERNEL_SIZE, 1, 1], np.float32)
    kernel[:, FREQ_KERNEL_SIZE // 2, 0, 0] = np.maximum(0, 1 - np.abs(t) / scale)
    return kernel


def _transposed(x, scale, scope):
    """A transposed convolution with 2·scale taps: each output mixes the two nearest inputs."""
    kernel = _kernel(initial_kernel(scale, "transposed"), scope)
    batch, time, bands = tf.shape(x)[0], tf.shape(x)[1], x.get_shape().as_list()[2]
    y = tf.nn.conv2d_transpose(x, kernel,
                               [batch, (time + 1) * scale, bands + FREQ_KERNEL_SIZE - 1, 1],
                               strides=[1, scale, 1, 1], padding="VALID")
    shift, edge = scale // 2, FREQ_KERNEL_SIZE // 2
    y = y[:, shift:shift + time * scale, edge:edge + bands]
    y.set_shape([None, None, bands, 1])
    return y


def _subpixel(x, scale, scope):
    """A convolution to `scale` channels, interleaved in time (Shi et al., arXiv 1609.05158)."""
    kernel = _kernel(initial_kernel(scale, "subpixel"), scope)
    batch, time, bands = tf.shape(x)[0], tf.shape(x)[1], x.get_shape().as_list()[2]
    y = tf.nn.conv2d(x, kernel, strides=[1, 1, 1, 1], padding="SAME")
    return tf.reshape(tf.transpose(y, [0, 1, 3, 2]), [batch, time * scale, bands, 1])


def _kernel(initial, scope):
    with tf.variable_scope(scope):
        return tf.get_variable("kernel", initial.shape,
                               initializer=tf.constant_initializer(initial))
