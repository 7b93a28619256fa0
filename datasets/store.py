"""The example store: written by `preprocess.py`, read by the trainers.

    manifest.json        format, settings, symbols, speaker, and a row for each utterance
    examples/*.npz       an utterance: audio float32 [frames * hop], mel float32 [frames, n_mels]
    skipped.txt          what was left out, and the reasons
"""
import os
import zipfile
import zlib
from collections import namedtuple

import numpy as np

import korean
from common import files
from common.arrays import check_npz
from common.errors import InputError
from common.signals import defer_signals
from common.hparam_set import update_hparam_names
from hparams import AUDIO

MANIFEST_FORMAT = 2
EXAMPLES_FOLDER, SKIPPED_FILE = "examples", "skipped.txt"
_MANIFEST = "manifest.json"
_MAX_MANIFEST_BYTES = 1 << 28   # of about 400,000 utterances
_MAX_SAMPLES = 2 ** 31 - 1      # of an utterance: batches have the counts as int32
_MAX_EXAMPLE_BYTES = 1 << 30    # an hour of audio with its mel has less

# A row of the manifest: one utterance.
ManifestRow = namedtuple("ManifestRow", [
    "id",           # of the utterance in its corpus
    "text",         # normalised transcript
    "written",      # original transcript
    "jamo",         # input of the models, before it becomes ids
    "frames",       # length of the mel
    "samples",      # length of the audio: frames * hop_length
    "file",         # path of the arrays, relative to the store
    "source"])      # SHA-1 of the recording
_ROW_TYPES = ManifestRow(str, str, str, str, int, int, str, str)

Manifest = namedtuple("Manifest", [
    "format",       # MANIFEST_FORMAT
    "audio",        # hp.audio_settings()
    "preparation",  # hyper-parameters by which recordings were trimmed and scaled
    "symbols",      # of the text, in the order of their ids
    "reader",       # korean.TextNormalizer.as_dict(); in a Store the TextNormalizer itself
    "speaker",      # name
    "utterances"])  # list of ManifestRow, sorted by id
_MANIFEST_TYPES = Manifest(int, dict, dict, list, dict, str, list)

# audio: float32 [frames * hop]; mel: float32 [frames, n_mels], aligned with the audio
Example = namedtuple("Example", "audio mel")


class Store(object):
    """An example store: the fields of its Manifest as attributes, and access to the arrays."""

    def __init__(self, folder, manifest):
        self.folder = folder
        self.audio_settings = manifest.audio
        self.preparation = manifest.preparation
        self.symbols = manifest.symbols
        self.normalizer = manifest.reader       # a korean.TextNormalizer
        self.speaker = manifest.speaker
        self.utterances = manifest.utterances

    def load_mel(self, row):
        """The mel of a ManifestRow, float32 [frames, n_mels]. Raises what `load_example` raises."""
        return self.load_example(row).mel

    def load_example(self, row):
        """The Example of a ManifestRow.

        Raises InputError if the file is missing, damaged or does not have the shapes of the row.
        """
        path = os.path.join(self.folder, row.file)
        example = read_example(path)
        mel_shape = (row.frames, self.audio_settings["n_mels"])
        if example.mel.shape != mel_shape or example.audio.shape != (row.samples,):
            raise InputError(
                "%s: has a mel of shape %s and audio of shape %s; should be %s and %s; delete it "
                "and run preprocess.py again" % (path, example.mel.shape, example.audio.shape,
                                             mel_shape, (row.samples,)))
        return example


class GtaStore(Store):
    """A Store whose mels a Tacotron 2 predicted with teacher forcing (ground-truth aligned).

    A vocoder trained on them sees the input that it gets in synthesis (arXiv 1712.05884, section
    2.4). The mels are .npy files in `mel_folder`; all else comes from `recorded_store`.
    """

    def __init__(self, recorded_store, mel_folder):
        self.__dict__.update(vars(recorded_store))
        self.recorded_store = recorded_store
        self.mel_folder = mel_folder

    def load_example(self, row):
        """The Example of a ManifestRow: the recorded audio with the predicted mel.

        Raises InputError if the mel is missing, damaged or does not have the shape of the row.
        """
        example, path = self.recorded_store.load_example(row), self._mel_path(row)
        try:
            mel = np.load(path, allow_pickle=False)
            if mel.shape != example.mel.shape or mel.dtype != np.float32:
                raise ValueError("%s array of shape %s; should be float32 of shape %s"
                                 % (mel.dtype, mel.shape, example.mel.shape))
        except (OSError, ValueError, EOFError) as error:
            raise InputError("%s: cannot be read (%s); delete it to have it predicted again"
                             % (path, error))
        return example._replace(mel=mel)

    def has_mel(self, row):
        return os.path.exists(self._mel_path(row))

    def save_mel(self, row, mel):
        """Write the predicted mel of a row, float32 [frames, n_mels]."""
        with files.atomic_write(self._mel_path(row)) as file:
            np.save(file, mel)

    def _mel_path(self, row):
        return os.path.join(self.mel_folder,
                            os.path.splitext(os.path.basename(row.file))[0] + ".npy")


