"""The layers of both models, as functions that create or reuse their variables.

Each takes its input, its sizes and the name of its variable scope, and returns its output.
Sequences are [batch, time, channels]. A mask is [batch, time, 1], 1 on real data, 0 on padding.
Layers that differ in training take `training`, a Python bool: training and synthesis are two
graphs over the same variables.

All but batch_norm are functions of the part of the batch that is in a tower (nn.towers).
"""
import zlib

from nn import compat, deferred_gradients, short_gradients
from nn.compat import tf

# graph collections: the current training step, an int64 scalar; pairs of a moving mean or variance
# and the amount that a training step subtracts from it; and while a tower is built, the place of
# its first example in the batch and the size of the batch, or None and None if it is the only one
CURRENT_STEP, MOVING_MOMENT_UPDATES = "current_step", "moving_moment_updates"
CURRENT_ROWS = "current_rows"


def sequence_mask(lengths, max_length):
    """Mask of sequences with these lengths: int32 [batch] → float32 [batch, max_length, 1]."""
    return tf.expand_dims(tf.sequence_mask(lengths, max_length, dtype=tf.float32), 2)


def dense(x, units, scope, bias=True):
    """x·W + b on the last axis, [..., in] → [..., units]."""
    channels, is_matrix = _channels(x), x.get_shape().ndims == 2
    with tf.variable_scope(scope):
        kernel = tf.get_variable("kernel", [channels, units])
        y = tf.matmul(x if is_matrix else tf.reshape(x, [-1, channels]), kernel)
        if bias:    # the gradient of bias_add is one operation, that of + is seven
            y = tf.nn.bias_add(y, tf.get_variable("bias", [units],
                                                  initializer=tf.zeros_initializer()))
        if is_matrix:
            return y
        y = tf.reshape(y, tf.concat([tf.shape(x)[:-1], [units]], 0))
        y.set_shape(x.get_shape()[:-1].concatenate([units]))
        return y


def conv1d(x, channels, kernel_size, scope, bias=True, deferred=False):
    """Convolution over time, [batch, time, in] → [batch, time, channels].

    `deferred` defers the kernel's gradient (nn.deferred_gradients): in training, outside loops.
    """
    with tf.variable_scope(scope):
        kernel = tf.get_variable("kernel", [kernel_size, _channels(x), channels])
        y = (deferred_gradients.conv1d(x, kernel) if deferred else
             tf.nn.convolution(x, kernel, padding="SAME"))
        if bias:
            y += tf.get_variable("bias", [channels], initializer=tf.zeros_initializer())
        return y


def batch_norm(x, mask, scope, training, towers, momentum=0.99, epsilon=1e-3):
    """Batch normalisation (Ioffe and Szegedy, arXiv 1502.03167) of x [batch, time, channels].

    x, mask and the result are lists with the part of each tower. In training, mean and variance are
    those of the whole batch without its padding, and the updates of the moving moments are added to
    MOVING_MOMENT_UPDATES. Otherwise the moving moments are used.
    """
    channels = _channels(x[0])
    with tf.variable_scope(scope):
        gamma = tf.get_variable("gamma", [channels], initializer=tf.ones_initializer())
        beta = tf.get_variable("beta", [channels], initializer=tf.zeros_initializer())
        moving_mean = tf.get_variable("moving_mean", [channels], trainable=False,
                                      initializer=tf.zeros_initializer())
        moving_variance = tf.get_variable("moving_variance", [channels], trainable=False,
                                          initializer=tf.ones_initializer())
        if training:
            count = towers.total(towers.map(tf.reduce_sum, mask))
            mean = towers.total(towers.map(
                lambda x, mask: tf.reduce_sum(x * mask, [0, 1]), x, mask)) / count
            variance = towers.total(towers.map(
                lambda x, mask: tf.reduce_sum(tf.square(x - mean) * mask, [0, 1]), x, mask)) / count
            for moving, moment in ((moving_mean, mean), (moving_variance, variance)):
                tf.add_to_collection(MOVING_MOMENT_UPDATES,
                                     (moving, (1 - momentum) * (moving - moment)))
        else:
            mean, variance = moving_mean, moving_variance
        scale = gamma * tf.rsqrt(variance + epsilon)
        shift = beta - mean * scale
        return towers.map(lambda x: x * scale + shift, x)


def random_uniform(shape, loop_step=None, name="", batch_axis=0):
    """Uniform float32 in [0, 1). The seed is made of the graph's seed, the training step, the
    variable scope, `name`, and `loop_step`, the int32 counter of a loop.

    A tower draws for the whole batch, whose size replaces that of the axis `batch_axis`, and
    returns its part: the numbers of an example depend on its place in the batch, not on the towers.

    Draw once per scope and name: a second draw would give the same numbers. Unlike TensorFlow's own
    generators this has no state that a checkpoint would lack: a resumed run draws the same numbers
    as one that was never stopped.
    """
    step, = tf.get_collection(CURRENT_STEP) or [tf.constant(0, tf.int64)]
    scope = "%s/%s" % (tf.get_variable_scope().name, name)
    graph_seed = tf.get_default_graph().seed or 0
    with tf.device("/cpu:0"):       # the operation reads its seed from host memory, on a GPU too
        first = (graph_seed % 2 ** 31) * 2 ** 32 + zlib.crc32(scope.encode("utf-8"))
        second = step * 2 ** 32 + (0 if loop_step is None else tf.to_int64(loop_step))
        seed = tf.stack([tf.constant(first, tf.int64), second])
    first_row, batch_size = (tf.get_collection(CURRENT_ROWS) or [(None, None)])[-1]
    if first_row is None:
        return compat.stateless_random_uniform(shape, seed)
    sizes = tf.unstack(tf.convert_to_tensor(shape))
    begin = [0] * len(sizes)
    sizes[batch_axis], begin[batch_axis] = batch_size, first_row
    return tf.slice(compat.stateless_random_uniform(tf.stack(sizes), seed), begin, shape)


