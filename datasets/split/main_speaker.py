"""Finds the sections of speech that are not of the main speaker, by speaker embeddings."""
import numpy as np

from audio import speaker_encoder
from common.errors import InputError
from datasets.speaker_groups import MAX_RECORDINGS, group_embeddings

MIN_SECONDS = 0.6       # shorter sections have no embedding: they count as the section beside them
_NEIGHBOURS = 15        # sections of about the same duration with which a section is compared
# The cosine is this much below the upper quartile of the sections compared. Among ten clips of each
# of 35 speakers and two of each other one, this finds 71 % of the clips of others, and 0.3 % of the
# speaker's own.
_MARGIN = 0.16
_MIN_COMPARED = 6
_MAX_STARTS = 1000      # sections that are tried as the first guess of the main speaker
_COMPARED_SECONDS = 1.5     # of the sections in which two main speakers are looked for
_MIN_SHARE = 0.25           # of a second speaker, from which it is unclear who is meant


def find_other_speakers(embeddings, seconds):
    """bool [sections]: whether a section is of another speaker than most of the speech.

    `embeddings`: [sections, 256], NaN for a section without one; `seconds`: [sections].
    """
    known = np.flatnonzero(np.isfinite(embeddings[:, 0]))
    is_other = np.zeros(len(seconds), bool)
    if len(known) < 3:
        return is_other
    similarity = _similarity_to_main(embeddings[known], seconds[known])
    order = np.argsort(seconds[known], kind="stable")
    for rank, index in enumerate(order):
        start = np.clip(rank - _NEIGHBOURS // 2, 0, max(0, len(order) - _NEIGHBOURS))
        usual = np.percentile(similarity[order[start:start + _NEIGHBOURS]], 75)
        is_other[known[index]] = similarity[index] < usual - _MARGIN
    for index in np.flatnonzero(~np.isfinite(embeddings[:, 0])):
        is_other[index] = is_other[known[np.abs(known - index).argmin()]]
    return is_other


def _similarity_to_main(embeddings, seconds):
    """Cosine with the mean embedding of the main speaker: [sections]."""
    # begin with the section that is most similar to half of the speech
    similarity, largest_median = None, -np.inf
    for index in np.unique(np.linspace(0, len(embeddings) - 1, _MAX_STARTS).astype(int)):
        cosines = embeddings.dot(embeddings[index])
        order = np.argsort(cosines)
        weights = np.cumsum(seconds[order]) / seconds.sum()
        median = cosines[order[np.searchsorted(weights, 0.5)]]
        if median > largest_median:
            similarity, largest_median = cosines, median
    for _ in range(5):
        near = similarity >= np.median(similarity) - _MARGIN
        similarity = embeddings.dot(speaker_encoder.mean_embedding(embeddings[near]))
    return similarity


def check_one_main_speaker(names, embeddings, seconds):
    """Raise InputError if the speech is of two speakers in similar shares.

    MAX_RECORDINGS sections are compared; `names` are the places of all in the recordings.
    """
    chosen = np.flatnonzero(np.isfinite(embeddings[:, 0]) & (seconds >= _COMPARED_SECONDS))
    if len(chosen) < _MIN_COMPARED:
        return
    chosen = chosen[np.unique(np.linspace(0, len(chosen) - 1, MAX_RECORDINGS).astype(int))]
    groups = group_embeddings([names[i] for i in chosen], embeddings[chosen])
    if groups and groups.is_clear and min(map(len, groups.ids)) >= _MIN_SHARE * len(chosen):
        raise InputError(
            "the speech is of two speakers in similar shares, for example at %s and at %s; give "
            "recordings in which one speaker has more than three quarters of the speech"
            % tuple(", ".join(ids[:3]) for ids in groups.ids))
