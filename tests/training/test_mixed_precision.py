"""--mixed-precision: bfloat16 products on CPUs that have them, and errors elsewhere."""
import numpy as np
import pytest
from conftest import train

from common import resources
from common.errors import InputError
from nn import compat
from nn.compat import tf
from training.training_history import read_history

HAS_BFLOAT16 = bool({"avx512_bf16", "amx_bf16"} & resources.cpu_flags())
is_tensorflow_1 = compat.stack() == "faithful"


@pytest.mark.skipif(not is_tensorflow_1, reason="TensorFlow 2 supports it")
def test_tensorflow_1_refuses_it():
    with pytest.raises(InputError, match="--mixed-precision: TensorFlow 1.3.0 does not support it"):
        compat.create_session(mixed_precision=True)


@pytest.mark.skipif(is_tensorflow_1, reason="TensorFlow 1.3.0 refuses it on every CPU")
def test_a_cpu_without_bfloat16_is_refused(monkeypatch):
    monkeypatch.setattr(resources, "cpu_flags", lambda: {"avx2", "avx512f"})
    with pytest.raises(InputError, match="no bfloat16 instructions .*; leave the option out"):
        compat.create_session(mixed_precision=True)


@pytest.mark.skipif(is_tensorflow_1 or not HAS_BFLOAT16, reason="needs TensorFlow 2 and bfloat16")
def test_the_losses_of_five_steps_are_close_to_those_of_float32(stores, tmp_path):
    losses = []
    for name, options in (("float32", ()), ("bfloat16", ("--mixed-precision",))):
        train("vocoder", stores[:1], tmp_path / name, "--preset", "tiny", "--steps", 5,
              "--hparams", "summary_interval=1,eval_interval=100", *options)
        losses.append([record["train/loss"] for record in
                       read_history(str(tmp_path / name / "history.jsonl"))
                       if "train/loss" in record])
    assert len(losses[0]) == 5
    np.testing.assert_allclose(losses[1], losses[0], rtol=0.02)
    assert losses[0] != losses[1], "the option has no effect"


@pytest.mark.skipif(is_tensorflow_1 or not HAS_BFLOAT16, reason="needs TensorFlow 2 and bfloat16")
def test_only_products_are_computed_in_bfloat16():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [300, 300])      # a constant would be folded
        product = tf.matmul(x, x)
        total = tf.reduce_sum(tf.square(tf.tanh(product) + x))
        session = compat.create_session(mixed_precision=True)
        # of the negative, because what is fetched is not rewritten
        negative, total = session.run([-product, total], {x: np.full([300, 300], 1.001)})
    assert not (negative.view(np.uint32) & 0xffff).any(), "the products are no bfloat16 numbers"
    expected = np.square(np.tanh(-negative.astype(np.float64)) + np.float32(1.001)).sum()
    np.testing.assert_allclose(total, expected, rtol=1e-5)
