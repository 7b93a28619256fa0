"""From a loss to a training step: rate, clipping, Adam, and the updates that must run with it."""
import re
from collections import namedtuple

from common.errors import InputError
from nn import deferred_gradients, layers
from nn.compat import tf

# step: int64 scalar, the steps done; loss: of the batch that is fed; train: runs a step and yields
# the loss before it; factor: of the rate, fed, 1 by default; bound: fed, which the loss must lie
# below for the step to be taken
Optimizer = namedtuple("Optimizer", "step loss train_op learning_rate grad_norm learning_rate_factor max_loss")


def global_step():
    """The number of steps done: a variable of its own, saved with the rest."""
    step = tf.get_variable("global_step", [], tf.int64, tf.zeros_initializer(), trainable=False)
    tf.add_to_collection(layers.CURRENT_STEP, step + 0)     # a copy: the variable counts up under way
    return step


def halving_decay(step, first, last, start, half):
    """`first` until `start`, from there halved every `half` steps, never below `last`."""
    since = tf.to_float(tf.maximum(step - start, 0))
    return tf.maximum(first * tf.pow(0.5, since / half), last)


def exponential_decay(step, first, last, start, end):
    """`first` until `start`, from there evenly on a logarithmic scale to `last` at `end`."""
    return first * tf.pow(last / first, _share(step, start, end))


def linear_decay(step, first, last, start, end):
    """`first` until `start`, from there in a straight line to `last` at `end`."""
    return first + (last - first) * _share(step, start, end)


def _share(step, start, end):
    """How much of the way from `start` to `end` is done, from 0 to 1; a jump where end <= start."""
    return tf.clip_by_value(tf.to_float(step - start) / max(end - start, 1), 0.0, 1.0)


def build_optimizer(loss, step, rate, epsilon, clip_norm, averages=None, frozen=""):
    """Adam on the clipped gradient of `loss`.

    What belongs to one of the `frozen` parts, joined by +, stays as it is: weights and moments.

    The step includes the pending layers.MOVING_MOMENT_UPDATES (the running moments of batch norm) and then the
    exponential moving `averages` (tf.train.ExponentialMovingAverage) of all trainable variables.
    Where the loss is not below `bound`, or the gradient not finite, it fails before it has changed
    anything: `refused` knows the error.
    """
    factor = tf.placeholder_with_default(1.0, [])
    bound = tf.placeholder_with_default(float("inf"), [])
    rate = rate * factor
    parts = set(frozen.split("+"))
    variables = [variable for variable in tf.trainable_variables()
                 if not scope_names(variable) & parts]
    if not variables:
        raise InputError("--freeze: of this network nothing is left to train")
    gradients, norm = tf.clip_by_global_norm(deferred_gradients.compute_gradients(loss, variables), clip_norm)
    # what is not a number is below nothing
    healthy = tf.logical_and(loss < bound, norm < float("inf"))
    with tf.control_dependencies([tf.Assert(healthy, [loss, norm])]):
        moments = [tf.assign_sub(running, change)
                   for running, change in tf.get_collection(layers.MOVING_MOMENT_UPDATES)
                   if not scope_names(running) & parts]
        with tf.control_dependencies(moments):
            train = tf.train.AdamOptimizer(rate, epsilon=epsilon).apply_gradients(
                zip(gradients, variables), global_step=step)
    if averages is not None:
        with tf.control_dependencies([train]):
            train = averages.apply(tf.trainable_variables())
    with tf.control_dependencies([train]):
        return Optimizer(step, loss, tf.identity(loss), rate, norm, factor, bound)


def scope_names(variable):
    """The scopes in a variable's name within the network, each also without its number."""
    scopes = variable.op.name.split("/")[1:-1]
    return set(scopes) | {re.sub(r"_\d+$", "", scope) for scope in scopes}


def is_rejected_step(problem):
    """Whether a tf.errors.OpError is that of a step that was not taken, its loss not being fit."""
    return problem.op is not None and problem.op.type == "Assert"


def ema_getter(averages):
    """A custom getter under which a network is built over the averages instead of the weights."""
    def average_of(getter, name, *arguments, **options):
        variable = getter(name, *arguments, **options)
        average = averages.average(variable)
        return variable if average is None else average
    return average_of
