"""The training step of a loss: learning rate, gradient clipping, Adam, moving averages."""
import re
from collections import namedtuple

from common.errors import InputError
from nn import deferred_gradients, layers
from nn.compat import tf

# step: int64 scalar, the number of completed steps
# loss: scalar, of the batch that is fed
# train_op: runs one step; its value is the loss before the step
# learning_rate: scalar, including the factor; grad_norm: scalar, before clipping
# learning_rate_factor: placeholder, default 1
# max_loss: placeholder, default infinity; a step whose loss is not below it is rejected
Optimizer = namedtuple(
    "Optimizer", "step loss train_op learning_rate grad_norm learning_rate_factor max_loss")


def global_step():
    """The number of completed steps: an int64 variable that checkpoints contain."""
    step = tf.get_variable("global_step", [], tf.int64, tf.zeros_initializer(), trainable=False)
    # a copy, because the variable is incremented while the step runs
    tf.add_to_collection(layers.CURRENT_STEP, step + 0)
    return step


def halving_decay(step, initial, final, start, half_life):
    """`initial` until step `start`, then halved every `half_life` steps, never below `final`."""
    decay_steps = tf.to_float(tf.maximum(step - start, 0))
    return tf.maximum(initial * tf.pow(0.5, decay_steps / half_life), final)


def exponential_decay(step, initial, final, start, end):
    """`initial` until step `start`, then exponentially to `final` at step `end`."""
    return initial * tf.pow(final / initial, _progress(step, start, end))


def linear_decay(step, initial, final, start, end):
    """`initial` until step `start`, then linearly to `final` at step `end`."""
    return initial + (final - initial) * _progress(step, start, end)


def linear_warmup(step, rate, warmup_steps):
    """`rate`, but rising to it linearly in the first `warmup_steps` steps (1706.02677, 2.2)."""
    if not warmup_steps:
        return rate
    return rate * tf.minimum(tf.to_float(step + 1) / warmup_steps, 1.0)


def _progress(step, start, end):
    """Completed fraction of the steps from `start` to `end`; jumps to 1 if end <= start."""
    return tf.clip_by_value(tf.to_float(step - start) / max(end - start, 1), 0.0, 1.0)


def build_optimizer(loss, step, learning_rate, epsilon, grad_clip_thresh, ema=None, freeze="",
                    colocate_gradients=False):
    """An Optimizer: Adam on the gradient of `loss`, clipped by its global norm.

    A step also applies layers.MOVING_MOMENT_UPDATES, and then `ema`, a
    tf.train.ExponentialMovingAverage, to all trainable variables. Weights and moving moments in the
    scopes named by `freeze`, joined by +, stay as they are. With `colocate_gradients`, for towers
    on GPUs, gradients are computed where the network is.

    Running train_op raises tf.errors.InvalidArgumentError (see is_rejected_step) and changes
    nothing if the loss is not below max_loss or the gradient is not finite.
    Raises InputError if all weights are frozen.
    """
    learning_rate_factor = tf.placeholder_with_default(1.0, [])
    max_loss = tf.placeholder_with_default(float("inf"), [])
    learning_rate = learning_rate * learning_rate_factor
    frozen_scopes = set(freeze.split("+"))
    variables = [v for v in tf.trainable_variables() if not scope_names(v) & frozen_scopes]
    if not variables:
        raise InputError("--freeze %s: all weights are frozen; leave at least one part to train"
                         % freeze)
    gradients, grad_norm = tf.clip_by_global_norm(
        deferred_gradients.compute_gradients(loss, variables, colocate_gradients),
        grad_clip_thresh)
    # both comparisons are false for NaN
    accepted = tf.logical_and(loss < max_loss, grad_norm < float("inf"))
    with tf.control_dependencies([tf.Assert(accepted, [loss, grad_norm])]):
        moving_moments = [tf.assign_sub(moving, update)
                          for moving, update in tf.get_collection(layers.MOVING_MOMENT_UPDATES)
                          if not scope_names(moving) & frozen_scopes]
        with tf.control_dependencies(moving_moments):
            train_op = tf.train.AdamOptimizer(learning_rate, epsilon=epsilon).apply_gradients(
                zip(gradients, variables), global_step=step)
    if ema is not None:
        with tf.control_dependencies([train_op]):
            train_op = ema.apply(tf.trainable_variables())
    with tf.control_dependencies([train_op]):
        return Optimizer(step, loss, tf.identity(loss), learning_rate, grad_norm,
                         learning_rate_factor, max_loss)


def scope_names(variable):
    """The scopes of a variable within its model, each with and without its number.

    tacotron2/encoder/conv_1/kernel → {encoder, conv_1, conv}
    """
    names = variable.op.name.split("/")[1:-1]
    return set(names) | {re.sub(r"_\d+$", "", name) for name in names}


def is_rejected_step(error):
    """Whether a tf.errors.OpError means that train_op rejected the step."""
    return error.op is not None and error.op.type == "Assert"


def create_ema(decay, step):
    """A tf.train.ExponentialMovingAverage of weights, or None if `decay` is 0.

    The decay is less at the first steps, so that the average soon forgets the initial weights.
    """
    return tf.train.ExponentialMovingAverage(decay, num_updates=step) if decay else None


def ema_getter(ema):
    """A custom_getter for tf.variable_scope: the moving average of each variable that has one.

    If `ema` is None, no variable has one.
    """
    if ema is None:
        return None

    def get_average(getter, name, *args, **kwargs):
        variable = getter(name, *args, **kwargs)
        average = ema.average(variable)
        return variable if average is None else average
    return get_average
