"""Mean speaker embeddings of the recordings that a synthesis is compared with."""
from audio.speaker_encoder import UNAVAILABLE, embed_utterance, is_available, mean_embedding

__all__ = ["UNAVAILABLE", "embed_references", "embed_utterance", "is_available", "mean_embedding"]


def embed_references(references, sample_rate):
    """{speaker: mean embedding} of {speaker: (store, rows)}; empty without the package."""
    if not is_available():
        return {}
    return {speaker: mean_embedding([embed_utterance(store.load_example(row).audio, sample_rate)
                                     for row in rows])
            for speaker, (store, rows) in references.items()}
