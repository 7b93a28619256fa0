"""The layers of both models: small functions over get_variable.

Each takes its input, its sizes and the name of its variable scope, and returns its output.
Sequences are [batch, time, channels]; a mask is [batch, time, 1], 1 on what is real, 0 on padding.
A layer that behaves differently in training takes `training`, a Python bool: training and
synthesis are two graphs over the same variables.
"""
from tf1 import tf


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


def conv1d(x, channels, width, scope, dilation=1, padding="SAME", bias=True):
    """A convolution over time, [batch, time, in] → [batch, time, channels]."""
    with tf.variable_scope(scope):
        kernel = tf.get_variable("kernel", [width, _channels(x), channels])
        y = tf.nn.convolution(x, kernel, padding=padding, dilation_rate=[dilation])
        if bias:
            y += tf.get_variable("bias", [channels], initializer=tf.zeros_initializer())
        return y


def batch_norm(x, real, scope, training, momentum=0.99, epsilon=1e-3):
    """Batch normalisation (Ioffe and Szegedy, arXiv 1502.03167) that does not see padding.

    x is [batch, time, channels], `real` its mask. In training the moments are those of the real
    positions of the batch, and the update of the running ones joins UPDATE_OPS; otherwise the
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
                tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, tf.assign_sub(
                    running, (1 - momentum) * (running - now)))
        else:
            mean, variance = running_mean, running_variance
        scale = gamma * tf.rsqrt(variance + epsilon)
        return x * scale + (beta - mean * scale)


def dropout(x, rate, training):
    """x with a share `rate` of its values dropped and the rest scaled up, in training only."""
    return tf.nn.dropout(x, keep_prob=1 - rate) if training and rate else x


def embedding(ids, rows, channels, scope):
    """int32 ids of any shape → float32 [..., channels], rows of a table [rows, channels]."""
    with tf.variable_scope(scope):
        table = tf.get_variable("table", [rows, channels],
                                initializer=tf.truncated_normal_initializer(stddev=0.3))
        return tf.nn.embedding_lookup(table, ids)


class LSTM(object):
    """An LSTM cell with zoneout (Krueger et al., arXiv 1606.01305), for dynamic_rnn.

    In training each unit of cell and output keeps its previous value with probability `zoneout`;
    otherwise it takes the expectation of that. One matrix product a step.
    """

    def __init__(self, units, zoneout, training):
        self.units, self.zoneout, self.training = units, zoneout, training
        self.state_size = (units, units)
        self.output_size = units

    def zero_state(self, batch, dtype):
        return (tf.zeros([batch, self.units], dtype), tf.zeros([batch, self.units], dtype))

    def __call__(self, x, state, scope=None):
        """x [batch, in], state (cell, output) → output [batch, units], the new state."""
        cell, output = state
        gates = dense(tf.concat([x, output], 1), 4 * self.units, scope or "lstm")
        enter, candidate, forget, leave = tf.split(gates, 4, axis=1)
        # a forget gate that starts open lets gradients through before it has learnt to
        new_cell = tf.sigmoid(forget + 1.0) * cell + tf.sigmoid(enter) * tf.tanh(candidate)
        new_output = tf.sigmoid(leave) * tf.tanh(new_cell)
        cell = self._zoned_out(cell, new_cell)
        output = self._zoned_out(output, new_output)
        return output, (cell, output)

    def _zoned_out(self, old, new):
        if not self.zoneout:
            return new
        if not self.training:
            return self.zoneout * old + (1 - self.zoneout) * new
        keep = tf.floor(tf.random_uniform(tf.shape(new)) + self.zoneout)
        return new + keep * (old - new)


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
