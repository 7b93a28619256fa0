"""Selects what is evaluated: texts that the voice was not trained on, and recordings."""
import os
import zlib
from collections import OrderedDict, namedtuple
from itertools import zip_longest

import korean
from common.errors import InputError
from datasets import batches
from evaluation import speaker_similarity
from evaluation.systems import Sentence
from training import run_folder

MAX_REFERENCES = 20     # recordings of a speaker for the centroid of the speaker embeddings

# One evaluated sentence. sentence: a systems.Sentence; store, row: its recording, or both None;
# voice_speaker: name of the voice's speaker who synthesizes it, or None if only the recording is
# measured
HeldOutSentence = namedtuple("HeldOutSentence", "sentence store row voice_speaker")

# Utterances of stores as lists of batches.BatchItem
_Split = namedtuple("_Split", "training held_out")


def select_sentences(stores, voice, count=None, speakers=(), unseen=False, base_stores=(),
                     base=None):
    """A list of HeldOutSentence: those of the speakers in alternation, the best suited ones first.

    For each speaker: the recorded sentences whose texts were held out of training; if these are
    fewer than `count`, texts that the other stores hold out, without recording, and further
    recordings of the speaker, which are not synthesized. Without `count`: the first kind only.

    A text is held out by batches.split_train_validation of all stores together, of all speakers.
    `speakers` limits the evaluation to these speakers of the stores; if it is one whom only the
    voice has, that one reads the texts of the stores, whose speakers the voice need not have. If
    `unseen`, the voice was not trained on `stores`. `base_stores` are the training data of the
    Voice `base`, which the voice was trained from: their training texts are excluded.

    Raises InputError if stores, speakers and voice do not fit together, or nothing is held out.
    """
    _require_fitting_stores(list(stores) + list(base_stores), voice)
    if base:
        run_folder.require_same_values(
            dict(base.hp.audio_settings(), pronounce=base.hp.pronounce),
            dict(voice.hp.audio_settings(), pronounce=voice.hp.pronounce),
            base.tacotron_run.folder, voice.tacotron_run.folder)
    readers = _find_readers(stores, voice, speakers)
    unknown = [store for store in stores if unseen or store.speaker not in voice.speakers]
    splits = [_split([store for store in stores if store not in unknown], voice),
              _Split([], _sorted_items(unknown))]
    if base:
        splits.append(_split(base_stores, base))
    trained_texts = {item.row.jamo for split in splits for item in split.training}
    held_out = [item for split in splits for item in split.held_out
                if item.row.jamo not in trained_texts]
    training = [item for split in splits for item in split.training]
    per_speaker = [_select_of_speaker(store, reader, held_out, training, voice, count)
                   for store, reader in readers]
    # alternately, so that the first sentences are of all speakers
    return [each for group in zip_longest(*per_speaker) for each in group if each]


def select_references(stores):
    """{speaker: (store, rows)}: recordings for the centroid of each speaker's embeddings."""
    # from the end of the order in which held-out texts come first
    return OrderedDict((store.speaker, (store, [
        item.row for item in _sorted_items([store])[-MAX_REFERENCES:]])) for store in stores)


def find_nearest_speakers(sentences, centroids, base=None):
    """{speaker of the sentences: (name, cosine) of the most similar other speaker, or None}.

    `centroids` is {speaker: embedding}. With the Voice `base`, the other one is of its speakers.
    """
    candidates = [name for name in centroids if base is None or name in base.speakers]
    return OrderedDict((name, speaker_similarity.find_nearest_speaker(name, centroids, candidates))
                       for name in sorted({each.sentence.speaker for each in sentences}))


def _require_fitting_stores(stores, voice):
    names = [store.speaker for store in stores]
    for store in stores:
        run_folder.require_same_values(store.audio_settings, voice.hp.audio_settings(),
                                       store.folder, voice.tacotron_run.folder)
        if names.count(store.speaker) > 1:
            raise InputError("--data, --against: two stores have the speaker %s" % store.speaker)


