"""The weights of a trained WaveNet as arrays, by variable name and as the engine reads them.

Nothing here needs a graph: synthesis reads a checkpoint without building one.
"""
import numpy as np

from common.arrays import validate_arrays
from wavenet_vocoder import wavenet
from wavenet_vocoder.distributions import MULAW_CLASSES, output_distribution, set_temperature
from wavenet_vocoder.engine.conditioning import upsampling_layers
from wavenet_vocoder.upsampling import FREQ_KERNEL_SIZE


def variable_shapes(hp, n_speakers):
    """{name: shape} of all variables of wavenet.wavenet."""
    residual, skip = hp.wavenet_residual_channels, hp.wavenet_skip_channels
    gates = 2 * hp.wavenet_dilation_channels
    shapes = {}

    def dense(scope, rows, columns):
        shapes[scope + "/kernel"], shapes[scope + "/bias"] = [rows, columns], [columns]

    if hp.wavenet_output_distribution == "mulaw":
        shapes["input/table"] = [MULAW_CLASSES, residual]
    else:
        dense("input", 1, residual)
    for i in range(hp.wavenet_layers):
        layer = "layer_%02d/" % i
        dense(layer + "dilated", hp.wavenet_kernel_size * residual, gates)
        shapes[layer + "condition/kernel"] = [wavenet.condition_channels(hp, n_speakers), gates]
        dense(layer + "skip", hp.wavenet_dilation_channels, skip)
        if i + 1 < hp.wavenet_layers:
            dense(layer + "residual", hp.wavenet_dilation_channels, residual)
    dense("post", skip, skip)
    dense("parameters", skip, output_distribution(hp).n_parameters)
    if n_speakers:
        shapes["speaker/table"] = [n_speakers, hp.wavenet_speaker_embedding_dim]
    for i, scale in enumerate(hp.wavenet_upsample_scales):
        shapes["upsampling_%d/kernel" % i] = (
            [3, FREQ_KERNEL_SIZE, 1, scale] if hp.wavenet_upsample_type == "subpixel"
            else [2 * scale, FREQ_KERNEL_SIZE, 1, 1])
    return {"%s/%s" % (wavenet.SCOPE, name): shape for name, shape in shapes.items()}


def validate_weights(values, hp, n_speakers, source):
    """{name within the scope wavenet.SCOPE: float32 array} of `values`, {variable name: array}.

    Raises InputError if one is missing, not finite, or not of the shape that hp implies.
    """
    arrays = validate_arrays(values, variable_shapes(hp, n_speakers), source)
    return {name[len(wavenet.SCOPE) + 1:]: array for name, array in arrays.items()}


def uses_winograd(hp, precision):
    """Whether pairs of samples share products in dilated layers (native/winograd_template.h).

    With two taps it would save a quarter of the products, but it was not faster.
    """
    return precision == "float32" and hp.wavenet_kernel_size == 3


def engine_arrays(values, hp, winograd):
    """{field of wavenet_weights in native/wavenet_engine.h: float32 array} of validated weights."""
    layers = hp.wavenet_layers
    dilated = _stack(values, "dilated/kernel", layers)
    residual_kernel = _stack(values, "residual/kernel", layers - 1)
    residual_bias = _stack(values, "residual/bias", layers - 1)
    if hp.wavenet_output_distribution == "mulaw":
        input_kernel, input_bias = values["input/table"], np.zeros(hp.wavenet_residual_channels)
    else:
        input_kernel = wavenet.INPUT_SCALE * values["input/kernel"]
        input_bias = values["input/bias"]
    output_kernel, output_bias = set_temperature(values["parameters/kernel"],
                                                 values["parameters/bias"], hp)
    arrays = dict(
        input_kernel=input_kernel, input_bias=input_bias,
        dilated_kernel=_winograd_kernels(dilated) if winograd else dilated,
        condition_kernel=_stack(values, "condition/kernel", layers)[:, :hp.n_mels],
        residual_kernel=residual_kernel, residual_bias=residual_bias,
        skip_kernel=_stack(values, "skip/kernel", layers),
        skip_bias=_stack(values, "skip/bias", layers).sum(0),
        post_kernel=values["post/kernel"], post_bias=values["post/bias"],
        output_kernel=output_kernel, output_bias=output_bias,
        upsample_coefficients=upsampling_layers(values, hp)[-1].coefficients,
        input_bounds=_input_bounds(input_kernel, input_bias, residual_kernel, residual_bias))
    return {field: np.ascontiguousarray(array, np.float32) for field, array in arrays.items()}


def _stack(values, name, layers):
    """[layers, ...]: the weight `name` of the first `layers` layers."""
    return np.array([values["layer_%02d/%s" % (i, name)] for i in range(layers)])


def _winograd_kernels(dilated):
    """Kernels [layers, 3·residual, gates] → [layers, 4·residual, gates], in float64."""
    a, b, c = np.split(dilated.astype(np.float64), 3, 1)
    return np.concatenate([(a + b + c) / 2, (a - b + c) / 2, -a, c], 1)


def gate_bias(values, speaker_id, hp):
    """The constant part of the gates: their bias and the contribution of the speaker.

    float32 [layers, 2·dilation_channels].
    """
    bias = _stack(values, "dilated/bias", hp.wavenet_layers)
    if "speaker/table" not in values:
        return bias
    kernels = _stack(values, "condition/kernel", hp.wavenet_layers)[:, hp.n_mels:]
    return bias + np.einsum("c,lcg->lg", values["speaker/table"][speaker_id], kernels)


def _input_bounds(input_kernel, input_bias, residual_kernel, residual_bias):
    """[layers]: bounds of |input of a layer|, as samples and gated activations are in [-1, 1]."""
    bound = np.abs(input_kernel).max(0) + np.abs(input_bias)
    bounds = [bound.max()]
    for kernel, bias in zip(residual_kernel, residual_bias):
        bound = bound + np.abs(kernel).sum(0) + np.abs(bias)
        bounds.append(bound.max())
    return np.maximum(bounds, 1e-6)
