"""The run folder: run.json, checkpoints, events, history.jsonl, eval/.

Synthesis needs nothing else: run.json has all hyper-parameters, symbols, speakers and the lexicon.
"""
import errno
import fcntl
import os

import korean
from common import files
from common.errors import InputError
from common.hparam_set import hparams_from_dict
from nn import compat
from training import exported_run, model_weights, store_changes, training_history
from training.consent import CONSENTS

FORMAT_VERSION = 2      # 1 had no speaker_table, which was true for several speakers
MAX_RUN_JSON_BYTES = 1 << 24
MODEL_FOLDERS = ("tacotron", "vocoder")     # in the folder of a voice; also the types of models
SOFTWARE_NAME = "voicecloning"      # the software tag of synthesised WAV files


class Run(object):
    """The content of run.json.

    model_type              "tacotron" or "vocoder"
    hp                      HParams
    speakers                names, in the order of the speaker ids
    normalizer              korean.TextNormalizer that the training texts were read with
    has_speaker_embedding   whether the network has a speaker embedding
    symbols                 the text symbols, in the order of their ids
    punctuated              whether the training texts end in a punctuation mark
    base                    None, or {"folder": …, "figures": …, "speakers": …}: name of the voice
                            or run that this one adapts (preset `adapt`), its figures and speakers;
                            earlier versions did not store its speakers
    figures                 {name: value} of the validation of an exported run; {} in other runs
    consent                 one of consent.CONSENTS: the speaker's, to the cloning of the voice; or
                            None
    data                    store_changes.describe_store of each store that it was trained on last;
                            None in exported runs and those of earlier versions
    validation_hash_limit   texts with a hash below it are held out, see datasets/batches.py
    """

    def __init__(self, folder, model_type, hp, speakers, normalizer, has_speaker_embedding=False,
                 symbols=korean.SYMBOLS, punctuated=False, base=None, figures=None,
                 consent=None, data=None, validation_hash_limit=None):
        self.folder, self.model_type, self.hp, self.speakers = folder, model_type, hp, speakers
        self.normalizer, self.has_speaker_embedding = normalizer, has_speaker_embedding
        self.symbols, self.punctuated = list(symbols), punctuated
        self.base, self.figures, self.consent = base, figures or {}, consent
        self.data, self.validation_hash_limit = data, validation_hash_limit
        self._lock = None

    @property
    def n_speaker_embeddings(self):
        """The number of rows of the speaker embedding, 0 if the network has none."""
        return len(self.speakers) if self.has_speaker_embedding else 0

    def path(self, *names):
        """A path in the run folder; creates the folder that contains it.

        Raises InputError as check_folder does.
        """
        self.check_folder()
        path = os.path.join(self.folder, *names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def speaker_id(self, name):
        """The id of a speaker. `name` may be None if there is only one."""
        if len(self.speakers) == 1 and name in (None, self.speakers[0]):
            return 0
        if name not in self.speakers:
            raise InputError("--speaker %s: the speakers of %s are %s"
                             % (name, self.folder, ", ".join(self.speakers)))
        return self.speakers.index(name)

    def validation_figures(self):
        """{name: value} of the newest validation; {} before the first."""
        return self.figures or training_history.latest_figures(self.path("history.jsonl"),
                                                               "validation")

    def lock(self):
        """Lock the run until `release` or the end of the process.

        Raises InputError if another process has locked it.
        """
        self._lock = open(self.path("lock"), "a+", opener=files.open_without_links)
        try:
            fcntl.lockf(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                return      # the file system does not support locks
            self._lock.seek(0)
            process = self._lock.read(20).strip()
            self.release()
            raise InputError("%s: another trainer (process %s) is working on this run; wait until "
                             "it ends, or give another --logdir" % (self.folder, process))
        self._lock.truncate(0)
        self._lock.write("%d\n" % os.getpid())
        self._lock.flush()

    def check_folder(self):
        """Raise InputError if the run is locked, and its folder is not the one that was locked.

        What was deleted or moved is not made anew: it would lack the earlier checkpoints.
        """
        if not self._lock:
            return
        try:
            same = os.path.samestat(os.stat(os.path.join(self.folder, "lock")),
                                    os.fstat(self._lock.fileno()))
        except FileNotFoundError:
            same = False
        if not same:
            raise InputError("%s: was deleted or moved during the training; if it was moved, give "
                             "the new folder with --logdir to go on from its latest checkpoint"
                             % self.folder)

    def release(self):
        if self._lock:
            self._lock.close()
            self._lock = None

    def save(self):
        files.write_json(self.path("run.json"), {
            "format": FORMAT_VERSION, "kind": self.model_type, "hparams": self.hp.as_dict(),
            "symbols": self.symbols, "reader": self.normalizer.as_dict(),
            "speakers": self.speakers, "speaker_table": self.has_speaker_embedding,
            "punctuated": self.punctuated, "base": self.base, "figures": self.figures,
            "consent": self.consent, "data": self.data,
            "validation_hash_limit": self.validation_hash_limit,
            "tensorflow": compat.tf.__version__,
            "stack": compat.stack()})


def load_run(folder, model_type, any_symbols=False):
    """The Run in `folder`. Its symbol table may differ from korean.SYMBOLS only if any_symbols.

    Raises InputError if it is missing, damaged or of another type.
    """
    path = os.path.join(folder, "run.json")
    if not os.path.exists(path):
        raise InputError("%s: is not a run (it has no run.json); train_%s.py --logdir creates one"
                         % (folder, model_type))
    if exported_run.is_exported(folder):
        exported_run.verify_checksums(folder)
    content = files.read_json(path, MAX_RUN_JSON_BYTES)
    version = content.get("format") if isinstance(content, dict) else None
    if version not in range(1, FORMAT_VERSION + 1):
        raise InputError("%s: has the format %r, but this version of the project reads 1 to %d; if "
                         "it was written by a newer version, use that, or another --logdir"
                         % (path, version, FORMAT_VERSION))
    if content.get("kind") != model_type:
        raise InputError("%s: is a run of train_%s.py; it should be one of train_%s.py"
                         % (folder, content.get("kind"), model_type))
    for name in ("speakers", "symbols"):
        value = content.get(name)
        if not (isinstance(value, list) and value and all(isinstance(v, str) for v in value)):
            raise InputError("%s: %s should be a list of strings" % (path, name))
    if content["symbols"] != list(korean.SYMBOLS) and not any_symbols:
        raise InputError("%s: has another symbol table than this version; --init-from starts a new "
                         "run from it" % folder)
    for name in ("speaker_table", "punctuated"):        # format 1 has neither
        if type(content.get(name, False)) is not bool:
            raise InputError("%s: %s should be true or false" % (path, name))
    base = content.get("base")
    if base is not None and not (isinstance(base, dict) and isinstance(base.get("folder"), str)
                                 and _are_figures(base.get("figures"))
                                 and isinstance(base.get("speakers", []), list)):
        raise InputError("%s: base should be null or an object with folder, figures and speakers"
                         % path)
    if not _are_figures(content.get("figures", {})):
        raise InputError("%s: figures should be an object of numbers" % path)
    if content.get("consent") not in (None,) + CONSENTS:
        raise InputError("%s: consent should be null, %s" % (path, " or ".join(CONSENTS)))
    hp = hparams_from_dict(content.get("hparams"), path)
    hash_limit = content.get("validation_hash_limit")
    if hash_limit is None:      # runs of earlier versions
        hash_limit = hp.validation_fraction
    if type(hash_limit) not in (int, float) or not 0 <= hash_limit <= 1:
        raise InputError("%s: validation_hash_limit should be a number from 0 to 1" % path)
    reader = content.get("reader")
    if type(reader) is int:     # before there were lexicons, only the version was stored
        reader = {"version": reader, "pronounce": hp.pronounce, "lexicon": {}}
    run = Run(folder, model_type, hp, content["speakers"],
              korean.TextNormalizer.from_dict(reader, path),
              content.get("speaker_table", len(content["speakers"]) > 1),
              content["symbols"], content.get("punctuated", False), base,
              content.get("figures"), content.get("consent"),
              store_changes.validate(content.get("data"), path), hash_limit)
    model_weights.check_sizes(run)
    return run


def _are_figures(value):
    """Whether a JSON value is an object of numbers."""
    return isinstance(value, dict) and all(type(item) in (int, float) for item in value.values())


def load_source(folder, model_type):
    """The Run that --init-from names: a run, or the run of this type in the folder of a voice."""
    in_voice = os.path.join(folder, model_type)
    if not os.path.exists(os.path.join(folder, "run.json")) and os.path.exists(in_voice):
        folder = in_voice
    return load_run(folder, model_type, any_symbols=True)


def require_same_audio_settings(tacotron_run, vocoder_run):
    """Raise InputError if the mels of the two runs differ in meaning."""
    require_same_values(vocoder_run.hp.audio_settings(), tacotron_run.hp.audio_settings(),
                        vocoder_run.folder, tacotron_run.folder)


def require_same_values(values, expected, source, expected_source):
    """Raise InputError, which names the sources, if the dict `values` differs from `expected`."""
    differences = ["%s is %s in %s but %s in %s" % (name, values.get(name), source, value,
                                                    expected_source)
                   for name, value in sorted(expected.items()) if values.get(name) != value]
    if differences:
        raise InputError("; ".join(differences))
