"""How many frames a decoder step emits (r), where a schedule lowers it (arXiv 1712.05884 has one;
"gradual training" starts with more, which align sooner, and ends with fewer, which sound better).

hp.outputs_per_step_schedule holds pairs (r, until step), in order; after the last of them hp.outputs_per_step holds. The layer
that emits frames has room for the most of them; of what it emits the first r count.
"""
from nn.compat import tf


def max_outputs_per_step(hp):
    """The largest r that the run ever has."""
    return max((hp.outputs_per_step,) + hp.outputs_per_step_schedule[::2])


def outputs_per_step_at(hp, step):
    """r at a step, where the step is a number."""
    for r, until in _pairs(hp):
        if step < until:
            return r
    return hp.outputs_per_step


def frame_multiple_at(hp, step):
    """What the r of a step and of the next both divide: a batch so padded fits before and after."""
    now, then = outputs_per_step_at(hp, step), outputs_per_step_at(hp, step + 1)
    return next(many for many in range(now, now * then + 1, now) if many % then == 0)


def outputs_per_step_tensor(hp, step):
    """r at a step, where the step is a variable: int32 scalar, or hp.outputs_per_step where there is no schedule.
    """
    r = hp.outputs_per_step
    for earlier, until in reversed(_pairs(hp)):
        r = tf.where(step < until, earlier, r)
    return r


def trained_outputs_per_step(hp):
    """r of the last step that the weights took: hp.outputs_per_step, or by the variable that counts the steps."""
    if not hp.outputs_per_step_schedule:
        return hp.outputs_per_step
    done = tf.get_variable("global_step", [], tf.int64, tf.zeros_initializer(), trainable=False)
    return outputs_per_step_tensor(hp, done - 1)


def _pairs(hp):
    return list(zip(hp.outputs_per_step_schedule[::2], hp.outputs_per_step_schedule[1::2]))
