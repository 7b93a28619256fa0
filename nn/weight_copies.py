"""Copies of the weights for towers on other hosts, each transferred as one tensor.

Between hosts, each tensor takes time, however small it is. So the weights that are on one device
are concatenated there, and split on the host that needs them; their gradients take the same way
back. Horovod does that with gradients (Sergeev and Del Balso, arXiv 1802.05799, Tensor Fusion).
"""
import contextlib
from collections import OrderedDict

from nn.compat import tf

# graph collection of WeightCopy
WEIGHT_COPIES = "weight_copies"


class WeightCopy(object):
    """A copy of `variables`, which are on one device, on the device `target`.

    weights: {name of a variable: its copy}
    """

    def __init__(self, variables, target):
        self._variables, self._target = variables, target
        self._source = variables[0].device
        self._sizes = [v.get_shape().num_elements() for v in variables]
        with tf.device(self._source):
            values = _concat(variables)
        with tf.device(target):
            # the gradient is transferred by add_gradients
            self.weights = OrderedDict(zip([v.op.name for v in variables],
                                           self._split(tf.stop_gradient(values))))

    def add_gradients(self, gradients, copy_gradients):
        """Add the gradients of the copy to those of the variables.

        Both are {name of a variable: gradient, or None for zeros}; `gradients` is changed. It has
        those of the variables that are trained.
        """
        with tf.device(self._target):
            total = _concat([tf.zeros_like(weight) if copy_gradients.get(name) is None
                             else copy_gradients[name] for name, weight in self.weights.items()])
        with tf.device(self._source):
            for name, gradient in zip(self.weights, self._split(total)):
                if name in gradients:
                    gradients[name] = (gradient if gradients[name] is None
                                       else gradients[name] + gradient)

    def _split(self, values):
        return [tf.reshape(part, v.get_shape())
                for part, v in zip(tf.split(values, self._sizes), self._variables)]


def copy_weights(variables, devices):
    """Copy the variables to those of the `devices` that are on other hosts than they are.

    Adds to WEIGHT_COPIES. Returns {device: {name of a variable: its copy}}.
    """
    copies = {}
    for target in sorted(set(device for device in devices if host_of(device))):
        copies[target], groups = {}, {}
        for variable in variables:
            # the gradient of an embedding table is tf.IndexedSlices: it cannot be concatenated
            if (host_of(variable.device) != host_of(target)
                    and not variable.op.name.endswith("/table")):
                groups.setdefault(variable.device, []).append(variable)
        for source in sorted(groups):
            copy = WeightCopy(groups[source], target)
            tf.add_to_collection(WEIGHT_COPIES, copy)
            copies[target].update(copy.weights)
    return copies


def host_of(device):
    """"/job:worker/task:1/gpu:0" → "/job:worker/task:1". Of this process, or None: ""."""
    parts = (device or "").split("/")
    return "".join("/" + part for part in parts if part.split(":")[0] in ("job", "task"))


@contextlib.contextmanager
def weights_from(copies):
    """In this context, tf.get_variable returns the copy of a weight if `copies` has one."""
    def get_copy(getter, name, *args, **kwargs):
        return copies[name] if name in copies else getter(name, *args, **kwargs)

    if not copies:
        yield
    else:
        with tf.variable_scope(tf.get_variable_scope(), custom_getter=get_copy):
            yield


def _concat(tensors):
    return tf.concat([tf.reshape(tensor, [-1]) for tensor in tensors], 0)
