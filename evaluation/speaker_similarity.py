"""Speaker similarity: cosine of an utterance's embedding with the centroid of each speaker.

A centroid is the mean embedding of recordings of the speaker. The recording that is measured, or
that a system copies, is left out of it.
"""
import os
from collections import OrderedDict

import numpy as np
from threadpoolctl import threadpool_limits

from audio.speaker_encoder import UNAVAILABLE, embed_utterance, is_available, mean_embedding
from common import parallel
from common.errors import InputError
from datasets.store import read_example

__all__ = ["UNAVAILABLE", "embed_references", "embed_utterance", "find_centroids",
           "find_nearest_speaker", "is_available", "measure_similarities"]


def embed_references(references, sample_rate, workers):
    """{speaker: {utterance id: embedding}} of {speaker: (store, rows)}; empty without the package.

    `workers` is that of parallel.map_in_order. Raises InputError if a worker died twice at the same
    recording.
    """
    if not is_available():
        return {}
    ids = [(speaker, row.id) for speaker, (_, rows) in references.items() for row in rows]
    # a Store cannot be sent to another process
    recordings = [(os.path.join(store.folder, row.file), sample_rate)
                  for store, rows in references.values() for row in rows]
    embeddings = OrderedDict((speaker, OrderedDict()) for speaker in references)
    for (speaker, row_id), result in zip(ids, parallel.map_in_order(
            _embed_recording, recordings, workers, "recording")):
        if isinstance(result, parallel.Failure):
            raise InputError("%s of %s: %s" % (row_id, speaker, result.reason))
        embeddings[speaker][row_id] = result
    return embeddings


def _embed_recording(recording):
    path, sample_rate = recording
    with threadpool_limits(1):
        return embed_utterance(read_example(path).audio, sample_rate)


def find_centroids(embeddings, left_out=(None, None)):
    """{speaker: centroid [256]}, without the recording `left_out`: (speaker, utterance id).

    A speaker without another recording has no centroid.
    """
    centroids = OrderedDict()
    for speaker, by_id in embeddings.items():
        others = [embedding for name, embedding in by_id.items() if (speaker, name) != left_out]
        if others:
            centroids[speaker] = mean_embedding(others)
    return centroids


def find_nearest_speaker(speaker, centroids, candidates):
    """(the candidate, other than `speaker`, with the most similar centroid; its cosine) or None."""
    cosines = [(float(centroids[speaker].dot(centroids[name])), name) for name in candidates
               if name != speaker and name in centroids and speaker in centroids]
    return max(cosines)[::-1] if cosines else None


def measure_similarities(embedding, speaker, centroids):
    """{metric: value} of an utterance that should be of `speaker`; empty without its centroid."""
    cosines = {name: float(np.dot(embedding, centroid)) for name, centroid in centroids.items()}
    if speaker not in cosines:
        return {}
    similarity = cosines.pop(speaker)
    if not cosines:
        return {"speaker_similarity": similarity}
    return {"speaker_similarity": similarity, "other_speaker_similarity": max(cosines.values()),
            "speaker_identified": float(similarity > max(cosines.values()))}
