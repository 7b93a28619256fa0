"""What the TensorFlow of each stack was built with. Versions are tuples of numbers."""
import re
from collections import namedtuple

# dockerfile, image: what builds the image, and its name; lock_file: its packages; pythons: oldest
# and newest version; min_driver: oldest driver that its CUDA supports; native: compute capabilities
# that it has machine code for; ptx: those that it has PTX for, which the driver compiles for newer
# GPUs; broken_from: first capability on which this PTX does not work, or None; cuda_libraries:
# TensorFlow sees no GPU if one is missing
Build = namedtuple("Build", "dockerfile image lock_file pythons min_driver native ptx broken_from "
                            "cuda_libraries")

_FAITHFUL_CAPABILITIES = ((3, 0), (3, 5), (3, 7), (5, 2), (6, 0), (6, 1))

BUILDS = {
    # min_driver: table 1 of the CUDA 8.0 GA2 release notes. broken_from: on a Volta GPU the PTX for
    # Pascal starts after half an hour, cuBLAS of CUDA 8 fails, and wrong results are reported
    "faithful": Build(
        "Dockerfile", "voicecloning", "requirements.txt", ((3, 6), (3, 6)), (375, 26),
        _FAITHFUL_CAPABILITIES, _FAITHFUL_CAPABILITIES, (7, 0),
        ("libcudart.so.8.0", "libcublas.so.8.0", "libcufft.so.8.0", "libcurand.so.8.0",
         "libcusolver.so.8.0", "libcudnn.so.6")),
    # min_driver: "CUDA 12.x minor version compatibility" of the CUDA 12 release notes
    "present-day": Build(
        "Dockerfile.modern", "voicecloning-modern", "requirements-modern.txt",
        ((3, 10), (3, 13)), (525, 60, 13),
        ((6, 0), (7, 0), (8, 0), (8, 9), (9, 0)), ((9, 0),), None,
        ("libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcufft.so.11",
         "libcusolver.so.11", "libcusparse.so.12", "libcudnn.so.9")),
}

# first compute capability of each architecture, and the last driver branch that supports it
_ARCHITECTURES = (
    ((1, 0), "Tesla", 340), ((2, 0), "Fermi", 390), ((3, 0), "Kepler", 470),
    ((5, 0), "Maxwell", 580), ((6, 0), "Pascal", 580), ((7, 0), "Volta", 580),
    ((7, 5), "Turing", None), ((8, 0), "Ampere", None), ((8, 9), "Ada", None),
    ((9, 0), "Hopper", None), ((10, 0), "Blackwell", None))


def architecture(capability):
    """(name, last driver branch or None) of GPUs with a compute capability."""
    return next((name, branch) for first, name, branch in reversed(_ARCHITECTURES)
                if capability >= first)


def gpu_support(build, capability):
    """How a build supports a compute capability: "native", "ptx", "broken" or "none".

    Machine code for X.y runs on X.z with z >= y; PTX on the same and on every newer capability.
    """
    if build.broken_from and capability >= build.broken_from:
        return "broken"
    if any(capability[0] == major and capability[1] >= minor for major, minor in build.native):
        return "native"
    return "ptx" if any(capability >= oldest for oldest in build.ptx) else "none"


def parse_version(text):
    """"580.95.05" → (580, 95, 5); of "3.13.0rc1", the numbers before the letters."""
    return tuple(int(number) for number in re.match(r"\d+(\.\d+)*", text).group().split("."))


def format_version(version):
    """(375, 26) → "375.26"."""
    return ".".join(map(str, version))
