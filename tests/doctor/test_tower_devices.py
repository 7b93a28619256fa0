"""The number of towers and their devices."""
import pytest

from common import resources
from common.errors import InputError
from doctor import device_selection
from doctor.device_selection import select_tower_devices


@pytest.fixture
def machine(monkeypatch):
    """machine(n_gpus, cpus) makes a machine with these."""
    def make(n_gpus, cpus=2):
        monkeypatch.setattr(device_selection, "_count_gpus", lambda: n_gpus)
        monkeypatch.setattr(resources, "available_cpus", lambda: cpus)
    return make


@pytest.mark.parametrize("cpus,threads,batch_size,n_towers", [
    (2, 0, 32, 2), (1, 0, 32, 1), (64, 0, 32, 4), (64, 1, 32, 1), (64, 3, 32, 3), (64, 0, 2, 2)])
def test_without_a_gpu_each_thread_has_a_tower_up_to_a_limit(machine, cpus, threads, batch_size,
                                                              n_towers):
    machine(0, cpus)
    assert select_tower_devices(0, threads, batch_size) == [None] * n_towers


def test_each_gpu_has_a_tower(machine):
    machine(2, 64)
    assert select_tower_devices(0, 0, 32) == ["/gpu:0", "/gpu:1"]
    assert select_tower_devices(1, 0, 32) == [None]
    assert select_tower_devices(0, 0, 1) == [None]


def test_one_gpu_has_one_tower_without_a_device_name(machine):
    machine(1)
    assert select_tower_devices(0, 0, 32) == [None]


@pytest.mark.parametrize("n_gpus,towers,batch_size,message", [
    (2, 3, 32, "TensorFlow sees 2"), (0, 5, 4, "at most 4")])
def test_more_towers_than_gpus_or_examples_are_an_error(machine, n_gpus, towers, batch_size,
                                                        message):
    machine(n_gpus)
    with pytest.raises(InputError, match="--towers %d: .*%s" % (towers, message)):
        select_tower_devices(towers, 0, batch_size)
