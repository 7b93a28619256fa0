"""Measures a recording: durations, levels, silences, clipping, and a fingerprint for comparison."""
from collections import namedtuple

import numpy as np
from scipy import ndimage, signal

import audio
from audio.bandwidth import measure_bandwidth
from common.errors import InputError
from datasets.store import read_example

# An utterance to check. text: transcript as written; path: its recording, or its arrays in a store;
# row, sample_rate: its ManifestRow and the sample rate of the store, or None for a recording
CheckItem = namedtuple("CheckItem", "id text path row sample_rate")

# Times in seconds, levels in dB of full scale unless stated otherwise.
Measurements = namedtuple("Measurements", [
    "seconds",              # duration of the file
    "sample_rate",
    "channels",
    "peak_db",
    "speech_db",            # level of speech: 95th percentile of the blocks
    "noise_floor_db",       # 2nd percentile of the blocks, except digital silence
    "snr_db",               # speech_db - noise_floor_db
    "leading_silence",
    "trailing_silence",
    "leading_kept",         # leading silence that preprocessing does not trim
    "trailing_kept",
    "longest_pause",        # silence within speech
    "longest_pause_start",
    "speech_seconds",       # from the first speech to the last, without pauses
    "syllable_peaks",       # peaks of loudness within speech, about one per syllable
    "first_db",             # level of the first block, relative to speech [dB]
    "last_db",
    "flat_runs",            # number of runs of samples at the peak: clipping
    "clipped_fraction",     # of the samples that are in these runs
    "clipping_score",       # above 1: amplitudes are distributed as after clipping
    "bandwidth",            # upper edge of the highest band with content [Hz]
    "mixing_loss_db",       # by which the average of the channels is below that of unrelated ones
    "sha1",                 # of the recording
    "fingerprint",          # float32 [POINTS * BANDS], with a norm of 1
    "envelope"])            # bytes [ENVELOPE_SECTIONS]: peak amplitude of each section

BLOCK, HOP = 0.025, 0.010      # [s] length and hop of the blocks in which levels are measured
BANDS, POINTS = 12, 32         # frequency bands and points in time of a fingerprint
ENVELOPE_SECTIONS = 160
_VOWEL_BAND = 300, 2700        # [Hz]; excludes hum and hiss
_SYLLABLE_DIP = 2.0            # [dB] least dip of loudness between two syllables
_SYLLABLE_RANGE = 25.0         # [dB] a peak farther below the highest one is not a syllable
_MIN_PAUSE = 0.3               # [s]; shorter silences are closures of plosives
_MIN_FLAT_RUN = 3              # samples at the peak in a row; one or two without clipping
_SILENCE_DB = -60.0            # a recording that is never louder contains no speech
_DIGITAL_SILENCE_DB = -110.0   # quieter than any microphone: inserted by an editor


def measure_recording(item, hp):
    """The Measurements of a CheckItem. Raises InputError if the recording cannot be used."""
    channels, rate, sha1 = read_samples(item)
    mixed = channels.mean(axis=1)
    mixed = mixed - mixed.mean()
    if len(mixed) * hp.sample_rate < hp.win_length * rate:
        raise InputError("%s: is shorter than a frame (%.0f ms; a frame takes %.0f ms)" % (
            item.path, 1e3 * len(mixed) / rate, 1e3 * hp.win_length / hp.sample_rate))
    amplitudes = channels.std(axis=0)
    # of the average if the channels were unrelated, or all but one silent
    expected = _decibels(np.sqrt((amplitudes ** 2).sum()) / len(amplitudes))
    levels = _levels(mixed, rate)
    if levels.max() < _SILENCE_DB:
        raise InputError("%s: contains only silence%s" % (item.path, (
            " after mixing its channels: they cancel each other")
            if expected > _SILENCE_DB else ""))
    speech = float(np.percentile(levels, 95))
    floor = float(np.percentile(levels[levels > _DIGITAL_SILENCE_DB], 2))
    # 6 dB above the noise floor, but from 35 to 10 dB below the level of speech
    speech_blocks = np.flatnonzero(levels > max(speech - 35, min(floor + 6, speech - 10)))
    kept_blocks = np.flatnonzero(levels > levels.max() - hp.trim_top_db)
    seconds = len(mixed) / rate
    start, end = speech_blocks[0] * HOP, min(seconds, speech_blocks[-1] * HOP + BLOCK)
    gaps = np.append(np.diff(speech_blocks) * HOP, 0.0)      # from each speech block to the next
    longest_gap = gaps.argmax()
    flat_runs, clipped_fraction = find_flat_runs(channels)
    return Measurements(
        seconds=seconds, sample_rate=rate, channels=channels.shape[1],
        peak_db=_decibels(np.abs(channels).max()), speech_db=speech, noise_floor_db=floor,
        snr_db=speech - floor, leading_silence=start, trailing_silence=seconds - end,
        leading_kept=max(0.0, start - max(0.0, kept_blocks[0] * HOP - hp.trim_margin)),
        trailing_kept=max(
            0.0, min(seconds, kept_blocks[-1] * HOP + BLOCK + hp.trim_margin) - end),
        longest_pause=float(gaps[longest_gap]),
        longest_pause_start=float(speech_blocks[longest_gap] * HOP + BLOCK),
        speech_seconds=float(end - start - gaps[gaps >= _MIN_PAUSE].sum()),
        syllable_peaks=_count_syllable_peaks(mixed[int(start * rate):int(end * rate)], rate),
        first_db=float(levels[0] - speech), last_db=float(levels[-1] - speech),
        flat_runs=flat_runs, clipped_fraction=clipped_fraction,
        clipping_score=_clipping_score(mixed), bandwidth=measure_bandwidth(mixed, rate),
        mixing_loss_db=expected - _decibels(mixed.std()), sha1=sha1,
        fingerprint=_fingerprint(mixed, rate, start, end), envelope=_envelope(mixed))


