"""The example store: what `preprocess.py` makes of a corpus and the trainers read.

    manifest.json        format, settings, symbols, speaker and a row an utterance, sorted by id
    examples/*.npz       one utterance: `audio` float32 [frames * hop], `mel` float32 [frames, mels]
    skipped.txt          what was left out and why
"""
import hashlib
import json
import os
import re
import zipfile
import zlib
from collections import namedtuple

import numpy as np

import audio
import korean
from common import files
from common.errors import InputError
from common.hparam_set import translate_names

MANIFEST_FORMAT = 2
EXAMPLES_FOLDER = "examples"
_MANIFEST = "manifest.json"

# id: of the utterance in its corpus; written: its transcript; text: as read; jamo: as a model is
# given it; file: of its arrays, in the store; source: SHA-1 of the recording
ManifestRow = namedtuple("ManifestRow", "id text written jamo frames samples file source")
_ROW_TYPES = ManifestRow(str, str, str, str, int, int, str, str)

# audio: settings as hp.audio_settings() gives them; preparation: how a recording was cut and levelled;
# symbols: of the text, by id; reader: korean.TextNormalizer.as_dict()
Manifest = namedtuple("Manifest", "format audio preparation symbols reader speaker utterances")
_MANIFEST_TYPES = Manifest(int, dict, dict, list, dict, str, list)


class Store(object):
    """A manifest's parts as attributes, its utterances as a list of ManifestRow, and their arrays."""

    def __init__(self, folder, manifest):
        self.folder = folder
        self.audio_settings = manifest.audio
        self.preparation = manifest.preparation
        self.symbols = manifest.symbols
        self.normalizer = manifest.reader       # a korean.TextNormalizer
        self.speaker = manifest.speaker
        self.utterances = manifest.utterances

    def load_mel(self, row):
        """float32 [frames, mels]. Raises what `load_example` raises."""
        return self.load_example(row).mel

    def load_example(self, row):
        """The Example of a row: its audio, and its mel aligned with it.

        Raises InputError where they are missing, damaged or of another shape than the row says.
        """
        path = os.path.join(self.folder, row.file)
        found = read_example(path)
        shape = (row.frames, self.audio_settings["n_mels"])
        if found.mel.shape != shape or found.audio.shape != (row.samples,):
            raise InputError("%s: holds a mel of shape %s and audio of shape %s, and should hold "
                             "%s and %s; delete it and run preprocess.py again" % (
                                 path, found.mel.shape, found.audio.shape, shape, (row.samples,)))
        return found


class GtaStore(Store):
    """The Store `recorded` with the mels in the folder `predictions`, an .npy an utterance."""

    def __init__(self, recorded_store, mel_folder):
        self.__dict__.update(vars(recorded_store))
        self.recorded_store = recorded_store
        self.mel_folder = mel_folder

    def load_example(self, row):
        """The Example of a row: its audio, with the mel that was predicted.

        Raises InputError where one is missing, damaged or of another shape than the row says.
        """
        path = self._path(row)
        try:
            mel = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as problem:
            raise InputError("%s: cannot be read (%s); delete it to have it predicted again"
                             % (path, problem))
        if mel.shape != (row.frames, self.audio_settings["n_mels"]) or mel.dtype != np.float32:
            raise InputError("%s: holds a mel of shape %s, and should hold one of %s; delete it to "
                             "have it predicted again"
                             % (path, mel.shape, (row.frames, self.audio_settings["n_mels"])))
        return self.recorded_store.load_example(row)._replace(mel=mel)

    def has_mel(self, row):
        return os.path.exists(self._path(row))

    def save_mel(self, row, mel):
        """Write the mel that was predicted for a row, float32 [frames, mels]."""
        with files.atomic_write(self._path(row)) as out:
            np.save(out, mel)

    def _path(self, row):
        return os.path.join(self.mel_folder,
                            os.path.splitext(os.path.basename(row.file))[0] + ".npy")


