"""Rejected training steps, and a network whose weights are all frozen."""
import pytest

from common.errors import InputError
from nn import compat, layers, optimizer
from nn.compat import tf


def build(freeze=""):
    """(Optimizer, placeholder, variable w): the loss is w times the placeholder, w begins at 1."""
    step = optimizer.global_step()
    x = tf.placeholder(tf.float32, [])
    with tf.variable_scope("model/part"):
        w = tf.get_variable("w", [], initializer=tf.ones_initializer())
        moving_mean = tf.get_variable("moving_mean", [], trainable=False,
                                      initializer=tf.zeros_initializer())
    tf.add_to_collection(layers.MOVING_MOMENT_UPDATES, (moving_mean, -x))
    return optimizer.build_optimizer(w * x, step, 0.1, 1e-8, 1.0, freeze=freeze), x, w


@pytest.mark.parametrize("value,max_loss,accepted", [
    (2.0, 3.0, True), (4.0, 3.0, False), (float("nan"), 3.0, False),
    (float("inf"), float("inf"), False)])
def test_a_rejected_step_changes_nothing(value, max_loss, accepted):
    with tf.Graph().as_default(), compat.create_session(1) as session:
        graph, x, w = build()
        session.run(tf.global_variables_initializer())
        variables = tf.global_variables()
        before = session.run(variables)
        feed_dict = {x: value, graph.max_loss: max_loss}
        if accepted:
            assert session.run(graph.train_op, feed_dict) == value
            assert session.run([graph.step, w]) == [1, pytest.approx(0.9)]
        else:
            with pytest.raises(tf.errors.InvalidArgumentError) as error:
                session.run(graph.train_op, feed_dict)
            assert optimizer.is_rejected_step(error.value)
            assert session.run(variables) == before


def test_freezing_every_part_is_an_error():
    with tf.Graph().as_default(), pytest.raises(InputError) as error:
        build(freeze="other+part")
    assert "--freeze other+part" in str(error.value)
