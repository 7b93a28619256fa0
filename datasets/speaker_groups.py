"""Finds two speakers in one folder: speaker embeddings that form two groups."""
from collections import namedtuple

import numpy as np

from audio import speaker_encoder

MAX_RECORDINGS = 24     # recordings that are compared
_MIN_GROUP = 2          # a single recording that differs is no second speaker
# Ratio of the mean cosine between the groups to that within them. 12 recordings each of 40 speakers
# of read speech: single speakers have 0.86 or more; 77 % of the pairs of speakers have less than
# 0.84, and 60 % less than 0.75
POSSIBLE, CLEAR = 0.84, 0.75
_SHOWN = 4              # ids of each group in a message


class SpeakerGroups(namedtuple("SpeakerGroups", "ids similarity")):
    """Two groups of recordings: (ids of one, ids of the other), and the ratio of their cosines."""

    @property
    def is_clear(self):
        return self.similarity < CLEAR

    def describe(self):
        """A sentence for the user."""
        first, second = [
            "%s%s (%d of the %d compared)" % (
                ", ".join(ids[:_SHOWN]), ", …" if len(ids) > _SHOWN else "", len(ids),
                sum(map(len, self.ids))) for ids in self.ids]
        return ("the recordings %s two speakers: %s; and %s; give each speaker their own folder"
                % ("have" if self.is_clear else "may have", first, second))


def find_speaker_groups(ids, load_samples):
    """The SpeakerGroups of recordings, or None: for one speaker, or without the encoder's weights.

    load_samples(id) returns (samples [samples], sample rate). At most MAX_RECORDINGS are compared.
    """
    if not speaker_encoder.is_available():
        return None
    ids = [ids[i] for i in np.unique(np.linspace(0, len(ids) - 1, MAX_RECORDINGS).astype(int))]
    embeddings = np.array([speaker_encoder.embed_utterance(*load_samples(utterance_id))
                           for utterance_id in ids])
    return group_embeddings(ids, embeddings)


def find_speaker_groups_in_store(store):
    """The SpeakerGroups of the utterances of a Store, or None."""
    rows = {row.id: row for row in store.utterances}
    rate = store.audio_settings["sample_rate"]
    return find_speaker_groups(list(rows), lambda utterance_id: (
        store.load_example(rows[utterance_id]).audio, rate))


def group_embeddings(ids, embeddings):
    """The SpeakerGroups of embeddings [recordings, channels] of norm 1; None for one speaker."""
    if len(ids) < 2 * _MIN_GROUP:
        return None
    cosines = embeddings.dot(embeddings.T)
    is_second = _split_in_two(embeddings, cosines)
    groups = [np.flatnonzero(~is_second), np.flatnonzero(is_second)]
    if min(map(len, groups)) < _MIN_GROUP:
        return None
    within = np.mean([(cosines[np.ix_(group, group)].sum() - len(group))
                      / (len(group) * (len(group) - 1)) for group in groups])
    similarity = float(cosines[np.ix_(*groups)].mean() / within)
    if similarity >= POSSIBLE:
        return None
    return SpeakerGroups(tuple([ids[i] for i in group] for group in groups), similarity)


def _split_in_two(embeddings, cosines):
    """Two-means by cosine, from the two embeddings that differ most: bool [recordings]."""
    centres = embeddings[list(np.unravel_index(cosines.argmin(), cosines.shape))]
    is_second = None
    for _ in range(100):
        nearest = embeddings.dot(centres[1]) > embeddings.dot(centres[0])
        if is_second is not None and (nearest == is_second).all():
            break
        is_second = nearest
        if not is_second.any():     # all are equal
            break
        centres = [speaker_encoder.mean_embedding(embeddings[side])
                   for side in (~is_second, is_second)]
    return is_second