def read_example(path):
    """The Example in an .npz file. Raises InputError if the file is missing or damaged."""
    try:
        check_npz(path, _MAX_EXAMPLE_BYTES)
        # NumPy 1.19 complains about an object that a signal left incomplete
        with defer_signals(), np.load(path, allow_pickle=False) as arrays:
            example = Example(arrays["audio"], arrays["mel"])
        if not all(array.dtype == np.float32 and np.isfinite(array).all() for array in example):
            raise ValueError("should contain finite numbers of type float32")
    except FileNotFoundError:
        raise InputError("%s: is missing; run preprocess.py again" % path)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError("%s: is damaged (%s); delete it and run preprocess.py again"
                         % (path, error))
    return example


def load_store(folder):
    """The Store in `folder`. Raises InputError if there is none, or it is damaged or outdated."""
    if not is_store(folder):
        raise InputError("%s: is not an example store (there is no %s); create one with "
                         "preprocess.py" % (folder, _MANIFEST))
    path = manifest_path(folder)
    stored = files.read_json(path, _MAX_MANIFEST_BYTES)
    version = stored.get("format") if isinstance(stored, dict) else None
    if version != MANIFEST_FORMAT:
        raise InputError("%s: is a manifest of format %r; should be format %d; run preprocess.py "
                         "again" % (path, version, MANIFEST_FORMAT))
    manifest = _parse(stored, _MANIFEST_TYPES, path, "the manifest")
    manifest = manifest._replace(audio=update_hparam_names(manifest.audio),
                                 preparation=update_hparam_names(manifest.preparation))
    missing = [name for name, _, _, _ in AUDIO if name not in manifest.audio]
    if missing:
        raise InputError("%s: audio of the manifest lacks %s; run preprocess.py again"
                         % (path, ", ".join(missing)))
    for name in ("sample_rate", "hop_length", "n_mels"):
        value = manifest.audio[name]
        if type(value) is not int or not 0 < value <= _MAX_SAMPLES:
            raise InputError("%s: %s is %.40r; should be a whole number above 0"
                             % (path, name, value))
    rows = [_parse(row, _ROW_TYPES, path, "utterance %d" % number)
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
    """Write the manifest, unless the file has the same content already."""
    content = dict(manifest._asdict(), utterances=[row._asdict() for row in manifest.utterances])
    path = manifest_path(folder)
    if not os.path.exists(path) or files.read_json(path, _MAX_MANIFEST_BYTES) != content:
        files.write_json(path, content)


def _parse(stored, types, path, description):
    """The JSON object `stored` as a namedtuple like `types`, whose fields are the types.

    Raises InputError if fields or types differ. `description` names the object in the message.
    """
    if not isinstance(stored, dict) or set(stored) != set(types._fields):
        raise InputError("%s: %s should be an object with %s"
                         % (path, description, ", ".join(types._fields)))
    for name, field_type in types._asdict().items():
        if type(stored[name]) is not field_type:
            raise InputError("%s: %s of %s is %.60r; should be of type %s"
                             % (path, name, description, stored[name], field_type.__name__))
    return types._replace(**stored)


def _check_row(row, audio_settings, path):
    folder, name = os.path.split(row.file)
    if folder != EXAMPLES_FOLDER or name in ("", os.pardir):
        raise InputError("%s: file %r of %s is outside %s/"
                         % (path, row.file, row.id, EXAMPLES_FOLDER))
    hop_length = audio_settings["hop_length"]
    if row.frames < 1 or row.samples != row.frames * hop_length or row.samples > _MAX_SAMPLES:
        raise InputError("%s: %s has %d samples for %d frames; hop_length is %d"
                         % (path, row.id, row.samples, row.frames, hop_length))
