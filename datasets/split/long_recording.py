"""Long recordings, read in blocks: three hours need no more memory than a minute."""
import hashlib
import os
import re
import shutil
import struct
import subprocess
import sys

import numpy as np
import soundfile

import audio
from common import files
from common.errors import InputError
from datasets.corpus_files import (AUDIO_EXTENSIONS, COMPRESSED_EXTENSIONS, CONVERTIBLE_EXTENSIONS,
                                   OTHER_AUDIO_EXTENSIONS, list_files)

_READABLE = AUDIO_EXTENSIONS + COMPRESSED_EXTENSIONS    # by soundfile
_TOLERANCE = 0.5    # [s] of durations


def find_recordings(path, out):
    """Paths of the recordings at `path`, a file or a folder, except those inside `out`.

    They are sorted by name, numbers by value: 2.mp3 is before 10.mp3. Prints a warning for each
    file or folder that cannot be used. Raises InputError if there are no recordings.
    """
    extensions = AUDIO_EXTENSIONS + OTHER_AUDIO_EXTENSIONS
    if os.path.isfile(path):
        files.check_utf8_name(path)
        if not path.lower().endswith(extensions):
            raise InputError("%s: is not a recording; should be one of %s"
                             % (path, ", ".join(extensions)))
        return [path]
    if not os.path.isdir(path):
        raise InputError("%s: there is no such file or folder" % path)
    out = os.path.realpath(out) + os.sep
    found, skipped = list_files(path)
    for name, reason in skipped:
        if not name.lower().endswith(".txt"):
            print("warning: %s: %s" % (os.path.join(path, name), reason), file=sys.stderr)
    paths = sorted((each for each in found.values() if each.lower().endswith(extensions)
                    and not (os.path.realpath(os.path.dirname(each)) + os.sep).startswith(out)),
                   key=_natural_order)
    if not paths:
        raise InputError("%s: contains no recording (%s)" % (path, ", ".join(extensions)))
    return paths


def _natural_order(path):
    return [(int(part), "") if part.isdecimal() else (-1, part)
            for part in re.split(r"([0-9]+)", path)]


class LongRecording(object):
    """A recording that is read in parts. Several channels are averaged.

    path; rate [Hz]; seconds: its duration; announced_seconds: that of its header, which is longer
    if the file ends early, see also `set_readable_seconds`; key: a hash that changes with the file.
    Files that soundfile does not read are converted with ffmpeg into `work_folder`. Raises
    InputError.
    """

    def __init__(self, path, work_folder):
        self.path = path
        audio.recording_size(path)
        status = os.stat(path)
        self.key = hashlib.sha1(("%s %d %d" % (
            os.path.basename(path), status.st_size, status.st_mtime_ns)).encode()).hexdigest()[:16]
        self._readable = path
        if path.lower().endswith(CONVERTIBLE_EXTENSIONS):
            # without an extension, so that no corpus format takes it for a recording
            self._readable = os.path.join(work_folder, self.key + ".audio")
            if not os.path.exists(self._readable):
                _convert(path, self._readable)
        try:
            with soundfile.SoundFile(self._readable) as file:
                self.rate, self._frames = file.samplerate, file.frames
                audio.check_format(path, file.samplerate, file.channels)
        except RuntimeError as error:
            raise InputError("%s: cannot be read as audio (%s)" % (path, error))
        if not self._frames:
            raise InputError("%s: contains no samples" % path)
        self.seconds = self._frames / float(self.rate)
        self.announced_seconds = self.seconds * _announced_ratio(self._readable)

    @property
    def name(self):
        return os.path.basename(self.path)

    @property
    def ends_early(self):
        return self.announced_seconds > self.seconds + _TOLERANCE

    def set_readable_seconds(self, seconds):
        """Correct the duration, if less of a damaged file can be read than its header announces."""
        if seconds < self.seconds - _TOLERANCE:
            self.seconds = seconds

    def blocks(self, seconds, context):
        """Yield float32 samples of consecutive blocks of `seconds`, each with its context.

        Before and after a block are `context` seconds of the recording, zeros before the first
        block, and less after the last ones. Both must be integers.
        """
        size, margin = seconds * self.rate, context * self.rate
        buffered = np.zeros(margin, np.float32)
        with soundfile.SoundFile(self._readable) as file:
            complete = True
            while complete:
                wanted = margin + size + margin - len(buffered)
                samples = self._read(file, wanted)
                complete = len(samples) == wanted
                buffered = np.concatenate([buffered, samples])
                while len(buffered) > margin:
                    yield buffered[:margin + size + margin]
                    buffered = buffered[size:]
                    if complete:
                        break

    def read(self, start, end):
        """Samples from `start` to `end` [s], float32 [samples]."""
        first = max(0, int(round(start * self.rate)))
        with soundfile.SoundFile(self._readable) as file:
            file.seek(first)
            return self._read(file, int(round(end * self.rate)) - first)

    def _read(self, file, count):
        position = file.tell()
        try:
            samples = file.read(count, dtype="float32", always_2d=True)
        except RuntimeError:
            samples = self._read_up_to_damage(position, count)
        return np.nan_to_num(samples).mean(axis=1)

    def _read_up_to_damage(self, position, count):
        """Samples up to a damaged place, where libsndfile fails to read the whole request."""
        with soundfile.SoundFile(self._readable) as file:
            pieces = [np.zeros((0, file.channels), np.float32)]
            try:
                file.seek(position)
                while count > 0:
                    pieces.append(file.read(min(count, 1024), dtype="float32", always_2d=True))
                    if not len(pieces[-1]):
                        break
                    count -= len(pieces[-1])
            except RuntimeError:
                pass
        return np.concatenate(pieces)


def _announced_ratio(path):
    """Bytes that the header of a WAV file announces, relative to the bytes that there are."""
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        head = file.read(8)
    if head[:4] != b"RIFF" or len(head) < 8:
        return 1.0
    announced = struct.unpack("<I", head[4:])[0] + 8
    # programs that write WAV to a pipe announce an unknown length as the largest one
    return announced / float(size) if size + 1 < announced < 0x7FFF0000 else 1.0


def _convert(path, target):
    """Convert a recording or video to FLAC in the file `target`, which appears whole."""
    if not shutil.which("ffmpeg"):
        raise InputError("%s: needs ffmpeg, which is not installed; install it, or convert the "
                         "file to %s" % (path, ", ".join(_READABLE)))
    with files.atomic_write(target) as file:
        done = subprocess.run(
            ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", path, "-vn", "-c:a", "flac",
             "-sample_fmt", "s16", "-f", "flac", file.name],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if done.returncode:
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"]
            raise InputError("%s: ffmpeg cannot convert it (%s)" % (path, lines[-1]))
