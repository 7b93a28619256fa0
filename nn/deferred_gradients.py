"""Kernel gradients that are computed after the loop instead of inside it.

A kernel that a loop uses at every step gets from TensorFlow one gradient of the kernel's size per
step, and their sum; for the decoder's LSTM kernels that is most of the backward pass. Here the
kernel is hidden from tf.gradients. What is differentiated is the layer's output at all steps, and
one matrix product with the layer's inputs at all steps then gives the kernel's gradient.
"""
from nn.compat import tf

# graph collection of (kernel, output, function: gradient of the output → gradient of the kernel)
COLLECTION = "deferred_kernel_gradients"


class DeferredKernelGradient(object):
    """A dense layer that a loop applies at every step, with the gradient of its kernel deferred.

    Call `layer_at_step` in the loop, and `register_inputs` once after it.
    """

    def __init__(self, n_steps, batch, channels, units, scope):
        with tf.variable_scope(scope):
            self.kernel = tf.get_variable("kernel", [channels, units])
            bias = tf.get_variable("bias", [units], initializer=tf.zeros_initializer())
        # the bias at each step stands for the output: both have the same gradient
        self._outputs = tf.zeros([n_steps, batch, units]) + bias
        self._constant_kernel = tf.stop_gradient(self.kernel)
        self._output_at = tf.TensorArray(tf.float32, n_steps).unstack(self._outputs)

    def layer_at_step(self, step):
        """The layer at one step: a function [batch, channels] → [batch, units]."""
        return lambda x: tf.matmul(x, self._constant_kernel) + self._output_at.read(step)

    def register_inputs(self, inputs):
        """Register the inputs of all steps, [steps, batch, channels], for compute_gradients."""
        _defer(self.kernel, self._outputs, lambda grad: _dense_kernel_gradient(inputs, grad))


def conv1d(x, kernel, dilation, padding):
    """tf.nn.convolution over time, with the gradient of its kernel deferred.

    On a CPU one matrix product per tap is faster than TensorFlow's gradient. Not for loops.
    """
    y = tf.nn.convolution(x, tf.stop_gradient(kernel), padding=padding, dilation_rate=[dilation])
    _defer(kernel, y, lambda grad: _conv1d_kernel_gradient(
        x, grad, kernel.get_shape().as_list()[0]))
    return y


def compute_gradients(loss, variables):
    """The gradients of `loss` by `variables`, deferred ones included."""
    names = [v.op.name for v in variables]
    deferred = [entry for entry in tf.get_collection(COLLECTION) if entry[0].op.name in names]
    grads = tf.gradients(loss, variables + [output for _, output, _ in deferred])
    grad_by_name = dict(zip(names, grads))
    for (kernel, output, kernel_gradient), grad in zip(deferred, grads[len(variables):]):
        grad.set_shape(output.get_shape())
        name, product = kernel.op.name, kernel_gradient(grad)
        grad_by_name[name] = (product if grad_by_name[name] is None
                              else product + grad_by_name[name])
    return [grad_by_name[name] for name in names]


def _defer(kernel, output, kernel_gradient):
    tf.add_to_collection(COLLECTION, (kernel, output, kernel_gradient))


def _dense_kernel_gradient(inputs, grad):
    """inputs [..., in], gradient of the outputs [..., out] → gradient of the kernel [in, out]."""
    inputs, grad = (tf.reshape(x, [-1, x.get_shape().as_list()[-1]]) for x in (inputs, grad))
    return tf.matmul(inputs, grad, transpose_a=True)


def _conv1d_kernel_gradient(x, grad, kernel_size):
    """x and gradient of the output, both [batch, time, channels] → [kernel_size, in, out]."""
    n_frames, left = tf.shape(x)[1], (kernel_size - 1) // 2
    # pad in the backward pass only: a padded copy of every layer's input would take memory
    with tf.control_dependencies([grad]):
        padded = tf.pad(x, [[0, 0], [left, kernel_size - 1 - left], [0, 0]])
    return tf.stack([_dense_kernel_gradient(tf.slice(padded, [0, tap, 0], [-1, n_frames, -1]), grad)
                     for tap in range(kernel_size)])
