"""The NVIDIA driver and the GPUs that NVML lists."""
import os
import re
from collections import namedtuple

import pynvml

# index: as nvidia-smi counts; memory: bytes, or None; compute_capability: (major, minor), or None
# where the driver is too old to report it
Gpu = namedtuple("Gpu", "index uuid name memory compute_capability")
# version: "580.95.05", or None without a driver; gpus: [Gpu], hidden ones too; error: why NVML
# lists none, or None; cuda_visible_devices: the environment variable, or None where it is not set
Driver = namedtuple("Driver", "version gpus error cuda_visible_devices")


def query_driver():
    """The Driver of this machine; in a container, the host's driver with the container's GPUs."""
    version, gpus, error = _kernel_module_version(), [], None
    try:
        pynvml.nvmlInit()
        version = pynvml.nvmlSystemGetDriverVersion()
        gpus = [_query_gpu(index) for index in range(pynvml.nvmlDeviceGetCount())]
    except pynvml.NVMLError_LibraryNotFound:
        pass                        # no driver, or a container that was given no GPU
    except pynvml.NVMLError as problem:
        error = "NVML: %s" % problem
    return Driver(version, gpus, error, os.environ.get("CUDA_VISIBLE_DEVICES"))


def visible_gpus(driver):
    """[Gpu] that a program can use under CUDA_VISIBLE_DEVICES, in the order given there."""
    if driver.cuda_visible_devices is None:
        return list(driver.gpus)
    visible = []
    for name in driver.cuda_visible_devices.split(","):
        gpu = next((gpu for gpu in driver.gpus
                    if name == str(gpu.index) or name and gpu.uuid.startswith(name)), None)
        if gpu is None:             # CUDA ignores everything from the first unknown name on
            break
        visible.append(gpu)
    return visible


def _query_gpu(index):
    handle = pynvml.nvmlDeviceGetHandleByIndex(index)
    memory = _query_optional(pynvml.nvmlDeviceGetMemoryInfo, handle)
    capability = _query_optional(pynvml.nvmlDeviceGetCudaComputeCapability, handle)
    return Gpu(index, pynvml.nvmlDeviceGetUUID(handle), pynvml.nvmlDeviceGetName(handle),
               memory and memory.total, capability and tuple(capability))


def _query_optional(function, handle):
    """The result of an NVML function; None where the driver or the GPU does not support it."""
    try:
        return function(handle)
    except (pynvml.NVMLError_FunctionNotFound, pynvml.NVMLError_NotSupported):
        return None


def _kernel_module_version():
    """Version of the loaded driver, or None. Works in a container without a GPU, unlike NVML."""
    try:
        with open("/proc/driver/nvidia/version", encoding="utf-8") as file:
            match = re.search(r"Module.*?\s(\d+\.\d+(\.\d+)?)\s", file.read())
    except OSError:
        return None
    return match and match.group(1)
