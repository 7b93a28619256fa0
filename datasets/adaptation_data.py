"""What recordings must have so that a trained voice can be adapted to their speaker."""
import numpy as np

from audio.bandwidth import measure_bandwidth

MIN_CLIPS = 5       # fewer leave too little to train on beside what is held out
ADVICE = ("record at least %d sentences of 3 to 8 seconds each, better 40 (about three minutes), "
          "in one quiet room" % MIN_CLIPS)
NARROW = 0.65       # a bandwidth below this fraction of fmax is narrow
_MEASURED = 20      # utterances of a store that are measured


def describe_narrow_band(store):
    """A sentence if most recordings of a Store lack the upper half of their band; None if not."""
    rows = store.utterances
    rows = [rows[i] for i in np.unique(np.linspace(0, len(rows) - 1, _MEASURED).astype(int))]
    settings = store.audio_settings
    return describe_bandwidth(
        np.median([measure_bandwidth(store.load_example(row).audio, settings["sample_rate"])
                   for row in rows]), settings["fmax"])


def describe_bandwidth(bandwidth, fmax):
    """A sentence on a bandwidth [Hz] that is narrow for mels up to `fmax` [Hz]; None for others."""
    if bandwidth >= NARROW * fmax:
        return None
    return ("the recordings contain nothing above %.0f Hz, like those at 8 kHz or by telephone, "
            "but the mels reach up to %.0f Hz: the upper half of the band is missing, and the "
            "voice would sound muffled; record at %s" % (
                bandwidth, fmax, "16 kHz or more" if fmax <= 8000 else "24 kHz or more"))
