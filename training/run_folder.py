"""The run folder: run.json, checkpoints, events, history.jsonl, eval/.

Synthesis needs nothing else: run.json has all hyper-parameters, symbols, speakers and the lexicon.
"""
import errno
import fcntl
import os

import korean
from common import files
from common.errors import InputError
from common.hparam_set import (adapt_hparams, create_hparams, hparams_from_dict, override_hparams,
                               override_run_hparams)
from hparams import ADAPT
from korean.utterances import are_punctuated
from nn import compat
from tacotron2 import tacotron
from training import exported_run, training_history
from training.consent import CONSENTS
from wavenet_vocoder import wavenet

FORMAT_VERSION = 2      # 1 had no speaker_table, which was true for several speakers
SOFTWARE_NAME = "voicecloning"      # the software tag of synthesised WAV files
_FREEZABLE_SCOPES = {"tacotron": tacotron.FREEZABLE_SCOPES, "vocoder": wavenet.FREEZABLE_SCOPES}


class Run(object):
    """The content of run.json.

    model_type              "tacotron" or "vocoder"
    hp                      HParams
    speakers                names, in the order of the speaker ids
    normalizer              korean.TextNormalizer that the training texts were read with
    has_speaker_embedding   whether the network has a speaker embedding
    symbols                 the text symbols, in the order of their ids
    punctuated              whether the training texts end in a punctuation mark
    base                    None, or {"folder": …, "figures": …}: name of the voice or run that
                            this one adapts (preset `adapt`), and its figures
    figures                 {name: value} of the validation of an exported run; {} in other runs
    consent                 one of consent.CONSENTS: the speaker's, to the cloning of the voice; or
                            None
    """

    def __init__(self, folder, model_type, hp, speakers, normalizer, has_speaker_embedding=False,
                 symbols=korean.SYMBOLS, punctuated=False, base=None, figures=None,
                 consent=None):
        self.folder, self.model_type, self.hp, self.speakers = folder, model_type, hp, speakers
        self.normalizer, self.has_speaker_embedding = normalizer, has_speaker_embedding
        self.symbols, self.punctuated = list(symbols), punctuated
        self.base, self.figures, self.consent = base, figures or {}, consent
        self._lock = None

    @property
    def n_speaker_embeddings(self):
        """The number of rows of the speaker embedding, 0 if the network has none."""
        return len(self.speakers) if self.has_speaker_embedding else 0

    def path(self, *names):
        """A path in the run folder; creates the folder that contains it."""
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
        self._lock = open(self.path("lock"), "a+")
        try:
            fcntl.lockf(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                return      # the file system does not support locks
            self._lock.seek(0)
            process = self._lock.read().strip()
            self.release()
            raise InputError("%s: another trainer (process %s) is working on this run; wait until "
                             "it ends, or give another --logdir" % (self.folder, process))
        self._lock.truncate(0)
        self._lock.write("%d\n" % os.getpid())
        self._lock.flush()

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
            "consent": self.consent, "tensorflow": compat.tf.__version__, "stack": compat.stack()})


