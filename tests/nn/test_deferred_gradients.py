"""Deferred kernel gradients equal those of tf.gradients."""
import numpy as np
import pytest

from nn import compat, deferred_gradients
from nn.compat import tf


@pytest.mark.parametrize("kernel_size", [1, 4, 5])
def test_deferred_gradient_of_a_convolution_is_that_of_tensorflow(kernel_size):
    """Also where another term of the loss has a gradient of the kernel that is not deferred."""
    x = np.random.RandomState(0).standard_normal([2, 7, 3])
    with tf.Graph().as_default(), compat.create_session(1) as session:
        x = tf.constant(x, tf.float32)
        kernel = tf.get_variable("kernel", [kernel_size, 3, 4])
        plain = tf.nn.convolution(x, kernel, padding="SAME")
        deferred = deferred_gradients.conv1d(x, kernel)
        for other_loss in (0.0, tf.nn.l2_loss(kernel)):
            expected, = tf.gradients(tf.reduce_sum(tf.square(plain)) + other_loss, [kernel])
            gradient, = deferred_gradients.compute_gradients(
                tf.reduce_sum(tf.square(deferred)) + other_loss, [kernel])
            session.run(tf.global_variables_initializer())
            np.testing.assert_allclose(*session.run([gradient, expected]), rtol=1e-5, atol=1e-5)


def test_deferred_gradients_of_a_loop_are_those_of_tensorflow():
    inputs = np.random.RandomState(0).standard_normal([5, 2, 3])
    with tf.Graph().as_default(), compat.create_session(1) as session:
        x = tf.constant(inputs, tf.float32)
        deferred = deferred_gradients.LoopDense(x, 4, 4, "layer")
        deferred_state, states = tf.zeros([2, 4]), []
        for i in range(5):
            states.append(deferred_state)
            deferred_state = tf.tanh(deferred.at_step(i, deferred_state))
        deferred.register_loop_inputs(tf.stack(states))
        bias, = [v for v in tf.trainable_variables() if v.op.name == "layer/bias"]
        state = tf.zeros([2, 4])
        for i in range(5):
            state = tf.tanh(tf.matmul(tf.concat([x[i], state], 1), deferred.kernel) + bias)
        variables = [deferred.kernel, bias]
        gradients = deferred_gradients.compute_gradients(
            tf.reduce_sum(tf.square(deferred_state)), variables)
        expected = tf.gradients(tf.reduce_sum(tf.square(state)), variables)
        session.run(tf.global_variables_initializer())
        for gradient, expected_gradient in session.run(list(zip(gradients, expected))):
            np.testing.assert_allclose(gradient, expected_gradient, rtol=1e-4, atol=1e-5)
