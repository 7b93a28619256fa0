"""Objective distances between a synthesis and the recording of the same sentence.

Frames are aligned by dynamic time warping. This includes systems with the timing of the recording,
so that the distances of all systems are comparable.
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
# f0_rmse_cents: over the frames that are voiced in both; vuv_error: fraction of the frames that are
# voiced in only one of them; energy_error_db: mean absolute difference of the levels, outside the
# pauses of the recording. NaN if it cannot be measured.
Distances = namedtuple("Distances",
                       "mcd_db log_mel_distance_db f0_rmse_cents vuv_error energy_error_db")


def compute_distances(synthesis, recording, hp):
    """The Distances between a synthesis and its recording, both samples [frames * hop].

    Without WORLD, mcd_db, f0_rmse_cents and vuv_error are NaN.
    """
    mel, recorded_mel = [audio.melspectrogram(samples, hp) for samples in (synthesis, recording)]
    path = dtw_path(mel, recorded_mel)
    db_per_unit = -hp.min_level_db / (2 * hp.max_abs_value)
    log_mel_distance = db_per_unit * np.abs(mel[path[:, 0]] - recorded_mel[path[:, 1]]).mean()
    levels, recorded_levels = [frame_levels_db(samples, hp.hop_length)
                               for samples in (synthesis, recording)]
    is_speech = recorded_levels > recorded_levels.max() - PAUSE_DB
    speech = path[is_speech[path[:, 1]]]
    mcd, f0_rmse, vuv_error = [np.nan] * 3
    if world.is_available():
        mcd, f0_rmse, vuv_error = world_distances(*[world.analyze(samples, hp.sample_rate)
                                                    for samples in (synthesis, recording)])
    return Distances(mcd, float(log_mel_distance), f0_rmse, vuv_error, float(
        np.abs(levels[speech[:, 0]] - recorded_levels[speech[:, 1]]).mean()))


def world_distances(synthesis, recording):
    """(mcd_db, f0_rmse_cents, vuv_error) between two world.Analysis.

    The distortion (Kubichek, 1993) is 10 / ln 10 · √(2 Σ Δc²) over the coefficients c1 … c24
    of log amplitude; c0 is the level. The coefficients of world.py are of log power and √2 times as
    large, which leaves 10 / ln 10 · √(Σ Δc²): the RMS difference in dB of the two envelopes over
    the mel axis. It is averaged over the frames outside the pauses of the recording.
    """
    path = dtw_path(synthesis.cepstra[:, 1:], recording.cepstra[:, 1:])
    level_db = LOG_POWER_TO_DB * recording.cepstra[:, 0]
    path = path[level_db[path[:, 1]] > level_db.max() - PAUSE_DB]
    difference = synthesis.cepstra[path[:, 0], 1:] - recording.cepstra[path[:, 1], 1:]
    f0, recorded_f0 = synthesis.f0[path[:, 0]], recording.f0[path[:, 1]]
    voiced = (f0 > 0) & (recorded_f0 > 0)
    cents = LOG_FREQUENCY_TO_CENTS * np.log(f0[voiced] / recorded_f0[voiced])
    return (float(LOG_POWER_TO_DB * np.sqrt((difference ** 2).sum(1)).mean()),
            float(np.sqrt((cents ** 2).mean())) if voiced.any() else np.nan,
            float(np.mean((f0 > 0) != (recorded_f0 > 0))))


def dtw_path(synthesis, recording):
    """Aligned pairs of frame indices [pairs, 2], in order, of features [frames, channels]."""
    path = dtw(X=np.float64(synthesis).T, Y=np.float64(recording).T, metric="euclidean")[1]
    return np.ascontiguousarray(path[::-1])


def frame_levels_db(samples, hop):
    """The RMS level in dBFS of each frame of `hop` samples: [frames]."""
    frames = np.float64(samples).reshape(-1, hop)
    return 20 * np.log10(np.maximum(MIN_RMS, np.sqrt((frames ** 2).mean(1))))
