"""Compile the native library. `make` does it with the environments; where it is missing at
synthesis, it is compiled then.

    python -m wavenet_vocoder.engine.build
"""
import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile

_HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE, BUILD = os.path.join(_HERE, "native"), os.path.join(_HERE, "build")
# no -march: a kernel is compiled for every set of instructions, and chosen when it runs. No
# contraction, no -ffast-math: a sum has one order, and one rounding
FLAGS = ["-std=gnu11", "-O3", "-ffp-contract=off", "-fPIC", "-Wall", "-Wextra"]
SETS = {"portable": []}
if platform.machine() in ("x86_64", "AMD64"):
    SETS.update(avx2=["-mavx2", "-mfma"], avx512=["-mavx512f", "-mavx2", "-mfma"])
    FLAGS.append("-DX86")


def built():
    """The path of the library, compiled now if need be, or None where that fails (told on stderr).

    Its name has a hash of the sources and flags: one of other sources is never loaded.
    """
    path = library_path()
    if os.path.exists(path):
        return path
    compiler = _compiler()
    if not compiler:
        return _without("no C compiler is there")
    try:
        _compile(compiler, path)
    except subprocess.CalledProcessError as problem:
        return _without("%s failed: %s" % (compiler[0], (problem.output or b"").decode(
            "utf-8", "replace").strip().split("\n")[0]))
    except OSError as problem:
        return _without("%s: %s" % (problem.filename or compiler[0], problem.strerror))
    return path


def library_path():
    digest = hashlib.sha256(" ".join(_flags()).encode("utf-8"))
    for name in sorted(os.listdir(SOURCE)):
        with open(os.path.join(SOURCE, name), "rb") as file:
            digest.update(file.read())
    return os.path.join(BUILD, "libwavenet-%s.so" % digest.hexdigest()[:12])


def _compile(compiler, path):
    if not os.path.isdir(BUILD):
        os.makedirs(BUILD)
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        objects = []
        for name in sorted(os.listdir(SOURCE)):
            if not name.endswith(".c"):
                continue
            for kind, flags in sorted(SETS.items()) if name == "kernels.c" else [("", [])]:
                objects.append(os.path.join(folder, "%s%s.o" % (name, kind)))
                subprocess.check_output(
                    compiler + _flags() + flags + (["-DSET=" + kind] if kind else [])
                    + ["-c", os.path.join(SOURCE, name), "-o", objects[-1]],
                    stderr=subprocess.STDOUT)
        linked = os.path.join(folder, "linked.so")
        subprocess.check_output(compiler + _flags() + ["-shared", "-o", linked] + objects
                                + ["-lm", "-pthread"], stderr=subprocess.STDOUT)
        os.replace(linked, path)


def _flags():
    return FLAGS + shlex.split(os.environ.get("CFLAGS", ""))


def _compiler():
    """The command of the compiler: $CC, or the first that there is."""
    if os.environ.get("CC"):
        return shlex.split(os.environ["CC"])
    return next(([name] for name in ("cc", "gcc", "clang") if shutil.which(name)), None)


def _without(reason):
    print("note: the vocoder's native engine is not there (%s): TensorFlow generates the samples, "
          "many times slower" % reason, file=sys.stderr)
    return None


if __name__ == "__main__":
    sys.exit(0 if built() else 1)
