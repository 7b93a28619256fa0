"""Runs with several towers: resuming with another number, and the memory of each GPU."""
import numpy as np
import pytest
from conftest import train, unoptimized_session

from common.errors import InputError
from common.hparam_set import create_hparams
from nn import compat
from nn.compat import tf
from training import memory_estimate


def test_a_run_is_resumed_with_another_number_of_towers(stores, tmp_path, monkeypatch):
    """It learns what a run in one tower learns."""
    monkeypatch.setattr(compat, "create_session", unoptimized_session)
    changing, constant = str(tmp_path / "changing"), str(tmp_path / "constant")
    options = ("--preset", "tiny", "--hparams", "checkpoint_interval=1,eval_interval=100,"
               "validation_fraction=0.2")
    for steps, towers in ((1, 1), (3, 2), (4, 1)):
        train("vocoder", stores, changing, "--steps", steps, "--towers", towers, *options)
    train("vocoder", stores, constant, "--steps", 4, "--towers", 1, *options)
    changed, expected = (tf.train.NewCheckpointReader(tf.train.latest_checkpoint(folder))
                         for folder in (changing, constant))
    names = sorted(expected.get_variable_to_shape_map())
    assert sorted(changed.get_variable_to_shape_map()) == names
    assert changed.get_tensor("global_step") == 4
    for name in names:
        np.testing.assert_allclose(changed.get_tensor(name), expected.get_tensor(name), rtol=1e-3,
                                   atol=1e-4, err_msg=name)


def test_more_towers_than_examples_are_refused_before_training(stores, tmp_path):
    with pytest.raises(InputError, match="--towers 9: .* at most 2"):
        train("vocoder", stores, tmp_path / "run", "--preset", "tiny", "--towers", 9)


def test_the_estimate_is_that_of_one_gpu():
    hp = create_hparams("reference", "wavenet_batch_size=3")
    whole, on_cpu, on_gpus = (memory_estimate.estimate_vocoder(hp, devices) for devices in (
        [None], [None, None], ["/gpu:0", "/gpu:1"]))
    assert on_cpu == whole
    assert on_gpus.activation_bytes == pytest.approx(whole.activation_bytes * 2 / 3)
    assert on_gpus.longest_batch == "2 segments of 9000 samples per GPU"
