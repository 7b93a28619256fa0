"""The demo voice: small, and without alignment faults on its text with either speaker."""
import io
import os
import re
import subprocess
import sys

import numpy as np
import pytest

import audio
import korean
from common import files
from evaluation import measure, world
from synthesis import text_lines
from synthesis.voice import DEMO_VOICE, Voice, resolve_run_folders

SPEAKERS = ("sol", "ram")
DEMO_SH = os.path.join(os.path.dirname(os.path.dirname(DEMO_VOICE)), "demo.sh")


@pytest.fixture(scope="module")
def demo():
    return Voice(*resolve_run_folders(DEMO_VOICE, None, None))


@pytest.fixture(scope="module")
def utterances(demo):
    """{speaker: Utterance of a sentence of a few seconds}"""
    ids = korean.to_ids(korean.to_jamo("안녕하세요, 저는 컴퓨터가 만든 목소리입니다."))
    return {name: demo.with_speaker(name).synthesize([ids], 1)[0] for name in SPEAKERS}


def test_it_is_small_and_contains_no_path(demo):
    paths = [os.path.join(folder, name)
             for folder, _, names in os.walk(DEMO_VOICE) for name in names]
    assert sum(map(os.path.getsize, paths)) < 25e6
    assert demo.speakers == list(SPEAKERS)
    for path in paths:
        if path.endswith("run.json"):
            with io.open(path, encoding="utf-8") as file:
                assert not re.search(r'"[^"]*/[^"]*"', file.read())


@pytest.mark.parametrize("name", SPEAKERS)
def test_its_alignment_on_its_text_has_no_fault(demo, name):
    voice = demo.with_speaker(name)
    path = DEMO_VOICE + ".txt"
    for text in text_lines.normalize_lines(path, files.read_lines(path), demo.normalizer):
        for variant in (text, text.rstrip(".?!")):
            figures = measure.alignment_figures([(ids, voice.predict_mel(ids, 1))
                                                 for ids in demo.text_to_ids(variant)])
            assert figures["fault_free"] and figures["coverage"] == 1, variant


def test_its_speakers_differ_in_pitch(utterances):
    if not world.is_available():
        pytest.skip(world.UNAVAILABLE)
    pitch = {}
    for name, utterance in utterances.items():
        f0 = world.analyze(utterance.samples, 16000).f0
        pitch[name] = np.median(f0[f0 > 0])
    assert pitch["sol"] > 1.3 * pitch["ram"]


def test_the_audio_has_the_mel_that_it_was_generated_from(demo, utterances):
    for utterance in utterances.values():
        difference = np.abs(audio.melspectrogram(utterance.samples, demo.hp) - utterance.mel)
        assert difference.mean() < 0.8, "an untrained network has 2.5"
        assert 2 < len(utterance.samples) / 16000.0 < 6


def test_the_demo_script_reads_a_text_with_both_speakers(tmp_path):
    (tmp_path / "text.txt").write_text("네, 맞아요", encoding="utf-8")
    lines = subprocess.check_output(["sh", DEMO_SH], env=dict(
        os.environ, DEMO_PYTHON=sys.executable, DEMO=str(tmp_path / "out"),
        DEMO_TEXT=str(tmp_path / "text.txt"))).decode("utf-8").splitlines()
    for name, line in zip(SPEAKERS, lines):
        path = tmp_path / "out" / name / "0001.wav"
        assert path.exists()
        assert re.match(re.escape(str(path)) + r"  \d\.\d\d s, \d+\.\d × real time  네, 맞아요$",
                        line)
    assert len(lines) == len(SPEAKERS)
