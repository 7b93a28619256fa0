"""How far speech is from a recording of the same sentence, frame by frame along a warped time.

Time is warped by librosa's dynamic time warping, for every system alike: also where nothing had to
be warped, so that one can be compared with the other.
"""
from collections import namedtuple

import numpy as np
from librosa.sequence import dtw

import audio
from evaluation import world

SPEECH = 40.0       # dB below the recording's loudest frame: what lies lower is a pause
SILENT = 1e-5       # amplitude below which a frame is as silent as can be
DECIBELS = 10 / np.log(10)      # of a natural logarithm of power
CENTS = 1200 / np.log(2)        # of a natural logarithm of frequency

# cepstral [dB]: mel-cepstral distortion; mel [dB]: mean distance of the mels' bands; pitch [cents]:
# root of the mean square of F0's distance where both are voiced; voicing: share of the frames that
# only one of them voices; energy [dB]: mean distance of the levels of the frames in which the
# recording speaks. NaN where there is nothing to measure.
Closeness = namedtuple("Closeness", "cepstral mel pitch voicing energy")


def measured(samples, recording, hp):
    """The Closeness of samples to a recording, both [frames · hop].

    Without WORLD, what rests on it is NaN.
    """
    mels = [audio.mel(each, hp) for each in (samples, recording)]
    path = warped(*mels)
    decibels = -hp.min_level_db / (2 * hp.max_abs_value)
    distance = decibels * np.abs(mels[0][path[:, 0]] - mels[1][path[:, 1]]).mean()
    levels = [level(each, hp.hop_length) for each in (samples, recording)]
    spoken = levels[1] > levels[1].max() - SPEECH
    heard = path[spoken[path[:, 1]]]
    cepstral, pitch, voicing = (world_distances(*[world.analysed(each, hp.sample_rate)
                                                  for each in (samples, recording)])
                                if world.is_there() else [np.nan] * 3)
    return Closeness(cepstral=cepstral, mel=float(distance), pitch=pitch, voicing=voicing,
                     energy=float(np.abs(levels[0][heard[:, 0]] - levels[1][heard[:, 1]]).mean()))


def world_distances(made, recorded):
    """(mel-cepstral distortion [dB], pitch [cents], voicing) of two world.Analysis.

    The distortion (Kubichek, 1993) is 10 / ln 10 · √(2 Σ Δc²) over c1 … c24 of log amplitude, and
    not c0: the level is none of it. The coefficients of world.py are of log power, and √2 times
    as large, which leaves 10 / ln 10 · √(Σ Δc²): the root of the mean square over the mel axis of
    two envelopes' difference in dB. It is the mean over the frames in which the recording speaks.
    """
    path = warped(made.cepstra[:, 1:], recorded.cepstra[:, 1:])
    level_db = DECIBELS * recorded.cepstra[:, 0]
    path = path[level_db[path[:, 1]] > level_db.max() - SPEECH]
    apart = made.cepstra[path[:, 0], 1:] - recorded.cepstra[path[:, 1], 1:]
    f0 = made.f0[path[:, 0]], recorded.f0[path[:, 1]]
    both = (f0[0] > 0) & (f0[1] > 0)
    cents = CENTS * np.log(f0[0][both] / f0[1][both])
    return (float(DECIBELS * np.sqrt((apart ** 2).sum(1)).mean()),
            float(np.sqrt((cents ** 2).mean())) if both.any() else np.nan,
            float(np.mean((f0[0] > 0) != (f0[1] > 0))))


def warped(made, recorded):
    """Pairs of frames [pairs, 2] that belong together, of features [frames, channels], in order."""
    path = dtw(X=np.float64(made).T, Y=np.float64(recorded).T, metric="euclidean")[1]
    return np.ascontiguousarray(path[::-1])


def level(samples, hop):
    """The level of each frame of hop samples [dB of full scale]."""
    frames = np.float64(samples).reshape(-1, hop)
    return 20 * np.log10(np.maximum(SILENT, np.sqrt((frames ** 2).mean(1))))
