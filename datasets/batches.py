"""From stores to batches: which utterances are learnt from, in which order, in which arrays.

Order and content of the batch of a step are functions of (seed, step), so that a run that goes on
sees what one that was never stopped would have seen.
"""
import hashlib
from collections import namedtuple

import numpy as np

import audio
import korean
from common.errors import InputError

# speaker: its id; ids: of its jamo
BatchItem = namedtuple("BatchItem", "store row speaker_id text_ids")
# text int32 [batch, jamo], text_lengths [batch], speaker [batch], mel [batch, frames, mels],
# frames [batch]
TextBatch = namedtuple("TextBatch", "text_ids text_lengths speaker_ids mel mel_lengths")
# audio [batch, samples], real [batch, samples] (1 on what is no padding), speaker [batch],
# mel [batch, samples / hop + 2·context, mels]
AudioBatch = namedtuple("AudioBatch", "audio mask speaker_ids mel")


def split_train_validation(stores, share):
    """The utterances of all stores as (training, held-out) lists of BatchItem.

    A hash of its id decides about each, so that more data, or another order, moves none to the
    other side. Raises InputError where there are too few for both.
    """
    items = [BatchItem(store, row, speaker, korean.to_ids(row.jamo))
             for speaker, store in enumerate(stores) for row in store.utterances]
    if len(items) < 2:
        raise InputError("%s: one utterance is too few; one to train on and one to validate with "
                         "are the least" % ", ".join(store.folder for store in stores))
    items.sort(key=lambda item: (_hash(item), item.store.folder))
    held_out = max(1, sum(_hash(item) < share for item in items))
    return items[held_out:], items[:held_out]


def _hash(item):
    """A number in [0, 1) that depends on the utterance's id alone."""
    return int(hashlib.sha1(item.row.id.encode("utf-8")).hexdigest()[:12], 16) / 16.0 ** 12


class BatchSampler(object):
    """Which items make the batch of a step: every one once an epoch, alike in length."""

    def __init__(self, items, batch_size, group, seed):
        self.items, self.batch_size, self.group, self.seed = items, batch_size, group, seed
        self.batches_per_epoch = -(-len(items) // batch_size)
        self._epoch = self._batches = None

    def batch_items(self, step):
        """The items of the batch of `step`, counted from 0."""
        epoch, place = divmod(step, self.batches_per_epoch)
        if epoch != self._epoch:
            self._epoch, self._batches = epoch, self._shuffled(epoch)
        return self._batches[place]

    def _shuffled(self, epoch):
        # sorting within groups only keeps batches alike in length and yet different every epoch
        random = np.random.RandomState([self.seed, epoch])
        shuffled = [self.items[i] for i in random.permutation(len(self.items))]
        span = self.batch_size * self.group
        batches = []
        for start in range(0, len(shuffled), span):
            alike = sorted(shuffled[start:start + span], key=lambda item: item.row.frames)
            batches += [alike[i:i + self.batch_size]
                        for i in range(0, len(alike), self.batch_size)]
        return [batches[i] for i in random.permutation(len(batches))]


def padding_fraction(batch):
    """The share of a TextBatch's mel frames, or of an AudioBatch's samples, that is padding."""
    if isinstance(batch, AudioBatch):
        return 1 - float(batch.mask.mean())
    return 1 - float(batch.mel_lengths.sum()) / (batch.mel.shape[0] * batch.mel.shape[1])


def make_text_batch(items, hp):
    """The arrays that Tacotron2 learns from; mels end in silence, at a multiple of r frames."""
    frames = np.array([item.row.frames for item in items], np.int32)
    mel = np.full([len(items), -(-frames.max() // hp.outputs_per_step) * hp.outputs_per_step, hp.n_mels], -hp.max_abs_value, np.float32)
    for row, item in enumerate(items):
        mel[row, :frames[row]] = item.store.load_mel(item.row)
    speaker = np.array([item.speaker_id for item in items], np.int32)
    text, text_lengths = pad_text_ids(items)
    return TextBatch(text, text_lengths, speaker, mel, frames)


def pad_text_ids(items):
    """Their ids, int32 [batch, jamo] with 0 past the end, and their lengths, int32 [batch]."""
    lengths = np.array([len(item.text_ids) for item in items], np.int32)
    text = np.zeros([len(items), lengths.max()], np.int32)
    for row, item in enumerate(items):
        text[row, :lengths[row]] = item.text_ids
    return text, lengths


def make_audio_batch(items, hp, context, random):
    """Segments of wavenet_segment_length samples, cut at random frames, with the mel that belongs to them.

    They have wavenet_preemphasis, as what the network makes. The mel has `context` more frames at
    either end: those of the utterance, or silence past it.
    """
    segment = hp.wavenet_segment_length // hp.hop_length
    sound = np.zeros([len(items), segment * hp.hop_length], np.float32)
    real = np.zeros_like(sound)
    mel = np.full([len(items), segment + 2 * context, hp.n_mels], -hp.max_abs_value, np.float32)
    for row, item in enumerate(items):
        example = item.store.load_example(item.row)
        whole = audio.preemphasis(example.audio, hp.wavenet_preemphasis)
        start = random.randint(max(0, item.row.frames - segment) + 1)
        stop = min(start + segment, item.row.frames)
        samples = (stop - start) * hp.hop_length
        sound[row, :samples] = np.clip(whole[start * hp.hop_length:stop * hp.hop_length], -1, 1)
        real[row, :samples] = 1
        seen = example.mel[max(0, start - context):start + segment + context]
        offset = max(0, context - start)
        mel[row, offset:offset + len(seen)] = seen
    speaker = np.array([item.speaker_id for item in items], np.int32)
    return AudioBatch(sound, real, speaker, mel)
