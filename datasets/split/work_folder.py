"""Intermediate results of a split, in a hidden folder of the corpus: a second run reuses them."""
import hashlib
import os
import zipfile

import numpy as np

from common import files
from common.arrays import write_npz
from common.errors import ConflictingOutput, InputError
from datasets.formats import folder

NAME = ".split"
_SOURCE_FILE = "source.json"
_FORMAT = 1                 # to be increased when the code changes the results


class WorkFolder(object):
    """The folder of the intermediate results of the corpus `out`, which is created.

    `source` identifies the recordings and the script: {"recordings": …, "script": … or None}.
    Raises ConflictingOutput if `out` contains a corpus of other recordings, InputError if it
    contains other files.
    """

    def __init__(self, out, source):
        self.path = os.path.join(out, NAME)
        source = dict(source, format=_FORMAT)
        source_path = os.path.join(self.path, _SOURCE_FILE)
        if os.path.exists(source_path):
            _check_same_source(out, files.read_json(source_path), source)
        elif os.path.isdir(out) and set(os.listdir(out)) - {NAME}:
            raise InputError("%s: contains other files; choose another --out" % out)
        os.makedirs(self.path, exist_ok=True)
        _remove_temporary_files(out)
        _remove_temporary_files(self.path)
        files.write_json(source_path, source)

    def arrays(self, name):
        """{name: array} in the file `name`; None if there is none, or it is damaged."""
        try:
            with np.load(self._path(name + ".npz"), allow_pickle=False) as stored:
                return dict(stored)
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return None

    def save_arrays(self, name, arrays):
        write_npz(self._path(name + ".npz"), arrays, np.savez_compressed)

    def table(self, name):
        """The JSON object in the file `name`; {} if there is none."""
        path = self._path(name + ".json")
        return files.read_json(path) if os.path.exists(path) else {}

    def save_table(self, name, table):
        files.write_json(self._path(name + ".json"), table)

    def remove_tables(self, prefix):
        for name in os.listdir(self.path):
            if name.startswith(prefix) and name.endswith(".json"):
                os.remove(self._path(name))

    def _path(self, name):
        return os.path.join(self.path, name)


def _remove_temporary_files(folder):
    """Those of killed runs."""
    for name in os.listdir(folder):
        if name.endswith(".part"):
            os.remove(os.path.join(folder, name))


def hash_of(*texts):
    return hashlib.sha1("\n".join(texts).encode("utf-8")).hexdigest()[:16]


def _check_same_source(out, old, new):
    if old.get("format") != new["format"]:
        raise ConflictingOutput("%s: was made by another version of this program; choose another "
                                "--out" % out)
    if sorted(old.get("recordings", [])) != sorted(new["recordings"]):
        raise ConflictingOutput("%s: contains the clips of other recordings; choose another --out"
                                % out)
    if old.get("script") != new["script"] and has_transcripts(out):
        raise ConflictingOutput("%s: contains transcripts that were made %s; choose another --out"
                                % (out, "with another script" if old.get("script") else
                                   "without a script"))


def has_transcripts(out):
    return any(utterance.text for utterance in (folder.read(out) or ([],))[0])
