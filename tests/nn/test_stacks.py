"""A checkpoint of one TensorFlow stack gives the same output on the other."""
import os
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT

from synthesis.voice import DEMO_VOICE

INFER = os.path.join(ROOT, "tests", "helpers", "infer_runs.py")
OTHER_STACK = os.environ.get("OTHER_STACK")     # set by `make test`: the other stack's interpreter

pytestmark = pytest.mark.skipif(
    not OTHER_STACK, reason="OTHER_STACK does not name an interpreter; `make test` sets it")


def run_model(python, runs, out, *options):
    """The arrays that tests/helpers/infer_runs.py writes for a tacotron and a vocoder run."""
    subprocess.check_call([python, INFER, runs["tacotron"], runs["vocoder"], str(out)]
                          + list(options))
    with np.load(str(out), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def compare_stacks(runs, tmp_path, tolerance, *options):
    ours, theirs = (run_model(python, runs, tmp_path / "arrays.npz", *options)
                    for python in (sys.executable, OTHER_STACK))
    assert str(ours["tensorflow"]) != str(theirs["tensorflow"])
    for name in ("mel", "alignment", "parameters"):
        np.testing.assert_allclose(ours[name], theirs[name], atol=tolerance, err_msg=name)
    return ours


def test_checkpoints_of_this_stack_give_the_same_output_on_the_other(trained, tmp_path):
    assert compare_stacks(trained, tmp_path, 1e-4, "endless")["mel"].shape[0] > 10


def test_the_demo_voice_gives_the_same_output_on_both_stacks(tmp_path):
    runs = {model: os.path.join(DEMO_VOICE, model) for model in ("tacotron", "vocoder")}
    # free-running, the decoder amplifies rounding: 5e-6 in the first 20 frames, 1e-3 after 160
    compare_stacks(runs, tmp_path, 1e-2)
