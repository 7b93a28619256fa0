"""The tensors of a file that torch.save wrote before 1.6, without torch and without unpickling.

Such a file is five pickles, one after the other (a magic number, the version, facts about the
machine, the saved object, the keys of its storages), and then the storages: of each the count of
its numbers as int64, and the numbers. The pickles are only looked at, instruction by instruction:
nothing in them is called.
"""
import io
import pickletools

import numpy as np

from common import files
from common.errors import InputError

MAGIC = 0x1950a86a20f9469cfc6c
_PICKLES = 5
_TYPES = {"torch FloatStorage": np.dtype("<f4"), "torch LongStorage": np.dtype("<i8"),
          "torch DoubleStorage": np.dtype("<f8")}
# what says nothing of a tensor
_SILENT = ("PROTO", "MARK", "EMPTY_DICT", "EMPTY_LIST", "STOP", "FRAME")


def load(path, names):
    """{name: array} of the float32 tensors `names` in the file.

    Raises InputError where the file is missing, of another kind, cut off, or has not all of them.
    """
    data = files.read_bytes(path)
    try:
        file = io.BytesIO(data)
        pickles = [_atoms(file) for _ in range(_PICKLES)]
        if MAGIC not in pickles[0]:
            raise ValueError("it does not begin with torch's number")
        tensors = {name: place for name, place in _tensors(pickles[3]) if name in names}
        missing = set(names) - set(tensors)
        if missing:
            raise ValueError("it has no %s" % ", ".join(sorted(missing)))
        storages = _storages(data, file.tell(), _keys(pickles[4]),
                             {key: kind for _, (key, kind, _, _) in _tensors(pickles[3])})
        return {name: np.array(storages[key][offset:offset + int(np.prod(shape))].reshape(shape))
                for name, (key, _, offset, shape) in tensors.items()}
    except (ValueError, KeyError, IndexError, UnicodeDecodeError) as problem:
        raise InputError("%s: is no file of tensors that can be read (%s)" % (path, problem))


def _atoms(file):
    """What the next pickle is built of, in order: its constants, and its instructions' names.

    What was remembered (BINPUT) is put in where it is asked for (BINGET), if it is a constant.
    """
    found, remembered = [], {}
    for instruction, argument, _ in pickletools.genops(file):
        name = instruction.name
        if "PUT" in name:
            remembered[argument] = found[-1]
        elif "GET" in name:
            found.append(remembered.get(argument))
        elif argument is not None:
            found.append(argument)
        elif name not in _SILENT:
            found.append(name)
    return found


def _tensors(atoms):
    """Of each tensor (name, (key of its storage, type of its numbers, offset, shape)).

    Its atoms: name, rebuilding function, "storage", type, key, device, size, None, then offset,
    shape and strides. Each tuple ends with its instruction.
    """
    for place, atom in enumerate(atoms):
        if atom == "BINPERSID":
            start = max(at for at in range(place) if atoms[at] == "storage")
            kind, key = atoms[start + 1:start + 3]
            end = next(at for at in range(place + 2, len(atoms))
                       if str(atoms[at]).startswith("TUPLE"))
            yield atoms[start - 2], (key, kind, atoms[place + 1], tuple(atoms[place + 2:end]))


def _keys(atoms):
    return [atom for atom in atoms if isinstance(atom, str) and atom.isdigit()]


def _storages(data, start, keys, kinds):
    """{key: array [numbers]} of the storages that lie from `start` on, in the order of `keys`."""
    found = {}
    for key in keys:
        count = int(np.frombuffer(data, "<i8", 1, start)[0])
        kind = _TYPES[kinds[key]]
        found[key] = np.frombuffer(data, kind, count, start + 8)
        start += 8 + count * kind.itemsize
    return found
