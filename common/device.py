"""The processors that this process may use."""
import os

_CGROUP = "/sys/fs/cgroup"


def available_cpus():
    """Number of processors for threads and worker processes, at least 1.

    The smallest of the CPU affinity and the CPU quotas of the control group (v1 and v2), so that
    a pool in a container with `--cpus 2` has 2 workers, whatever the host has.
    """
    cpus = [_affinity()]
    quota, _, period = _first_line("cpu.max").partition(" ")                        # v2
    cpus.append(_cpus_of_quota(quota, period))
    cpus.append(_cpus_of_quota(_first_line("cpu/cpu.cfs_quota_us"),                 # v1
                               _first_line("cpu/cpu.cfs_period_us")))
    return min(count for count in cpus if count)


def _affinity():
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cpus_of_quota(quota, period):
    """Whole processors of a quota, both in µs as text; None without a limit ("max", "-1", "")."""
    if quota.isdigit() and period.isdigit():
        return max(1, int(quota) // int(period))
    return None


def _first_line(name):
    try:
        with open(os.path.join(_CGROUP, name), encoding="ascii") as file:
            return file.readline().strip()
    except OSError:
        return ""
