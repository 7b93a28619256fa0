"""WaveNet one sample at a time, by tf.while_loop in the graph.

A step needs of every layer only its input at n and (kernel - 1) older ones, `dilation` apart
(Le Paine et al., arXiv 1611.09482). All layers' older inputs lie in one variable [rows, batch,
residual], a ring of (kernel - 1)·dilation rows each: a step gathers the rows it needs, makes of
them and of the condition all that does not wait for the newest sample, in one product over the
layers each, and overwrites one row a layer. Its cost does not depend on the dilations.
"""
from collections import namedtuple

import numpy as np

from tf1 import tf
from wavenet_vocoder import network, outputs

State = namedtuple("State", "memory position sample")   # what an utterance has so far


def generate(mel, speaker, noise, hp, speakers, state=None, reuse=None):
    """Audio [batch, frames·hop] drawn sample by sample, and the State after it.

    mel [batch, frames + 2·context_frames, mels], speaker [batch] int32, noise [batch, frames·hop,
    outputs.of(hp).noise_size]. Without a `state` an utterance begins; with the one that the
    previous frames ended in it goes on, and gives what it would have given in one piece. Only one
    session.run at a time.
    """
    noise, sample = _time_first(noise), outputs.of(hp).sample

    def choose(n, parameters):
        chosen = sample(parameters, tf.gather(noise, n))
        return chosen, chosen

    audio, state = _run(mel, speaker, choose, [], hp, speakers, state, reuse)
    return _time_first(audio), state


def follow(audio, mel, speaker, hp, speakers, reuse=None):
    """network(), sample by sample: the parameters when the samples are those of `audio`."""
    audio = _time_first(audio)
    parameters, _ = _run(mel, speaker, lambda n, parameters: (parameters, tf.gather(audio, n)),
                         [outputs.of(hp).size], hp, speakers, None, reuse)
    return _time_first(parameters)


def first_state(batch, hp):
    """The State before the first sample, as arrays: silence."""
    rows = sum(_ring_sizes(hp))
    return State(np.zeros([rows, batch, hp.wavenet_residual], np.float32), np.int32(0),
                 np.zeros([batch], np.float32))


def _run(mel, speaker, choose, shape, hp, speakers, state, reuse):
    """Runs the stack over all samples of mel; choose(n, parameters) → (what to keep, the sample).

    What is kept has shape [batch] + shape. Returns it as [time, batch] + shape, and the State.
    """
    with tf.variable_scope(network.SCOPE, reuse=reuse):
        h = _time_first(network.condition(mel, speaker, hp, speakers))
        step = _stack(network.condition_channels(hp, speakers), hp)
    batch, time = tf.shape(h)[1], tf.shape(h)[0]
    if state is None:
        state = first_state(1, hp)
        state = State(tf.tile(state.memory, [1, batch, 1]), state.position, tf.zeros([batch]))
    # not trained, not saved; its batch is whatever is assigned
    ring = tf.Variable(tf.zeros([0, 0, hp.wavenet_residual]), trainable=False, validate_shape=False,
                       collections=[tf.GraphKeys.LOCAL_VARIABLES], name="wavenet_memory")
    ring = tf.assign(ring, state.memory, validate_shape=False)
    kept = tf.TensorArray(tf.float32, size=time, element_shape=tf.TensorShape([None] + shape))

    def body(n, sample, kept):
        rows = _rows(state.position + n, hp)                        # [layers, kernel - 1]
        past = tf.gather(ring, rows)                                # [.., .., batch, residual]
        parameters, inputs = step(sample, past, tf.gather(h, n))
        with tf.control_dependencies([past]):                       # the oldest makes room
            written = tf.scatter_update(ring, rows[:, 0], inputs)
        keep, sample = choose(n, parameters)
        with tf.control_dependencies([written.op]):                 # before the next step reads
            return tf.add(n, 1), tf.identity(sample), kept.write(n, keep)

    _, sample, kept = tf.while_loop(lambda n, *_: n < time, body, [0, state.sample, kept],
                                    parallel_iterations=1, back_prop=False)
    with tf.control_dependencies([sample]):
        memory = tf.gather(ring, tf.range(sum(_ring_sizes(hp))))    # a copy: the ring is reused
    return kept.stack(), State(memory, state.position + time, sample)


