"""The layers of nn/layers.py in NumPy, for the synthesis of one utterance.

A sequence is float32 [time, channels]. `weights` is {variable name: array}, and `scope` is the
prefix of a layer's variables.
"""
import numpy as np

_EPSILON = np.float32(1e-3)     # of layers.batch_norm


def sigmoid(x):
    # 1 / (1 + exp(-x)) would overflow
    return 0.5 * np.tanh(0.5 * x) + 0.5


def dense(x, weights, scope):
    """[..., in] → [..., units]"""
    return np.dot(x, weights[scope + "/kernel"]) + weights[scope + "/bias"]


def conv_block(x, weights, scope):
    """Convolution and batch norm, [time, in] → [time, channels]."""
    kernel = weights[scope + "/conv/kernel"]
    before = (len(kernel) - 1) // 2
    padded = np.pad(x, ((before, len(kernel) - 1 - before), (0, 0)), "constant")
    y = sum(np.dot(padded[tap:tap + len(x)], kernel[tap]) for tap in range(len(kernel)))
    gamma, beta, mean, variance = (weights["%s/norm/%s" % (scope, name)] for name in (
        "gamma", "beta", "moving_mean", "moving_variance"))
    scale = gamma / np.sqrt(variance + _EPSILON)
    return y * scale + (beta - mean * scale)


def lstm_step(gates, cell, output, zoneout):
    """Gates [4·units], cell and output [units] → new cell and output (layers.ZoneoutLSTMCell)."""
    input_gate, candidate, forget_gate, output_gate = gates.reshape(4, -1)
    new_cell = sigmoid(forget_gate + 1) * cell + sigmoid(input_gate) * np.tanh(candidate)
    new_output = sigmoid(output_gate) * np.tanh(new_cell)
    return new_cell + zoneout * (cell - new_cell), new_output + zoneout * (output - new_output)


def bidirectional_lstm(x, weights, scope, zoneout):
    """[time, in] → [time, 2·units]"""
    return np.concatenate([_lstm(x, weights, scope + "/fw/lstm", zoneout),
                           _lstm(x[::-1], weights, scope + "/bw/lstm", zoneout)[::-1]], 1)


def _lstm(x, weights, scope, zoneout):
    """[time, in] → [time, units]"""
    kernel, channels = weights[scope + "/kernel"], x.shape[1]
    from_inputs = np.dot(x, kernel[:channels]) + weights[scope + "/bias"]     # of all steps at once
    outputs = np.zeros([len(x), kernel.shape[1] // 4], np.float32)
    cell = output = np.zeros(kernel.shape[1] // 4, np.float32)
    for i, gates in enumerate(from_inputs):
        cell, output = lstm_step(gates + np.dot(output, kernel[channels:]), cell, output, zoneout)
        outputs[i] = output
    return outputs
