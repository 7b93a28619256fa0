"""A trained network's weights as arrays, by the graph's names, and as C wants them.

Nothing here needs a graph: synthesis reads a checkpoint and leaves TensorFlow alone.
"""
from collections import namedtuple

import numpy as np

from common.errors import InputError
from wavenet_vocoder import distributions, wavenet
from wavenet_vocoder.engine import conditioning
from wavenet_vocoder.upsampling import FREQ_KERNEL_SIZE

# what engine.h calls struct weights, in its order
Arranged = namedtuple("Arranged", "input input_bias dilated condition residual residual_bias skip "
                                  "skip_bias post post_bias last last_bias coefficients "
                                  "log_scale_min range")


def variable_shapes(hp, speakers):
    """{name: shape} of every variable of wavenet.wavenet."""
    residual, gates, skip = hp.wavenet_residual_channels, 2 * hp.wavenet_dilation_channels, hp.wavenet_skip_channels
    found = {}

    def dense(scope, rows, columns):
        found[scope + "/kernel"], found[scope + "/bias"] = [rows, columns], [columns]

    if hp.wavenet_output_distribution == "mulaw":
        found["input/table"] = [distributions.MULAW_CLASSES, residual]
    else:
        dense("input", 1, residual)
    for i in range(hp.wavenet_layers):
        layer = "layer_%02d/" % i
        dense(layer + "dilated", hp.wavenet_kernel_size * residual, gates)
        found[layer + "condition/kernel"] = [wavenet.condition_channels(hp, speakers), gates]
        dense(layer + "skip", hp.wavenet_dilation_channels, skip)
        if i + 1 < hp.wavenet_layers:
            dense(layer + "residual", hp.wavenet_dilation_channels, residual)
    dense("post", skip, skip)
    dense("parameters", skip, distributions.output_distribution(hp).n_parameters)
    if speakers:
        found["speaker/table"] = [speakers, hp.wavenet_speaker_embedding_dim]
    for i, scale in enumerate(hp.wavenet_upsample_scales):
        found["upsampling_%d/kernel" % i] = (
            [3, FREQ_KERNEL_SIZE, 1, scale] if hp.wavenet_upsample_type == "subpixel"
            else [2 * scale, FREQ_KERNEL_SIZE, 1, 1])
    return {"%s/%s" % (wavenet.SCOPE, name): shape for name, shape in found.items()}


def validate_weights(values, hp, speakers, source):
    """`values`, {name: array}, as float32 by the names within the network's scope.

    Raises InputError where one is missing, of another shape than hp says, or not finite.
    """
    found = {}
    for name, shape in sorted(variable_shapes(hp, speakers).items()):
        if name not in values:
            raise InputError("%s: has no weight %s" % (source, name))
        value = np.ascontiguousarray(values[name], np.float32)
        if list(value.shape) != shape:
            raise InputError("%s: %s has the shape %s, and should have %s"
                             % (source, name, list(value.shape), shape))
        if not np.isfinite(value).all():
            raise InputError("%s: %s holds what is no finite number" % (source, name))
        found[name[len(wavenet.SCOPE) + 1:]] = value
    return found


def uses_winograd(hp, precision):
    """Whether two samples of a layer share products, as native/paired.h has it.

    Of two taps a quarter of the products could be saved, which was no quicker.
    """
    return precision == "float32" and hp.wavenet_kernel_size == 3


def engine_arrays(values, hp, paired):
    """The Arranged arrays of checked values; `paired`: with the kernels of native/paired.h."""
    def stacked(name, layers=hp.wavenet_layers):
        return np.stack([values["layer_%02d/%s" % (i, name)] for i in range(layers)])

    dilated = stacked("dilated/kernel")
    if hp.wavenet_output_distribution == "mulaw":
        first, first_bias = values["input/table"], np.zeros(hp.wavenet_residual_channels)
    else:
        first, first_bias = wavenet.INPUT_SCALE * values["input/kernel"], values["input/bias"]
    residual = stacked("residual/kernel", hp.wavenet_layers - 1) if hp.wavenet_layers > 1 else (
        np.zeros([0, hp.wavenet_dilation_channels, hp.wavenet_residual_channels]))
    residual_bias = stacked("residual/bias", hp.wavenet_layers - 1) if hp.wavenet_layers > 1 else (
        np.zeros([0, hp.wavenet_residual_channels]))
    return Arranged(*[np.ascontiguousarray(array, np.float32) for array in (
        first, first_bias, _paired(dilated) if paired else dilated,
        stacked("condition/kernel")[:, :hp.n_mels], residual, residual_bias,
        stacked("skip/kernel"), stacked("skip/bias").sum(0),
        values["post/kernel"], values["post/bias"],
        values["parameters/kernel"], values["parameters/bias"],
        conditioning.last_upsampling_layer(values, hp).coefficients, [hp.wavenet_log_scale_min],
        _ranges(first, first_bias, residual, residual_bias))])


def _paired(dilated):
    """Kernels [layers, 3·residual, gates] → [layers, 4·residual, gates], as paired.h orders them."""
    a, b, c = np.split(dilated.astype(np.float64), 3, 1)
    return np.concatenate([(a + b + c) / 2, (a - b + c) / 2, -a, c], 1)


def gate_bias(values, speaker, hp):
    """What does not change with time in a layer's gates: their bias and the speaker's part.

    float32 [layers, 2·gate].
    """
    constant = np.stack([values["layer_%02d/dilated/bias" % i] for i in range(hp.wavenet_layers)])
    if "speaker/table" not in values:
        return constant
    kernels = np.stack([values["layer_%02d/condition/kernel" % i][hp.n_mels:]
                        for i in range(hp.wavenet_layers)])
    return constant + np.einsum("c,lcg->lg", values["speaker/table"][speaker], kernels)


def _ranges(first, first_bias, residual, residual_bias):
    """[layers]: what no input of a layer exceeds, for samples and gates lie in [-1, 1]."""
    bound = np.abs(first).max(0) + np.abs(first_bias)
    bounds = [bound.max()]
    for kernel, bias in zip(residual, residual_bias):
        bound = bound + np.abs(kernel).sum(0) + np.abs(bias)
        bounds.append(bound.max())
    return np.maximum(bounds, 1e-6)
