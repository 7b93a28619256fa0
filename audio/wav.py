"""Audio files: read any format of libsndfile, prepare recordings for training, write 16-bit WAV."""
import contextlib
import errno
import hashlib
import io
import os
import stat
import struct
from math import gcd

import numpy as np
import soundfile

from common import files
from common.errors import InputError
from common.signals import defer_signals
from common.terminal import escape_controls

# libsndfile reads a longer comment of a WAV file as an empty one.
MAX_COMMENT_BYTES = 2045
# Programs that write WAV to a pipe put at least this length in the header.
_UNKNOWN_LENGTH = 0x7FFF0000
# A file outside of these limits is damaged, or no recording of speech. They bound the memory for
# reading and resampling.
MIN_SAMPLE_RATE, MAX_SAMPLE_RATE, MAX_CHANNELS = 2000, 192000, 8
# [s] Of training data. The memory for training grows with the square of the longest recording: with
# one of a minute, a batch of 32 takes 104 GB with the preset `reference`, one of 8 takes 26 GB.
MAX_RECORDING_SECONDS = 60
_MAX_RECORDING_BYTES = 1 << 30      # more than a minute takes within these limits
_TOO_LONG = ("%s: is longer than %d seconds; cut it into clips: python -m datasets split RECORDING "
             "--out CORPUS")
_BLOCK_FRAMES = 1 << 17
# A recording whose peak is below -60 dBFS contains no speech.
_MIN_PEAK = 1e-3


def read_wav(path):
    """(samples, sample rate) of an audio file: float64 [samples], the mean of its channels."""
    channels, sample_rate = read_channels(path)
    return channels.mean(axis=1), sample_rate


def read_channels(path, max_seconds=float("inf")):
    """(samples, sample rate) of an audio file: float64 [samples, channels].

    Raises InputError for a file that is not audio, truncated, empty, longer than `max_seconds`, has
    non-finite samples, or a sample rate or number of channels that recordings do not have.
    """
    _check_not_truncated(path)
    with _open_audio(path) as file:
        announced, sample_rate = file.frames, file.samplerate
        check_format(path, sample_rate, file.channels)
        # in blocks, because the announced length of a damaged file can be more than memory holds
        blocks, length = [np.zeros((0, file.channels))], 0
        while length <= max_seconds * sample_rate:
            blocks.append(file.read(_BLOCK_FRAMES, dtype="float64", always_2d=True))
            length += len(blocks[-1])
            if len(blocks[-1]) < _BLOCK_FRAMES:
                break
    if length > max_seconds * sample_rate:
        raise InputError(_TOO_LONG % (path, max_seconds))
    if length < announced:
        raise InputError("%s: is truncated after %d of %d samples" % (path, length, announced))
    if not length:
        raise InputError("%s: contains no samples" % path)
    samples = np.concatenate(blocks)
    if not np.isfinite(samples).all():
        raise InputError("%s: contains samples that are not finite numbers" % path)
    return samples, sample_rate


def check_format(path, sample_rate, channels):
    """Raise InputError for a sample rate or number of channels that recordings do not have."""
    if not MIN_SAMPLE_RATE <= sample_rate <= MAX_SAMPLE_RATE:
        raise InputError("%s: has a sample rate of %d Hz; should be from %d to %d Hz"
                         % (path, sample_rate, MIN_SAMPLE_RATE, MAX_SAMPLE_RATE))
    if channels > MAX_CHANNELS:
        raise InputError("%s: has %d channels; should have %d at most"
                         % (path, channels, MAX_CHANNELS))


def _check_not_truncated(path):
    """Compare the length of a WAV file with its header: libsndfile accepts truncated files."""
    size = recording_size(path)
    with open(path, "rb") as file:
        header = file.read(8)
    if len(header) == 8 and header[:4] == b"RIFF":
        expected = struct.unpack_from("<I", header, 4)[0] + 8
        # some programs count a padding byte that they do not write
        if size + 1 < expected < _UNKNOWN_LENGTH:
            raise InputError("%s: is truncated after %d of %d bytes" % (path, size, expected))


