"""The CPUs and the memory that this process may use."""
import os
import platform

import psutil

CGROUP = "/sys/fs/cgroup"
_UNLIMITED = 1 << 60        # cgroup v1 reports a number above this where there is no limit


def available_cpus():
    """Number of CPUs for threads and worker processes, at least 1.

    It respects the CPU affinity and the CPU quota of the control group (v1 and v2): in a container
    started with `--cpus 2` it is at most 2.
    """
    cpus = (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity")
            else os.cpu_count() or 1)
    quotas = (_cgroup_values("cpu.max"),
              _cgroup_values("cpu/cpu.cfs_quota_us") + _cgroup_values("cpu/cpu.cfs_period_us"))
    for values in quotas:
        if len(values) == 2:
            cpus = min(cpus, max(1, values[0] // values[1]))
    return cpus


def available_memory():
    """Bytes that can be allocated without swapping, within the limit of the control group."""
    limits = _cgroup_values("memory.max") + _cgroup_values("memory/memory.limit_in_bytes")
    return min([psutil.virtual_memory().available]
               + [limit for limit in limits if limit < _UNLIMITED])


def cpu_model():
    """Name of the CPU, such as "AMD EPYC 7B13"."""
    return _cpu_field("model name") or platform.processor() or platform.machine()


def cpu_flags():
    """The instruction sets of an x86 CPU as Linux names them, such as {"avx2", "avx512_bf16"}."""
    return set(_cpu_field("flags").split())


def _cpu_field(name):
    """The value of the first field of this name in /proc/cpuinfo, or ""."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":")[1].strip() for line in file if line.startswith(name))
    except (OSError, StopIteration):
        return ""


def _cgroup_values(name):
    """Integers in a control-group file; [] if it is missing or sets no limit."""
    try:
        with open(os.path.join(CGROUP, name), encoding="ascii") as file:
            words = file.read().split()
    except OSError:
        return []
    return [int(word) for word in words] if all(word.isdigit() for word in words) else []
