"""Inspect this machine. diagnosis.py judges the result."""
import ctypes
import glob
import importlib.util
import os
import platform
import re
import shutil
import sys
from collections import namedtuple

import psutil
from packaging.requirements import Requirement

from common import fonts, resources
from doctor.gpu_driver import query_driver
from doctor.tensorflow_builds import BUILDS
from nn.compat import tf

try:
    from importlib import metadata
except ImportError:         # Python 3.6
    import importlib_metadata as metadata

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDERS = ("data", "logs")      # where the programs read and write by default

# What decides whether TensorFlow can use a GPU. stack: a key of BUILDS; tensorflow: (version,
# whether it was built with CUDA), or (None, the error of its import); cuda_libraries: {name:
# version, None if it is missing}; driver: gpu_driver.Driver
GpuEnvironment = namedtuple("GpuEnvironment", "stack tensorflow cuda_libraries driver in_container")
# The fields of GpuEnvironment and more. package_differences: see package_differences(); memory:
# available bytes; shm: bytes of /dev/shm, or None without it; folders: [Folder]; font: whether the
# Korean font is installed; engine: the vocoder engine's vector instructions, or None without an
# engine
Machine = namedtuple("Machine", GpuEnvironment._fields + (
    "python", "package_differences", "processor", "cpus", "memory", "shm", "folders", "font",
    "engine"))
# path: the folder, or the one that it will be created in; free: bytes
Folder = namedtuple("Folder", "name path free writable")


def inspect_gpu_environment(driver=None):
    """GpuEnvironment of this process. Fast: it inspects nothing else."""
    stack = "faithful" if sys.version_info < (3, 7) else "present-day"
    return GpuEnvironment(
        stack, _import_tensorflow(),
        {name: _library_version(name) for name in BUILDS[stack].cuda_libraries},
        driver or query_driver(),
        os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv"))


def inspect_machine():
    """The Machine that this process runs on."""
    environment = inspect_gpu_environment()
    lock_file = os.path.join(ROOT, BUILDS[environment.stack].lock_file)
    return Machine(*environment + (
        platform.python_version(), package_differences(lock_file), resources.cpu_model(),
        resources.available_cpus(), resources.available_memory(), _file_system_size("/dev/shm"),
        [_inspect_folder(name) for name in FOLDERS], os.path.isfile(fonts.KOREAN_FONT_PATH),
        _engine_instructions()))


def package_differences(lock_file):
    """A message for each package that is missing or has another version than the lock file pins."""
    with open(lock_file, encoding="utf-8") as file:
        pins = [Requirement(line.split("\\")[0].strip()) for line in file
                if re.match(r"[\w.-]+==", line)]
    cpu_only = _package_version("tensorflow-cpu") is not None
    differences = []
    for pin in pins:
        if pin.marker and not pin.marker.evaluate():
            continue
        if cpu_only and re.match("nvidia-.*-cu12$", pin.name):      # the Makefile leaves them out
            continue
        version = _package_version(pin.name)
        if pin.name in ("tensorflow", "tensorflow-gpu"):    # the Makefile replaces one by another
            version = (version or _package_version("tensorflow-cpu")
                       or _package_version("tensorflow"))
        if version is None:
            differences.append("%s is missing" % pin.name)
        elif not pin.specifier.contains(version):
            differences.append("%s is %s, the lock says %s" % (pin.name, version, pin.specifier))
    return differences


def _import_tensorflow():
    """(version, whether it was built with CUDA), or (None, the error of the import)"""
    try:
        return tf.__version__, tf.test.is_built_with_cuda()
    except Exception as problem:        # an import can fail in any way
        return None, str(problem).strip().splitlines()[-1]


def _package_version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _file_system_size(path):
    """Bytes of the file system mounted on a path; None if the path does not exist."""
    try:
        return shutil.disk_usage(path).total
    except OSError:
        return None


def _inspect_folder(name):
    path = os.path.abspath(name)
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    return Folder(name, path, shutil.disk_usage(path).free, os.access(path, os.W_OK | os.X_OK))


def _library_version(name):
    """Version of the CUDA library that TensorFlow would load, such as "8.0.61", or None.

    TensorFlow searches the CUDA 12 wheels in its own site-packages first, then asks the dynamic
    loader. The name of the file that the loader finds, without symbolic links, has the version.
    """
    wheels = importlib.util.find_spec("nvidia")
    for folder in wheels.submodule_search_locations if wheels else ():
        for path in glob.glob(os.path.join(folder, "*", "lib", name)):
            folder_name = os.path.basename(os.path.dirname(os.path.dirname(path)))
            return _package_version("nvidia-%s-cu12" % folder_name.replace("_", "-")) or "unknown"
    try:
        ctypes.CDLL(name)
    except OSError:
        return None
    stem = os.sep + name.split(".so")[0] + ".so"
    path = next((loaded.path for loaded in psutil.Process().memory_maps()
                 if stem in loaded.path), name)
    return os.path.realpath(path).split(".so.")[-1]


def _engine_instructions():
    """The vector instructions of the vocoder engine as text, or None without an engine."""
    try:
        from wavenet_vocoder.engine import binding
    except ImportError:
        return None
    if not binding.load_library():
        return None
    sets = (("avx512", "AVX-512, 16 floats per vector"), ("avx2", "AVX2, 8 floats per vector"))
    return next((description for name, description in sets if binding.supports("float32", name)),
                "portable C, no vector instructions")
