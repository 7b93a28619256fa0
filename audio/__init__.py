"""Recordings ↔ samples ↔ mel spectrograms, with NumPy, SciPy, soundfile and librosa's mel basis.

Samples are float in [-1, 1], shape [samples]; a mel is float32 [frames, mels], normalised.
"""
from audio.emphasis import Deemphasis, deemphasised, emphasised
from audio.inversion import griffin_lim
from audio.recording import load, resampled, whole_frames
from audio.spectrogram import mel
from audio.wav import (endless_wav_header, pcm16, read_channels, read_wav,
                       told, write_wav)

__all__ = ["Deemphasis", "deemphasised", "emphasised", "endless_wav_header", "griffin_lim", "load",
           "mel", "pcm16", "read_channels", "read_wav", "resampled", "told", "whole_frames",
           "write_wav"]
