"""Where a program computes: what it asks before it starts."""
import os
import sys

from common.errors import InputError
from doctor import diagnosis as judge, gpu_driver as cards, machine as host
from nn import compat
from nn.compat import tf


def select_device(device, allow_fallback=False):
    """Let TensorFlow compute on `device`: auto is the GPU where there is one.

    Call it before the first session. Where TensorFlow would silently compute on the processor of a
    machine with a GPU, or on a card that it does not know, it raises InputError; or, if `auto` and
    `allow_fallback`, it says so on stderr and leaves the GPU alone.
    """
    problem = None if device == "cpu" else _in_the_way(device)
    if problem and (not allow_fallback or device == "gpu"):
        raise InputError("--device %s: %s; --device cpu computes on the processor"
                         % (device, problem))
    if problem:
        print("note: %s: computing on the processor" % problem, file=sys.stderr)
    if problem or device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"


def gpus():
    """The GPUs that TensorFlow sees, by name."""
    with tf.Graph().as_default(), compat.session() as session:
        return [device.name for device in session.list_devices() if device.device_type == "GPU"]


def _in_the_way(device):
    """Why TensorFlow cannot compute on auto or gpu, and what to do; None where it can."""
    found = cards.find()
    if device == "auto" and found.driver is None and not found.cards:
        return None
    for finding in judge.gpu(host.find()._replace(cards=found), device):
        if finding.level == judge.UNFIT:
            return "%s: %s%s" % (finding.subject, finding.says, finding.do and "; " + finding.do)
    if cards.visible(found) and not gpus():
        return ("TensorFlow sees no GPU, though nvidia-smi lists %s; TF_CPP_MIN_LOG_LEVEL=0 lets "
                "it say why" % cards.visible(found)[0].name)
    return None
