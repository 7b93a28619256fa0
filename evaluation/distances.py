"""Objective distances between a synthesis and the recording of the same sentence.

Frames are aligned by librosa's dynamic time warping. Every system is warped, also where the timing
is the recording's, so that systems can be compared.
"""
from collections import namedtuple

import numpy as np
from librosa.sequence import dtw

import audio
from evaluation import world

PAUSE_DB = 40.0     # frames this far below the recording's loudest frame are pauses
MIN_RMS = 1e-5      # floor of a frame's amplitude, for the logarithm
LOG_POWER_TO_DB = 10 / np.log(10)
LOG_FREQUENCY_TO_CENTS = 1200 / np.log(2)

# mcd_db: mel-cepstral distortion; log_mel_distance_db: mean absolute difference of the mel bands;
# f0_rmse_cents: over the frames that both voice; vuv_error: share of the frames that only one of
# them voices; energy_error_db: mean absolute difference of the levels, outside the recording's
# pauses. NaN where nothing can be measured.
Distances = namedtuple("Distances",
                       "mcd_db log_mel_distance_db f0_rmse_cents vuv_error energy_error_db")


def compute_distances(samples, recording, hp):
    """The Distances of samples from a recording, both [frames · hop].

    Without WORLD, mcd_db, f0_rmse_cents and vuv_error are NaN.
    """
    mels = [audio.melspectrogram(each, hp) for each in (samples, recording)]
    path = dtw_path(*mels)
    db_per_unit = -hp.min_level_db / (2 * hp.max_abs_value)
    log_mel_distance = db_per_unit * np.abs(mels[0][path[:, 0]] - mels[1][path[:, 1]]).mean()
    levels = [frame_levels_db(each, hp.hop_length) for each in (samples, recording)]
    is_speech = levels[1] > levels[1].max() - PAUSE_DB
    speech = path[is_speech[path[:, 1]]]
    mcd, f0_rmse, vuv_error = [np.nan] * 3
    if world.is_available():
        mcd, f0_rmse, vuv_error = world_distances(*[world.analyze(each, hp.sample_rate)
                                                    for each in (samples, recording)])
    return Distances(mcd, float(log_mel_distance), f0_rmse, vuv_error, float(
        np.abs(levels[0][speech[:, 0]] - levels[1][speech[:, 1]]).mean()))


def world_distances(synthesis, recording):
    """(mcd_db, f0_rmse_cents, vuv_error) of two world.Analysis.

    The distortion (Kubichek, 1993) is 10 / ln 10 · √(2 Σ Δc²) over c1 … c24 of log amplitude,
    without c0, the level. The coefficients of world.py are of log power and √2 times as large,
    which leaves 10 / ln 10 · √(Σ Δc²): the RMS difference in dB of the two envelopes over the mel
    axis. It is averaged over the frames that are no pause in the recording.
    """
    path = dtw_path(synthesis.cepstra[:, 1:], recording.cepstra[:, 1:])
    level_db = LOG_POWER_TO_DB * recording.cepstra[:, 0]
    path = path[level_db[path[:, 1]] > level_db.max() - PAUSE_DB]
    difference = synthesis.cepstra[path[:, 0], 1:] - recording.cepstra[path[:, 1], 1:]
    f0 = synthesis.f0[path[:, 0]], recording.f0[path[:, 1]]
    voiced = (f0[0] > 0) & (f0[1] > 0)
    cents = LOG_FREQUENCY_TO_CENTS * np.log(f0[0][voiced] / f0[1][voiced])
    return (float(LOG_POWER_TO_DB * np.sqrt((difference ** 2).sum(1)).mean()),
            float(np.sqrt((cents ** 2).mean())) if voiced.any() else np.nan,
            float(np.mean((f0[0] > 0) != (f0[1] > 0))))


def dtw_path(synthesis, recording):
    """Aligned pairs of frame numbers [pairs, 2], in order, of features [frames, channels]."""
    path = dtw(X=np.float64(synthesis).T, Y=np.float64(recording).T, metric="euclidean")[1]
    return np.ascontiguousarray(path[::-1])


def frame_levels_db(samples, hop):
    """The RMS level of each frame of `hop` samples [dBFS]."""
    frames = np.float64(samples).reshape(-1, hop)
    return 20 * np.log10(np.maximum(MIN_RMS, np.sqrt((frames ** 2).mean(1))))
