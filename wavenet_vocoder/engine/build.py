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
SOURCE, BUILD = os.path.join(_HERE, "native"), os.path.join(_HERE, "build")


def build_library():
    """The path of the library, which is compiled if needed; None and a note on stderr on failure.

    Its name contains a hash of the sources and flags, so a stale library is never loaded.
    """
    path = library_path()
    if os.path.exists(path):
        return path
    compiler = os.environ.get("CC") or next(filter(shutil.which, ("cc", "gcc", "clang")), None)
    if not compiler:
        return _report_failure("no C compiler was found")
    try:
        os.makedirs(BUILD, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:
            environment = {name: value for name, value in os.environ.items()
                           if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
            subprocess.check_output(["make", "-s", "-j4", "-C", SOURCE, "CC=" + compiler,
                                     "BUILD=" + folder],
                                    env=environment, stderr=subprocess.STDOUT)
            os.replace(os.path.join(folder, "libwavenet.so"), path)
    except subprocess.CalledProcessError as error:
        output = (error.output or b"").decode("utf-8", "replace").strip()
        return _report_failure("%s failed: %s" % (compiler, output.split("\n")[0]))
    except OSError as error:
        return _report_failure("%s: %s" % (error.filename or "make", error.strerror))
    return path


def library_path():
    digest = hashlib.sha256(os.environ.get("CFLAGS", "").encode("utf-8"))
    for name in sorted(os.listdir(SOURCE)):
        with open(os.path.join(SOURCE, name), "rb") as file:
            digest.update(file.read())
    return os.path.join(BUILD, "libwavenet-%s.so" % digest.hexdigest()[:12])


def _report_failure(reason):
    print("note: the native vocoder engine is not available (%s)" % reason, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(0 if build_library() else 1)
