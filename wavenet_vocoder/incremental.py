"""WaveNet one sample at a time, by tf.while_loop in the graph.

At step n, a layer needs only its input at n and kernel_size - 1 older inputs, `dilation` apart
(Le Paine et al., arXiv 1611.09482). The older inputs of all layers are in one variable [rows,
batch, residual], with a ring buffer of (kernel_size - 1)·dilation rows for each layer. A step
gathers the rows it needs, computes everything that does not depend on the newest sample in one
product for all layers, and overwrites one row per layer. Its cost is independent of the dilations.
"""
from collections import namedtuple

import numpy as np

from nn.compat import tf
from wavenet_vocoder import wavenet
from wavenet_vocoder.distributions import (MULAW_CLASSES, mulaw_encode, output_distribution,
                                           set_temperature)

# buffer: [rows, batch, residual]; position: the number of samples so far; sample [batch]: the last
IncrementalState = namedtuple("IncrementalState", "buffer position sample")


def generate_samples(mel, speaker_ids, noise, hp, n_speakers, state, reuse=None):
    """(audio [batch, frames·hop] drawn sample by sample, the IncrementalState after it).

    mel [batch, frames + 2·context_frames, mels], speaker_ids int32 [batch], noise [batch,
    frames·hop, noise_dim]. With the state after the previous frames, generation continues as if all
    frames had been given at once. The graph's buffer allows only one session.run at a time.
    """
    with tf.variable_scope(wavenet.SCOPE, reuse=reuse):
        h = _time_major(wavenet.make_condition(mel, speaker_ids, hp, n_speakers))
        step = _make_step(wavenet.condition_channels(hp, n_speakers), hp)
    noise, time, distribution = _time_major(noise), tf.shape(h)[0], output_distribution(hp)
    # neither trained nor saved; its batch size is that of the value assigned last
    buffer = tf.Variable(tf.zeros([0, 0, hp.wavenet_residual_channels]), trainable=False,
                         validate_shape=False, collections=[tf.GraphKeys.LOCAL_VARIABLES],
                         name="wavenet_memory")
    buffer = tf.assign(buffer, state.buffer, validate_shape=False)
    audio = tf.TensorArray(tf.float32, size=time, element_shape=tf.TensorShape([None]))

    def body(n, sample, audio):
        rows = _buffer_rows(state.position + n, hp)                 # [layers, kernel_size - 1]
        past = tf.gather(buffer, rows)                              # [.., .., batch, residual]
        parameters, inputs = step(sample, past, tf.gather(h, n))
        with tf.control_dependencies([past]):                       # read before overwriting
            written = tf.scatter_update(buffer, rows[:, 0], inputs)
        sample = distribution.sample(parameters, tf.gather(noise, n))
        with tf.control_dependencies([written.op]):                 # write before the next step
            return tf.add(n, 1), tf.identity(sample), audio.write(n, sample)

    _, sample, audio = tf.while_loop(lambda n, *_: n < time, body, [0, state.sample, audio],
                                     parallel_iterations=1, back_prop=False)
    with tf.control_dependencies([sample]):
        values = tf.gather(buffer, tf.range(sum(_buffer_sizes(hp))))    # a copy of the variable
    return _time_major(audio.stack()), IncrementalState(values, state.position + time, sample)


def initial_state(batch, hp):
    """The IncrementalState before the first sample, as arrays: silence."""
    rows = sum(_buffer_sizes(hp))
    return IncrementalState(np.zeros([rows, batch, hp.wavenet_residual_channels], np.float32),
                            np.int32(0), np.zeros([batch], np.float32))


def _buffer_rows(n, hp):
    """int32 [layers, kernel_size - 1]: the rows of the inputs at n - (kernel_size - 1)·dilation …
    n - dilation.
    """
    dilations = np.array(wavenet.dilations(hp), np.int32)[:, None]
    lags = dilations * np.arange(hp.wavenet_kernel_size - 1, 0, -1, dtype=np.int32)
    sizes = np.array(_buffer_sizes(hp), np.int32)[:, None]
    first = np.cumsum(sizes, 0, dtype=np.int32) - sizes
    return first + (n - lags) % sizes


