"""Tacotron 2: jamo → mel spectrogram (Shen et al., arXiv 1712.05884)."""
