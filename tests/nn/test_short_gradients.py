"""Operations with short gradients have the values and gradients of TensorFlow's."""
import numpy as np
import pytest

from nn import compat, short_gradients
from nn.compat import tf

SHAPE = (2, 3, 4)


@pytest.mark.parametrize("function,expected,shapes", [
    (short_gradients.add, lambda x, y: x + y, (SHAPE, SHAPE)),
    (short_gradients.multiply, lambda x, y: x * y, (SHAPE, SHAPE)),
    (short_gradients.subtract, lambda x, y: x - y, (SHAPE, SHAPE)),
    (short_gradients.add_over_time, lambda x, y: x + y, ((2, 1, 4), SHAPE)),
    (short_gradients.matmul, lambda x, y: tf.matmul(x, y), (SHAPE, (2, 4, 5))),
    (lambda *pair: short_gradients.concat(pair), lambda *pair: tf.concat(pair, 1),
     ((2, 3), (2, 4))),
    (lambda x: short_gradients.add_constant(x, 1.5), lambda x: x + 1.5, (SHAPE,)),
    (lambda x: short_gradients.multiply_constant(x, [1.0, 2, 3, 4]),
     lambda x: x * [1.0, 2, 3, 4], (SHAPE,))])
def test_values_and_gradients_are_those_of_tensorflow(function, expected, shapes):
    random = np.random.RandomState(0)
    arrays = [random.standard_normal(shape).astype(np.float32) for shape in shapes]
    weight = None
    results = []
    for build in (function, expected):
        with tf.Graph().as_default(), compat.create_session(1) as session:
            inputs = [tf.constant(array) for array in arrays]
            output = build(*inputs)
            if weight is None:
                weight = random.standard_normal(output.get_shape().as_list()).astype(np.float32)
            gradients = tf.gradients(tf.reduce_sum(tf.square(output) * weight), inputs)
            results.append(session.run([output] + gradients))
    assert len(results[0]) == 1 + len(shapes)
    for result, expected_result in zip(*results):
        np.testing.assert_allclose(result, expected_result, rtol=1e-5, atol=1e-5)


def test_a_gradient_has_fewer_operations_than_that_of_tensorflow():
    counts = []
    for build in (short_gradients.multiply, lambda x, y: x * y):
        with tf.Graph().as_default() as graph:
            x, y = (tf.placeholder(tf.float32, [None, 4]) for _ in range(2))
            product = build(x, y)
            before = len(graph.get_operations())
            tf.gradients(product, [x, y], grad_ys=[product])
            counts.append(len(graph.get_operations()) - before)
    assert counts[0] < counts[1] / 3
