"""Joins audio files to one file, in memory that does not depend on their length."""
import contextlib
import itertools
import os
import re

import soundfile

import audio
from common import files
from common.errors import InputError
from common.signals import defer_signals
from synthesis.pauses import silence

EXTENSIONS = (".flac", ".mp3", ".ogg", ".wav")
MAX_WAV_BYTES = 2 ** 32 - 2 ** 20       # the length in the header has 32 bits
_BLOCK_SAMPLES = 1 << 16


def check_format(path):
    """Raises InputError if the extension of a file is not one of EXTENSIONS."""
    if os.path.splitext(path)[1].lower() not in EXTENSIONS:
        raise InputError("%s: has no known audio extension; choose one of %s"
                         % (path, ", ".join(EXTENSIONS)))


def join_audio(items, path, sample_rate, comment, software):
    """Write the audio of items [(seconds of silence, WAV path)] to the file `path`.

    The extension of `path` decides the format. A failure leaves no file, or the one that existed.
    Raises InputError for a WAV file that would be too long.
    """
    container, encoding = audio.FILE_FORMATS[os.path.splitext(path)[1].lower()[1:]]
    if container == "WAV" and 2 * _count_samples(items, sample_rate) > MAX_WAV_BYTES:
        raise InputError("%s: would be larger than 4 GB, which WAV does not allow; use .flac"
                         % path)
    files.remove_temporary_files(os.path.dirname(path), re.escape(os.path.basename(path)))
    for _, wav_path in items:
        if audio.is_truncated(wav_path):
            raise InputError("%s: is truncated; give the same command again" % wav_path)
    with files.atomic_write(path) as file:
        output = _CheckedFile(file)
        with _open(output, sample_rate, encoding, container) as joined:
            audio.set_metadata(joined, audio.fit_comment(comment), software)
            for pause, wav_path in items:
                for block in itertools.chain(
                        [silence(pause, sample_rate)],
                        soundfile.blocks(wav_path, _BLOCK_SAMPLES, dtype="int16")):
                    with defer_signals():
                        joined.write(block)
                    output.raise_error()
        output.raise_error()


@contextlib.contextmanager
def _open(output, sample_rate, encoding, container):
    """A context with a SoundFile that writes to a _CheckedFile."""
    with defer_signals():
        joined = soundfile.SoundFile(output, "w", sample_rate, 1, encoding, format=container)
    try:
        yield joined
    finally:
        with defer_signals():
            joined.close()


def _count_samples(items, sample_rate):
    return sum(int(pause * sample_rate) + soundfile.info(path).frames for pause, path in items)


class _CheckedFile(object):
    """A file for libsndfile, which cannot pass on an exception of `write`: the first one is kept.

    It is not buffered: a buffer would repeat the exception in `seek`.
    """

    def __init__(self, file):
        self._file, self._error = file.raw, None
        self.seek, self.tell = file.raw.seek, file.raw.tell

    def write(self, data):
        rest = memoryview(data)
        try:
            while len(rest) and not self._error:
                rest = rest[self._file.write(rest):]
        except OSError as error:
            self._error = error
        return len(data)

    def raise_error(self):
        if self._error:
            raise self._error
