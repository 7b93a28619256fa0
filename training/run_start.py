"""Start a training: a new run folder, or an existing one that fits the data and options."""
import os
import re

import korean
from common.errors import InputError
from common.hparam_set import adapt_hparams, create_hparams, override_hparams, override_run_hparams
from datasets import batches
from hparams import ADAPT
from korean.utterances import are_punctuated
from tacotron2 import tacotron
from tacotron2.outputs_per_step import remaining_schedule
from training import adaptation, checkpoint, licence, model_weights, store_changes
from training.run_folder import Run, load_run, load_source, require_same_values
from wavenet_vocoder import wavenet

# what a trainer that was killed has left in a new folder
_BEFORE_RUN_JSON = re.compile(r"(lock|run\.json\.\d+\.part|LICEN[CS]E(\.txt)?(\.\d+\.part)?)$")
_FREEZABLE_SCOPES = {"tacotron": tacotron.FREEZABLE_SCOPES, "vocoder": wavenet.FREEZABLE_SCOPES}


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
        if os.path.exists(folder) and (not os.path.isdir(folder) or any(
                not _BEFORE_RUN_JSON.match(name) for name in os.listdir(folder))):
            raise InputError("--logdir %s: is not a run; give a new or empty folder" % folder)
        if len(set(speakers)) < len(speakers):
            raise InputError("--data: two stores have the speaker %s; preprocess.py --speaker "
                             "gives one another name"
                             % next(name for name in speakers if speakers.count(name) > 1))
        if init_from:
            source = load_source(init_from, model_type)
        run = _new_run(folder, model_type, stores, preset, overrides, source)
        model_weights.check_sizes(run)
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
        adaptation.check_recordings(stores, source)
    data = [store_changes.describe_store(store) for store in stores]
    store_changes.check(run, stores, data)
    run.punctuated = are_punctuated([row.text for store in stores for row in store.utterances])
    run.normalizer = _merge_normalizers(stores)     # the lexicons may have changed
    run.consent = consent or run.consent
    run.lock()
    if source:
        licence.copy_licences([source.folder], folder)
    run.data = data
    run.save()
    return run


def _new_run(folder, model_type, stores, preset, overrides, source):
    """A new Run; `source` is the Run whose weights it starts from, or None."""
    base = None
    if source and not preset:
        hp = override_hparams(_hparams_to_go_on(source), overrides)
    else:
        hp = _preset_hparams(preset or "reference", overrides,
                             source and source.hp.replace(freeze=""))
    if preset == ADAPT:
        base = {"folder": _name(source), "figures": checkpoint.validation_figures(source),
                "speakers": source.speakers}
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
    speakers = [store.speaker for store in stores]
    hash_limit = batches.validation_hash_limit(stores, hp.validation_fraction)
    if source and source.validation_hash_limit is not None and set(speakers) & set(source.speakers):
        # the same texts are held out: the source was trained on the others. Of new speakers, there
        # may be none among them
        hash_limit = max([source.validation_hash_limit] + [
            batches.least_hash_limit(store) for store in stores
            if store.speaker not in source.speakers])
    return Run(folder, model_type, hp, speakers, _merge_normalizers(stores), has_speaker_embedding,
               base=base, validation_hash_limit=hash_limit)


def _hparams_to_go_on(source):
    """The HParams of the Run `source` without what helps only at the beginning of a training."""
    hp = source.hp.replace(freeze="")
    if source.model_type == "tacotron":
        step = checkpoint.read_trained_weights(source, [])[1]
        hp = hp.replace(outputs_per_step_schedule=remaining_schedule(hp, step))
        if step >= hp.guided_attention_decay_end:
            hp = hp.replace(guided_attention_weight=0.0)
        elif step > hp.guided_attention_decay_start:    # what is left of the decay
            rest = hp.guided_attention_decay_end - step
            share = rest / float(hp.guided_attention_decay_end - hp.guided_attention_decay_start)
            hp = hp.replace(guided_attention_weight=share * hp.guided_attention_weight,
                            guided_attention_decay_start=0, guided_attention_decay_end=rest)
    return hp


def _preset_hparams(preset, overrides, base_hp):
    """The HParams of a preset. The preset `adapt` changes `base_hp`; raises InputError without."""
    if preset == ADAPT and base_hp is None:
        raise InputError("--preset %s: needs the voice to adapt, such as --init-from voices/base"
                         % ADAPT)
    return (adapt_hparams(base_hp, overrides) if preset == ADAPT else
            create_hparams(preset, overrides))


def _name(run):
    """The name of the run's folder, or of the voice that it belongs to."""
    voice, name = os.path.split(os.path.abspath(run.folder))
    return os.path.basename(voice) if name == run.model_type else name


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
