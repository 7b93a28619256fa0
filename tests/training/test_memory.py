"""The memory estimate, and the error message if memory runs out."""
import os
import re
import subprocess
import sys

import pytest
from conftest import train, unoptimized_session

from common import resources
from common.errors import InputError
from common.hparam_set import create_hparams
from nn import compat
from nn.compat import tf
from training import memory_estimate

WITHIN = 2.0     # the error bound in the docstring of training.memory_estimate
ESTIMATE = memory_estimate.MemoryEstimate(2 * 10 ** 9, "32 utterances of up to 512 frames",
                                          "--hparams batch_size=16", "batch_size", 32, 1)


def fails_to_allocate():
    """The error of a session.run that asks for more memory than can be addressed."""
    if compat.stack() == "faithful":     # its allocation succeeds, and the process is killed later
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
    with tf.Graph().as_default(), unoptimized_session() as session:
        size = tf.placeholder(tf.int32, [2])
        session.run(tf.reduce_sum(tf.fill(size, 1.0)), {size: [1 << 23, 1 << 23]})


def test_the_error_message_says_what_to_lower():
    with pytest.raises(memory_estimate.OutOfMemory) as error:
        with memory_estimate.explain_out_of_memory(ESTIMATE, 7):
            fails_to_allocate()
    assert str(error.value) == ("memory ran out after step 7: the longest batch, 32 utterances of "
                               "up to 512 frames, needs about 2.0 GB; --hparams batch_size=16")


def test_the_remedy_halves_the_estimate():
    hp = create_hparams("reference")
    for smaller_overrides, larger_overrides in (
            ("wavenet_batch_size=1", "wavenet_batch_size=2"),
            ("wavenet_batch_size=1,wavenet_segment_length=4500", "wavenet_batch_size=1")):
        smaller, larger = (memory_estimate.estimate_vocoder(create_hparams("reference", overrides))
                           for overrides in (smaller_overrides, larger_overrides))
        assert smaller_overrides.split(",")[-1] in larger.remedy
        assert smaller.activation_bytes == pytest.approx(larger.activation_bytes / 2)
    sizes = [memory_estimate.tacotron_activation_bytes(hp, rows, 600, 80) for rows in (16, 32)]
    assert sizes[0] == sizes[1] / 2


@pytest.mark.parametrize("free,line", [
    (3e9, None), (1.9e9, "memory: only 1.9 GB are free; --hparams batch_size=30 fits"),
    (5e7, "memory: only 50 MB are free; --hparams batch_size=16")])
def test_a_batch_size_that_fits_is_named_if_memory_is_too_small(monkeypatch, free, line):
    monkeypatch.setattr(resources, "available_memory", lambda: free)
    with tf.Graph().as_default():
        lines = memory_estimate.describe_estimate(ESTIMATE).split("\n")[1:]
        assert lines == ([line] if line else [])
        assert memory_estimate.describe_estimate(ESTIMATE, True).count("\n") == 0


def test_the_batch_size_that_fits_is_that_of_all_gpus():
    hp = create_hparams("reference", "wavenet_batch_size=12")
    estimate = memory_estimate.estimate_vocoder(hp, ["/gpu:0", "/gpu:1", "/gpu:2"])
    per_example = memory_estimate.vocoder_activation_bytes(hp, 1, hp.wavenet_segment_length)
    assert memory_estimate.fitting_batch_size(estimate, 2.5 * per_example) == 6
    assert memory_estimate.fitting_batch_size(estimate, 0.5 * per_example) == 0
    assert memory_estimate.fitting_batch_size(estimate, 99 * per_example) == 12


@pytest.mark.parametrize("model_type", ["tacotron", "vocoder"])
def test_the_estimate_is_printed_before_the_first_step(stores, tmp_path, capsys, monkeypatch,
                                                       model_type):
    def stop(*_):
        raise InputError("stop")
    monkeypatch.setattr(memory_estimate, "explain_out_of_memory", stop)
    with pytest.raises(InputError):
        train(model_type, stores[:1], tmp_path / "run", "--preset", "tiny", "--steps", 1)
    assert re.search(r"^memory: about [\d.]+ MB: [\d.]+ MB weights and optimizer, [\d.]+ MB "
                     r"activations of the longest batch \([24] ", capsys.readouterr().out, re.M)


MEASURED = """
import sys
import numpy as np
sys.path[:0] = [%(root)r, %(root)r + "/tests"]
import train_%(model_type)s as program
from common.hparam_set import create_hparams
from conftest import unoptimized_session
from nn.compat import tf
from training import memory_estimate
def status(name):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name))
hp = create_hparams("tiny")
if %(model_type)r == "tacotron":
    model = program.TrainingGraph(hp, 80, 0)
    sizes, estimate = ((1, 8, 4), (64, 240, 60)), memory_estimate.tacotron_activation_bytes
    feed = lambda rows, frames, jamo: [
        np.ones([rows, jamo]), [jamo] * rows, [0] * rows, np.zeros([rows, frames, hp.n_mels]),
        [frames] * rows]
else:
    from wavenet_vocoder.upsampling import context_frames
    model = program.TrainingGraph(hp, 0)
    sizes, estimate = ((1, 400), (16, 16000)), memory_estimate.vocoder_activation_bytes
    margin = 2 * context_frames(hp)
    feed = lambda rows, samples: [
        np.zeros([rows, samples]), np.ones([rows, samples]), [0] * rows,
        np.zeros([rows, samples // hp.hop_length + margin, hp.n_mels])]
with unoptimized_session(1) as session:
    session.run(tf.global_variables_initializer())
    def step(size):
        session.run(model.optimizer.train_op, dict(zip(model.batch, feed(*size))))
    step(sizes[0])          # allocates what does not depend on the size
    before = status("VmRSS")
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")     # resets the peak
    step(sizes[1])
print(status("VmHWM") - before, estimate(hp, *sizes[1]))
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="no /proc")
@pytest.mark.parametrize("model_type", ["tacotron", "vocoder"])
def test_the_memory_of_a_step_is_close_to_the_estimate(model_type):
    root = os.path.dirname(os.path.dirname(os.path.abspath(memory_estimate.__file__)))
    script = MEASURED % {"root": root, "model_type": model_type}
    output = subprocess.check_output([sys.executable, "-c", script])
    measured, estimated = (float(number) for number in output.split()[-2:])
    assert measured / WITHIN < estimated < measured * WITHIN
