"""Where a trainer computes: what it asks before it starts."""
import os

import tf1
from doctor import cards, host, judge
from hparams import InputError
from tf1 import tf


def take(device):
    """Let TensorFlow compute on `device`: auto is the GPU where there is one.

    Call it before the first session. Raises InputError where TensorFlow would silently compute on
    the processor of a machine with a GPU, or on a card that it does not know.
    """
    if device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
        return
    found = cards.find()
    if device == "auto" and found.driver is None and not found.cards:
        return
    require(judge.gpu(host.find()._replace(cards=found), device), device)
    if cards.visible(found) and not gpus():
        raise InputError("TensorFlow sees no GPU, though nvidia-smi lists %s; "
                         "TF_CPP_MIN_LOG_LEVEL=0 lets it say why; --device cpu computes on the "
                         "processor"
                         % cards.visible(found)[0].name)


def require(found, device):
    """InputError with the first finding that is in the way of computing on `device`."""
    wrong = next((finding for finding in found if finding.level == judge.UNFIT), None)
    if wrong:
        raise InputError("--device %s: %s: %s%s; --device cpu computes on the processor" % (
            device, wrong.subject, wrong.says, "; " + wrong.do if wrong.do else ""))


def gpus():
    """The GPUs that TensorFlow sees, by name."""
    with tf.Graph().as_default(), tf1.session() as session:
        return [device.name for device in session.list_devices() if device.device_type == "GPU"]
