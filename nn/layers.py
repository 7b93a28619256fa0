"""The layers of both models, as functions that create or reuse their variables.

Each takes its input, its sizes and the name of its variable scope, and returns its output.
Sequences are [batch, time, channels]. A mask is [batch, time, 1], 1 on real data, 0 on padding.
Layers that differ in training take `training`, a Python bool: training and synthesis are two
graphs over the same variables.

All but batch_norm are functions of the part of the batch that is in a tower (nn.towers).
"""
import zlib

from nn import compat, deferred_gradients
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
    channels = _channels(x)
    with tf.variable_scope(scope):
        kernel = tf.get_variable("kernel", [channels, units])
        y = tf.matmul(tf.reshape(x, [-1, channels]), kernel)
        if bias:
            y += tf.get_variable("bias", [units], initializer=tf.zeros_initializer())
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
        return towers.map(lambda x: x * scale + (beta - mean * scale), x)


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
    """An LSTM cell with zoneout (Krueger et al., arXiv 1606.01305), for dynamic_rnn.

    In training, each unit of cell state and output keeps its previous value with probability
    `zoneout`; otherwise the expectation is used. The state is (cell, output), both [batch, units],
    in training followed by the number of steps so far, int32 [batch, 1], if zoneout is not 0.
    """

    def __init__(self, units, zoneout, training):
        self.units, self.zoneout = units, zoneout
        self.random = bool(training and zoneout)
        self.state_size = (units, units) + (1,) * self.random
        self.output_size = units

    def zero_state(self, batch, dtype):
        loop_step = (tf.zeros([batch, 1], tf.int32),) * self.random
        return (tf.zeros([batch, self.units], dtype),
                tf.zeros([batch, self.units], dtype)) + loop_step

    def __call__(self, x, state, scope=None, gate_layer=None):
        """x [batch, in], state → output [batch, units], new state.

        `gate_layer`, a function [batch, in + units] → [batch, 4·units], replaces the cell's own
        dense layer.
        """
        cell, output, loop_step = state[0], state[1], state[2:]
        scope = scope or "lstm"
        x = tf.concat([x, output], 1)
        gates = gate_layer(x) if gate_layer else dense(x, 4 * self.units, scope)
        input_gate, candidate, forget_gate, output_gate = tf.split(gates, 4, axis=1)
        # + 1.0: the forget gate starts open, so that gradients pass from the first step on
        new_cell = (tf.sigmoid(forget_gate + 1.0) * cell +
                    tf.sigmoid(input_gate) * tf.tanh(candidate))
        new_output = tf.sigmoid(output_gate) * tf.tanh(new_cell)
        keep_cell, keep_output = self._zoneout_masks(new_cell, loop_step, scope)
        cell = new_cell + keep_cell * (cell - new_cell)
        output = new_output + keep_output * (output - new_output)
        return output, (cell, output) + tuple(step + 1 for step in loop_step)

    def _zoneout_masks(self, cell, loop_step, scope):
        """How much of the previous cell state and output to keep: 0 or 1 per unit if random."""
        if not self.random:
            return self.zoneout, self.zoneout
        # dynamic_rnn does not advance the state of finished rows: the largest count is the loop's
        draws = random_uniform(tf.concat([[2], tf.shape(cell)], 0), tf.reduce_max(loop_step[0]),
                               scope, batch_axis=1)
        return tf.unstack(tf.floor(draws + self.zoneout), 2)


def bidirectional_lstm(x, lengths, units, zoneout, training, scope):
    """[batch, time, in] → [batch, time, 2·units], 0 on padding."""
    forward, backward = (ZoneoutLSTMCell(units, zoneout, training) for _ in range(2))
    outputs, _ = tf.nn.bidirectional_dynamic_rnn(forward, backward, x, lengths,
                                                 dtype=tf.float32, scope=scope)
    return tf.concat(outputs, 2)


def l2_loss(variables):
    """Half the sum of squares of the kernels among `variables`; no biases, norms or embeddings."""
    return tf.add_n([tf.nn.l2_loss(v) for v in variables if v.op.name.endswith("kernel")])


def _channels(x):
    return x.get_shape().as_list()[-1]
