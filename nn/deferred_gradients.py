"""Kernel gradients computed by one matrix product outside tf.gradients.

In a loop, TensorFlow computes a gradient of the kernel's size at every step and adds them up; for
the LSTM kernels of the decoder that is most of the backward pass. Here the kernel is a constant for
tf.gradients, which differentiates with respect to the layer's outputs at all steps. One matrix
product of these gradients and the layer's inputs then gives the gradient of the kernel.
"""
from nn.compat import tf
from nn.weight_copies import WEIGHT_COPIES

# graph collection of (kernel, output, function: gradient of the output → gradient of the kernel)
DEFERRED = "deferred_kernel_gradients"


class LoopDense(object):
    """A dense layer applied at every step of a loop, with the gradient of its kernel deferred.

    Its input is the concatenation of `inputs`, [steps, batch, in], which are known before the loop,
    and of `loop_channels` values of the loop. Call `at_step` in the loop, and in training
    `register_loop_inputs` once after it.
    """

    def __init__(self, inputs, loop_channels, units, scope):
        channels = inputs.get_shape().as_list()[2]
        with tf.variable_scope(scope):
            self.kernel = tf.get_variable("kernel", [channels + loop_channels, units])
            bias = tf.get_variable("bias", [units], initializer=tf.zeros_initializer())
        kernel = tf.stop_gradient(self.kernel)
        self._inputs, self._loop_kernel = inputs, kernel[channels:]
        # output = loop part + this term, so that d loss / d output = d loss / d term
        n_steps, batch_size = tf.shape(inputs)[0], tf.shape(inputs)[1]
        self._term = tf.zeros([n_steps, batch_size, units]) + bias
        if channels:        # not every TensorFlow multiplies matrices without columns
            product = tf.matmul(tf.reshape(inputs, [-1, channels]), kernel[:channels])
            self._term += tf.reshape(product, tf.shape(self._term))
        self._term_at_step = tf.TensorArray(tf.float32, n_steps).unstack(self._term)

    def at_step(self, i, loop_inputs):
        """The layer at step i: [batch, loop_channels] → [batch, units]."""
        return tf.add_n([tf.matmul(loop_inputs, self._loop_kernel), self._term_at_step.read(i)])

    def register_loop_inputs(self, loop_inputs):
        """Register those of all steps, [steps, batch, loop_channels], for compute_gradients."""
        _defer(self.kernel, self._term, lambda grad: _dense_kernel_gradient(
            tf.concat([self._inputs, loop_inputs], 2), grad))


def conv1d(x, kernel):
    """Convolution of x [batch, time, in] and kernel [kernel_size, in, out], its gradient deferred.

    Not for loops. On a CPU, one matrix product per tap is faster than TensorFlow's own gradient.
    """
    y = tf.nn.convolution(x, tf.stop_gradient(kernel), padding="SAME")
    kernel_size = kernel.get_shape().as_list()[0]
    _defer(kernel, y, lambda grad: _conv1d_kernel_gradient(x, grad, kernel_size))
    return y


def compute_gradients(loss, variables, colocate=False):
    """tf.gradients of `loss` with respect to `variables`, including the deferred gradients.

    With `colocate`, the gradient of an operation is computed on its device. Gradients of copies of
    the weights (nn.weight_copies) are added to those of the variables.
    """
    copies = tf.get_collection(WEIGHT_COPIES)
    weights = variables + [weight for copy in copies for weight in copy.weights.values()]
    names = [weight.op.name for weight in weights]
    deferred = [entry for entry in tf.get_collection(DEFERRED) if entry[0].op.name in names]
    gradients = tf.gradients(loss, weights + [output for _, output, _ in deferred],
                             colocate_gradients_with_ops=colocate)
    # added up on each device first: between devices, only the sums are transferred
    sums = {}
    for (kernel, output, kernel_gradient), gradient in zip(deferred, gradients[len(weights):]):
        gradient.set_shape(output.get_shape())
        with tf.device(output.device):      # that of its tower
            total, key = kernel_gradient(gradient), (kernel.op.name, output.device)
            sums[key] = sums[key] + total if key in sums else total
    totals = dict(zip(names, gradients))
    devices = {weight.op.name: weight.device for weight in weights}
    for (name, _), total in sums.items():
        # from the L2 loss, tf.gradients returns a kernel gradient of its own
        with tf.device(devices[name]):
            totals[name] = total if totals[name] is None else total + totals[name]
    of_variables = {name: totals[name] for name in names[:len(variables)]}
    for copy in copies:
        copy.add_gradients(of_variables, {name: totals[weight.op.name]
                                          for name, weight in copy.weights.items()})
    return [of_variables[v.op.name] for v in variables]


def _defer(kernel, output, kernel_gradient):
    tf.add_to_collection(DEFERRED, (kernel, output, kernel_gradient))


def _dense_kernel_gradient(inputs, grad):
    """inputs [..., in], gradient of the outputs [..., out] → gradient of the kernel [in, out]."""
    inputs, grad = (tf.reshape(x, [-1, x.get_shape().as_list()[-1]]) for x in (inputs, grad))
    return tf.matmul(inputs, grad, transpose_a=True)


def _conv1d_kernel_gradient(x, grad, kernel_size):
    """x and gradient of the output, both [batch, time, channels] → [kernel_size, in, out]."""
    time, left = tf.shape(x)[1], (kernel_size - 1) // 2
    with tf.control_dependencies([grad]):       # an earlier padded copy would occupy memory
        padded = tf.pad(x, [[0, 0], [left, kernel_size - 1 - left], [0, 0]])
    return tf.stack([_dense_kernel_gradient(padded[:, tap:tap + time], grad)
                     for tap in range(kernel_size)])