def _stack(channels, hp):
    """The weights of network.network, and a function that makes one step with them.

    step(sample [batch], past [layers, kernel - 1, batch, residual], h [batch, channels]) →
    parameters [batch, size], the layers' inputs [layers, batch, residual].
    """
    layers, residual, gates = hp.wavenet_layers, hp.wavenet_residual, 2 * hp.wavenet_gate
    if hp.wavenet_output == "mulaw":
        table = _variable("input/table", [outputs.CLASSES, residual])
    else:
        first = _kernel_and_bias("input", 1, residual)
    older, newest, biases, conditions, residuals, skips = [], [], [], [], [], []
    for i in range(layers):
        with tf.variable_scope("layer_%02d" % i):
            kernel, bias = _kernel_and_bias("dilated", hp.wavenet_kernel * residual, gates)
            older.append(kernel[:-residual])
            newest.append(kernel[-residual:])
            biases.append(bias)
            conditions.append(_variable("condition/kernel", [channels, gates]))
            skips.append(_kernel_and_bias("skip", hp.wavenet_gate, hp.wavenet_skip))
            if i + 1 < layers:
                residuals.append(_kernel_and_bias("residual", hp.wavenet_gate, residual))
    older = tf.stack(older)                                 # [layers, older·residual, 2·gate]
    conditions, biases = tf.concat(conditions, 1), tf.concat(biases, 0)
    # the sum of the skip connections is one product with all layers' outputs side by side
    skip = tf.concat([k for k, _ in skips], 0), tf.add_n([b for _, b in skips])
    post = _kernel_and_bias("post", hp.wavenet_skip, hp.wavenet_skip)
    last = _kernel_and_bias("parameters", hp.wavenet_skip, outputs.of(hp).size)

    def step(sample, past, h):
        past = tf.reshape(tf.transpose(past, [0, 2, 1, 3]),
                          [layers, -1, (hp.wavenet_kernel - 1) * residual])
        from_past = tf.unstack(tf.matmul(past, older))              # layers × [batch, 2·gate]
        from_condition = tf.split(_dense(h, (conditions, biases)), layers, axis=1)
        if hp.wavenet_output == "mulaw":
            x = tf.gather(table, outputs.mulaw_class(sample))
        else:
            x = _dense(tf.expand_dims(sample, 1), first)            # [batch, residual]
        inputs, gated = [], []
        for i in range(layers):
            inputs.append(x)
            gated.append(network.gate(tf.add_n([tf.matmul(x, newest[i]), from_past[i],
                                                from_condition[i]])))
            if i + 1 < layers:
                x += _dense(gated[i], residuals[i])
        y = tf.nn.relu(_dense(tf.concat(gated, 1), skip))
        y = tf.nn.relu(_dense(y, post))
        return _dense(y, last), tf.stack(inputs)

    return step


def _rows(n, hp):
    """int32 [layers, kernel - 1]: where x at n - (kernel - 1)·dilation … n - dilation lie."""
    sizes = np.array(_ring_sizes(hp), np.int32)[:, None]
    lags = np.array(network.dilations(hp))[:, None] * np.arange(hp.wavenet_kernel - 1, 0, -1)
    return (np.cumsum(sizes)[:, None] - sizes).astype(np.int32) + (n - lags.astype(np.int32)) % sizes


def _ring_sizes(hp):
    return [(hp.wavenet_kernel - 1) * dilation for dilation in network.dilations(hp)]


def _kernel_and_bias(scope, rows, columns):
    """The variables of layers.dense."""
    return (_variable(scope + "/kernel", [rows, columns]),
            _variable(scope + "/bias", [columns], tf.zeros_initializer()))


def _variable(name, shape, initializer=None):
    return tf.get_variable(name, shape, initializer=initializer)


def _dense(x, kernel_and_bias):
    return tf.nn.bias_add(tf.matmul(x, kernel_and_bias[0]), kernel_and_bias[1])


def _time_first(x):
    """[batch, time, ...] → [time, batch, ...], and back."""
    return tf.transpose(x, [1, 0] + list(range(2, x.get_shape().ndims)))
