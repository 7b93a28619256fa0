"""What several test files need: the project on the path, tiny settings, invented recordings."""
import os
import sys

import numpy as np
import pytest
import soundfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import hparams  # noqa: E402  (it is found only now)


@pytest.fixture
def hp():
    return hparams.load("tiny")


def voice(seconds, rate=16000, pitch=150):
    """Samples [seconds * rate] of a hum with six harmonics and a little noise, at half scale."""
    time = np.arange(int(seconds * rate)) / rate
    hum = sum(np.sin(2 * np.pi * pitch * number * time) / number for number in range(1, 7))
    noise = np.random.RandomState(int(pitch)).standard_normal(len(time))
    samples = hum + 0.01 * noise
    return 0.5 * samples / np.abs(samples).max()


def write_recording(path, seconds=0.3, rate=16000, channels=1, pitch=150):
    """An audio file of the kind its ending says; its folder is made. Returns the path as string."""
    os.makedirs(os.path.dirname(str(path)), exist_ok=True)
    samples = np.tile(voice(seconds, rate, pitch)[:, None], (1, channels))
    soundfile.write(str(path), samples, rate)
    return str(path)


@pytest.fixture
def make_corpus(tmp_path):
    """Call it with {name: transcript}: a corpus of the format `folder`, its path as string."""
    def make(transcripts, name="corpus"):
        for number, (stem, text) in enumerate(sorted(transcripts.items())):
            write_recording(tmp_path / name / (stem + ".wav"), seconds=0.3 + 0.1 * number,
                            pitch=120 + 20 * number)
            (tmp_path / name / (stem + ".txt")).write_text(text, encoding="utf-8")
        return str(tmp_path / name)
    return make