def recording_size(path):
    """Bytes of a recording. Raises InputError if it is empty, missing, or not a file.

    Reading a pipe or a device would never end.
    """
    try:
        status = os.stat(path)
        if not os.access(path, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise InputError("%s: cannot be read (%s)" % (path, error.strerror))
    if not stat.S_ISREG(status.st_mode):
        raise InputError("%s: is a folder, a pipe or a device; should be a file" % path)
    if not status.st_size:
        raise InputError("%s: is empty (0 bytes)" % path)
    return status.st_size


def is_truncated(path):
    """Whether a WAV file is shorter than its header says."""
    with open(path, "rb") as file:
        header = file.read(8)
    return (len(header) < 8 or header[:4] == b"RIFF"
            and os.path.getsize(path) < struct.unpack_from("<I", header, 4)[0] + 8)


def check_recording(path):
    """Raise InputError if the header of a recording shows that `load_recording` refuses it."""
    recording_size(path)
    with _open_audio(path) as file:
        check_format(path, file.samplerate, file.channels)
        if file.frames > MAX_RECORDING_SECONDS * file.samplerate:
            raise InputError(_TOO_LONG % (path, MAX_RECORDING_SECONDS))


def recording_sha1(path):
    """SHA-1 of a recording as a hexadecimal number.

    Raises InputError as `recording_size` does, and for a file too large to be training data.
    """
    if recording_size(path) > _MAX_RECORDING_BYTES:
        raise InputError(_TOO_LONG % (path, MAX_RECORDING_SECONDS))
    sha1 = hashlib.sha1()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            sha1.update(block)
    return sha1.hexdigest()


def read_wav_info(path):
    """(comment in the LIST/INFO chunk or "", duration in seconds) of an audio file.

    Raises InputError for a file that is not audio.
    """
    with _open_audio(path) as file:
        return file.comment, file.frames / float(file.samplerate)


@contextlib.contextmanager
def _open_audio(path):
    try:
        with soundfile.SoundFile(path) as file:
            yield file
    except RuntimeError as error:
        raise InputError("%s: cannot be read as audio (%s)" % (path, error))


def fit_comment(comment):
    """The comment as an audio file can store it: without control characters, and if it is longer
    than MAX_COMMENT_BYTES, its beginning and its SHA-256.
    """
    # a lone surrogate, from a file name that is not UTF-8, cannot be encoded
    content = escape_controls(comment).encode("utf-8", "backslashreplace")
    if len(content) > MAX_COMMENT_BYTES:
        end = "… (SHA-256 %s)" % hashlib.sha256(content).hexdigest()
        content = content[:MAX_COMMENT_BYTES - len(end.encode("utf-8"))] + end.encode("utf-8")
    # the cut may be within a character
    return content.decode("utf-8", "ignore")


def write_wav(file, samples, sample_rate, comment, software):
    """Write samples [samples] as 16-bit mono WAV to a binary file object.

    fit_comment(comment) and `software` go into the LIST/INFO chunk. Samples beyond [-1, 1] are
    clipped.
    """
    # in memory first, because libsndfile cannot report that the disk is full
    content = io.BytesIO()
    with defer_signals(), soundfile.SoundFile(content, "w", sample_rate, 1, subtype="PCM_16",
                                              format="WAV") as wav:
        wav.comment, wav.software = fit_comment(comment), software
        wav.write(to_pcm16(samples))
    file.write(content.getbuffer())


def to_pcm16(samples):
    """Samples as int16; those beyond [-1, 1] are clipped."""
    return np.int16(np.round(np.clip(samples, -1, 1) * 32767))


def streaming_wav_header(sample_rate):
    """Header (bytes) of a 16-bit mono WAV of unknown length."""
    return (struct.pack("<4sI4s", b"RIFF", 0xFFFFFFFF, b"WAVE")
            + struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, sample_rate, 2 * sample_rate, 2, 16)
            + struct.pack("<4sI", b"data", 0xFFFFFFFF))


def load_recording(path, hp):
    """Samples of a recording, float32 [samples]: mono, resampled, trimmed, peak at rescaling_max.

    Raises InputError as read_channels does, and for a recording that is silent or too short, or
    longer than MAX_RECORDING_SECONDS.
    """
    channels, sample_rate = read_channels(path, MAX_RECORDING_SECONDS)
    samples = resample(channels.mean(axis=1), sample_rate, hp.sample_rate)
    if len(samples) < hp.win_length:
        raise InputError("%s: is shorter than a frame (%.0f ms; a frame takes %.0f ms)" % (
            path, 1e3 * len(samples) / hp.sample_rate, 1e3 * hp.win_length / hp.sample_rate))
    samples = samples - samples.mean()      # with a DC offset, silence is not trimmed
    if np.abs(samples).max() < _MIN_PEAK:
        raise InputError("%s: contains only silence" % path)
    samples = trim_silence(samples, hp)
    return (samples * (hp.rescaling_max / np.abs(samples).max())).astype(np.float32)


def resample(samples, sample_rate, new_sample_rate):
    """Resample samples [samples, ...] with a windowed sinc of 64 zero crossings on either side.

    The filter is that of resampy's `kaiser_best`. SciPy computes it identically in all supported
    versions, while the default of librosa.resample differs between versions.
    """
    if sample_rate == new_sample_rate:
        return samples
    # imported here, because it takes longer to import than a sentence takes to synthesize
    from scipy import signal
    divisor = gcd(sample_rate, new_sample_rate)
    up, down = new_sample_rate // divisor, sample_rate // divisor
    factor = max(up, down)
    low_pass = signal.firwin(2 * 64 * factor + 1, 0.9475937167399596 / factor,
                             window=("kaiser", 14.769656459379492))
    return signal.resample_poly(samples, up, down, window=low_pass)


def trim_silence(samples, hp):
    """Trim hops at both ends that are trim_top_db below the loudest one, except for trim_margin."""
    hops = pad_to_hop(samples, hp).reshape(-1, hp.hop_length)
    levels = np.sqrt(np.mean(hops ** 2, axis=1))
    loud = np.flatnonzero(levels > levels.max() * 10 ** (-hp.trim_top_db / 20))
    margin = int(round(hp.trim_margin * hp.sample_rate))
    start, end = loud[0] * hp.hop_length - margin, (loud[-1] + 1) * hp.hop_length + margin
    return samples[max(0, start):end]


def pad_to_hop(samples, hp):
    """The samples, padded at the end with zeros to a multiple of hop_length."""
    return np.pad(samples, (0, -len(samples) % hp.hop_length), mode="constant")
