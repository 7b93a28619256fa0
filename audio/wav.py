"""Audio files: reading what libsndfile reads, writing 16-bit WAV that says where it comes from."""
import os
import struct

import numpy as np
import soundfile

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
        wav.write(pcm16(samples))


def pcm16(samples):
    """int16 of samples; what exceeds [-1, 1] is clipped."""
    return np.int16(np.round(np.clip(samples, -1, 1) * 32767))


def endless_wav_header(sample_rate):
    """What a 16-bit mono WAV begins with that is as long as samples follow."""
    return (struct.pack("<4sI4s", b"RIFF", 0xFFFFFFFF, b"WAVE")
            + struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, sample_rate, 2 * sample_rate, 2, 16)
            + struct.pack("<4sI", b"data", 0xFFFFFFFF))


def told(path):
    """(the comment in the LIST/INFO chunk of an audio file, "" without one; its seconds).

    Raises InputError for what is no audio.
    """
    try:
        with soundfile.SoundFile(path) as file:
            return file.comment, file.frames / float(file.samplerate)
    except RuntimeError as problem:
        raise InputError("%s: is no audio that can be read (%s)" % (path, problem))
