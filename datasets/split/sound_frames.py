"""Measures of the sound of a long recording, every 10 ms: level, voicing, steadiness of tones."""
from collections import namedtuple

import numpy as np
from scipy import ndimage, signal

import audio

SAMPLE_RATE = 16000
HOP = 0.01                      # [s]
_HOP = int(HOP * SAMPLE_RATE)
BLOCK, CONTEXT = 30, 1          # [s]
_BAND = 150, 5000               # [Hz]; excludes hum and hiss
_LEVEL_WINDOW = 400             # samples: 25 ms
_TONE_HOPS = 2                  # voicing and steadiness are computed for every second frame
_PITCH_WINDOW, _PITCH_LAGS = 640, (40, 230)     # 40 ms; 70 to 400 Hz
_TONE_WINDOW, _TONE_BINS = 1024, 192            # 64 ms; up to 3 kHz
_TONE_LAG = 5                   # of the computed frames: 0.1 s
_VOICED = 0.6                   # normalised autocorrelation
_STEADY = 0.75                  # correlation of the tones with those 0.1 s later

# level: dB of full scale, float32 [frames]; voiced, steady: bool [frames]
SoundFrames = namedtuple("SoundFrames", "level voiced steady")


def measure_frames(recording, progress=None):
    """The SoundFrames of a LongRecording; frame i is centred on (i + 0.5) · HOP.

    In speech, the harmonics move with the pitch, so few frames have the spectral peaks of the frame
    0.1 s before; the notes of music are steady. Of 140 sections of speech of three readers, the
    median correlation was at most 0.62; of synthesized chords it was 0.99.
    """
    parts = []
    for block in recording.blocks(BLOCK, CONTEXT):
        samples = audio.resample(np.float64(block), recording.rate, SAMPLE_RATE)
        n_frames = min(BLOCK * SAMPLE_RATE, len(samples) - CONTEXT * SAMPLE_RATE) // _HOP
        if n_frames > 0:
            parts.append(_measure_block(samples, CONTEXT * SAMPLE_RATE, n_frames))
        if progress:
            progress.update(min(BLOCK, n_frames * HOP))
    if not parts:
        return SoundFrames(np.zeros(0, np.float32), np.zeros(0, bool), np.zeros(0, bool))
    return SoundFrames(*[np.concatenate(columns) for columns in zip(*parts)])


def _measure_block(samples, start, n_frames):
    """(level, voiced, steady) of the frames that begin at sample `start`."""
    centres = start + _HOP // 2 + _HOP * np.arange(n_frames)
    padded = np.pad(samples, (0, 2 * _TONE_WINDOW + _TONE_LAG * _TONE_HOPS * _HOP), "constant")
    band = signal.butter(2, np.array(_BAND) / (SAMPLE_RATE / 2.0), "bandpass", output="sos")
    with np.errstate(under="ignore"):       # in silence the output of the filter underflows
        energy = np.concatenate([[0], np.cumsum(signal.sosfilt(band, padded) ** 2)])
    half = _LEVEL_WINDOW // 2
    power = (energy[centres + half] - energy[centres - half]) / _LEVEL_WINDOW
    level = 10 * np.log10(np.maximum(power, 1e-12)).astype(np.float32)
    coarse = centres[::_TONE_HOPS]
    voiced = _periodicity(_frames(padded, coarse, _PITCH_WINDOW)) > _VOICED
    later = coarse[-1] + _TONE_HOPS * _HOP * np.arange(1, _TONE_LAG + 1)
    tones = _tones(_frames(padded, np.concatenate([coarse, later]), _TONE_WINDOW))
    steady = _correlation(tones[:-_TONE_LAG], tones[_TONE_LAG:]) > _STEADY
    return level, np.repeat(voiced, _TONE_HOPS)[:n_frames], np.repeat(steady, _TONE_HOPS)[:n_frames]


def _frames(samples, centres, size):
    """Windowed frames [frames, size] around the centres."""
    return samples[(centres - size // 2)[:, None] + np.arange(size)] * np.hanning(size)


def _periodicity(frames):
    """The highest normalised autocorrelation at the lags of a voice: [frames].

    The autocorrelation is divided by that of the window, as in Boersma, 1993.
    """
    window = np.hanning(frames.shape[1])
    lags = slice(*_PITCH_LAGS)
    correlation = _autocorrelation(frames)
    of_window = _autocorrelation(window[None])[0]
    normalised = correlation[:, lags] / (of_window[lags] / of_window[0])
    return normalised.max(axis=1) / np.maximum(1e-9, correlation[:, 0])


def _autocorrelation(frames):
    size = 2 * frames.shape[1]
    return np.fft.irfft(np.abs(np.fft.rfft(frames, size)) ** 2)


def _tones(frames):
    """How far each bin of the log spectrum is above its neighbourhood: [frames, bins]."""
    spectrum = np.log(np.abs(np.fft.rfft(frames))[:, :_TONE_BINS] + 1e-6)
    return np.maximum(0, spectrum - ndimage.uniform_filter1d(spectrum, 13, axis=1))


def _correlation(first, second):
    norms = np.sqrt((first ** 2).sum(axis=1) * (second ** 2).sum(axis=1))
    return (first * second).sum(axis=1) / np.maximum(1e-9, norms)
