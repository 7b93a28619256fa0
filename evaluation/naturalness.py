"""Naturalness without reference: DistillMOS (Stahl and Gamper, arXiv 2502.05356), where installed.

It estimates the mean opinion score that listeners would give, 1 to 5. It was trained on people's
speech in English and other languages: read it beside the recording's own score.
"""
import functools
import importlib.util
import sys
import types

import numpy as np

import audio

ABSENT = "distillmos is not installed (requirements-evaluate.txt)"
RATE = 16000


def is_there():
    return all(importlib.util.find_spec(name) for name in ("torch", "xls_r_sqa", "distillmos"))


def estimated(samples, rate):
    """The score of samples [samples]."""
    import torch
    model = _model()
    heard = audio.resampled(np.float64(samples), rate, RATE).astype(np.float32)
    with torch.no_grad():
        return float(model(torch.from_numpy(heard[None])))


@functools.lru_cache(maxsize=1)
def _model():
    import torch
    torch.set_num_threads(1)        # sentences are measured side by side
    if not importlib.util.find_spec("torchaudio"):
        # it is imported there to read files, and for nothing else
        sys.modules["torchaudio"] = types.ModuleType("torchaudio")
    import distillmos
    stdout, sys.stdout = sys.stdout, sys.stderr     # it greets, and the table is on stdout
    try:
        return distillmos.ConvTransformerSQAModel().eval()
    finally:
        sys.stdout = stdout
