"""Tacotron 2: jamo → mel spectrogram (Shen et al., arXiv 1712.05884).

In shapes, `jamo` is the axis of the text symbols, spaces and punctuation included.
"""
