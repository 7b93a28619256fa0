"""Selects recordings for the evaluation of a voice that it was not trained on."""
import os
from collections import OrderedDict, namedtuple
from itertools import zip_longest

import korean
from common.errors import InputError
from datasets import batches
from evaluation.systems import Sentence
from training import run_folder

# recordings of a speaker for the reference embedding; they are not evaluated
MAX_REFERENCES = 20

# sentence: a systems.Sentence; store, row: its recording; voice_speaker: name for the synthesis
HeldOutSentence = namedtuple("HeldOutSentence", "sentence store row voice_speaker")


def select_sentences(stores, voice, count=None, speaker=None, unseen=False):
    """(list of HeldOutSentence, {speaker: (store, rows for the reference embedding)}).

    If the voice was trained on a store's speaker, only the utterances of the validation split are
    selected; otherwise, or if `unseen`, any utterance. `speaker` of the voice synthesizes the
    sentences of speakers that the voice does not have. At most `count` sentences are selected, the
    same number from each store, in alternation. Raises InputError if a store does not fit the
    voice.
    """
    per_store, references = [], OrderedDict()
    for index, store in enumerate(stores):
        run_folder.require_same_values(store.audio_settings, voice.hp.audio_settings(),
                                       store.folder, voice.tacotron_run.folder)
        if store.speaker in references:
            raise InputError("--data: two stores have the speaker %s" % store.speaker)
        is_known = store.speaker in voice.speakers
        if not (is_known or speaker):
            raise InputError("%s: the voice does not know the speaker %s; name one of its own "
                             "with --speaker: %s"
                             % (store.folder, store.speaker, ", ".join(voice.speakers)))
        training, held_out = batches.split_train_validation([store], voice.hp.validation_fraction)
        if unseen or not is_known:
            items = held_out + training
            n_references = min(MAX_REFERENCES, len(items) // 2)
            training, held_out = items[:n_references], items[n_references:]
        references[store.speaker] = store, [item.row for item in training[:MAX_REFERENCES]]
        limit = len(held_out) if count is None else count // len(stores) + (
            index < count % len(stores))
        per_store.append([_held_out_sentence(item, voice, store.speaker if is_known else speaker)
                          for item in held_out[:limit]])
    # alternately, so that the first sentences are from all stores
    return [sentence for group in zip_longest(*per_store) for sentence in group
            if sentence], references


def _held_out_sentence(item, voice, voice_speaker):
    name = "%s-%s" % (item.store.speaker, os.path.splitext(os.path.basename(item.row.file))[0])
    text_ids = korean.to_ids(voice.normalizer.to_jamo(item.row.text))
    return HeldOutSentence(Sentence(name, item.store.speaker, item.row.text, text_ids), item.store,
                           item.row, voice_speaker)
