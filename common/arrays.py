"""Writes arrays to files, and checks those of files before and after they are read."""
import io
import os
import zipfile

import numpy as np

from common import files
from common.errors import InputError


def write_npz(path, arrays, save=np.savez):
    """Write {name: array} to an .npz file. save: np.savez or np.savez_compressed"""
    content = io.BytesIO()      # to a file on a full disk, Python 3.6 prints a traceback
    save(content, **arrays)
    with files.atomic_write(path) as file:
        file.write(content.getbuffer())


def validate_arrays(values, shapes, source):
    """The arrays of {name: shape} from `values`, {name: array}, as {name: float32 array}.

    Raises InputError, which names `source`, if one is missing, not finite, or of another shape.
    """
    arrays = {}
    for name, shape in sorted(shapes.items()):
        if name not in values:
            raise InputError("%s: the weight %s is missing" % (source, name))
        if np.asarray(values[name]).dtype.kind not in "fiu":
            raise InputError("%s: %s contains no numbers" % (source, name))
        # not ascontiguousarray, which makes a scalar one-dimensional
        array = np.asarray(values[name], np.float32, order="C")
        if list(array.shape) != shape:
            raise InputError("%s: the shape of %s is %s; it should be %s"
                             % (source, name, list(array.shape), shape))
        if not np.isfinite(array).all():
            raise InputError("%s: %s contains NaN or infinite values" % (source, name))
        arrays[name] = array
    return arrays


def check_npz(path, max_bytes):
    """Raise ValueError if the arrays of an .npz file are larger than the file or `max_bytes`.

    No array is read. Also raises OSError and BadZipFile.
    """
    with zipfile.ZipFile(path) as archive:
        check_members(archive, path)
        if os.path.getsize(path) > max_bytes:
            raise ValueError("it is larger than %d bytes" % max_bytes)
        for info in archive.infolist():
            with archive.open(info) as member:
                read_array_header(member, info)


def check_members(archive, path):
    """Raise ValueError if the members of a ZipFile are compressed, or larger than the file `path`.

    They may overlap, so that a small file seems to hold large arrays.
    """
    members = archive.infolist()
    for info in members:
        if info.compress_type != zipfile.ZIP_STORED:
            raise ValueError("%s is compressed" % info.filename)
    if sum(info.file_size for info in members) > os.path.getsize(path):
        raise ValueError("its arrays are larger than the file")


def read_array_header(member, info):
    """(shape, whether the order is that of Fortran, dtype) of an open .npy member of an archive.

    Raises ValueError for a damaged header, or if the array is larger than the member.
    """
    try:
        version = np.lib.format.read_magic(member)
        if version != (1, 0):
            raise ValueError("version %r of the npy format" % (version,))
        shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(member)
    except Exception as error:      # of many types: NumPy parses the header as Python
        raise ValueError("the header of %s is damaged (%.200s)" % (info.filename, error))
    n_bytes = dtype.itemsize
    for size in shape:
        n_bytes *= size     # of Python integers, which do not overflow
    if min(shape + (0,)) < 0 or n_bytes > info.file_size:
        raise ValueError("%s has another size than its shape says" % info.filename)
    return shape, fortran_order, dtype
