"""clone.py that is killed at any moment ends with the voice of a clone that was not."""
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest
from conftest import CLIPS, ROOT

from synthesis.voice import Voice

pytestmark = pytest.mark.slow


def run_clone(folder, kill_after=None):
    """Run clone.py in `folder`; kill it after so many seconds. Returns the exit status."""
    process = subprocess.Popen(
        [sys.executable, os.path.join(ROOT, "clone.py"), "recordings", "--name", "mina",
         "--preset", "tiny", "--steps", "20", "--threads", "1", "--consent", "given"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        output, _ = process.communicate(timeout=kill_after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return None
    assert process.returncode == 0, output.decode("utf-8")
    return process.returncode


def test_a_clone_that_is_killed_three_times_ends_with_the_same_weights(tmp_path):
    folders = [str(tmp_path / name) for name in ("whole", "killed")]
    for folder in folders:
        shutil.copytree(CLIPS, os.path.join(folder, "recordings"))
    start = time.time()
    run_clone(folders[0])
    duration, moments = time.time() - start, random.Random(1)
    kills = [run_clone(folders[1], moments.uniform(0.1, 0.5) * duration) for _ in range(3)]
    run_clone(folders[1])
    assert None in kills
    voices = [Voice(*[os.path.join(folder, "voices", "mina", name)
                      for name in ("tacotron", "vocoder")]) for folder in folders]
    for name in ("tacotron", "vocoder"):
        paths = [os.path.join(folder, "voices", "mina", name) for folder in folders]
        weights = [[file for file in os.listdir(path) if file.endswith(".npz")] for path in paths]
        assert weights[0] == weights[1] and weights[0]
        contents = []
        for path in paths:
            with open(os.path.join(path, weights[0][0]), "rb") as file:
                contents.append(file.read())
        assert contents[0] == contents[1]
    assert voices[0].tacotron_run.consent == "given"
