"""Results of the test of int8, kept beside the library, because the test takes about a second.

They depend on the library, the hyper-parameters and the weights alone: the kernels of all
instruction sets that have int8 compute the same numbers. So the cache never changes what is spoken.
"""
import contextlib
import hashlib
import json
import os

import numpy as np

from common import files
from common.errors import InputError
from wavenet_vocoder.engine import build

_VERSION = 1        # of the test; increase it when the test changes


def cached_likelihoods(measure, values, hp):
    """The pair of log-likelihoods that measure() returns, or returned for the same network.

    An unreadable entry is measured again. If the folder is read-only, nothing is stored.
    """
    path = os.path.join(build.BUILD, "likelihoods-%s.json" % _network_hash(values, hp))
    likelihoods = _read(path)
    if likelihoods is None:
        likelihoods = [float(likelihood) for likelihood in measure()]
        with contextlib.suppress(OSError):
            files.write_json(path, likelihoods)
    return likelihoods


def _network_hash(values, hp):
    library = os.path.basename(build.library_path())
    settings = json.dumps([_VERSION, library, hp.as_dict()], sort_keys=True)
    digest = hashlib.sha256(settings.encode("utf-8"))
    for name, value in sorted(values.items()):
        digest.update(("%s %s" % (name, value.shape)).encode("utf-8"))
        digest.update(np.ascontiguousarray(value))
    return digest.hexdigest()[:16]


def _read(path):
    """Two finite numbers, or None."""
    try:
        exact, quantised = files.read_json(path)
        if np.isfinite([exact, quantised]).all():
            return [float(exact), float(quantised)]
    except (InputError, TypeError, ValueError):
        pass
    return None
