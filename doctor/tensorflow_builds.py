"""What the TensorFlow of each stack was built with. Versions are tuples of numbers."""
from collections import namedtuple

# image: its Dockerfile and name; lock: the file of its packages; pythons: the first and the last;
# driver: the oldest that its CUDA runs on; compiled: compute capabilities that it has code for;
# intermediate: those that it has PTX for, which the driver compiles for newer cards; refused: the
# first capability on which that is known to go wrong, or None; libraries: without these it sees no
# GPU
Build = namedtuple("Build", "image lock pythons driver compiled intermediate refused libraries")

_FAITHFUL = ((3, 0), (3, 5), (3, 7), (5, 2), (6, 0), (6, 1))

BUILDS = {
    # driver: table 1 of the CUDA 8.0 GA2 release notes. refused: with PTX of Pascal a Volta card
    # starts after half an hour, its cuBLAS of CUDA 8 fails, and wrong numbers are reported
    "faithful": Build(
        ("Dockerfile", "voicecloning"), "requirements.txt", ((3, 6), (3, 6)), (375, 26),
        _FAITHFUL, _FAITHFUL, (7, 0),
        ("libcudart.so.8.0", "libcublas.so.8.0", "libcufft.so.8.0", "libcurand.so.8.0",
         "libcusolver.so.8.0", "libcudnn.so.6")),
    # driver: "CUDA 12.x minor version compatibility" of the CUDA 12 release notes
    "present-day": Build(
        ("Dockerfile.modern", "voicecloning-modern"), "requirements-modern.txt",
        ((3, 10), (3, 13)), (525, 60, 13),
        ((6, 0), (7, 0), (8, 0), (8, 9), (9, 0)), ((9, 0),), None,
        ("libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcufft.so.11",
         "libcusolver.so.11", "libcusparse.so.12", "libcudnn.so.9")),
}

# the first compute capability of each generation, and the last driver branch that knows it
_GENERATIONS = (
    ((1, 0), "Tesla", 340), ((2, 0), "Fermi", 390), ((3, 0), "Kepler", 470),
    ((5, 0), "Maxwell", 580), ((6, 0), "Pascal", 580), ((7, 0), "Volta", 580),
    ((7, 5), "Turing", None), ((8, 0), "Ampere", None), ((8, 9), "Ada", None),
    ((9, 0), "Hopper", None), ((10, 0), "Blackwell", None))


def generation(capability):
    """(name, last driver branch or None) of cards with that compute capability."""
    return next((name, branch) for first, name, branch in reversed(_GENERATIONS)
                if capability >= first)


def runs(build, capability):
    """How a build runs on a capability: "compiled", "by the driver", "refused", or "no".

    Code for X.y runs on X.z where z >= y; PTX runs on whatever is not older.
    """
    if build.refused and capability >= build.refused:
        return "refused"
    if any(capability[0] == major and capability[1] >= minor for major, minor in build.compiled):
        return "compiled"
    if any(capability >= one for one in build.intermediate):
        return "by the driver"
    return "no"


def numbers(version):
    """"580.95.05" → (580, 95, 5)."""
    return tuple(int(part) for part in version.split("."))


def written(version):
    """(375, 26) → "375.26"."""
    return ".".join(map(str, version))