def _buffer_sizes(hp):
    return [(hp.wavenet_kernel_size - 1) * dilation for dilation in wavenet.dilations(hp)]


def _time_major(x):
    """[batch, time, ...] ↔ [time, batch, ...]"""
    return tf.transpose(x, [1, 0] + list(range(2, x.get_shape().ndims)))


def _make_step(condition_channels, hp):
    """A function that computes one time step, with the variables of wavenet.wavenet.

    step(sample [batch], past [layers, kernel_size - 1, batch, residual], h [batch,
    condition_channels]) → parameters [batch, n_parameters], the inputs of the layers [layers,
    batch, residual].
    """
    layers, residual = hp.wavenet_layers, hp.wavenet_residual_channels
    gates = 2 * hp.wavenet_dilation_channels
    if hp.wavenet_output_distribution == "mulaw":
        table = tf.get_variable("input/table", [MULAW_CLASSES, residual])
    else:
        input_weights = _dense_variables("input", 1, residual)
    past_kernels, newest_kernels, biases, conditions, residuals, skips = [], [], [], [], [], []
    for i in range(layers):
        with tf.variable_scope("layer_%02d" % i):
            kernel, bias = _dense_variables("dilated", hp.wavenet_kernel_size * residual, gates)
            past_kernels.append(kernel[:-residual])
            newest_kernels.append(kernel[-residual:])
            biases.append(bias)
            conditions.append(tf.get_variable("condition/kernel", [condition_channels, gates]))
            skips.append(_dense_variables("skip", hp.wavenet_dilation_channels,
                                          hp.wavenet_skip_channels))
            if i + 1 < layers:
                residuals.append(_dense_variables("residual", hp.wavenet_dilation_channels,
                                                  residual))
    past_kernels = tf.stack(past_kernels)           # [layers, (kernel_size - 1)·residual, gates]
    conditions, biases = tf.concat(conditions, 1), tf.concat(biases, 0)
    # the sum of the skip connections is one product with the outputs of all layers side by side
    skip = tf.concat([kernel for kernel, _ in skips], 0), tf.add_n([bias for _, bias in skips])
    post = _dense_variables("post", hp.wavenet_skip_channels, hp.wavenet_skip_channels)
    output = set_temperature(*_dense_variables("parameters", hp.wavenet_skip_channels,
                                               output_distribution(hp).n_parameters), hp=hp)

    def step(sample, past, h):
        past = tf.reshape(tf.transpose(past, [0, 2, 1, 3]),
                          [layers, -1, (hp.wavenet_kernel_size - 1) * residual])
        from_past = tf.unstack(tf.matmul(past, past_kernels))       # layers × [batch, gates]
        from_condition = tf.split(_dense(h, (conditions, biases)), layers, axis=1)
        if hp.wavenet_output_distribution == "mulaw":
            x = tf.gather(table, mulaw_encode(sample))
        else:
            x = _dense(wavenet.INPUT_SCALE * tf.expand_dims(sample, 1), input_weights)
        inputs, gated = [], []                                      # x is [batch, residual]
        for i in range(layers):
            inputs.append(x)
            gated.append(wavenet.gated_activation(tf.add_n([
                tf.matmul(x, newest_kernels[i]), from_past[i], from_condition[i]])))
            if i + 1 < layers:
                x += _dense(gated[i], residuals[i])
        y = tf.nn.relu(_dense(tf.concat(gated, 1), skip))
        y = tf.nn.relu(_dense(y, post))
        return _dense(y, output), tf.stack(inputs)

    return step


def _dense_variables(scope, rows, columns):
    """The kernel and bias of layers.dense."""
    return (tf.get_variable(scope + "/kernel", [rows, columns]),
            tf.get_variable(scope + "/bias", [columns], initializer=tf.zeros_initializer()))


def _dense(x, kernel_and_bias):
    return tf.nn.bias_add(tf.matmul(x, kernel_and_bias[0]), kernel_and_bias[1])
