"""Finds the sections of speech that are not of the main speaker, by speaker embeddings."""
import numpy as np

from audio import speaker_encoder
from common.errors import InputError
from datasets.speaker_groups import MAX_RECORDINGS, group_embeddings

MIN_SECONDS = 0.6       # shorter sections have no embedding: they count as the section beside them
_NEIGHBOURS = 15        # sections of about the same duration with which a section is compared
# Of two readers' 150 sections, all were within 0.11 of the median of those of about the same
# duration; six sections of three other speakers were 0.18 to 0.39 below it.
_MARGIN = 0.14
_MIN_SHARE = 1 / 3.0    # of a second speaker, from which it is unclear who is meant


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
        usual = np.median(similarity[order[start:start + _NEIGHBOURS]])
        is_other[known[index]] = similarity[index] < usual - _MARGIN
    for index in np.flatnonzero(~np.isfinite(embeddings[:, 0])):
        is_other[index] = is_other[known[np.abs(known - index).argmin()]]
    return is_other


def _similarity_to_main(embeddings, seconds):
    """Cosine with the mean embedding of the main speaker: [sections]."""
    cosines = embeddings.dot(embeddings.T)
    # begin with the section that is most similar to half of the speech
    order = np.argsort(cosines, axis=1)
    weights = np.cumsum(seconds[order], axis=1) / seconds.sum()
    medians = [cosines[i, order[i, np.searchsorted(weights[i], 0.5)]] for i in range(len(order))]
    similarity = cosines[int(np.argmax(medians))]
    for _ in range(5):
        near = similarity >= np.median(similarity) - _MARGIN
        similarity = embeddings.dot(speaker_encoder.mean_embedding(embeddings[near]))
    return similarity


def check_one_main_speaker(names, embeddings, seconds):
    """Raise InputError if the speech is of two speakers in similar shares.

    The longest sections are compared; `names` are their places in the recordings.
    """
    known = np.flatnonzero(np.isfinite(embeddings[:, 0]))
    longest = np.sort(known[np.argsort(-seconds[known], kind="stable")][:MAX_RECORDINGS])
    if len(longest) < 6:
        return
    groups = group_embeddings([names[i] for i in longest], embeddings[longest])
    if groups and groups.is_clear and min(map(len, groups.ids)) >= _MIN_SHARE * len(longest):
        raise InputError(
            "the speech is of two speakers in similar shares, for example at %s and at %s; give "
            "recordings in which one speaker has more than two thirds of the speech"
            % tuple(", ".join(ids[:3]) for ids in groups.ids))
