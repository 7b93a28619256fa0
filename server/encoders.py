"""16-bit mono samples → audio files, piece by piece while the samples are generated, or complete.

A streamed file does not say how long it is, because its header is sent first. FLAC is complete in
either case: libsndfile, and what builds on it, cannot read all samples of a FLAC of unknown length.
"""
import io
import struct

import numpy as np
import soundfile

import audio
from server import ogg_pages
from training.run_folder import SOFTWARE_NAME

PCM = "pcm"     # samples without a header
MEDIA_TYPES = {"wav": "audio/wav", "flac": "audio/flac", "mp3": "audio/mpeg", "ogg": "audio/ogg",
               "opus": "audio/ogg", PCM: "audio/pcm"}
BLOCK_SAMPLES = 1024
_SET_BITRATE_MODE, _CONSTANT_BIT_RATE = 0x1305, 0
_SET_COMPRESSION_LEVEL, _64_KBIT = 0x1301, 0.6      # about, for MPEG-2
_SET_OGG_PAGE_LATENCY, _PAGE_MILLISECONDS = 0x1302, 100.0


def available_formats(sample_rate):
    """The names of the formats that have a sample rate: Opus and MP3 have few."""
    return [name for name in sorted(MEDIA_TYPES) if _is_available(name, sample_rate)]


def encode_stream(blocks, name, sample_rate, comment):
    """Yield the bytes of a file in the format `name`, of int16 blocks [samples].

    The bytes depend on nothing but the arguments, and not on the division into blocks.
    """
    if name == "flac":
        pieces = _encode_all(blocks, name, sample_rate, comment)
    elif name == PCM:
        pieces = (block.astype("<i2").tobytes() for block in blocks)
    elif name == "wav":
        pieces = _stream_wav(blocks, sample_rate, comment)
    else:
        pieces = _stream_encoded(blocks, name, sample_rate, comment)
    return ogg_pages.renumber(pieces) if _is_ogg(name) else pieces


def encode_file(samples, name, sample_rate, comment):
    """The bytes of a complete file of int16 [samples]."""
    if name == PCM:
        return samples.astype("<i2").tobytes()
    file = io.BytesIO()
    with _open(file, name, sample_rate, comment) as output:
        output.write(samples)
    content = file.getvalue()
    return b"".join(ogg_pages.renumber([content])) if _is_ogg(name) else content


def _is_available(name, sample_rate):
    try:
        encode_file(np.zeros(8, np.int16), name, sample_rate, "test")
    except (RuntimeError, ValueError):      # soundfile.LibsndfileError is a RuntimeError
        return False
    return True


def _is_ogg(name):
    return name != PCM and audio.FILE_FORMATS[name].container == "OGG"


def _open(file, name, sample_rate, comment):
    container, encoding = audio.FILE_FORMATS[name]
    output = soundfile.SoundFile(file, "w", sample_rate, 1, encoding, format=container)
    audio.set_metadata(output, comment, SOFTWARE_NAME)
    if name == "mp3":
        # at a constant bit rate, a reader knows the length from the size of the file
        _command(output, _SET_BITRATE_MODE, "int", _CONSTANT_BIT_RATE)
        _command(output, _SET_COMPRESSION_LEVEL, "double", _64_KBIT)
    elif name == "opus":
        _command(output, _SET_OGG_PAGE_LATENCY, "double", _PAGE_MILLISECONDS)
    return output


def _encode_all(blocks, name, sample_rate, comment):
    yield encode_file(np.concatenate(list(blocks)), name, sample_rate, comment)


def _command(output, command, kind, value):
    """Calls sf_command of sndfile.h, for which soundfile 0.12 has no method."""
    soundfile._snd.sf_command(output._file, command, soundfile._ffi.new(kind + " *", value),
                              soundfile._ffi.sizeof(kind))


def _stream_wav(blocks, sample_rate, comment):
    tags = b"".join(_riff_chunk(name, text.encode("utf-8") + b"\0") for name, text in (
        (b"ICMT", comment), (b"ISFT", SOFTWARE_NAME)))
    yield (struct.pack("<4sI4s", b"RIFF", 0xFFFFFFFF, b"WAVE")
           + _riff_chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, sample_rate, 2 * sample_rate, 2, 16))
           + _riff_chunk(b"LIST", b"INFO" + tags)
           + struct.pack("<4sI", b"data", 0xFFFFFFFF))
    for block in blocks:
        yield block.astype("<i2").tobytes()


def _riff_chunk(name, content):
    return struct.pack("<4sI", name, len(content)) + content + b"\0" * (len(content) % 2)


def _stream_encoded(blocks, name, sample_rate, comment):
    file = _GrowingFile()
    output = _open(file, name, sample_rate, comment)
    try:
        for block in _equal_blocks(blocks):
            output.write(block)
            data = file.take()
            if data:
                yield data
    finally:
        output.close()
    data = file.take()
    if data:
        yield data


def _equal_blocks(blocks):
    """The same samples in blocks of BLOCK_SAMPLES: what an encoder writes depends on them."""
    rest = np.zeros(0, np.int16)
    for block in blocks:
        rest = np.concatenate([rest, block])
        end = len(rest) // BLOCK_SAMPLES * BLOCK_SAMPLES
        for start in range(0, end, BLOCK_SAMPLES):
            yield rest[start:start + BLOCK_SAMPLES]
        rest = rest[end:]
    if len(rest):
        yield rest


class _GrowingFile(object):
    """A file for libsndfile, from which new bytes are taken.

    What libsndfile writes over earlier bytes, such as the final length in a header, is dropped.
    """

    def __init__(self):
        self._new, self._position, self._end = [], 0, 0

    def write(self, data):
        data = bytes(data)
        overlap = max(0, self._end - self._position)
        self._new.append(data[overlap:])
        self._position += len(data)
        self._end = max(self._end, self._position)
        return len(data)

    def seek(self, offset, whence=io.SEEK_SET):
        self._position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position,
                                   io.SEEK_END: self._end}[whence]
        return self._position

    def tell(self):
        return self._position

    def take(self):
        """The bytes that were written since the last call."""
        data, self._new = b"".join(self._new), []
        return data