def dropout(x, rate, training):
    """x; in training, with a fraction `rate` of its values set to 0 and the rest scaled up."""
    if not (training and rate):
        return x
    return x * (tf.floor(random_uniform(tf.shape(x)) + (1 - rate)) / (1 - rate))


def embedding(ids, n_rows, channels, scope):
    """int32 ids [...] → float32 [..., channels], rows of a table [n_rows, channels]."""
    with tf.variable_scope(scope):
        table = tf.get_variable("table", [n_rows, channels],
                                initializer=tf.truncated_normal_initializer(stddev=0.3))
        return tf.nn.embedding_lookup(table, ids)


class ZoneoutLSTMCell(object):
    """An LSTM cell with zoneout (Krueger et al., arXiv 1606.01305), for a loop.

    In training, each unit of cell state and output keeps its previous value with probability
    `zoneout`; otherwise the expectation is used. The state is (cell, output), both of
    `state_shape`, a list [..., batch, units].
    """

    def __init__(self, zoneout, state_shape, n_steps=None, name="lstm"):
        """`n_steps`: the steps of the loop, for which the masks are drawn; only in training."""
        self.zoneout, self.state_shape, self._masks = zoneout, state_shape, None
        if n_steps is not None and zoneout:
            # 0 or 1 per unit, whether to keep the previous value of (cell, output)
            draws = random_uniform([n_steps, 2] + state_shape, name=name,
                                   batch_axis=len(state_shape))
            self._masks = tf.TensorArray(tf.float32, n_steps).unstack(tf.floor(draws + zoneout))

    def zero_state(self):
        return tf.zeros(self.state_shape), tf.zeros(self.state_shape)

    def __call__(self, i, gates, state):
        """Step i; gates [..., batch, 4·units], a linear function of input and last output, state →
        new state.
        """
        cell, output = state
        input_gate, candidate, forget_gate, output_gate = tf.split(gates, 4, axis=-1)
        # + 1.0: the forget gate starts open, so that gradients pass from the first step on
        forget_gate = short_gradients.add_constant(forget_gate, 1.0)
        new_cell = short_gradients.add(
            short_gradients.multiply(tf.sigmoid(forget_gate), cell),
            short_gradients.multiply(tf.sigmoid(input_gate), tf.tanh(candidate)))
        new_output = short_gradients.multiply(tf.sigmoid(output_gate), tf.tanh(new_cell))
        keep_cell = keep_output = self.zoneout
        if self._masks is not None:
            keep_cell, keep_output = tf.unstack(self._masks.read(i), 2)
        return (_interpolate(new_cell, cell, keep_cell),
                _interpolate(new_output, output, keep_output))


def _interpolate(new, old, keep):
    """new·(1 - keep) + old·keep"""
    return short_gradients.add(
        new, short_gradients.multiply_constant(short_gradients.subtract(old, new), keep))


def bidirectional_lstm(x, lengths, units, zoneout, training, scope):
    """[batch, time, in] → [batch, time, 2·units], 0 on padding."""
    def reverse(x):
        return tf.reverse_sequence(x, lengths, 1, 0)

    batch_size, n_steps = tf.shape(x)[0], tf.shape(x)[1]
    with tf.variable_scope(scope):
        gate_layers = []
        for direction, inputs in (("fw", x), ("bw", reverse(x))):
            with tf.variable_scope(direction):
                gate_layers.append(deferred_gradients.LoopDense(
                    tf.transpose(inputs, [1, 0, 2]), units, 4 * units, "lstm"))
        # one loop for both directions. Padding comes last, where its outputs do not matter
        cell = ZoneoutLSTMCell(zoneout, [2, batch_size, units], n_steps if training else None)

        def step(i, state, outputs):
            gates = tf.stack([layer.at_step(i, output)
                              for layer, output in zip(gate_layers, tf.unstack(state[1], 2))])
            state = cell(i, gates, state)
            return i + 1, state, outputs.write(i, state[1])

        # unlike tf.nn.dynamic_rnn, a step copies nothing between a GPU and the host
        outputs = tf.while_loop(
            lambda i, *_: i < n_steps, step,
            (0, cell.zero_state(), tf.TensorArray(tf.float32, n_steps)))[2].stack()
        outputs.set_shape([None, 2, None, units])                   # [time, 2, batch, units]
        if training:
            for layer, inputs in zip(gate_layers, tf.unstack(previous_step(outputs), 2, axis=1)):
                layer.register_loop_inputs(inputs)
        forward, backward = tf.unstack(tf.transpose(outputs, [1, 2, 0, 3]), 2)
        return tf.concat([forward, reverse(backward)], 2) * sequence_mask(lengths, n_steps)


def previous_step(x):
    """[steps, ...] → the same shape, each step with the values of the one before it, zeros first."""
    return tf.concat([tf.zeros_like(x[:1]), x[:-1]], 0)


def l2_loss(variables):
    """Half the sum of squares of the kernels among `variables`; no biases, norms or embeddings."""
    return tf.add_n([tf.nn.l2_loss(v) for v in variables if v.op.name.endswith("kernel")])


def _channels(x):
    return x.get_shape().as_list()[-1]
