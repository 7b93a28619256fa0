"""What can be measured of one recording: lengths, levels, silences, clipping, and how it sounds."""
import hashlib
from collections import namedtuple

import numpy as np
from scipy import signal

import audio
from common import files
from common.errors import InputError
from datasets import store as stores

# id, text: of the utterance; audio: path of its recording, or of its arrays in a store; row: its
# row in the store, or None; rate: of the store's arrays, or None
Entry = namedtuple("Entry", "id text audio row rate")

# seconds: of the file; rate, channels: of the file; peak, speech_db, floor_db: levels in dB of full
# scale; snr: speech over floor [dB]; start, end: silence before and after speech [s]; start_kept,
# end_kept: what preprocessing leaves of it [s]; pause, pause_at: the longest silence within, and
# where it begins [s]; spoken: from the first speech to the last without pauses [s]; peaks: of
# loudness in it, about one a syllable; first_db, last_db: level of the first and last block
# relative to speech; flat: places where the wave is cut flat; clipped: share of samples there;
# tops: over 1 where the highest samples are as alike as clipping leaves them; cancelled: what is
# lost when the channels are mixed [dB]; content: SHA-1 of the recording; print: float32
# [BANDS * STEPS], unit length; envelope: bytes, level of each of ENVELOPE parts, for a picture
Measures = namedtuple("Measures", "seconds rate channels peak speech_db floor_db snr start end "
                      "start_kept end_kept pause pause_at spoken peaks first_db last_db flat "
                      "clipped tops cancelled content print envelope")

BLOCK, STEP = 0.025, 0.010     # [s] of sound a level is measured on, and from one to the next
BANDS, STEPS, ENVELOPE = 12, 32, 160
_VOWELS = 300, 2700            # [Hz] where vowels are loud, and hiss and hum are not
_DIP = 2.0                     # [dB] between two peaks of loudness that are two syllables
_FAINT = 25.0                  # [dB]; a peak so far below the highest is no syllable
_PAUSE = 0.3                   # [s]; shorter silences are part of speaking: closures of ㅂ, ㄷ, ㄱ
_FLAT_RUN = 3                  # samples in a row at the extreme: a wave that swings has one or two
_SILENCE = -60.0               # [dB]; a recording that is never louder holds no speech
_DIGITAL_SILENCE = -110.0      # [dB]; no microphone is as quiet: it is an edit, not the room


def measured(entry, hp):
    """The Measures of an entry's recording. Raises InputError where it cannot be read."""
    channels, rate, content = _sound(entry)
    mixed = channels.mean(axis=1)
    mixed = mixed - mixed.mean()
    if len(mixed) * hp.sample_rate < hp.win_length * rate:
        raise InputError("%s: is shorter than a frame (%.0f ms; a frame takes %.0f ms)" % (
            entry.audio, 1e3 * len(mixed) / rate, 1e3 * hp.win_length / hp.sample_rate))
    alone = _decibels(max(channels.std(axis=0)))
    levels = _levels(mixed, rate)
    if levels.max() < _SILENCE:
        raise InputError("%s: holds only silence%s" % (entry.audio, (
            " once its channels are mixed: they cancel each other") if alone > _SILENCE else ""))
    speech = float(np.percentile(levels, 95))
    heard = levels[levels > _DIGITAL_SILENCE]
    floor = float(np.percentile(heard, 2))
    spoken = np.flatnonzero(levels > max(speech - 35, min(floor + 6, speech - 10)))
    kept = np.flatnonzero(levels > levels.max() - hp.trim_top_db)
    seconds = len(mixed) / rate
    start, end = spoken[0] * STEP, min(seconds, spoken[-1] * STEP + BLOCK)
    gaps = np.diff(spoken) * STEP
    longest = int(gaps.argmax()) if len(gaps) else None
    flat, clipped = _flat_places(channels)
    return Measures(
        seconds=seconds, rate=rate, channels=channels.shape[1],
        peak=_decibels(np.abs(channels).max()), speech_db=speech, floor_db=floor,
        snr=speech - floor, start=start, end=seconds - end,
        start_kept=max(0.0, start - max(0.0, kept[0] * STEP - hp.trim_margin)),
        end_kept=max(0.0, min(seconds, kept[-1] * STEP + BLOCK + hp.trim_margin) - end),
        pause=0.0 if longest is None else float(gaps[longest]),
        pause_at=0.0 if longest is None else float(spoken[longest] * STEP + BLOCK),
        spoken=float(end - start - gaps[gaps >= _PAUSE].sum()),
        peaks=_peaks(mixed[int(start * rate):int(end * rate)], rate),
        first_db=float(levels[0] - speech), last_db=float(levels[-1] - speech),
        flat=flat, clipped=clipped, tops=_alikeness_of_tops(mixed),
        cancelled=alone - _decibels(mixed.std()),
        content=content, print=_print(mixed, rate, start, end), envelope=_envelope(mixed))


def sound(entry):
    """(samples [samples], mixed to one channel, their rate) of an entry's recording."""
    channels, rate, _ = _sound(entry)
    return channels.mean(axis=1), rate


