"""Which recordings a voice is measured with: only such as it was not trained on."""
import os
from collections import OrderedDict, namedtuple
from itertools import zip_longest

import korean
from common.errors import InputError
from datasets import batches
from evaluation.ladder import Sentence
from training import run_folder

REFERENCES = 20     # recordings that show how a speaker sounds; none of those that are measured

# sentence: a ladder.Sentence; speaker: the voice's speaker that speaks it
Chosen = namedtuple("Chosen", "sentence store row speaker")


def chosen(stores, voice, count=None, speaker=None, unseen=False):
    """(list of Chosen, {speaker: rows that show how it sounds}) of several datasets.store.Store.

    Of a store whose speaker the voice was trained on, those that its training held out, by the hash
    of their ids; of another, or where all is `unseen`, any, and `speaker` speaks them. At most
    `count`, as many of each store, the stores in turn. Raises InputError where a store does not fit
    the voice.
    """
    of_stores, references = [], OrderedDict()
    for number, store in enumerate(stores):
        run_folder.require_same_values(store.audio, voice.hp.audio_settings(), store.folder, voice.runs[0].folder)
        if store.speaker in references:
            raise InputError("--data: two stores are of the speaker %s" % store.speaker)
        known = store.speaker in voice.speakers
        if not (known or speaker):
            raise InputError("%s: is of the speaker %s, whom the voice does not know; name with "
                             "--speaker who speaks instead: %s"
                             % (store.folder, store.speaker, ", ".join(voice.speakers)))
        training, held_out = batches.split([store], voice.hp.validation_fraction)
        if unseen or not known:
            everything = held_out + training
            aside = min(REFERENCES, len(everything) // 2)
            training, held_out = everything[:aside], everything[aside:]
        references[store.speaker] = store, [item.row for item in training[:REFERENCES]]
        most = len(held_out) if count is None else count // len(stores) + (
            number < count % len(stores))
        of_stores.append([_chosen(item, voice, store.speaker if known else speaker)
                          for item in held_out[:most]])
    # in turn, so that the first ones are of all stores
    return [one for together in zip_longest(*of_stores) for one in together if one], references


def _chosen(item, voice, speaker):
    name = "%s-%s" % (item.store.speaker, os.path.splitext(os.path.basename(item.row.file))[0])
    ids = korean.to_ids(voice.normalizer.to_jamo(item.row.text))
    return Chosen(Sentence(name, item.store.speaker, item.row.text, ids), item.store, item.row,
                  speaker)
