"""One code base, two stacks: what one has learnt the other speaks."""
import os
import subprocess
import sys

import numpy as np
import pytest

from conftest import ROOT
from synthesis.voice import DEMO_VOICE

SPEAK = os.path.join(ROOT, "tests", "helpers", "speak_runs.py")
OTHER = os.environ.get("OTHER_STACK")       # `make test` names the other stack's interpreter


def speak(python, trained, out, *how):
    subprocess.check_call([python, SPEAK, trained["tacotron"], trained["vocoder"], str(out)]
                          + list(how))
    with np.load(str(out), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


@pytest.mark.skipif(not OTHER, reason="OTHER_STACK names no interpreter; `make test` does")
def test_checkpoints_of_this_stack_speak_the_same_on_the_other(trained, tmp_path):
    here = speak(sys.executable, trained, tmp_path / "here.npz", "endless")
    there = speak(OTHER, trained, tmp_path / "there.npz", "endless")
    assert str(here["tensorflow"]) != str(there["tensorflow"])
    assert here["mel"].shape[0] > 10
    for name in ("mel", "alignment", "parameters"):
        np.testing.assert_allclose(here[name], there[name], atol=1e-4, err_msg=name)


@pytest.mark.skipif(not OTHER, reason="OTHER_STACK names no interpreter; `make test` does")
def test_the_voice_in_the_box_speaks_the_same_on_the_other(tmp_path):
    runs = {kind: os.path.join(DEMO_VOICE, kind) for kind in ("tacotron", "vocoder")}
    here, there = (speak(python, runs, tmp_path / "spoken.npz")
                   for python in (sys.executable, OTHER))
    assert str(here["tensorflow"]) != str(there["tensorflow"])
    for name in ("mel", "alignment", "parameters"):
        np.testing.assert_allclose(here[name], there[name], atol=1e-3, err_msg=name)
