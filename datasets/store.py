"""The example store: what `preprocess.py` makes of a corpus and the trainers read.

    manifest.json        format, settings, symbols, speaker and a row an utterance, sorted by id
    examples/*.npz       one utterance: `audio` float32 [frames * hop], `mel` float32 [frames, mels]
    skipped.txt          what was left out and why
"""
import os
from collections import namedtuple

import korean
from common import files
from common.errors import InputError
from common.hparam_set import translate_names
from datasets import example

FORMAT = 2
EXAMPLES = "examples"
_MANIFEST = "manifest.json"

# id: of the utterance in its corpus; written: its transcript; text: as read; jamo: as a model is
# given it; file: of its arrays, in the store; source: SHA-1 of the recording
Row = namedtuple("Row", "id text written jamo frames samples file source")
_ROW_TYPES = Row(str, str, str, str, int, int, str, str)

# audio: settings as hp.audio_settings() gives them; preparation: how a recording was cut and levelled;
# symbols: of the text, by id; reader: korean.Reader.as_dict()
Manifest = namedtuple("Manifest", "format audio preparation symbols reader speaker utterances")
_MANIFEST_TYPES = Manifest(int, dict, dict, list, dict, str, list)


class Store(object):
    """A manifest's parts as attributes, its utterances as a list of Row, and their arrays."""

    def __init__(self, folder, manifest):
        self.folder = folder
        self.audio = manifest.audio
        self.preparation = manifest.preparation
        self.symbols = manifest.symbols
        self.reader = manifest.reader       # a korean.Reader
        self.speaker = manifest.speaker
        self.utterances = manifest.utterances

    def mel(self, row):
        """float32 [frames, mels]. Raises what `arrays` raises."""
        return self.arrays(row).mel

    def arrays(self, row):
        """The Example of a row: its audio, and its mel aligned with it.

        Raises InputError where they are missing, damaged or of another shape than the row says.
        """
        path = os.path.join(self.folder, row.file)
        found = example.load(path)
        shape = (row.frames, self.audio["n_mels"])
        if found.mel.shape != shape or found.audio.shape != (row.samples,):
            raise InputError("%s: holds a mel of shape %s and audio of shape %s, and should hold "
                             "%s and %s; delete it and run preprocess.py again" % (
                                 path, found.mel.shape, found.audio.shape, shape, (row.samples,)))
        return found


def load_store(folder):
    """The store in `folder`. Raises InputError: no store, damaged, of another format version."""
    if not is_store(folder):
        raise InputError("%s: is no example store (it has no %s); preprocess.py makes one"
                         % (folder, _MANIFEST))
    path = manifest_path(folder)
    stored = files.read_json(path)
    version = stored.get("format") if isinstance(stored, dict) else None
    if version != FORMAT:
        raise InputError("%s: is a manifest of format %r, and should be of format %d; make the "
                         "store again with preprocess.py" % (path, version, FORMAT))
    manifest = _typed(stored, _MANIFEST_TYPES, path, "the manifest")
    manifest = manifest._replace(audio=translate_names(manifest.audio),
                                 preparation=translate_names(manifest.preparation))
    rows = [_typed(row, _ROW_TYPES, path, "utterance %d" % number)
            for number, row in enumerate(manifest.utterances, 1)]
    for row in rows:
        _check_row(row, manifest.audio, path)
    reader = korean.reader_from_dict(manifest.reader, path)
    return Store(folder, manifest._replace(utterances=rows, reader=reader))


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
    if folder != EXAMPLES or name in ("", os.pardir):
        raise InputError("%s: file %r of %s lies outside %s/" % (path, row.file, row.id, EXAMPLES))
    if row.frames < 1 or row.samples != row.frames * audio.get("hop_length", 0):
        raise InputError("%s: %s has %d samples for %d frames of hop %s" % (
            path, row.id, row.samples, row.frames, audio.get("hop_length")))