def read_samples(item):
    """(samples float64 [samples, channels], sample rate, SHA-1 of the recording)."""
    if item.row is None:
        channels, rate = audio.read_channels(item.path, audio.MAX_RECORDING_SECONDS)
        return channels, rate, audio.recording_sha1(item.path)
    samples = read_example(item.path).audio
    if samples.shape != (item.row.samples,):
        raise InputError("%s: has audio of shape %s; should be %s; delete it and run preprocess.py "
                         "again" % (item.path, samples.shape, (item.row.samples,)))
    return np.float64(samples)[:, None], item.sample_rate, item.row.source


def _decibels(amplitude):
    return float(20 * np.log10(max(1e-6, amplitude)))


def _levels(samples, rate):
    """Levels [blocks] in dB of full scale of blocks of BLOCK seconds, every HOP seconds."""
    block = min(len(samples), int(round(BLOCK * rate)))
    energy = np.concatenate([[0], np.cumsum(samples ** 2)])
    starts = np.int64(np.arange(0, len(samples) - block + 1, HOP * rate))
    power = (energy[starts + block] - energy[starts]) / block
    return 10 * np.log10(np.maximum(power, 1e-12))


def find_flat_runs(channels):
    """(number of runs of samples at the peak of their channel, fraction of all samples in them)."""
    waves = np.concatenate([channels, -channels], axis=1)
    at_peak = waves >= np.maximum(1e-3, 0.999 * waves.max(axis=0))
    flat = ndimage.binary_opening(at_peak, np.ones([_MIN_FLAT_RUN, 1]))     # without shorter runs
    _, n_runs = ndimage.label(flat, [[0, 1, 0]] * 3)
    return n_runs, float(flat.sum() / channels.size)


def _clipping_score(samples):
    """Above 1 if the wave was clipped, even if it was resampled or compressed afterwards.

    In speech, high amplitudes are rare. After slight clipping, the highest 1 % of the amplitudes
    are nearly equal; after strong clipping, the highest quarter of the range has about as many
    samples as the quarter below. 109 read sentences have scores up to 0.94. With a gain of 2,
    clipped and resampled, 72 % of them exceed 1; with a gain of 3, 95 %.
    """
    amplitudes = np.abs(samples)
    high, highest = np.percentile(amplitudes, [99, 99.9])
    upper = np.count_nonzero(amplitudes >= 0.75 * highest)
    below = np.count_nonzero(amplitudes >= 0.5 * highest) - upper
    return float(max(high / max(1e-6, highest) / 0.93, upper / max(1, below) / 0.8))


def _fingerprint(samples, rate, start, end):
    """Levels at POINTS points of the speech in BANDS up to 3.5 kHz: float32 [POINTS * BANDS].

    The mean is 0 and the norm is 1. Copies of a recording with another level, sample rate or
    silence around the speech have similar fingerprints.
    """
    speech = samples[int(start * rate):int(end * rate)]
    size = min(len(speech), int(round(2 * BLOCK * rate)))
    starts = np.int64(np.linspace(0, len(speech) - size, 3 * POINTS))
    power = np.abs(np.fft.rfft(speech[starts[:, None] + np.arange(size)] * np.hanning(size))) ** 2
    edges = np.int64(np.round(np.geomspace(120, 3500, BANDS + 1) * size / rate))
    edges = np.minimum(edges, power.shape[1] - 1)  # low sample rates have no upper bands
    bands = np.stack([power[:, low:max(low + 1, high)].mean(axis=1)
                      for low, high in zip(edges, edges[1:])], axis=1)
    levels = 10 * np.log10(bands.reshape(POINTS, 3, BANDS).mean(axis=1) + 1e-12)
    levels = np.maximum(levels, levels.max() - 40)
    levels = levels.ravel() - levels.mean()
    return np.float32(levels / max(1e-6, np.sqrt((levels ** 2).sum())))


def _count_syllable_peaks(speech, rate):
    """Number of loudness peaks in the vowel band, at least 1: about the number of syllables.

    N. de Jong and T. Wempe, "Praat script to detect syllable nuclei and measure speech rate
    automatically", Behavior Research Methods 41 (2009).
    """
    low, high = np.minimum(_VOWEL_BAND, (0.1 * rate, 0.45 * rate))     # for low sample rates
    band = signal.butter(2, np.array([low, high]) / (rate / 2), "bandpass", output="sos")
    with np.errstate(under="ignore"):       # in silence the output of the filter underflows
        loudness = _levels(signal.sosfilt(band, speech), rate)
    window = np.hanning(9)[1:-1] / np.hanning(9).sum()
    smooth = np.convolve(np.pad(loudness, 3, "edge"), window, "valid")
    peaks, _ = signal.find_peaks(smooth, height=smooth.max() - _SYLLABLE_RANGE,
                                 prominence=_SYLLABLE_DIP)
    return max(1, len(peaks))


def _envelope(samples):
    starts = np.linspace(0, len(samples), ENVELOPE_SECTIONS, endpoint=False).astype(int)
    levels = np.maximum.reduceat(np.abs(samples), starts)
    return np.uint8(255 * levels / max(1e-6, levels.max())).tobytes()