def load_store(folder):
    """The store in `folder`. Raises InputError: no store, damaged, of another format version."""
    if not is_store(folder):
        raise InputError("%s: is no example store (it has no %s); preprocess.py makes one"
                         % (folder, _MANIFEST))
    path = manifest_path(folder)
    stored = files.read_json(path)
    version = stored.get("format") if isinstance(stored, dict) else None
    if version != MANIFEST_FORMAT:
        raise InputError("%s: is a manifest of format %r, and should be of format %d; make the "
                         "store again with preprocess.py" % (path, version, MANIFEST_FORMAT))
    manifest = _typed(stored, _MANIFEST_TYPES, path, "the manifest")
    manifest = manifest._replace(audio=translate_names(manifest.audio),
                                 preparation=translate_names(manifest.preparation))
    rows = [_typed(row, _ROW_TYPES, path, "utterance %d" % number)
            for number, row in enumerate(manifest.utterances, 1)]
    for row in rows:
        _check_row(row, manifest.audio, path)
    normalizer = korean.TextNormalizer.from_dict(manifest.reader, path)
    return Store(folder, manifest._replace(utterances=rows, reader=normalizer))


def is_store(folder):
    return os.path.exists(manifest_path(folder))


def manifest_path(folder):
    return os.path.join(folder, _MANIFEST)


def write_manifest(folder, manifest):
    """Write it unless it is there already, in these very words."""
    content = dict(manifest._asdict(), utterances=[dict(row._asdict())
                                                   for row in manifest.utterances])
    path = manifest_path(folder)
    if not os.path.exists(path) or files.read_json(path) != content:
        files.write_json(path, content)


def _typed(stored, types, path, what):
    """The namedtuple like `types` that the JSON object `stored` spells out."""
    if not isinstance(stored, dict) or set(stored) != set(types._fields):
        raise InputError("%s: %s should be an object of %s"
                         % (path, what, ", ".join(types._fields)))
    for name, kind in types._asdict().items():
        if type(stored[name]) is not kind:
            raise InputError("%s: %s of %s is %.60r, and should be of type %s"
                             % (path, name, what, stored[name], kind.__name__))
    return types._replace(**stored)


def _check_row(row, audio, path):
    folder, name = os.path.split(row.file)
    if folder != EXAMPLES_FOLDER or name in ("", os.pardir):
        raise InputError("%s: file %r of %s lies outside %s/" % (path, row.file, row.id, EXAMPLES_FOLDER))
    if row.frames < 1 or row.samples != row.frames * audio.get("hop_length", 0):
        raise InputError("%s: %s has %d samples for %d frames of hop %s" % (
            path, row.id, row.samples, row.frames, audio.get("hop_length")))


_MAKING = 1  # counts up whenever the same recording and settings would give other arrays

# audio: float32 [frames * hop]; mel: float32 [frames, mels]
Example = namedtuple("Example", "audio mel")


def preparation_settings(hp):
    """The settings that decide how a recording is cut and levelled, beside hp.audio_settings()."""
    return {"trim_top_db": hp.trim_top_db, "trim_margin": hp.trim_margin,
            "rescaling_max": hp.rescaling_max}


def example_file_name(utterance_id, source, hp):
    """A name for the arrays of an utterance that is safe in every file system.

    It differs where the id, the recording (its hash is `source`) or a setting differs: arrays of
    this name need not be made again.
    """
    content = json.dumps([utterance_id, source, hp.audio_settings(), preparation_settings(hp), _MAKING],
                         sort_keys=True)
    readable = re.sub("[^0-9A-Za-z._-]", "_", utterance_id)[-60:]
    return "%s-%s.npz" % (readable, hashlib.sha1(content.encode()).hexdigest()[:16])


def make_example(path, recording, hp):
    """Write the arrays of a recording to `path`, and return them.

    Raises InputError where the recording is not fit for it.
    """
    samples = audio.pad_to_hop(audio.load_recording(recording, hp), hp)
    made = Example(audio=samples, mel=audio.melspectrogram(samples, hp))
    with files.atomic_write(path) as file:
        np.savez(file, **made._asdict())
    return made


def read_example(path):
    """The Example in the file. Raises InputError where it is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = Example(arrays["audio"], arrays["mel"])
    except FileNotFoundError:
        raise InputError("%s: is missing; run preprocess.py again" % path)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as problem:
        raise InputError("%s: is damaged (%s); delete it and run preprocess.py again"
                         % (path, problem))
    if not all(part.dtype == np.float32 and np.isfinite(part).all() for part in found):
        raise InputError("%s: should hold finite numbers of type float32" % path)
    return found
