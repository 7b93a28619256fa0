"""The folder of an exported run, which is read without TensorFlow.

    run.json       as in any run folder
    weights.npz    float32 arrays by variable name, uncompressed, and global_step
    export.json    format version, and SHA-256 of the other two
"""
import hashlib
import io
import os
import zipfile

import numpy as np

from common import arrays, files
from common.errors import InputError

FORMAT_VERSION = 1
MANIFEST, WEIGHTS = "export.json", "weights.npz"
MAX_WEIGHTS_BYTES = 1 << 31
_STEP = "global_step"
_DATE = (1980, 1, 1, 0, 0, 0)       # of all members of the archive: equal weights give equal files


def is_exported(folder):
    return os.path.exists(os.path.join(folder, MANIFEST))


def write_exported_run(run, folder, weights, step):
    """Write the Run with {variable name: array} of `step` to `folder`, which is created."""
    run.folder = folder
    run.save()
    # in memory, because after an error of the disk, Python 3.6 prints a traceback of the archive
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(weights):
            _write_array(archive, name, np.asarray(weights[name], "<f4", order="C"))
        _write_array(archive, _STEP, np.array(step, "<i8"))
    with files.atomic_write(os.path.join(folder, WEIGHTS)) as file:
        file.write(content.getbuffer())
    files.write_json(os.path.join(folder, MANIFEST), {
        "format": FORMAT_VERSION,
        "sha256": {name: _sha256(os.path.join(folder, name)) for name in ("run.json", WEIGHTS)}})


def verify_checksums(folder):
    """Raise InputError if a file of the exported run is missing, changed, or of a newer format."""
    path = os.path.join(folder, MANIFEST)
    content = files.read_json_object(path, {"format": (int,), "sha256": (dict,)})
    if not 1 <= content["format"] <= FORMAT_VERSION:
        raise InputError("%s: has the format %d, but this version of the project reads 1 to %d; "
                         "use a newer version" % (path, content["format"], FORMAT_VERSION))
    for name, max_bytes in (("run.json", files.MAX_JSON_BYTES), (WEIGHTS, MAX_WEIGHTS_BYTES)):
        file = os.path.join(folder, name)
        if not os.path.isfile(file):
            raise InputError("%s: is missing; copy the voice again" % file)
        if os.path.getsize(file) > max_bytes:
            raise InputError("%s: is larger than %d MB, which no voice is"
                             % (file, max_bytes >> 20))
        if _sha256(file) != content["sha256"].get(name):
            raise InputError("%s: does not match its checksum in %s: one of them was changed or "
                             "damaged; copy the voice again" % (file, MANIFEST))


def read_exported_weights(folder, names, shapes=None):
    """({name: float32 array}, step) of those `names` that the run has.

    Raises InputError if the file is damaged or, before memory is allocated, if an array has another
    shape than in `shapes`, {name: shape}.
    """
    path = os.path.join(folder, WEIGHTS)
    try:
        with zipfile.ZipFile(path) as archive:
            members = {info.filename[:-len(".npy")]: info for info in archive.infolist()}
            arrays.check_members(archive, path)
            step = _read_array(archive, members.pop(_STEP), path, "<i8", [])
            weights = {name: _read_array(archive, members[name], path, "<f4",
                                         shapes and shapes[name])
                       for name in names if name in members}
            if _STEP in names:
                weights[_STEP] = step
            return weights, int(step)
    except InputError:
        raise
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile) as error:
        raise InputError("%s: cannot be read (%s); export the voice again" % (path, error))


def count_arrays(folder):
    """The number of arrays of an exported run. Raises InputError if the file is damaged."""
    path = os.path.join(folder, WEIGHTS)
    try:
        with zipfile.ZipFile(path) as archive:
            return len(archive.infolist())
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError("%s: cannot be read (%s); export the voice again" % (path, error))


def _write_array(archive, name, array):
    content = io.BytesIO()
    np.lib.format.write_array(content, array, allow_pickle=False)
    archive.writestr(zipfile.ZipInfo(name + ".npy", _DATE), content.getvalue())


def _read_array(archive, info, path, dtype, expected_shape):
    """The array of an archive member; its shape and size are checked before it is read."""
    with archive.open(info) as member:
        shape, fortran_order, stored_dtype = arrays.read_array_header(member, info)
        if stored_dtype != np.dtype(dtype) or fortran_order:
            raise ValueError("%s is not a row-major array of %s" % (info.filename, dtype))
        if expected_shape is not None and list(shape) != expected_shape:
            raise InputError("%s: the shape of %s is %s; by run.json, it should be %s"
                             % (path, info.filename[:-len(".npy")], list(shape), expected_shape))
        n_values = int(np.prod(shape, dtype=np.int64))      # at most the size of the file
        return np.frombuffer(member.read(n_values * stored_dtype.itemsize),
                             stored_dtype).reshape(shape)


def _sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()
