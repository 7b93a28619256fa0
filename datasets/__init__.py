"""Corpora with their transcripts, the store of examples made from them, and batches of these."""
