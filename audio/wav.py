"""Audio files: read any format of libsndfile, prepare recordings for training, write 16-bit WAV."""
import contextlib
import struct
from math import gcd

import numpy as np
import soundfile

from common import files
from common.errors import InputError

# Programs that write WAV to a pipe put at least this length in the header.
_UNKNOWN_LENGTH = 0x7FFF0000
# A recording whose peak is below -60 dBFS contains no speech.
_MIN_PEAK = 1e-3


def read_wav(path):
    """(samples, sample rate) of an audio file: float64 [samples], the mean of its channels."""
    channels, sample_rate = read_channels(path)
    return channels.mean(axis=1), sample_rate


def read_channels(path):
    """(samples, sample rate) of an audio file: float64 [samples, channels].

    Raises InputError for a file that is not audio, truncated, empty, or has non-finite samples.
    """
    _check_not_truncated(path, files.read_bytes(path))
    with _open_audio(path) as file:
        samples = file.read(dtype="float64", always_2d=True)
        expected, sample_rate = file.frames, file.samplerate
    if len(samples) < expected:
        raise InputError("%s: is truncated after %d of %d samples" % (path, len(samples), expected))
    if not len(samples):
        raise InputError("%s: contains no samples" % path)
    if not np.isfinite(samples).all():
        raise InputError("%s: contains samples that are not finite numbers" % path)
    return samples, sample_rate


def _check_not_truncated(path, content):
    """Compare the length of a WAV file with its header: libsndfile accepts truncated files."""
    if not content:
        raise InputError("%s: is empty (0 bytes)" % path)
    if len(content) >= 8 and content[:4] == b"RIFF":
        expected = struct.unpack_from("<I", content, 4)[0] + 8
        # some programs count a padding byte that they do not write
        if len(content) + 1 < expected < _UNKNOWN_LENGTH:
            raise InputError("%s: is truncated after %d of %d bytes"
                             % (path, len(content), expected))


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


def write_wav(file, samples, sample_rate, comment, software):
    """Write samples [samples] as 16-bit mono WAV to `file`, a path or binary file object.

    `comment` and `software` go into the LIST/INFO chunk. Samples beyond [-1, 1] are clipped.
    """
    with soundfile.SoundFile(file, "w", sample_rate, 1, subtype="PCM_16", format="WAV") as wav:
        wav.comment, wav.software = comment, software
        wav.write(to_pcm16(samples))


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

    Raises InputError as read_channels does, and for a recording that is silent or too short.
    """
    samples, sample_rate = read_wav(path)
    samples = resample(samples, sample_rate, hp.sample_rate)
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
