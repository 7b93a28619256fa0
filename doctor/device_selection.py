"""Select the devices that a program computes on, before its first session."""
import os

from common import resources
from common.errors import InputError
from doctor.diagnosis import FAIL, gpu_findings
from doctor.gpu_driver import query_driver, visible_gpus
from doctor.machine import inspect_gpu_environment
from nn import compat
from nn.compat import tf

MAX_DEFAULT_CPU_TOWERS = 4      # more copies of the network take long to build and to start


def select_device(device):
    """Make TensorFlow compute on `device`: auto (the GPU if there is one), cpu or gpu.

    Call it before the first session. TensorFlow would silently compute on the CPU of a machine
    whose GPU it cannot use. Raises InputError instead.
    """
    problem = None if device == "cpu" else _gpu_problem(device)
    if problem:
        raise InputError("--device %s: %s; --device cpu computes on the CPU" % (device, problem))
    if device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"


def select_tower_devices(towers, threads, batch_size):
    """The devices of nn.towers.Towers, one per tower: GPUs, or None for the CPU or a single tower.

    `towers` and `threads` are the options of these names, 0 if they are not given. By default there
    is a tower for each GPU, or else for each thread up to MAX_DEFAULT_CPU_TOWERS. Call it after
    select_device. Raises InputError for more towers than GPUs or examples in a batch.
    """
    n_gpus = _count_gpus()
    if n_gpus and towers > n_gpus:
        raise InputError("--towers %d: TensorFlow sees %d GPU(s), and each tower needs one; give "
                         "at most %d" % (towers, n_gpus, n_gpus))
    if towers > batch_size:
        raise InputError("--towers %d: a batch has %d examples, and each tower needs one; give at "
                         "most %d" % (towers, batch_size, batch_size))
    default = n_gpus or min(threads or resources.available_cpus(), MAX_DEFAULT_CPU_TOWERS)
    towers = towers or min(default, batch_size)
    return ["/gpu:%d" % i if n_gpus > 0 and towers > 1 else None for i in range(towers)]


def _count_gpus():
    if os.environ.get("CUDA_VISIBLE_DEVICES") == "-1" or not visible_gpus(query_driver()):
        return 0    # without a session: the first one fixes the number of threads
    return len(tensorflow_gpus())


def tensorflow_gpus():
    """Names of the GPUs that TensorFlow can use."""
    with tf.Graph().as_default(), compat.create_session() as session:
        return compat.gpu_names(session)


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