def _sound(entry):
    """(samples float64 [samples, channels], rate, SHA-1 of the recording)."""
    if entry.row is None:
        channels, rate = audio.read_channels(entry.audio)
        return channels, rate, hashlib.sha1(files.read_bytes(entry.audio)).hexdigest()
    samples = stores.read_example(entry.audio).audio
    if samples.shape != (entry.row.samples,):
        raise InputError("%s: holds audio of shape %s, and should hold %s; delete it and run "
                         "preprocess.py again" % (entry.audio, samples.shape, (entry.row.samples,)))
    return np.float64(samples)[:, None], entry.rate, entry.row.source


def _decibels(amplitude):
    return float(20 * np.log10(max(1e-6, amplitude)))


def _levels(samples, rate):
    """Level in dB of full scale of each block of BLOCK seconds, every STEP seconds: [blocks]."""
    block = min(len(samples), int(round(BLOCK * rate)))
    energy = np.concatenate([[0], np.cumsum(samples ** 2)])
    starts = np.int64(np.arange(0, len(samples) - block + 1, STEP * rate))
    power = (energy[starts + block] - energy[starts]) / block
    return 10 * np.log10(np.maximum(power, 1e-12))


def _flat_places(channels):
    """(how many runs of samples lie flat at an extreme of their channel, the share in them)."""
    places = inside = 0
    for column in np.concatenate([channels, -channels], axis=1).T:
        top = column.max()
        at_top = np.concatenate([[0], np.int8(column >= 0.999 * top) if top > 1e-3
                                 else np.zeros(len(column), np.int8), [0]])
        edges = np.flatnonzero(np.diff(at_top))
        runs = edges[1::2] - edges[::2]
        places += int((runs >= _FLAT_RUN).sum())
        inside += int(runs[runs >= _FLAT_RUN].sum())
    return places, inside / channels.size


def _alikeness_of_tops(samples):
    """Over 1 for a wave that was clipped, also before it was resampled or coded; below for speech.

    The higher a sample, the rarer it is in speech. Clipping puts many at one height: of slight
    clipping, the highest hundredth is nearly level; of strong, there are about as many samples in
    the upper quarter as in the one below. 109 read sentences reach 0.94; made twice too loud,
    clipped and resampled, 72 % of them exceed 1, and three times too loud 95 %.
    """
    heights = np.abs(samples)
    high, highest = np.percentile(heights, [99, 99.9])
    upper = np.count_nonzero(heights >= 0.75 * highest)
    below = np.count_nonzero(heights >= 0.5 * highest) - upper
    return float(max(high / max(1e-6, highest) / 0.93, upper / max(1, below) / 0.8))


def _print(samples, rate, start, end):
    """How the spoken part sounds: float32 [BANDS * STEPS], zero mean, unit length.

    Levels in bands up to 3.5 kHz, over time stretched to STEPS: alike for a copy at another level,
    sample rate or with other silence around it.
    """
    part = samples[int(start * rate):int(end * rate)]
    size = min(len(part), int(round(2 * BLOCK * rate)))
    starts = np.int64(np.linspace(0, len(part) - size, 3 * STEPS))
    power = np.abs(np.fft.rfft(part[starts[:, None] + np.arange(size)] * np.hanning(size))) ** 2
    edges = np.int64(np.round(np.geomspace(120, 3500, BANDS + 1) * size / rate))
    edges = np.minimum(edges, power.shape[1] - 1)  # a low sample rate has no upper bands
    bands = np.stack([power[:, low:max(low + 1, high)].mean(axis=1)
                      for low, high in zip(edges, edges[1:])], axis=1)
    levels = 10 * np.log10(bands.reshape(STEPS, 3, BANDS).mean(axis=1) + 1e-12)
    levels = np.maximum(levels, levels.max() - 40)
    levels = levels.ravel() - levels.mean()
    return np.float32(levels / max(1e-6, np.sqrt((levels ** 2).sum())))


def _peaks(spoken, rate):
    """How many peaks the loudness of vowels has, at least 1: about as many as syllables are heard.

    After N. de Jong and T. Wempe, "Praat script to detect syllable nuclei and measure speech rate
    automatically", Behavior Research Methods 41 (2009): a peak counts if there is a dip before it.
    """
    low, high = np.minimum(_VOWELS, (0.1 * rate, 0.45 * rate))     # a low rate has no more
    band = signal.butter(2, np.array([low, high]) / (rate / 2), "bandpass", output="sos")
    with np.errstate(under="ignore"):       # in silence the filter dies away below all numbers
        loudness = _levels(signal.sosfilt(band, spoken), rate)
    window = np.hanning(9)[1:-1] / np.hanning(9).sum()
    smooth = np.convolve(np.pad(loudness, 3, "edge"), window, "valid")
    peaks, _ = signal.find_peaks(smooth, height=smooth.max() - _FAINT, prominence=_DIP)
    return max(1, len(peaks))


def _envelope(samples):
    edges = np.linspace(0, len(samples), ENVELOPE + 1).astype(int)
    highs = np.array([np.abs(samples[low:max(low + 1, high)]).max()
                      for low, high in zip(edges, edges[1:])])
    return np.uint8(255 * highs / max(1e-6, highs.max())).tobytes()
