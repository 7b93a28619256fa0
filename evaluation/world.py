"""WORLD (Morise et al., 2016), as pyworld has it: F0, spectral envelope, and speech from them.

pyworld is optional: without it what rests on it is said to be absent.
"""
import importlib.util
from collections import namedtuple

import numpy as np

FRAME = 0.005       # from frame to frame [s]: WORLD's own default
ORDER = 24          # mel-cepstral coefficients besides c0: usual at 16 kHz
ABSENT = "pyworld is not installed"

# f0: [frames] in Hz, 0 where unvoiced; envelope, aperiodicity: [frames, 1 + fft / 2];
# cepstra: [frames, 1 + ORDER], the first of them the level
Analysis = namedtuple("Analysis", "f0 envelope aperiodicity cepstra")


def is_there():
    return importlib.util.find_spec("pyworld") is not None


def analysed(samples, rate):
    """The Analysis of samples [samples] in [-1, 1].

    F0 by DIO, refined by StoneMask (Morise et al., 2009); the envelope by CheapTrick (Morise,
    2015); its mel-cepstrum by pyworld.code_spectral_envelope: a cosine transform of the log power
    on a mel axis, scaled so that the mean square over that axis is the sum of the squares.
    """
    import pyworld
    samples = np.ascontiguousarray(samples, np.float64)
    coarse, times = pyworld.dio(samples, rate, frame_period=1e3 * FRAME)
    f0 = pyworld.stonemask(samples, coarse, times, rate)
    envelope = pyworld.cheaptrick(samples, f0, times, rate)
    return Analysis(f0, envelope, pyworld.d4c(samples, f0, times, rate),
                    pyworld.code_spectral_envelope(envelope, rate, 1 + ORDER))


def resynthesised(samples, rate):
    """What WORLD makes of its own analysis, float32, as many samples: a vocoder without learning.
    """
    import pyworld
    found = analysed(samples, rate)
    made = pyworld.synthesize(found.f0, found.envelope, found.aperiodicity, rate, 1e3 * FRAME)
    return np.pad(made, (0, max(0, len(samples) - len(made))), "constant")[
        :len(samples)].astype(np.float32)
