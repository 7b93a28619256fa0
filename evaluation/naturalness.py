"""Naturalness without a reference: DistillMOS (Stahl and Gamper, arXiv 2502.05356), optional.

It predicts the mean opinion score of listeners, 1 to 5. It was trained on human speech in English
and other languages: compare a score with that of the recording.
"""
import contextlib
import functools
import importlib.util
import sys
import types

import numpy as np

import audio

UNAVAILABLE = "distillmos is not installed (requirements-evaluate.txt)"
SAMPLE_RATE = 16000


def is_available():
    return all(importlib.util.find_spec(name) for name in ("torch", "xls_r_sqa", "distillmos"))


def predict_mos(samples, sample_rate):
    """The predicted mean opinion score, 1 to 5, of samples [samples]."""
    import torch
    model = _load_model()
    samples = audio.resample(np.float64(samples), sample_rate, SAMPLE_RATE).astype(np.float32)
    with torch.no_grad():
        return float(model(torch.from_numpy(samples[None])))


@functools.lru_cache(maxsize=1)
def _load_model():
    import torch
    torch.set_num_threads(1)        # sentences are measured in parallel processes
    if not importlib.util.find_spec("torchaudio"):
        # distillmos imports it only to read audio files
        sys.modules["torchaudio"] = types.ModuleType("torchaudio")
    import distillmos
    with contextlib.redirect_stdout(sys.stderr):    # the model prints a greeting
        return distillmos.ConvTransformerSQAModel().eval()
