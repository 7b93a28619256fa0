"""Checks of the arrays of a checkpoint."""
import numpy as np

from common.errors import InputError


def validate_arrays(values, shapes, source):
    """The arrays of {name: shape} from `values`, {name: array}, as {name: float32 array}.

    Raises InputError, which names `source`, if one is missing, not finite, or of another shape.
    """
    arrays = {}
    for name, shape in sorted(shapes.items()):
        if name not in values:
            raise InputError("%s: the weight %s is missing" % (source, name))
        # not ascontiguousarray, which makes a scalar one-dimensional
        array = np.asarray(values[name], np.float32, order="C")
        if list(array.shape) != shape:
            raise InputError("%s: the shape of %s is %s; it should be %s"
                             % (source, name, list(array.shape), shape))
        if not np.isfinite(array).all():
            raise InputError("%s: %s contains NaN or infinite values" % (source, name))
        arrays[name] = array
    return arrays
