"""Monotonic attention (Raffel et al., arXiv 1704.00784, section 2): it stays or moves on.

At every step the attention stands on a jamo, asks whether to stay there, and otherwise moves on
and asks again. The weights are the probabilities of where that ends, so the network is trained on
the expectation. It makes at most as many moves a step as the step has frames: with one it would be
stepwise monotonic attention (He et al., arXiv 1906.00672). So no weight is lost, and the expected
place never goes back.
"""
import math

from nn import layers
from nn.compat import tf
from tacotron2 import outputs_per_step
from tacotron2.attention import energy

STAYS = 1.0         # energy of staying before anything is learnt: a jamo lasts some steps


def initial(memory, hp):
    """Everything on the first jamo; and int32 [batch], the steps so far."""
    steps = tf.zeros_like(memory.real[:, 0], tf.int32)
    return tf.one_hot(steps, tf.shape(memory.real)[1]), steps


def weights(query, state, memory, hp, training):
    moving, steps = state
    stay = energy.additive(query, memory, hp, bias=True) + STAYS
    if training:
        # noise drives the network to decisions that are clear without it (section 2.5)
        stay += _normal(tf.shape(stay), tf.reduce_max(steps))
    last = memory.real - after(memory.real)
    stay = tf.maximum(tf.sigmoid(stay) * memory.real, last)
    stayed = tf.zeros_like(moving)
    for _ in range(outputs_per_step.max_outputs_per_step(hp)):
        stayed += moving * stay
        moving = before(moving * (1 - stay))
    now = stayed + moving
    return now, (now, steps + 1)


def _normal(shape, time):
    """Normal random numbers, drawn as layers.uniform draws (Box and Muller, 1958)."""
    radius, angle = tf.unstack(layers.uniform(tf.concat([[2], shape], 0), time, "noise"))
    return tf.sqrt(-2 * tf.log(1 - radius)) * tf.cos(2 * math.pi * angle)


def before(x):
    """[batch, jamo] moved on by one jamo: at each place what stood before it."""
    return tf.pad(x[:, :-1], [[0, 0], [1, 0]])


def after(x):
    """[batch, jamo] moved back by one jamo: at each place what stood after it."""
    return tf.pad(x[:, 1:], [[0, 0], [0, 1]])
