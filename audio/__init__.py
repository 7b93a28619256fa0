"""Audio files ↔ samples ↔ mel spectrograms.

Samples are float in [-1, 1], shape [samples]; a mel is float32 [frames, n_mels], normalised.
"""
from audio.file_formats import FILE_FORMATS, set_metadata
from audio.spectrogram import InvPreemphasis, griffin_lim, melspectrogram, preemphasis
from audio.wav import (MAX_RECORDING_SECONDS, check_format, check_recording, fit_comment,
                       is_truncated, load_recording, pad_to_hop, read_channels, read_wav,
                       read_wav_info, recording_sha1, recording_size, resample,
                       streaming_wav_header, to_pcm16, write_wav)

__all__ = ["FILE_FORMATS", "InvPreemphasis", "MAX_RECORDING_SECONDS", "check_format",
           "check_recording", "fit_comment", "griffin_lim", "is_truncated", "load_recording",
           "melspectrogram", "pad_to_hop", "preemphasis", "read_channels", "read_wav",
           "read_wav_info", "recording_sha1", "recording_size", "resample", "set_metadata",
           "streaming_wav_header", "to_pcm16", "write_wav"]
