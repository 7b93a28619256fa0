"""The run folder: run.json, checkpoints, events, eval/. It is all that synthesis needs."""
import errno
import fcntl
import os

import korean
from common import files
from common.errors import InputError
from common.hparam_set import (create_hparams, hparams_from_dict,
                               override_hparams, override_run_hparams)
from korean.utterances import are_punctuated
from nn.compat import STACK, VERSION
from tacotron2 import tacotron
from wavenet_vocoder import wavenet

FORMAT_VERSION = 2      # 1 had no has_speaker_embedding: one of several speakers, none of one
_PARTS = {"tacotron": tacotron.FREEZABLE_SCOPES, "vocoder": wavenet.FREEZABLE_SCOPES}
SOFTWARE_NAME = "voicecloning"       # what a synthesized WAV says it was made by


class Run(object):
    """One training: `kind` is "tacotron" or "vocoder", `speakers` the names in the order of ids.

    `normalizer` (a korean.TextNormalizer) reads text as that of the examples was read. `has_speaker_embedding` says
    whether the network is told who speaks. `symbols` are those that its text is spelt with;
    `punctuated`: the texts that it learns from end in a mark, as . or ?
    """

    def __init__(self, folder, kind, hp, speakers, normalizer, has_speaker_embedding=False,
                 symbols=korean.SYMBOLS, punctuated=False):
        self.folder, self.model_type, self.hp, self.speakers = folder, kind, hp, speakers
        self.normalizer, self.has_speaker_embedding, self.symbols = normalizer, has_speaker_embedding, list(symbols)
        self.punctuated = punctuated
        self._lock = None

    @property
    def n_speaker_embeddings(self):
        """How many rows the network's table of speakers has: 0 where it has none."""
        return len(self.speakers) if self.has_speaker_embedding else 0

    def path(self, *parts):
        """A path in the run folder, whose own folder exists."""
        path = os.path.join(self.folder, *parts)
        if not os.path.isdir(os.path.dirname(path)):
            os.makedirs(os.path.dirname(path))
        return path

    def speaker_id(self, name):
        """The id of a speaker by name; where there is only one, of that one."""
        if len(self.speakers) == 1 and name in (None, self.speakers[0]):
            return 0
        if name not in self.speakers:
            raise InputError("--speaker %s: the speakers of %s are %s"
                             % (name, self.folder, ", ".join(self.speakers)))
        return self.speakers.index(name)

    def lock(self):
        """Take the run for this process, until `release` or its end, however that comes.

        Raises InputError where another process has it.
        """
        lock = open(self.path("lock"), "a+")
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            if problem.errno not in (errno.EACCES, errno.EAGAIN):
                self._lock = lock       # a file system that knows no locks
                return
            lock.seek(0)
            other = lock.read().strip()
            lock.close()
            raise InputError("%s: another trainer is at work on this run%s; wait for its end, or "
                             "name another --logdir"
                             % (self.folder, " (process %s)" % other if other else ""))
        lock.truncate(0)
        lock.write("%d\n" % os.getpid())
        lock.flush()
        self._lock = lock

    def release(self):
        if self._lock:
            self._lock.close()
            self._lock = None

    def save(self):
        files.write_json(self.path("run.json"), {
            "format": FORMAT_VERSION, "kind": self.model_type, "hparams": self.hp.as_dict(),
            "symbols": self.symbols, "reader": self.normalizer.as_dict(),
            "speakers": self.speakers, "speaker_table": self.has_speaker_embedding,
            "punctuated": self.punctuated,
            "tensorflow": VERSION, "stack": STACK})


def create_or_resume_run(folder, kind, stores, preset, changes, origin=None):
    """The run in `folder`, locked, which goes on if it is there, on the data of `stores`.

    A new one that starts from the weights of the run in the folder `origin` has the
    hyper-parameters of that, unless a preset is named.

    Raises InputError where the folder, the data and the options do not fit together, or another
    process is at work on the run.
    """
    speakers = [store.speaker for store in stores]
    if os.path.exists(os.path.join(folder, "run.json")):
        run = load_run(folder, kind)
        run.hp = _changed(run, preset, changes)
        if run.speakers != speakers:
            raise InputError("--data: the speakers are %s, but %s was begun with %s"
                             % (", ".join(speakers), folder, ", ".join(run.speakers)))
    else:
        if os.path.exists(folder) and (not os.path.isdir(folder) or
                                       set(os.listdir(folder)) - {"lock"}):
            raise InputError("--logdir %s: holds something else than a run" % folder)
        if len(set(speakers)) < len(speakers):
            raise InputError("--data: two stores are of the speaker %s; name one otherwise with "
                             "preprocess.py --speaker"
                             % next(name for name in speakers if speakers.count(name) > 1))
        run = _new(folder, kind, stores, preset, changes, origin and load_source_run(origin, kind))
    for store in stores:
        require_same_values(store.audio_settings, run.hp.audio_settings(), "%s" % store.folder,
                     "the run (preset %s)" % preset if preset else "the run")
        require_same_values({"pronounce": store.normalizer.pronounce}, {"pronounce": run.hp.pronounce},
                     store.folder, "the run")
        if list(store.symbols) != list(korean.SYMBOLS):
            raise InputError("%s: made with another symbol table; preprocess it again"
                             % store.folder)
    run.punctuated = are_punctuated([row.text for store in stores for row in store.utterances])
    run.lock()
    run.save()
    return run


