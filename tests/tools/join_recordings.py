"""Joins the clips of a corpus into one recording, as someone would record them, with the truth.

    python tests/tools/join_recordings.py CORPUS --other CLIP --other CLIP --out DIR

Writes into DIR recording.flac; script.txt, a line for each clip; and truth.json, which
score_split.py reads. Between the clips are pauses of 0.3 to 2 s with the noise of the recordings,
after a third of the clips ten seconds of music, and after each half of the rest a clip of another
speaker (--other).
"""
import argparse
import os
import sys

import numpy as np
import soundfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

import audio
from common import files
from datasets.corpus import read_corpus

PAUSE = 0.3, 2.0            # [s]
MUSIC_SECONDS = 10.0
BLOCK = 0.01                # [s] resolution of the true silences
SILENCE_DB = -35.0          # of a block, relative to the speech of its clip
MIN_SILENCE = 0.1           # [s]; shorter ones are closures of plosives


def main(arguments):
    options = _parse_options(arguments)
    utterances = read_corpus(options.corpus).utterances[:options.limit]
    rate = soundfile.info(utterances[0].audio_path).samplerate
    joined = _Recording(rate, np.random.RandomState(options.seed))
    inserted = {len(utterances) // 3: [("music", synthesize_music(MUSIC_SECONDS, rate))]}
    for number, path in enumerate(options.other):
        place = len(utterances) * (number + 1) // (len(options.other) + 1) + 1
        inserted.setdefault(place, []).append(("speaker", _read(path, rate)))
    for number, utterance in enumerate(utterances):
        for kind, samples in inserted.get(number, []):
            joined.add(kind, kind, "", "", samples)
        joined.add("clip", utterance.id, _text_as_written(utterance), utterance.text,
                   _read(utterance.audio_path, rate))
    joined.write(options.out)


def _parse_options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", metavar="CORPUS")
    parser.add_argument("--other", action="append", default=[], metavar="CLIP")
    parser.add_argument("--out", required=True, metavar="DIR")
    parser.add_argument("--limit", type=int, metavar="N", help="use the first N clips only")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def _text_as_written(utterance):
    """The transcript with its digits and Latin letters, where the corpus has that, too."""
    path = os.path.splitext(utterance.audio_path)[0] + ".txt"
    text = files.read_text(path) if os.path.exists(path) else utterance.text
    return " ".join(text.split())


def _read(path, rate):
    samples, sample_rate = audio.read_wav(path)
    return audio.resample(samples, sample_rate, rate)


class _Recording(object):
    """Samples and truth of the joined recording."""

    def __init__(self, rate, random):
        self.rate, self.random = rate, random
        self.parts, self.passages, self.silences, self.length = [], [], [], 0

    def add(self, kind, name, text, spoken, samples):
        floor = np.percentile(_block_rms(samples, self.rate), 2) if kind == "clip" else 0.0
        pause = self.random.standard_normal(int(self.random.uniform(*PAUSE) * self.rate)) * floor
        self._append(pause)
        silent = _block_rms(samples, self.rate)
        silent = silent < np.percentile(silent, 95) * 10 ** (SILENCE_DB / 20)
        start = self.length / float(self.rate)
        runs = [(start + BLOCK * first, start + BLOCK * last) for first, last in _runs(silent)]
        speech = np.flatnonzero(~silent)
        self.passages.append({"kind": kind, "id": name, "text": text, "spoken": spoken,
                              "start": start + BLOCK * speech[0],
                              "end": start + BLOCK * (speech[-1] + 1)})
        self.silences += [(start - len(pause) / float(self.rate), start)] + runs
        self._append(samples)

    def _append(self, samples):
        self.parts.append(samples)
        self.length += len(samples)

    def write(self, folder):
        os.makedirs(folder, exist_ok=True)
        samples = np.concatenate(self.parts)
        samples *= min(1.0, 0.99 / np.abs(samples).max())
        soundfile.write(os.path.join(folder, "recording.flac"), samples, self.rate)
        with files.atomic_write(os.path.join(folder, "script.txt"), "w", "utf-8") as file:
            file.writelines(passage["text"] + "\n" for passage in self.passages
                            if passage["kind"] == "clip")
        files.write_json(os.path.join(folder, "truth.json"), {
            "passages": self.passages, "silences": self._merged_silences(),
            "seconds": len(samples) / float(self.rate)})
        print("%s: %.1f minutes, %d passages" % (
            folder, len(samples) / self.rate / 60.0, len(self.passages)))

    def _merged_silences(self):
        merged = []
        for start, end in sorted(self.silences):
            if merged and start <= merged[-1][1] + 1e-6:
                merged[-1][1] = max(end, merged[-1][1])
            else:
                merged.append([start, end])
        return [silence for silence in merged if silence[1] - silence[0] >= MIN_SILENCE]


def _block_rms(samples, rate):
    size = int(BLOCK * rate)
    blocks = samples[:len(samples) // size * size].reshape(-1, size)
    return np.sqrt(np.mean(blocks ** 2, axis=1))


def _runs(mask):
    """(first, last + 1) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.int8(mask), [0]])))
    return list(zip(edges[::2], edges[1::2]))


def synthesize_music(seconds, rate):
    """Samples of chords and a melody of plucked notes with six harmonics; the peak is 0.5."""
    samples = np.zeros(int(seconds * rate))
    random = np.random.RandomState(0)
    for beat in range(int(seconds / 0.5)):
        root = 48 + (0, 5, 7, 3)[beat // 4 % 4]
        notes = [root, root + 4, root + 7] * (beat % 2 == 0) + [root + 12 + random.randint(12)]
        start = int(0.5 * beat * rate)
        time = np.arange(min(rate, len(samples) - start)) / float(rate)
        for note in notes:
            pitch = 440 * 2 ** ((note - 69) / 12.0)
            tone = sum(np.sin(2 * np.pi * number * pitch * time) / number
                       for number in range(1, 7))
            samples[start:start + len(time)] += tone * np.exp(-2 * time)
    return 0.5 * samples / np.abs(samples).max()


if __name__ == "__main__":
    main(sys.argv[1:])
