"""The layers of both models: small functions over get_variable.

Each takes its input, its sizes and the name of its variable scope, and returns its output.
Sequences are [batch, time, channels]; a mask is [batch, time, 1], 1 on what is real, 0 on padding.
A layer that behaves differently in training takes `training`, a Python bool: training and
synthesis are two graphs over the same variables.
"""
import zlib

from nn import compat
from nn.compat import tf

# collections of a graph that trains: STEP has the number of the step that is under way, int64;
# MOMENTS has (running moment, what to subtract from it after a step); LATE has (kernel, sums that
# depend on it but do not tell tf.gradients, function: gradient of the sums → of the kernel)
STEP, MOMENTS, LATE = "step_under_way", "moments", "late_gradients"


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


def conv1d(x, channels, width, scope, dilation=1, padding="SAME", bias=True, late=False):
    """A convolution over time, [batch, time, in] → [batch, time, channels].

    With `late`, in training and outside loops, the kernel's gradient joins LATE: on a processor a
    product for each tap is quicker than TensorFlow's own.
    """
    with tf.variable_scope(scope):
        kernel = tf.get_variable("kernel", [width, _channels(x), channels])
        fixed = tf.stop_gradient(kernel) if late else kernel
        y = tf.nn.convolution(x, fixed, padding=padding, dilation_rate=[dilation])
        if late:
            tf.add_to_collection(LATE, (kernel, y, lambda of_y: _of_taps(x, of_y, width)))
        if bias:
            y += tf.get_variable("bias", [channels], initializer=tf.zeros_initializer())
        return y


def _of_taps(x, of_y, width):
    """The gradient of the kernel of a convolution of x, of whose output it is of_y."""
    time, before = tf.shape(x)[1], (width - 1) // 2
    with tf.control_dependencies([of_y]):       # not before it is time: this takes memory
        padded = tf.pad(x, [[0, 0], [before, width - 1 - before], [0, 0]])
    return tf.stack([_product(tf.slice(padded, [0, tap, 0], [-1, time, -1]), of_y, _channels(x))
                     for tap in range(width)])


def _product(inputs, of_sums, channels):
    """[…, in], [..., units] → [in, units]: the gradient of a dense layer's kernel."""
    return tf.matmul(tf.reshape(inputs, [-1, channels]),
                     tf.reshape(of_sums, [-1, _channels(of_sums)]), transpose_a=True)


def batch_norm(x, real, scope, training, momentum=0.99, epsilon=1e-3):
    """Batch normalisation (Ioffe and Szegedy, arXiv 1502.03167) that does not see padding.

    x is [batch, time, channels], `real` its mask. In training the moments are those of the real
    positions of the batch, and the update of the running ones joins MOMENTS; otherwise the
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
                tf.add_to_collection(MOMENTS, (running, (1 - momentum) * (running - now)))
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
    graph, (step,) = tf.get_default_graph(), tf.get_collection(STEP) or [tf.constant(0, tf.int64)]
    here = "%s/%s" % (tf.get_variable_scope().name, place)
    with tf.device("/cpu:0"):       # where the generator wants its seed, on a GPU too
        first = ((graph.seed or 0) % 2 ** 31) * 2 ** 32 + zlib.crc32(here.encode("utf-8"))
        second = step * 2 ** 32 + (0 if time is None else tf.to_int64(time))
        seed = tf.stack([tf.constant(first, tf.int64), second])
    return compat.stateless_uniform(shape, seed)


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


class Late(object):
    """A dense layer for every step of a loop, its kernel's gradient taken in one product behind it.

    TensorFlow would make a gradient as large as the kernel at every step, and add them up: with the
    kernels of a decoder most of the time of going back.
    """

    def __init__(self, time, batch, channels, units, scope):
        with tf.variable_scope(scope):
            self.kernel = tf.get_variable("kernel", [channels, units])
            bias = tf.get_variable("bias", [units], initializer=tf.zeros_initializer())
        self.sums = tf.zeros([time, batch, units]) + bias
        self._fixed = tf.stop_gradient(self.kernel)
        self._at = tf.TensorArray(tf.float32, time).unstack(self.sums)

    def at(self, time):
        """The layer at a step: a function [batch, channels] → [batch, units]."""
        return lambda x: tf.matmul(x, self._fixed) + self._at.read(time)

    def was_given(self, inputs):
        """Tell what the layer was given at all steps, [time, batch, channels]."""
        tf.add_to_collection(LATE, (self.kernel, self.sums, lambda of_sums: _product(
            inputs, of_sums, _channels(inputs))))


def gradients(loss, variables):
    """The gradients of `loss`, those of kernels in LATE included."""
    wanted = {v.op.name for v in variables}
    late = [entry for entry in tf.get_collection(LATE) if entry[0].op.name in wanted]
    found = tf.gradients(loss, variables + [sums for _, sums, _ in late])
    by_name = dict(zip([v.op.name for v in variables], found))
    for (kernel, sums, of_kernel), of_sums in zip(late, found[len(variables):]):
        of_sums.set_shape(sums.get_shape())
        name, product = kernel.op.name, of_kernel(of_sums)
        by_name[name] = product if by_name[name] is None else product + by_name[name]
    return [by_name[v.op.name] for v in variables]


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
