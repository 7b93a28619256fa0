"""Operations with short gradients, for loops.

TensorFlow's gradients allow for more than a loop needs: that of x * y is nine operations, because y
might be broadcast. In a step of an LSTM or of attention these take longer than the arithmetic; on a
GPU, each is the launch of a kernel. Here shapes are as the functions say.
"""
import functools

from nn.compat import tf


def add(*tensors):
    """The sum of tensors of one shape."""
    return tf.add_n(tensors)        # its gradient is no operation at all


def multiply(x, y):
    """x * y of one shape."""
    with _gradient("SameShapeMul", "Mul"):
        return tf.multiply(x, y)


def subtract(x, y):
    """x - y of one shape."""
    with _gradient("SameShapeSub", "Sub"):
        return tf.subtract(x, y)


def add_constant(x, constant):
    """x + constant. The constant has no gradient, and may be broadcast to the shape of x."""
    with _gradient("AddConstant", "Add", "AddV2"):
        return tf.add(x, constant)


def multiply_constant(x, constant):
    """x * constant. The constant has no gradient, and may be broadcast to the shape of x."""
    with _gradient("MultiplyConstant", "Mul"):
        return tf.multiply(x, constant)


def add_over_time(x, y):
    """x [batch, 1, channels] + y [batch, time, channels]."""
    with _gradient("AddOverTime", "Add", "AddV2"):
        return tf.add(x, y)


def matmul(x, y):
    """The matrix products of x [batch, n, k] and y [batch, k, m]."""
    with _gradient("SameBatchMatMul", "BatchMatMul", "BatchMatMulV2"):
        return tf.matmul(x, y)


def concat(tensors):
    """On the last axis, [batch, channels] each. The numbers of channels are known."""
    with _gradient("ConcatChannels", "ConcatV2"):
        return tf.concat(tensors, 1)


def _gradient(name, *op_types):
    """A context in which operations of these types have the gradient `name`."""
    _register_gradients()
    return tf.get_default_graph().gradient_override_map({each: name for each in op_types})


@functools.lru_cache(maxsize=1)     # when it is needed: speaking does not import TensorFlow
def _register_gradients():
    def channels(op):
        return [x.get_shape().as_list()[1] for x in op.inputs[:-1]]     # the last one is the axis

    for name, gradient in (
            ("SameShapeMul", lambda op, grad: (grad * op.inputs[1], grad * op.inputs[0])),
            ("SameShapeSub", lambda op, grad: (grad, -grad)),
            ("AddConstant", lambda op, grad: (grad, None)),
            ("MultiplyConstant", lambda op, grad: (grad * op.inputs[1], None)),
            ("AddOverTime", lambda op, grad: (tf.reduce_sum(grad, 1, keep_dims=True), grad)),
            ("SameBatchMatMul", lambda op, grad: (
                tf.matmul(grad, op.inputs[1], transpose_b=True),
                tf.matmul(op.inputs[0], grad, transpose_a=True))),
            ("ConcatChannels", lambda op, grad: tf.split(grad, channels(op), 1) + [None])):
        tf.RegisterGradient(name)(gradient)
