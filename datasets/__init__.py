"""Corpora with transcripts, the example store made from them, and batches for training."""
