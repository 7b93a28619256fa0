"""From recordings to a voice: the stages of clone.py."""
