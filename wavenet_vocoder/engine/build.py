"""Compile the native library with native/Makefile, if it is not there yet.

    python -m wavenet_vocoder.engine.build

`make .venv` does so; otherwise synthesis does when it starts. This module imports nothing else of
the project, because a Docker stage builds the library from this package alone.
"""
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile

_HERE = os.path.dirname(os.path.abspath(__file__))
_HASH_SUFFIX = ".sha256"
SOURCE, BUILD = os.path.join(_HERE, "native"), os.path.join(_HERE, "build")


def build_library():
    """The path of the library, which is compiled if needed; None and a note on stderr on failure.

    Its name contains a hash of the sources and flags, so a stale library is never loaded. A file
    beside it has its own hash: a damaged one, which could end the process, is compiled again.
    """
    path = library_path()
    if _is_intact(path):
        return path
    compiler = os.environ.get("CC") or next(filter(shutil.which, ("cc", "gcc", "clang")), None)
    if not compiler:
        return report_failure("no C compiler was found")
    try:
        os.makedirs(BUILD, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:
            environment = {name: value for name, value in os.environ.items()
                           if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
            subprocess.check_output(["make", "-s", "-j4", "-C", SOURCE, "CC=" + compiler,
                                     "BUILD=" + folder],
                                    env=environment, stderr=subprocess.STDOUT)
            compiled = os.path.join(folder, "libwavenet.so")
            # the library last: without it, the hash is not used
            _write(path + _HASH_SUFFIX, _hash_file(compiled))
            _fsync(compiled)
            os.replace(compiled, path)
            _fsync(BUILD)
    except subprocess.CalledProcessError as error:
        output = (error.output or b"").decode("utf-8", "replace").strip()
        return report_failure("%s failed: %s" % (compiler, output.split("\n")[0]))
    except OSError as error:
        return report_failure("%s: %s" % (error.filename or "make", error.strerror))
    return path


def library_path():
    digest = hashlib.sha256(os.environ.get("CFLAGS", "").encode("utf-8"))
    for name in sorted(os.listdir(SOURCE)):
        with open(os.path.join(SOURCE, name), "rb") as file:
            digest.update(file.read())
    return os.path.join(BUILD, "libwavenet-%s.so" % digest.hexdigest()[:12])


def _is_intact(path):
    """Whether the library exists and has the content that was compiled."""
    try:
        with open(path + _HASH_SUFFIX, encoding="ascii") as file:
            return file.read(100) == _hash_file(path)
    except (OSError, ValueError):
        return False


def _hash_file(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def _write(path, text):
    temporary = "%s.%d.part" % (path, os.getpid())
    with open(temporary, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def _fsync(path):
    """Flush a file, or the entries of a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def report_failure(reason):
    """Print a note on stderr. Returns None."""
    print("note: the native vocoder engine is not available (%s)" % reason, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(0 if build_library() else 1)
