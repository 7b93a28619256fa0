"""From lines of text to waveforms with a trained voice."""
