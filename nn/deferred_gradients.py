"""Kernel gradients computed by one matrix product outside tf.gradients.

In a loop, TensorFlow computes a gradient of the kernel's size at every step and adds them up; for
the LSTM kernels of the decoder that is most of the backward pass. Here the kernel is a constant for
tf.gradients, which differentiates with respect to the layer's outputs at all steps. One matrix
product of these gradients and the layer's inputs then gives the gradient of the kernel.
"""
from nn.compat import tf

# graph collection of (kernel, output, function: gradient of the output → gradient of the kernel)
DEFERRED = "deferred_kernel_gradients"


class DeferredKernelGradient(object):
    """A dense layer applied at every step of a loop, with the gradient of its kernel deferred.

    Call `at_step` in the loop, and `register_inputs` once after it.
    """

    def __init__(self, n_steps, batch_size, channels, units, scope):
        with tf.variable_scope(scope):
            self.kernel = tf.get_variable("kernel", [channels, units])
            bias = tf.get_variable("bias", [units], initializer=tf.zeros_initializer())
        # the output is differentiated by way of the bias, a term of it with the same gradient
        self._bias = tf.zeros([n_steps, batch_size, units]) + bias          # [steps, batch, units]
        self._constant_kernel = tf.stop_gradient(self.kernel)
        self._bias_at_step = tf.TensorArray(tf.float32, n_steps).unstack(self._bias)

    def at_step(self, step):
        """The layer at one step: a function [batch, channels] → [batch, units]."""
        return lambda x: tf.matmul(x, self._constant_kernel) + self._bias_at_step.read(step)

    def register_inputs(self, inputs):
        """Register the inputs of all steps, [steps, batch, channels], for compute_gradients."""
        _defer(self.kernel, self._bias, lambda grad: _dense_kernel_gradient(inputs, grad))


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

    With `colocate`, the gradient of an operation is computed on its device.
    """
    names = [v.op.name for v in variables]
    deferred = [entry for entry in tf.get_collection(DEFERRED) if entry[0].op.name in names]
    grads = tf.gradients(loss, variables + [output for _, output, _ in deferred],
                         colocate_gradients_with_ops=colocate)
    kernel_grads = dict(zip(names, grads))
    for (kernel, output, kernel_gradient), grad in zip(deferred, grads[len(variables):]):
        grad.set_shape(output.get_shape())
        with tf.device(output.device or None):      # that of its tower
            name, kernel_grad = kernel.op.name, kernel_gradient(grad)
        # from the L2 loss, tf.gradients returns a kernel gradient of its own
        kernel_grads[name] = (kernel_grad if kernel_grads[name] is None
                              else kernel_grad + kernel_grads[name])
    return [kernel_grads[name] for name in names]


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
