"""Whether the packages that training needs can be imported.

This module itself needs none of them: what is missing must not end the doctor.
"""
import importlib
import sys

from doctor.finding import FAIL, Finding

OF_DOCTOR = ("packaging", "psutil", "pynvml")       # and importlib_metadata for Python 3.6
OF_TRAINING = ("numpy", "scipy.signal", "soundfile", "librosa", "matplotlib", "tqdm",
               "threadpoolctl", "fontTools", "jinja2")


def package_findings():
    """A Finding for each package that cannot be imported."""
    names = OF_DOCTOR + OF_TRAINING + (("importlib_metadata",) if sys.version_info < (3, 8) else ())
    remedy = "make .venv-legacy" if sys.version_info < (3, 7) else "make .venv"
    errors = [(name.split(".")[0], _import_error(name)) for name in names]
    return [Finding("package %s" % name, FAIL, "cannot be imported: %s" % error, remedy)
            for name, error in errors if error]


def _import_error(name):
    """The last line of the error of an import, or None."""
    try:
        importlib.import_module(name)
    except Exception as error:      # an import can fail in any way
        return (str(error).strip().splitlines() or [type(error).__name__])[-1]
    return None