def _find_readers(stores, voice, speakers):
    """[(store, name of the voice's speaker who reads its texts)] of the evaluated stores."""
    readers = []
    for store in [store for store in stores if store.speaker in speakers] or stores:
        is_known = store.speaker in voice.speakers
        if not is_known and len(speakers) != 1:
            raise InputError("%s: the voice does not know the speaker %s; name one of its own "
                             "with --speaker: %s"
                             % (store.folder, store.speaker, ", ".join(voice.speakers)))
        readers.append((store, store.speaker if is_known else speakers[0]))
    missing = sorted(set(speakers) - {name for store, reader in readers
                                      for name in (store.speaker, reader)})
    if missing and stores:
        raise InputError("--speaker %s: no store given by --data has this speaker" % missing[0])
    return readers


def _split(stores, voice):
    """The _Split of stores that the voice was trained on, as in its training."""
    if not stores:
        return _Split([], [])
    runs = [run for run in (voice.tacotron_run, voice.vocoder_run) if run]
    limit = min(run.validation_hash_limit for run in runs)
    training, held_out = batches.split_train_validation(stores, limit)
    if not set(voice.speakers) <= {store.speaker for store in stores}:
        # of too few texts, the split holds out one that may be in the training of the whole
        training += [item for item in held_out if batches.text_hash(item) >= limit]
        held_out = [item for item in held_out if batches.text_hash(item) < limit]
    return _Split(training, held_out)


def _sorted_items(stores):
    """All utterances of stores as BatchItems, in the order of the split."""
    items = [batches.BatchItem(store, row, 0, korean.to_ids(row.jamo))
             for store in stores for row in store.utterances]
    return sorted(items, key=lambda item: (batches.text_hash(item), item.row.id))


def _select_of_speaker(store, reader, held_out, training, voice, count):
    """The HeldOutSentences of one speaker; see select_sentences."""
    own, others = OrderedDict(), OrderedDict()      # by text: each text once
    for item in held_out:
        (own if item.store is store else others).setdefault(item.row.jamo, item)
    recorded = list(own.values())[:count]
    if count is None:
        if not recorded:
            raise InputError("%s: the voice was trained on all its texts; give --sentences N for "
                             "texts held out of the other stores, or --unseen if it was not "
                             "trained on this store" % store.folder)
        return [_held_out_sentence(item, store, voice, reader) for item in recorded]
    texts = [item for text, item in others.items() if text not in own][:count - len(recorded)]
    if not recorded + texts:
        raise InputError("%s: no text is held out of training; give the stores of all speakers of "
                         "the voice, or --unseen if it was not trained on this store"
                         % store.folder)
    recorded_ids = {item.row.id for item in recorded}
    further = [item for item in held_out + training if item.store is store
               and item.row.id not in recorded_ids][:count - len(recorded)]
    return ([_held_out_sentence(item, store, voice, reader) for item in recorded + texts]
            + [_held_out_sentence(item, store, voice, None) for item in further])


def _held_out_sentence(item, store, voice, reader):
    """The HeldOutSentence of an utterance, or of its text alone if it is of another store.

    Its name has a hash of the text: the folder of that name has the speech of no other text.
    """
    text_ids = korean.to_ids(voice.normalizer.to_jamo(item.row.text))
    content = (item.row.text + " ".join(map(str, text_ids))).encode("utf-8")
    stem = "%s-%08x" % (os.path.splitext(os.path.basename(item.row.file))[0],
                        zlib.crc32(content) & 0xFFFFFFFF)
    if item.store is store:
        return HeldOutSentence(Sentence("%s-%s" % (store.speaker, stem), store.speaker,
                                        item.row.text, text_ids), store, item.row, reader)
    return HeldOutSentence(Sentence("%s--%s-%s" % (store.speaker, item.store.speaker, stem),
                                    store.speaker, item.row.text, text_ids), None, None, reader)
