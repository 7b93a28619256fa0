"""The WORLD vocoder (Morise et al., 2016), from the optional package pyworld."""
import importlib.util
from collections import namedtuple

import numpy as np

FRAME_PERIOD = 0.005    # [s]: WORLD's default
CEPSTRUM_ORDER = 24     # mel-cepstral coefficients besides c0: usual at 16 kHz
UNAVAILABLE = "pyworld is not installed (for Python 3.6: requirements-evaluate.txt)"

# f0: [frames] in Hz, 0 where unvoiced; envelope, aperiodicity: [frames, 1 + fft / 2];
# cepstra: [frames, 1 + CEPSTRUM_ORDER], the first of them the level
Analysis = namedtuple("Analysis", "f0 envelope aperiodicity cepstra")


def is_available():
    return importlib.util.find_spec("pyworld") is not None


def analyze(samples, sample_rate):
    """The Analysis of samples [samples] in [-1, 1].

    F0 by DIO, refined by StoneMask (Morise et al., 2009); the envelope by CheapTrick (Morise,
    2015); its mel-cepstrum by pyworld.code_spectral_envelope: a cosine transform of the log power
    on a mel axis, scaled so that the sum of the squared coefficients is the mean square of the log
    power over that axis.
    """
    import pyworld
    samples = np.ascontiguousarray(samples, np.float64)
    coarse_f0, times = pyworld.dio(samples, sample_rate, frame_period=1e3 * FRAME_PERIOD)
    f0 = pyworld.stonemask(samples, coarse_f0, times, sample_rate)
    envelope = pyworld.cheaptrick(samples, f0, times, sample_rate)
    return Analysis(f0, envelope, pyworld.d4c(samples, f0, times, sample_rate),
                    pyworld.code_spectral_envelope(envelope, sample_rate, 1 + CEPSTRUM_ORDER))


def resynthesize(samples, sample_rate):
    """Analysis followed by synthesis: float32, as long as `samples`."""
    import pyworld
    analysis = analyze(samples, sample_rate)
    output = pyworld.synthesize(analysis.f0, analysis.envelope, analysis.aperiodicity, sample_rate,
                                1e3 * FRAME_PERIOD)
    return np.pad(output, (0, max(0, len(samples) - len(output))), "constant")[
        :len(samples)].astype(np.float32)
