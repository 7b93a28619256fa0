"""What has to be the same on all hosts of a cluster: code, TensorFlow, options, data."""
import hashlib
import json
import os

from common.source_digest import source_digest
from nn.compat import tf
from training.run_folder import require_same_values


def describe_host(options, model_type):
    """{name: value} of this host.

    Data that it does not have are left out: the chief sends the batches.
    """
    description = {"trainer": "train_%s.py" % model_type, "TensorFlow": tf.__version__,
                   "code": source_digest(), "--preset": options.preset or "not given",
                   "--hparams": ",".join(sorted(options.hparams.split(","))) or "not given"}
    for number, folder in enumerate(options.data, 1):
        manifest = os.path.join(folder, "manifest.json")
        if os.path.exists(manifest):
            description["--data (number %d)" % number] = _digest(manifest)
    return description


def require_same_description(description, task, chief):
    """Raise InputError, which names both values, if the description that the chief published
    differs from that of another ClusterTask, or NoAnswer if the chief does not answer.
    """
    expected = {name: value for name, value in json.loads(chief.read_text()).items()
                if name in description or not name.startswith("--data")}
    require_same_values(description, expected, str(task), str(chief))


def _digest(path):
    """The start of the SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:12]
