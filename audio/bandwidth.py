"""The bandwidth of recordings: those at 8 kHz have no content above 4 kHz, even if resampled."""
import numpy as np

BAND = 250.0            # width of the bands that are compared [Hz]
BLOCK = 0.032           # [s]
MIN_LEVEL_DB = -50.0    # a band is empty below this level, relative to the strongest band

# The strongest band above 4.25 kHz has -42 dB or more in clips of 42 voices at 16 kHz. After
# resampling to 8 kHz and back it has -82 dB or less, and about -55 dB with a short filter.


def measure_bandwidth(samples, sample_rate):
    """The upper edge of the highest band that is not empty [Hz], of samples [samples].

    The level of a band is its 95th percentile over time, so that rare fricatives count.
    """
    size = min(len(samples), int(round(BLOCK * sample_rate)))
    starts = np.arange(0, len(samples) - size + 1, max(1, size // 2))
    blocks = np.float64(samples)[starts[:, None] + np.arange(size)] * np.hanning(size + 2)[1:-1]
    power = np.percentile(np.abs(np.fft.rfft(blocks)) ** 2, 95, axis=0)[1:]     # without the offset
    bands = np.int64(np.arange(1, len(power) + 1) * sample_rate / size / BAND)
    levels = np.bincount(bands, power) / np.maximum(1, np.bincount(bands))
    limit = levels.max(initial=0) * 10 ** (MIN_LEVEL_DB / 10)
    return min(sample_rate / 2.0, BAND * (1 + np.flatnonzero(levels >= limit).max(initial=0)))
