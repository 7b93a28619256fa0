"""The schedule of outputs_per_step (r), and the hyper-parameters that go with it."""
import pytest

from common.errors import InputError
from common.hparam_set import create_hparams
from nn.compat import tf
from tacotron2 import outputs_per_step


def test_r_follows_the_schedule(hp):
    hp = hp.replace(outputs_per_step=2, outputs_per_step_schedule=(5, 100, 3, 200))
    steps, expected = (0, 99, 100, 199, 200, 5000), [5, 5, 3, 3, 2, 2]
    assert outputs_per_step.max_outputs_per_step(hp) == 5
    assert [outputs_per_step.outputs_per_step_at(hp, step) for step in steps] == expected
    with tf.Graph().as_default(), tf.Session() as session:
        step_tensor = tf.placeholder(tf.int64, [])
        r = outputs_per_step.outputs_per_step_tensor(hp, step_tensor)
        assert [session.run(r, {step_tensor: step}) for step in steps] == expected


def test_without_a_schedule_r_is_constant(hp):
    hp = hp.replace(outputs_per_step_schedule=())
    assert outputs_per_step.outputs_per_step_tensor(hp, None) == hp.outputs_per_step
    assert outputs_per_step.trained_outputs_per_step(hp) == hp.outputs_per_step


def test_batches_fit_r_at_their_step_and_at_the_next(hp):
    hp = hp.replace(outputs_per_step=2, outputs_per_step_schedule=(5, 10, 3, 20))
    assert [outputs_per_step.outputs_per_step_at(hp, step)
            for step in (9, 10, 19, 20)] == [5, 3, 3, 2]
    assert [outputs_per_step.frame_multiple_at(hp, step)
            for step in (8, 9, 10, 19, 20)] == [5, 15, 3, 6, 2]


def test_a_run_that_goes_on_has_the_rest_of_the_schedule(hp):
    hp = hp.replace(outputs_per_step=2, outputs_per_step_schedule=(5, 10, 3, 20))
    for step, rest in ((0, (5, 10, 3, 20)), (9, (5, 1, 3, 11)), (10, (3, 10)), (20, ())):
        assert outputs_per_step.remaining_schedule(hp, step) == rest
        after = hp.replace(outputs_per_step_schedule=rest)
        assert [outputs_per_step.outputs_per_step_at(after, i) for i in range(25)] == [
            outputs_per_step.outputs_per_step_at(hp, step + i) for i in range(25)]


@pytest.mark.parametrize("changes", [
    "outputs_per_step_schedule=5", "outputs_per_step_schedule=5x100x3x100",
    "outputs_per_step_schedule=5x200x3x100", "outputs_per_step_schedule=0x100",
    "attention_type=best", "learning_rate_schedule=slow", "teacher_forcing_ratio=1.5"])
def test_invalid_values_are_rejected_by_name(changes):
    with pytest.raises(InputError) as error:
        create_hparams("tiny", changes)
    assert changes.split("=")[0] in str(error.value)
