"""The first-order high-pass that evens out speech, which loses some 6 dB an octave; and back."""
import numpy as np
from scipy import signal


def emphasised(samples, share):
    """float64 [samples]: of each, what is left without `share` of the one before it."""
    return signal.lfilter([1, -share], [1], np.asarray(samples, np.float64))


def deemphasised(samples, share):
    """What `emphasised` was made of, float64 [samples]."""
    return Deemphasis(share)(samples)


class Deemphasis(object):
    """`deemphasised` of a sound that comes in parts."""

    def __init__(self, share):
        self.share, self.state = share, [0.0]

    def __call__(self, samples):
        samples, self.state = signal.lfilter([1], [1, -self.share], samples, zi=self.state)
        return samples
