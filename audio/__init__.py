"""Audio files ↔ samples ↔ mel spectrograms.

Samples are float in [-1, 1], shape [samples]; a mel is float32 [frames, n_mels], normalised.
"""
from audio.spectrogram import InvPreemphasis, griffin_lim, melspectrogram, preemphasis
from audio.wav import (load_recording, pad_to_hop, read_channels, read_wav, read_wav_info, resample,
                       streaming_wav_header, to_pcm16, write_wav)

__all__ = ["InvPreemphasis", "griffin_lim", "load_recording", "melspectrogram",
           "pad_to_hop", "preemphasis", "read_channels", "read_wav", "read_wav_info", "resample",
           "streaming_wav_header", "to_pcm16", "write_wav"]
