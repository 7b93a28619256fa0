"""Text lines as WAV files, or as a stream of 16-bit samples."""
import os
import sys
import time
from collections import namedtuple

import numpy as np
from tqdm import tqdm

import audio
import korean
from common import files
from common.errors import InputError
from training import training_plots
from training.run_folder import SOFTWARE_NAME

BATCH_LINES = 8         # lines per vocoder batch
PAUSE_SECONDS = 0.35    # silence between the utterances of a line

# stem: path of its files without extension; text: normalised; text_ids: symbol ids of each of its
# utterances; comment: metadata of its WAV
Line = namedtuple("Line", "stem text text_ids comment")


class Progress(tqdm):
    """A progress bar in seconds of audio, with the remaining time and the speed of the vocoder.

    `n_symbols` is the number of symbols of all lines. From it, the duration of the lines that have
    no mel yet is estimated.
    """

    def __init__(self, n_symbols):
        super(Progress, self).__init__(
            total=1, bar_format="{percentage:3.0f}%|{bar}| {desc} [{elapsed}<{remaining}]")
        self.n_symbols, self.started_symbols, self.started_seconds = n_symbols, 0, 0.0
        self.vocoder_seconds, self.last_time = 0.0, 0.0

    def start_batch(self, seconds, n_symbols):
        """To be called before the vocoder: the mels of these symbols last `seconds`."""
        self.last_time = time.time()
        self.started_seconds += seconds
        self.started_symbols += n_symbols
        self.total = self.started_seconds * self.n_symbols / self.started_symbols

    def add_audio(self, seconds):
        """To be called when the vocoder has generated another `seconds` of audio."""
        now = time.time()
        self.vocoder_seconds += now - self.last_time
        self.last_time = now
        seconds_done = self.n + seconds
        self.set_description_str("%.1f of about %.1f s of audio, %.2f × real time" % (
            seconds_done, self.total, seconds_done / max(self.vocoder_seconds, 1e-3)),
            refresh=False)
        self.update(seconds)


def create_lines(texts, voice, out, seed):
    """The Lines of normalised texts, whose files in the folder `out` are 0001, 0002 …"""
    return [Line(os.path.join(out, "%04d" % number), text, voice.text_to_ids(text),
                 "synthetic speech; voice: %s; seed %d; text: %s"
                 % (voice.description, seed, text)) for number, text in enumerate(texts, 1)]


def write_wavs(lines, voice, out, seed):
    """Write the WAV and the alignment plots of each line whose WAV does not exist.

    Returns {stem of a written line: speed as a multiple of real time}. Raises InputError if a WAV
    with another text, voice or seed exists.
    """
    pending = [line for line in lines if not _is_written(line)]
    os.makedirs(out, exist_ok=True)
    speeds = {}
    with Progress(sum(len(ids) for line in pending for ids in line.text_ids)) as progress:
        for start in range(0, len(pending), BATCH_LINES):
            batch, start_time = pending[start:start + BATCH_LINES], time.time()
            _write_batch(batch, voice, seed, progress)
            speed = sum(map(wav_seconds, batch)) / (time.time() - start_time)
            speeds.update((line.stem, speed) for line in batch)
    return speeds


def wav_seconds(line):
    return audio.read_wav_info(line.stem + ".wav")[1]


def stream_pcm(lines, voice, seed, output):
    """Write 16-bit little-endian samples of all lines to a binary file as they are generated."""
    utterances = [(line, ids) for line in lines for ids in line.text_ids]
    for index, (line, ids) in enumerate(utterances):
        if index:
            output.write(audio.to_pcm16(_pause(voice)).astype("<i2").tobytes())
        mel_output = voice.predict_mel(ids, seed)
        if not mel_output.stopped:
            _warn_missing_stop(line)
        for samples in voice.stream_waveform(ids, mel_output.mel, seed):
            output.write(audio.to_pcm16(samples).astype("<i2").tobytes())
            output.flush()


def _write_batch(lines, voice, seed, progress):
    outputs = iter(voice.synthesize([ids for line in lines for ids in line.text_ids], seed,
                                    progress))
    for line in lines:
        utterances = [next(outputs) for _ in line.text_ids]
        if not all(utterance.stopped for utterance in utterances):
            _warn_missing_stop(line)
        for number, (ids, utterance) in enumerate(zip(line.text_ids, utterances), 1):
            suffix = "-%d" % number if len(utterances) > 1 else ""
            with files.atomic_write("%s-alignment%s.png" % (line.stem, suffix)) as png:
                png.write(training_plots.alignment_png(
                    utterance.alignment, [korean.SYMBOLS[i] for i in ids], line.text))
        # last, because the WAV marks the line as written
        with files.atomic_write(line.stem + ".wav") as wav:
            segments = [segment for utterance in utterances
                        for segment in (_pause(voice), utterance.samples)]
            audio.write_wav(wav, np.concatenate(segments[1:]), voice.hp.sample_rate, line.comment,
                            SOFTWARE_NAME)


def _is_written(line):
    path = line.stem + ".wav"
    if not os.path.exists(path):
        return False
    if audio.read_wav_info(path)[0] != line.comment:
        raise InputError("%s: exists with another text, voice or seed; choose another --out, or "
                         "move it away" % path)
    return True


def _warn_missing_stop(line):
    tqdm.write("warning: %s: no stop token was predicted for %r; the audio may be cut off or end "
               "in noise" % (os.path.basename(line.stem), line.text), file=sys.stderr)


def _pause(voice):
    return np.zeros(int(PAUSE_SECONDS * voice.hp.sample_rate), np.float32)
