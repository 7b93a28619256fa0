"""The layers of both models: small functions over get_variable.

Each takes its input, its sizes and the name of its variable scope, and returns its output.
Sequences are [batch, time, channels]; a mask is [batch, time, 1], 1 on what is real, 0 on padding.
A layer that behaves differently in training takes `training`, a Python bool: training and
synthesis are two graphs over the same variables.
"""
import zlib

from nn import compat, deferred_gradients
from nn.compat import tf

# graph collections: the number of the current step, int64; and pairs (moving mean or variance,
# what to subtract from it after a training step)
CURRENT_STEP, MOVING_MOMENT_UPDATES = "current_step", "moving_moment_updates"


def mask(lengths, longest):
    """[batch] lengths → float32 [batch, longest, 1], 1 where a sequence goes on."""
    return tf.expand_dims(tf.sequence_mask(lengths, longest, dtype=tf.float32), 2)


def dense(x, units, scope, bias=True):
    """x·W + b over the last axis, [..., in] → [..., units]."""
    channels = _channels(x)
    with tf.variable_scope(scope):
        kernel = tf.get_variable("kernel", [channels, units])
        y = tf.matmul(tf.reshape(x, [-1, channels]), kernel)
        if bias:
            y += tf.get_variable("bias", [units], initializer=tf.zeros_initializer())
        y = tf.reshape(y, tf.concat([tf.shape(x)[:-1], [units]], 0))
        y.set_shape(x.get_shape()[:-1].concatenate([units]))
        return y


def conv1d(x, channels, kernel_size, scope, dilation=1, padding="SAME", bias=True, deferred=False):
    """Convolution over time, [batch, time, in] → [batch, time, channels].

    `deferred` defers the kernel's gradient (nn.deferred_gradients): training only, not in loops.
    """
    with tf.variable_scope(scope):
        kernel = tf.get_variable("kernel", [kernel_size, _channels(x), channels])
        if deferred:
            y = deferred_gradients.conv1d(x, kernel, dilation, padding)
        else:
            y = tf.nn.convolution(x, kernel, padding=padding, dilation_rate=[dilation])
        if bias:
            y += tf.get_variable("bias", [channels], initializer=tf.zeros_initializer())
        return y


def batch_norm(x, real, scope, training, momentum=0.99, epsilon=1e-3):
    """Batch normalisation (Ioffe and Szegedy, arXiv 1502.03167) that does not see padding.

    x is [batch, time, channels], `real` its mask. In training the moments are those of the real
    positions of the batch, and the update of the running ones joins MOVING_MOMENT_UPDATES; otherwise the
    running ones serve.
    """
    channels = _channels(x)
    with tf.variable_scope(scope):
        gamma = tf.get_variable("gamma", [channels], initializer=tf.ones_initializer())
        beta = tf.get_variable("beta", [channels], initializer=tf.zeros_initializer())
        running_mean = tf.get_variable("moving_mean", [channels], trainable=False,
                                       initializer=tf.zeros_initializer())
        running_variance = tf.get_variable("moving_variance", [channels], trainable=False,
                                           initializer=tf.ones_initializer())
        if training:
            count = tf.reduce_sum(real)
            mean = tf.reduce_sum(x * real, [0, 1]) / count
            variance = tf.reduce_sum(tf.square(x - mean) * real, [0, 1]) / count
            for running, now in ((running_mean, mean), (running_variance, variance)):
                tf.add_to_collection(MOVING_MOMENT_UPDATES, (running, (1 - momentum) * (running - now)))
        else:
            mean, variance = running_mean, running_variance
        scale = gamma * tf.rsqrt(variance + epsilon)
        return x * scale + (beta - mean * scale)


def uniform(shape, time=None, place=""):
    """Random float32 in [0, 1), a function of (seed, step, place, time) and of nothing else.

    The seed is the graph's, the step the one under way, the place the variable scope and `place`:
    one draw at each. In a loop, `time` is its int32 counter. A run that goes on after a kill draws
    what one that was never stopped would have drawn, which TensorFlow's own generators do not.
    """
    graph, (step,) = tf.get_default_graph(), tf.get_collection(CURRENT_STEP) or [tf.constant(0, tf.int64)]
    here = "%s/%s" % (tf.get_variable_scope().name, place)
    with tf.device("/cpu:0"):       # where the generator wants its seed, on a GPU too
        first = ((graph.seed or 0) % 2 ** 31) * 2 ** 32 + zlib.crc32(here.encode("utf-8"))
        second = step * 2 ** 32 + (0 if time is None else tf.to_int64(time))
        seed = tf.stack([tf.constant(first, tf.int64), second])
    return compat.stateless_random_uniform(shape, seed)


