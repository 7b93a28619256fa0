"""What is there: a Host, as judge.py reads it."""
import ctypes
import glob
import importlib.util
import os
import platform
import re
import shutil
import sys
from collections import namedtuple

from packaging.requirements import Requirement

from common import plotting
from common.device import available_cpus
from doctor import gpu_driver as cards
from doctor.tensorflow_builds import BUILDS

try:
    from importlib import metadata
except ImportError:         # Python 3.6
    import importlib_metadata as metadata

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FOLDERS = ("data", "logs")      # where the programs read and write by default
_UNLIMITED = 1 << 60            # a cgroup of the first version says so in a number of its own

# stack: a name in BUILDS; tensorflow: (version, whether CUDA is in it), or (None, why it does not
# load); differing: sentences, what is not as the lock says; memory, shm: bytes or None; folders:
# [Folder]; cards: Cards; libraries: {name: version or None where it is missing}; font: whether it
# is there; engine: a sentence on the vocoder's native engine, or None where there is none
Host = namedtuple("Host", "stack python tensorflow differing processor cores memory shm folders "
                          "cards container libraries font engine")
# free: bytes; path: the folder, or where it is not there yet, the one that it would be made in
Folder = namedtuple("Folder", "name path free writable")


def find():
    """The Host that this runs on."""
    tensorflow = _tensorflow()
    stack = "faithful" if sys.version_info < (3, 7) else "present-day"
    build = BUILDS[stack]
    return Host(
        stack, platform.python_version(), tensorflow, differing(os.path.join(ROOT, build.lock)),
        _processor(), available_cpus(), _memory(), _room("/dev/shm"),
        [_folder(name) for name in FOLDERS], cards.find(), in_container(),
        {name: _library(name) for name in build.libraries}, os.path.isfile(plotting.KOREAN_FONT_PATH),
        _engine())


def in_container():
    return os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv")


def _tensorflow():
    """(version, whether it has CUDA), or (None, why it does not load)."""
    try:
        from nn import compat
    except Exception as problem:      # a library that is missing, of whatever kind the error is
        return None, str(problem).strip().splitlines()[-1]
    return compat.VERSION, compat.tf.test.is_built_with_cuda()


def differing(lock):
    """Sentences on the packages that are not there as the lock file pins them."""
    with open(lock, encoding="utf-8") as file:
        pins = [Requirement(line.split("\\")[0].strip()) for line in file
                if re.match(r"[\w.-]+==", line)]
    with_cuda = _version("tensorflow-cpu") is None
    found = []
    for pin in pins:
        if pin.marker and not pin.marker.evaluate() or (
                pin.name.startswith("nvidia-") and not with_cuda):
            continue
        version = _version(pin.name)
        if pin.name in ("tensorflow", "tensorflow-gpu"):        # as the Makefile exchanges them
            version = version or _version("tensorflow-cpu") or _version("tensorflow")
        if version is None:
            found.append("%s is missing" % pin.name)
        elif not pin.specifier.contains(version):
            found.append("%s is %s, the lock says %s" % (pin.name, version, pin.specifier))
    return found


def _version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":")[1].strip() for line in file
                        if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _memory():
    """Bytes that this process may have: what is available, within its control group's limit."""
    try:
        with open("/proc/meminfo", encoding="utf-8") as file:
            free = int(re.search(r"MemAvailable:\s+(\d+) kB", file.read()).group(1)) * 1024
    except (OSError, AttributeError):
        return None
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        words = _first_words(limit)
        if words and words[0].isdigit() and int(words[0]) < _UNLIMITED:
            free = min(free, int(words[0]))
    return free


def _first_words(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.readline().split()
    except OSError:
        return []


def _room(path):
    """Bytes of the file system that is mounted there, or None."""
    try:
        return shutil.disk_usage(path).total
    except OSError:
        return None


def _folder(name):
    path = os.path.abspath(name)
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    return Folder(name, path, shutil.disk_usage(path).free, os.access(path, os.W_OK | os.X_OK))


def _library(name):
    """The version of a CUDA library as TensorFlow will find it, or None.

    The wheels of CUDA 12 lie beside TensorFlow, which looks for them there; else the loader is
    asked, and the version read off the file's name.
    """
    beside = importlib.util.find_spec("nvidia")
    for folder in beside.submodule_search_locations if beside else ():
        for path in glob.glob(os.path.join(folder, "*", "lib", name)):
            part = os.path.basename(os.path.dirname(os.path.dirname(path)))
            return _version("nvidia-%s-cu12" % part.replace("_", "-")) or "unknown"
    try:
        ctypes.CDLL(name)
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
            path = next(line.split(None, 5)[5].strip() for line in maps
                        if name.split(".so")[0] + ".so" in line)
    except (OSError, StopIteration):
        return None
    return os.path.realpath(path).split(".so.")[-1]


def _engine():
    """A sentence on the vocoder's native engine, or None where there is none."""
    try:
        from wavenet_vocoder.engine import library
    except ImportError:
        return None
    if not library.library():
        return None
    widths = (("avx512", "AVX-512, 16 numbers wide"), ("avx2", "AVX2, 8 numbers wide"))
    return next((said for name, said in widths if library.has("float32", name)),
                "portable, without vector instructions of its own")