def load_run(folder, kind):
    """The run of that kind in `folder`, or InputError: missing, damaged, of another kind."""
    run = load_source_run(folder, kind)
    if run.symbols != list(korean.SYMBOLS):
        raise InputError("%s: trained with another symbol table; --init-from starts a new run from "
                         "it" % folder)
    return run


def load_source_run(folder, kind):
    """As `load`, but its symbols may be other ones: a new run may start from it."""
    path = os.path.join(folder, "run.json")
    if not os.path.exists(path):
        raise InputError("%s: no run is there (run.json is missing); train_%s.py --logdir makes one"
                         % (folder, kind))
    stored = files.read_json(path)
    version = stored.get("format") if isinstance(stored, dict) else None
    if type(version) is int and version > FORMAT_VERSION:
        raise InputError("%s: made by a newer version of this project (format %d; this one reads "
                         "%d); use that version, or another --logdir" % (path, version, FORMAT_VERSION))
    if version not in range(1, FORMAT_VERSION + 1):
        raise InputError("%s: not of format 1 to %d, which this version reads" % (path, FORMAT_VERSION))
    if stored.get("kind") != kind:
        raise InputError("%s: a run of train_%s.py, where one of train_%s.py is needed"
                         % (folder, stored.get("kind"), kind))
    speakers, symbols = (_strings(stored, name, path) for name in ("speakers", "symbols"))
    has_speaker_embedding = stored.get("speaker_table", len(speakers) > 1)
    punctuated = stored.get("punctuated", False)
    for name, value in (("speaker_table", has_speaker_embedding), ("punctuated", punctuated)):
        if type(value) is not bool:
            raise InputError("%s: %s should be true or false" % (path, name))
    hp = hparams_from_dict(stored.get("hparams"), path)
    normalizer = stored.get("reader")
    if type(normalizer) is int:             # of runs from before lexicons: the version alone
        normalizer = {"version": normalizer, "pronounce": hp.pronounce, "lexicon": {}}
    return Run(folder, kind, hp, speakers, korean.TextNormalizer.from_dict(normalizer, path), has_speaker_embedding,
               symbols, punctuated)


def _new(folder, kind, stores, preset, changes, origin):
    """The Run that begins with the weights of the Run `origin`, if there is one."""
    if origin and not preset:
        hp = override_hparams(origin.hp.replace(freeze=""), changes)
    else:
        hp = create_hparams(preset or "reference", changes)
    unknown = set(hp.freeze.split("+")) - set(_PARTS[kind]) - {""}
    if unknown:
        raise InputError("--freeze %s: the parts of a %s are %s"
                         % (", ".join(sorted(unknown)), kind, ", ".join(_PARTS[kind])))
    if origin:
        require_same_values(origin.hp.audio_settings(), hp.audio_settings(), origin.folder, "the new run")
    return Run(folder, kind, hp, [store.speaker for store in stores], _common_reader(stores),
               has_speaker_embedding=len(stores) > 1 or bool(origin and origin.has_speaker_embedding))


def _strings(stored, name, path):
    found = stored.get(name)
    if not (isinstance(found, list) and found and all(isinstance(item, str) for item in found)):
        raise InputError("%s: %s should be a list of strings" % (path, name))
    return found


def _common_reader(stores):
    """The normalizer of all stores: their lexicons together. InputError where two disagree."""
    lexicon = {}
    for store in stores:
        for written, read in sorted(store.normalizer.lexicon.items()):
            if lexicon.setdefault(written, read) != read:
                raise InputError("%s: its lexicon reads %r as %r, that of another --data as %r"
                                 % (store.folder, written, read, lexicon[written]))
    return korean.TextNormalizer(stores[0].normalizer.pronounce, lexicon,
                         min(store.normalizer.version for store in stores))


def require_same_audio_settings(tacotron, vocoder):
    """InputError where two runs differ in what a mel means."""
    require_same_values(vocoder.hp.audio_settings(), tacotron.hp.audio_settings(), vocoder.folder, tacotron.folder)


def _changed(run, preset, changes):
    """A run's hyper-parameters with a user's changes, if they leave what is fixed as it was."""
    if preset:
        asked = create_hparams(preset, changes)
        require_same_values(asked.fixed_values(), run.hp.fixed_values(), "--preset %s" % preset, run.folder)
    return override_run_hparams(run.hp, changes, run.folder)


def require_same_values(given, wanted, source, other):
    differing = ["%s is %s in %s but %s in %s" % (name, given.get(name), source, value, other)
                 for name, value in sorted(wanted.items()) if given.get(name) != value]
    if differing:
        raise InputError("; ".join(differing))
