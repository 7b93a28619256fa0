"""Batches from example stores: training/validation split, order of the utterances, padding.

The batch of a step depends on (seed, step) alone, so a resumed run sees the same batches as a run
that was not interrupted.
"""
import hashlib
from collections import namedtuple

import numpy as np

import audio
import korean
from common.errors import InputError

# One utterance. store: its Store; row: its ManifestRow; text_ids: its symbol ids
BatchItem = namedtuple("BatchItem", "store row speaker_id text_ids")

# Input and target of Tacotron 2. text_ids: int32 [batch, symbols]; text_lengths: int32 [batch];
# speaker_ids: int32 [batch]; mel: float32 [batch, frames, n_mels]; mel_lengths: int32 [batch]
TextBatch = namedtuple("TextBatch", "text_ids text_lengths speaker_ids mel mel_lengths")

# Target and input of WaveNet. audio: float32 [batch, samples]; mask: float32 [batch, samples], 1 on
# samples and 0 on padding; speaker_ids: int32 [batch];
# mel: float32 [batch, samples / hop + 2 * context, n_mels]
AudioBatch = namedtuple("AudioBatch", "audio mask speaker_ids mel")


def validation_hash_limit(stores, validation_fraction):
    """The hash below which a text is held out, so that at least this fraction of the texts is.

    It is `validation_fraction`, or more if by chance fewer hashes lie below that.
    """
    hashes = sorted({_hash_jamo(row.jamo) for store in stores for row in store.utterances})
    count = int(round(validation_fraction * len(hashes)))
    return max([validation_fraction] + hashes[count:count + 1])


def least_hash_limit(store):
    """The least limit that holds out a text of the store."""
    return min(_hash_jamo(row.jamo) for row in store.utterances) + 16.0 ** -12


def split_train_validation(stores, hash_limit):
    """The utterances of all stores as (training, validation) lists of BatchItem.

    Texts whose hash is below the limit are held out of all speakers, whatever data are added.
    Raises InputError for fewer than two texts.
    """
    items = [BatchItem(store, row, speaker_id, korean.to_ids(row.jamo))
             for speaker_id, store in enumerate(stores) for row in store.utterances]
    hashes = sorted({text_hash(item) for item in items})
    if len(hashes) < 2:
        raise InputError("%s: fewer than two different texts; at least one for training and one "
                         "for validation are needed" % ", ".join(store.folder for store in stores))
    # at least one text on either side
    limit = min(max(hash_limit, hashes[1]), hashes[-1])
    items.sort(key=lambda item: (text_hash(item), item.row.id, item.store.folder))
    return ([item for item in items if text_hash(item) >= limit],
            [item for item in items if text_hash(item) < limit])


def text_hash(item):
    """A hash of the utterance's jamo in [0, 1)."""
    return _hash_jamo(item.row.jamo)


def _hash_jamo(jamo):
    return int(hashlib.sha1(jamo.encode("utf-8")).hexdigest()[:12], 16) / 16.0 ** 12


class BatchSampler(object):
    """Random batches of items of similar length; an epoch contains each item once."""

    def __init__(self, items, batch_size, batches_per_group, seed):
        self.items, self.batch_size, self.seed = items, batch_size, seed
        self.batches_per_group = batches_per_group
        self.batches_per_epoch = -(-len(items) // batch_size)
        self._epoch = self._batches = None

    def batch_items(self, step):
        """The items of the batch of a step, which counts from 0."""
        epoch, index = divmod(step, self.batches_per_epoch)
        if epoch != self._epoch:
            self._epoch, self._batches = epoch, self._shuffled_batches(epoch)
        return self._batches[index]

    def _shuffled_batches(self, epoch):
        # sorted in random groups: if all items were sorted, every epoch would have the same batches
        random = np.random.RandomState([self.seed, epoch])
        shuffled = [self.items[i] for i in random.permutation(len(self.items))]
        group_size = self.batch_size * self.batches_per_group
        batches = []
        for start in range(0, len(shuffled), group_size):
            group = sorted(shuffled[start:start + group_size], key=lambda item: item.row.frames)
            batches += [group[i:i + self.batch_size]
                        for i in range(0, len(group), self.batch_size)]
        return [batches[i] for i in random.permutation(len(batches))]


def padding_fraction(batch):
    """The fraction of padding in the mels of a TextBatch or the samples of an AudioBatch."""
    if isinstance(batch, AudioBatch):
        return 1 - float(batch.mask.mean())
    return 1 - float(batch.mel_lengths.sum()) / (batch.mel.shape[0] * batch.mel.shape[1])


def make_text_batch(items, hp, frame_multiple):
    """A TextBatch. Mels are padded with silence to a multiple of `frame_multiple` frames."""
    text_ids, text_lengths = pad_text_ids(items)
    # loaded first, which checks the lengths, before memory is allocated for them
    mels = [item.store.load_mel(item.row) for item in items]
    mel_lengths = np.array([len(each) for each in mels], np.int32)
    n_frames = -(-mel_lengths.max() // frame_multiple) * frame_multiple
    mel = np.full([len(items), n_frames, hp.n_mels], -hp.max_abs_value, np.float32)
    for index, each in enumerate(mels):
        mel[index, :len(each)] = each
    return TextBatch(text_ids, text_lengths, _speaker_ids(items), mel, mel_lengths)


def pad_text_ids(items):
    """(text ids int32 [batch, symbols], padded with 0; lengths int32 [batch])."""
    lengths = np.array([len(item.text_ids) for item in items], np.int32)
    text_ids = np.zeros([len(items), lengths.max()], np.int32)
    for index, item in enumerate(items):
        text_ids[index, :lengths[index]] = item.text_ids
    return text_ids, lengths


def make_audio_batch(items, hp, context, random):
    """An AudioBatch of segments of wavenet_segment_length samples that begin at random frames.

    wavenet_preemphasis is applied to the audio. The mel has `context` more frames at each end:
    those of the utterance, or silence beyond its ends. `random` is a RandomState.
    """
    segment_frames = hp.wavenet_segment_length // hp.hop_length
    segments = np.zeros([len(items), segment_frames * hp.hop_length], np.float32)
    mask = np.zeros_like(segments)
    mel = np.full([len(items), segment_frames + 2 * context, hp.n_mels], -hp.max_abs_value,
                  np.float32)
    for index, item in enumerate(items):
        example = item.store.load_example(item.row)
        samples = audio.preemphasis(example.audio, hp.wavenet_preemphasis)
        start = random.randint(max(0, item.row.frames - segment_frames) + 1)
        stop = min(start + segment_frames, item.row.frames)
        n_samples = (stop - start) * hp.hop_length
        segments[index, :n_samples] = np.clip(
            samples[start * hp.hop_length:stop * hp.hop_length], -1, 1)
        mask[index, :n_samples] = 1
        frames = example.mel[max(0, start - context):start + segment_frames + context]
        offset = max(0, context - start)
        mel[index, offset:offset + len(frames)] = frames
    return AudioBatch(segments, mask, _speaker_ids(items), mel)


def _speaker_ids(items):
    return np.array([item.speaker_id for item in items], np.int32)
