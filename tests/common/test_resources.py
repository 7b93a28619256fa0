"""CPUs and memory that a process may use, inside and outside containers."""
import glob
import os

import pytest
from conftest import ROOT

from common import resources


@pytest.fixture
def cgroup(tmp_path, monkeypatch):
    """cgroup({file name: content}) replaces the control group of a process on a 64-core host."""
    monkeypatch.setattr(resources, "CGROUP", str(tmp_path))
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(64)), raising=False)

    def write(files):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(content + "\n", encoding="ascii")
    return write


@pytest.mark.parametrize("files, cpus", [
    ({}, 64),
    ({"cpu.max": "max 100000"}, 64),
    ({"cpu.max": "200000 100000"}, 2),
    ({"cpu.max": "50000 100000"}, 1),
    ({"cpu.max": "9900000 100000"}, 64),
    ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, 64),
    ({"cpu/cpu.cfs_quota_us": "350000", "cpu/cpu.cfs_period_us": "100000"}, 3)])
def test_available_cpus_respects_the_quota_of_the_control_group(cgroup, files, cpus):
    cgroup(files)
    assert resources.available_cpus() == cpus


def test_available_cpus_respects_the_affinity(cgroup, monkeypatch):
    cgroup({"cpu.max": "400000 100000"})
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3}, raising=False)
    assert resources.available_cpus() == 1


def test_every_module_counts_cpus_with_available_cpus():
    paths = [path for pattern in ("*.py", "*/*.py", "*/*/*.py")
             for path in glob.glob(os.path.join(glob.escape(ROOT), pattern))]
    counting = set()
    for path in paths:
        with open(path, encoding="utf-8") as file:
            content = file.read()
        if "cpu_count" in content or "sched_getaffinity" in content:
            counting.add(os.path.relpath(path, ROOT))
    assert counting <= {os.path.join("common", "resources.py"),
                        os.path.join("tests", "common", "test_resources.py")}


@pytest.mark.parametrize("files, limited", [
    ({"memory.max": "max"}, False), ({"memory.max": "1048576"}, True),
    ({"memory/memory.limit_in_bytes": "9223372036854771712"}, False),
    ({"memory/memory.limit_in_bytes": "1048576"}, True)])
def test_available_memory_respects_the_limit_of_the_control_group(cgroup, files, limited):
    cgroup(files)
    assert (resources.available_memory() == 1 << 20) is limited