def dropout(x, rate, training):
    """x with a share `rate` of its values dropped and the rest scaled up, in training only."""
    if not (training and rate):
        return x
    return x * (tf.floor(uniform(tf.shape(x)) + (1 - rate)) / (1 - rate))


def embedding(ids, rows, channels, scope):
    """int32 ids of any shape → float32 [..., channels], rows of a table [rows, channels]."""
    with tf.variable_scope(scope):
        table = tf.get_variable("table", [rows, channels],
                                initializer=tf.truncated_normal_initializer(stddev=0.3))
        return tf.nn.embedding_lookup(table, ids)


class LSTM(object):
    """An LSTM cell with zoneout (Krueger et al., arXiv 1606.01305), for dynamic_rnn.

    In training each unit of cell and output keeps its previous value with probability `zoneout`;
    otherwise it takes the expectation of that. One matrix product a step. Its state is (cell,
    output), both [batch, units]; where zoneout draws numbers, an int32 [batch, 1] follows, the
    steps so far.
    """

    def __init__(self, units, zoneout, training):
        self.units, self.zoneout, self.training = units, zoneout, training
        self.draws = bool(training and zoneout)
        self.state_size = (units, units) + (1,) * self.draws
        self.output_size = units

    def zero_state(self, batch, dtype):
        time = (tf.zeros([batch, 1], tf.int32),) * self.draws
        return (tf.zeros([batch, self.units], dtype), tf.zeros([batch, self.units], dtype)) + time

    def __call__(self, x, state, scope=None, product=None):
        """x [batch, in], state as above → output [batch, units], the new state.

        `product` is a function [batch, in + units] → [batch, 4·units] in place of dense.
        """
        cell, output, time = state[0], state[1], state[2:]
        scope = scope or "lstm"
        x = tf.concat([x, output], 1)
        gates = product(x) if product else dense(x, 4 * self.units, scope)
        enter, candidate, forget, leave = tf.split(gates, 4, axis=1)
        # a forget gate that starts open lets gradients through before it has learnt to
        new_cell = tf.sigmoid(forget + 1.0) * cell + tf.sigmoid(enter) * tf.tanh(candidate)
        new_output = tf.sigmoid(leave) * tf.tanh(new_cell)
        keep_cell, keep_output = self._kept(new_cell, time, scope)
        cell = new_cell + keep_cell * (cell - new_cell)
        output = new_output + keep_output * (output - new_output)
        return output, (cell, output) + tuple(steps + 1 for steps in time)

    def _kept(self, like, time, scope):
        """How much of the old cell and of the old output stays: 0 or 1 a unit where it is drawn."""
        if not self.draws:
            return self.zoneout, self.zoneout
        # of rows that have ended the count stands still: the largest is the loop's
        draws = uniform(tf.concat([[2], tf.shape(like)], 0), tf.reduce_max(time[0]), scope)
        return tf.unstack(tf.floor(draws + self.zoneout), 2)


def bidirectional_lstm(x, lengths, units, zoneout, training, scope):
    """[batch, time, in] → [batch, time, 2·units]: one LSTM in each direction, zero past the end."""
    forward, backward = LSTM(units, zoneout, training), LSTM(units, zoneout, training)
    outputs, _ = tf.nn.bidirectional_dynamic_rnn(forward, backward, x, lengths,
                                                 dtype=tf.float32, scope=scope)
    return tf.concat(outputs, 2)


def l2(variables):
    """Half the sum of squares of the kernels among `variables`; biases, norms, tables are free."""
    return tf.add_n([tf.nn.l2_loss(v) for v in variables if v.op.name.endswith("kernel")])


def _channels(x):
    return x.get_shape().as_list()[-1]
