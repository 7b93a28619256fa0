"""Audio files: read any that libsndfile reads, prepare recordings for training, write 16-bit WAV."""
import os
import struct
from math import gcd

import numpy as np
import soundfile
from scipy import signal

from common.errors import InputError

# a writer that does not know the length beforehand puts a number of this size into the header
_LENGTH_UNKNOWN = 0x7FFF0000


def read_wav(path):
    """(samples float64 [samples], the mean of all channels, samples a second) of an audio file.

    Raises what `read_channels` raises.
    """
    channels, rate = read_channels(path)
    return channels.mean(axis=1), rate


def read_channels(path):
    """(samples float64 [samples, channels], samples a second) of an audio file.

    Raises InputError for what is no audio, is cut off, is empty or holds what is no finite number.
    """
    _check_uncut(path)
    try:
        with soundfile.SoundFile(path) as file:
            samples = file.read(dtype="float64", always_2d=True)
            promised, rate = file.frames, file.samplerate
    except RuntimeError as problem:
        raise InputError("%s: is no audio that can be read (%s)" % (path, problem))
    if len(samples) < promised:
        raise InputError("%s: is cut off after %d of %d samples" % (path, len(samples), promised))
    if not len(samples):
        raise InputError("%s: holds no samples" % path)
    if not np.isfinite(samples).all():
        raise InputError("%s: holds samples that are not finite numbers" % path)
    return samples, rate


def _check_uncut(path):
    """Compare a WAV with the length in its header: libsndfile does not mind if it was cut off."""
    try:
        size = os.path.getsize(path)
        with open(path, "rb") as file:
            header = file.read(8)
    except OSError as problem:
        raise InputError("%s: cannot be read (%s)" % (path, problem.strerror))
    if not size:
        raise InputError("%s: is empty (0 bytes)" % path)
    if len(header) == 8 and header[:4] == b"RIFF":
        promised = struct.unpack("<I", header[4:])[0] + 8
        # some writers count a padding byte that they do not write
        if size + 1 < promised < _LENGTH_UNKNOWN:
            raise InputError("%s: is cut off after %d of %d bytes" % (path, size, promised))


def write_wav(file, samples, sample_rate, comment, software):
    """Write samples [samples] as 16-bit mono to a path or a file object open for writing bytes.

    `comment` and `software` go into the LIST/INFO chunk. What exceeds [-1, 1] is clipped.
    """
    with soundfile.SoundFile(file, "w", sample_rate, 1, subtype="PCM_16", format="WAV") as wav:
        wav.comment, wav.software = comment, software
        wav.write(to_pcm16(samples))


def to_pcm16(samples):
    """int16 of samples; what exceeds [-1, 1] is clipped."""
    return np.int16(np.round(np.clip(samples, -1, 1) * 32767))


def streaming_wav_header(sample_rate):
    """What a 16-bit mono WAV begins with that is as long as samples follow."""
    return (struct.pack("<4sI4s", b"RIFF", 0xFFFFFFFF, b"WAVE")
            + struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, sample_rate, 2 * sample_rate, 2, 16)
            + struct.pack("<4sI", b"data", 0xFFFFFFFF))


def read_wav_info(path):
    """(the comment in the LIST/INFO chunk of an audio file, "" without one; its seconds).

    Raises InputError for what is no audio.
    """
    try:
        with soundfile.SoundFile(path) as file:
            return file.comment, file.frames / float(file.samplerate)
    except RuntimeError as problem:
        raise InputError("%s: is no audio that can be read (%s)" % (path, problem))


# A recording whose loudest sample lies 60 dB below full scale holds no speech but noise.
_SILENCE = 1e-3


def load_recording(path, hp):
    """Samples float32 [samples] of an audio file, resample, trimmed, its peak at hp.rescaling_max.

    Raises InputError: no audio, cut off, empty, shorter than a frame, only silence.
    """
    samples, rate = read_wav(path)
    samples = resample(samples, rate, hp.sample_rate)
    if len(samples) < hp.win_length:
        raise InputError("%s: is shorter than a frame (%.0f ms; a frame takes %.0f ms)" % (
            path, 1e3 * len(samples) / hp.sample_rate, 1e3 * hp.win_length / hp.sample_rate))
    samples = samples - samples.mean()  # a constant offset is no sound, but would hide the silence
    if np.abs(samples).max() < _SILENCE:
        raise InputError("%s: holds only silence" % path)
    samples = _trim_silence(samples, hp)
    return (samples * (hp.rescaling_max / np.abs(samples).max())).astype(np.float32)


def pad_to_hop(samples, hp):
    """The samples with silence after them up to a multiple of hp.hop_length."""
    return np.pad(samples, (0, -len(samples) % hp.hop_length), mode="constant")


def resample(samples, rate, wanted):
    """Samples at another rate, band-limited: a windowed sinc of 64 zero crossings on either side.

    Those are the figures of resampy's `kaiser_best`. SciPy computes it alike in every version that
    we run on, while librosa's default differs between its versions.
    """
    if rate == wanted:
        return samples
    common = gcd(rate, wanted)
    up, down = wanted // common, rate // common
    slower = max(up, down)
    low_pass = signal.firwin(2 * 64 * slower + 1, 0.9475937167399596 / slower,
                             window=("kaiser", 14.769656459379492))
    return signal.resample_poly(samples, up, down, window=low_pass)


def _trim_silence(samples, hp):
    """The samples from the first block of hop samples that is loud to the last, and a margin."""
    blocks = pad_to_hop(samples, hp).reshape(-1, hp.hop_length)
    levels = np.sqrt(np.mean(blocks ** 2, axis=1))
    loud = np.flatnonzero(levels > levels.max() * 10 ** (-hp.trim_top_db / 20))
    margin = int(round(hp.trim_margin * hp.sample_rate))
    start, end = loud[0] * hp.hop_length - margin, (loud[-1] + 1) * hp.hop_length + margin
    return samples[max(0, start):end]