def create_or_resume_run(folder, model_type, stores, preset, overrides, freeze="", init_from=None,
                         consent=None):
    """The Run in `folder`, locked, for training on `stores`: the existing one or a new one.

    The other arguments are the command-line options of the same names (overrides: --hparams). A new
    run with `init_from` takes the hyper-parameters of that run unless a preset is given. Raises
    InputError if folder, data and options do not fit together, or another process trains the run.
    """
    if freeze:
        overrides += ",freeze=" + "+".join(sorted(freeze.replace(",", "+").split("+")))
    speakers, source = [store.speaker for store in stores], None
    if os.path.exists(os.path.join(folder, "run.json")):
        run = load_run(folder, model_type)
        if preset:
            hp = _preset_hparams(preset, overrides, run.hp)
            require_same_values(hp.fixed_values(), run.hp.fixed_values(), "--preset %s" % preset,
                                folder)
        run.hp = override_run_hparams(run.hp, overrides, folder)
        if run.speakers != speakers:
            raise InputError("--data: the speakers are %s, but those of %s are %s"
                             % (", ".join(speakers), folder, ", ".join(run.speakers)))
    else:
        if os.path.exists(folder) and (not os.path.isdir(folder) or
                                       set(os.listdir(folder)) - {"lock"}):
            raise InputError("--logdir %s: is not a run; give a new or empty folder" % folder)
        if len(set(speakers)) < len(speakers):
            raise InputError("--data: two stores have the speaker %s; preprocess.py --speaker "
                             "gives one another name"
                             % next(name for name in speakers if speakers.count(name) > 1))
        if init_from:
            source = load_source(init_from, model_type)
        run = _new_run(folder, model_type, stores, preset, overrides, source)
    settings_of = (source.folder if run.base and source else run.base["folder"] if run.base else
                   "the run (preset %s)" % preset if preset else "the run")
    for store in stores:
        require_same_values(dict(store.audio_settings, pronounce=store.normalizer.pronounce),
                            dict(run.hp.audio_settings(), pronounce=run.hp.pronounce), store.folder,
                            settings_of)
        if list(store.symbols) != list(korean.SYMBOLS):
            raise InputError("%s: has another symbol table than this version; run preprocess.py "
                             "again" % store.folder)
    if run.base and source:
        # imported here, because synthesis needs neither it nor the audio analysis that it imports
        from training import adaptation
        adaptation.check_recordings(stores, source)
    run.punctuated = are_punctuated([row.text for store in stores for row in store.utterances])
    run.consent = consent or run.consent
    run.lock()
    run.save()
    return run


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
    content = files.read_json(path)
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
                                 and _are_figures(base.get("figures"))):
        raise InputError("%s: base should be null or an object with folder and figures" % path)
    if not _are_figures(content.get("figures", {})):
        raise InputError("%s: figures should be an object of numbers" % path)
    if content.get("consent") not in (None,) + CONSENTS:
        raise InputError("%s: consent should be null, %s" % (path, " or ".join(CONSENTS)))
    hp = hparams_from_dict(content.get("hparams"), path)
    reader = content.get("reader")
    if type(reader) is int:     # before there were lexicons, only the version was stored
        reader = {"version": reader, "pronounce": hp.pronounce, "lexicon": {}}
    return Run(folder, model_type, hp, content["speakers"],
               korean.TextNormalizer.from_dict(reader, path),
               content.get("speaker_table", len(content["speakers"]) > 1),
               content["symbols"], content.get("punctuated", False), base,
               content.get("figures"), content.get("consent"))


def _are_figures(value):
    """Whether a JSON value is an object of numbers."""
    return isinstance(value, dict) and all(type(item) in (int, float) for item in value.values())


def load_source(folder, model_type):
    """The Run that --init-from names: a run, or the run of this type in the folder of a voice."""
    in_voice = os.path.join(folder, model_type)
    if not os.path.exists(os.path.join(folder, "run.json")) and os.path.exists(in_voice):
        folder = in_voice
    return load_run(folder, model_type, any_symbols=True)


def _name(run):
    """The name of the run's folder, or of the voice that it belongs to."""
    voice, name = os.path.split(os.path.abspath(run.folder))
    return os.path.basename(voice) if name == run.model_type else name


def _new_run(folder, model_type, stores, preset, overrides, source):
    """A new Run; `source` is the Run whose weights it starts from, or None."""
    base = None
    if source and not preset:
        hp = override_hparams(source.hp.replace(freeze=""), overrides)
    else:
        hp = _preset_hparams(preset or "reference", overrides,
                             source and source.hp.replace(freeze=""))
    if preset == ADAPT:
        base = {"folder": _name(source), "figures": source.validation_figures()}
    scopes = _FREEZABLE_SCOPES[model_type]
    unknown = set(hp.freeze.split("+")) - set(scopes) - {""}
    if unknown:
        raise InputError("--freeze %s: the parts of a %s are %s"
                         % (", ".join(sorted(unknown)), model_type, ", ".join(scopes)))
    if source:
        require_same_values(source.hp.audio_settings(), hp.audio_settings(), source.folder,
                            "the new run")
    channels = (hp.speaker_embedding_dim if model_type == "tacotron" else
                hp.wavenet_speaker_embedding_dim)
    has_speaker_embedding = channels > 0 and (
        len(stores) > 1 or bool(source and source.has_speaker_embedding))
    return Run(folder, model_type, hp, [store.speaker for store in stores],
               _merge_normalizers(stores), has_speaker_embedding, base=base)


def _preset_hparams(preset, overrides, base_hp):
    """The HParams of a preset. The preset `adapt` changes `base_hp`; raises InputError without."""
    if preset == ADAPT and base_hp is None:
        raise InputError("--preset %s: needs the voice to adapt, such as --init-from voices/base"
                         % ADAPT)
    return (adapt_hparams(base_hp, overrides) if preset == ADAPT else
            create_hparams(preset, overrides))


def _merge_normalizers(stores):
    """A TextNormalizer with the lexicons of all stores. Raises InputError if they contradict."""
    lexicon = {}
    for store in stores:
        for word, reading in sorted(store.normalizer.lexicon.items()):
            if lexicon.setdefault(word, reading) != reading:
                raise InputError("%s: its lexicon reads %r as %r, that of another --data as %r"
                                 % (store.folder, word, reading, lexicon[word]))
    return korean.TextNormalizer(stores[0].normalizer.pronounce, lexicon,
                                 min(store.normalizer.version for store in stores))


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
