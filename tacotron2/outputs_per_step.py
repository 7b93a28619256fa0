"""The number of mel frames per decoder step (the reduction factor r) and its schedule.

The paper has one frame per step. With more frames per step the attention aligns sooner, with fewer
the speech sounds better, so a run may begin with more. hp.outputs_per_step_schedule holds pairs
(r, step at which it ends) in order; after the last of them, hp.outputs_per_step applies. The frame
projection has the size of the largest r; the first r frames of its output are used.
"""
import math

from nn.compat import tf


def max_outputs_per_step(hp):
    """The largest r of a run."""
    return max((hp.outputs_per_step,) + hp.outputs_per_step_schedule[::2])


def outputs_per_step_at(hp, step):
    """r at `step`, an int."""
    return next((r for r, end_step in _schedule(hp) if step < end_step), hp.outputs_per_step)


def remaining_schedule(hp, step):
    """What is left of hp.outputs_per_step_schedule after `step`, counted from there."""
    return tuple(value for r, end_step in _schedule(hp) if end_step > step
                 for value in (r, end_step - step))


def outputs_per_step_tensor(hp, step):
    """r at `step`, an int64 tensor: an int32 scalar tensor, or an int without a schedule."""
    r = hp.outputs_per_step
    for earlier_r, end_step in reversed(_schedule(hp)):
        r = tf.where(step < end_step, earlier_r, r)
    return r


def trained_outputs_per_step(hp):
    """r at the last completed step by the variable global_step, as outputs_per_step_tensor."""
    if not hp.outputs_per_step_schedule:
        return hp.outputs_per_step
    step = tf.get_variable("global_step", [], tf.int64, tf.zeros_initializer(), trainable=False)
    return outputs_per_step_tensor(hp, step - 1)


def frame_multiple_at(hp, step):
    """The least common multiple of r at `step` and at the next one.

    A batch padded to a multiple of it also fits if r changes before the batch is used.
    """
    r, next_r = outputs_per_step_at(hp, step), outputs_per_step_at(hp, step + 1)
    return r * next_r // math.gcd(r, next_r)


def _schedule(hp):
    return list(zip(hp.outputs_per_step_schedule[::2], hp.outputs_per_step_schedule[1::2]))
