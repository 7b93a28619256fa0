"""Select the device that a program computes on, before its first session."""
import os
import sys

from common.errors import InputError
from doctor.diagnosis import FAIL, gpu_findings
from doctor.gpu_driver import query_driver, visible_gpus
from doctor.machine import inspect_gpu_environment
from nn import compat
from nn.compat import tf


def select_device(device, allow_fallback=False):
    """Make TensorFlow compute on `device`: auto (the GPU if there is one), cpu or gpu.

    Call it before the first session. TensorFlow would silently compute on the CPU of a machine
    whose GPU it cannot use. Raises InputError instead; with `allow_fallback`, auto prints a note
    on stderr and computes on the CPU.
    """
    problem = None if device == "cpu" else _gpu_problem(device)
    if problem and (device == "gpu" or not allow_fallback):
        raise InputError("--device %s: %s; --device cpu computes on the CPU" % (device, problem))
    if problem:
        print("note: %s: computing on the CPU" % problem, file=sys.stderr)
    if problem or device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"


def tensorflow_gpus():
    """Names of the GPUs that TensorFlow can use."""
    with tf.Graph().as_default(), compat.create_session() as session:
        return [device.name for device in session.list_devices() if device.device_type == "GPU"]


def _gpu_problem(device):
    """Why TensorFlow cannot compute on the GPU, with a remedy. None if it can, and for "auto" if
    there is no GPU.
    """
    driver = query_driver()
    if device == "auto" and driver.version is None and not driver.gpus:
        return None
    for finding in gpu_findings(inspect_gpu_environment(driver), device):
        if finding.status == FAIL:
            return "; ".join(filter(None, ["%s: %s" % (finding.subject, finding.message),
                                           finding.remedy]))
    if visible_gpus(driver) and not tensorflow_gpus():
        return ("TensorFlow sees no GPU, although the driver lists %s; TF_CPP_MIN_LOG_LEVEL=0 "
                "shows why" % visible_gpus(driver)[0].name)
    return None
