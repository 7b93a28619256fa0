"""Towers: parts of a training batch that are computed at the same time.

The network is built once per tower over the same variables, and each tower has a GPU or a CPU
thread of its own, on this host or another one. Batch-norm moments are sums over all towers and
random numbers are those of the whole batch: several towers learn what one learns, and a run may be
resumed with another number.
"""
import contextlib

from nn import deferred_gradients, layers
from nn.compat import tf
from nn.weight_copies import copy_weights, weights_from


class Towers(object):
    """Splits batches into one part for each of `devices`: names, or None where TensorFlow decides.

    A value in the network is a list with the part of each tower. Parts differ in size by at most
    one example. If there are fewer examples than towers, some towers repeat an example of another,
    because many operations fail on nothing; `total` leaves it out.
    """

    def __init__(self, devices=(None,), example=None, copies=None):
        """`example`, a tensor [batch, ...], has the size of the batch; one tower needs none.

        copies: of the weights on other hosts, as from copy_weights
        """
        self._copies = copies or {}
        self.devices, n_towers = list(devices), len(devices)
        # of each tower: its first example, and its number of examples without repeated ones
        self._first, self._count, self._batch_size = [None], [None], None
        if n_towers > 1:
            self._batch_size = size = tf.shape(example)[0]
            start = [size * i // n_towers for i in range(n_towers + 1)]
            self._first = [tf.minimum(start[i], size - 1) for i in range(n_towers)]
            self._count = [start[i + 1] - start[i] for i in range(n_towers)]

    def split(self, x):
        """x [batch, ...] → its parts. None → a list of None."""
        if len(self.devices) == 1 or x is None:
            return [x] * len(self.devices)
        return [x[first:first + tf.maximum(count, 1)]
                for first, count in zip(self._first, self._count)]

    def map(self, function, *values):
        """[function(the tower's part of each of `values`)] of all towers."""
        results = []
        for device, first, parts in zip(self.devices, self._first, zip(*values)):
            # not None, which would end the caller's tf.device
            with tf.device(device or ""), self._current_rows(first), \
                    weights_from(self._copies.get(device)):
                results.append(function(*parts))
        return results

    def total(self, parts):
        """The sum of parts of the same shape, each a sum over the examples of a tower."""
        if len(parts) == 1:
            return parts[0]
        return tf.add_n([part * tf.to_float(count > 0) for part, count in zip(parts, self._count)])

    @contextlib.contextmanager
    def _current_rows(self, first):
        current = tf.get_collection_ref(layers.CURRENT_ROWS)
        current.append((first, self._batch_size))
        yield
        current.pop()


ONE_TOWER = Towers()


def build_in_towers(build_network, devices, example):
    """build_network(Towers on `devices`), for training. `example` as for Towers.

    Initial values depend on the number of operations that were created before. So the variables are
    created by a network in one tower, which is not used any further: they have the same initial
    values with any number of towers.
    """
    if len(devices) == 1:
        return build_network(Towers(devices))
    build_network(ONE_TOWER)
    for collection in (deferred_gradients.DEFERRED, layers.MOVING_MOMENT_UPDATES):
        tf.get_default_graph().clear_collection(collection)
    with tf.variable_scope(tf.get_variable_scope(), reuse=True):
        copies = copy_weights(tf.trainable_variables(), devices)
        return build_network(Towers(devices, example, copies))
