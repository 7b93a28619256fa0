"""Disturb trainings, preprocessing and synthesis at random moments, and compare the results.

    python tests/tools/random_faults.py --faults 100 --seed 1

The faults: kill -9, SIGTERM, SIGHUP, a full disk, a folder that is removed, a file that is
truncated. After each, nothing may be lost but what was not yet saved, and what the fault itself
took. The work is repeated until it is done; with --threads 1, it must then equal undisturbed work
bit for bit. The work is in a small file system in memory, if one can be mounted, so that the disk
can be filled; otherwise the size of files is limited.
"""
import argparse
import collections
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.dirname(TESTS), TESTS]

from helpers.forked_process import fork

from common.progress_bar import tqdm

from fault_targets import TARGETS, Failure
from fuzz_process import can_mount

KILL, TERMINATE, HANG_UP, FULL_DISK, REMOVE, TRUNCATE = (
    "kill -9", "SIGTERM", "SIGHUP", "full disk", "folder removed", "file truncated")
FAULTS = (KILL, TERMINATE, HANG_UP, FULL_DISK, REMOVE, TRUNCATE)
SIGNALS = {KILL: signal.SIGKILL, TERMINATE: signal.SIGTERM, HANG_UP: signal.SIGHUP}
SIZE_MB = 64                # of the file system
MAX_SECONDS = 120           # until a process must have ended by itself
_WORK = "RANDOM_FAULTS_WORK"        # environment variable: the folder where it is mounted


def disturb(target, fault, state, output):
    """Start the work of a target, inject a fault at a random moment, and check what remains.

    output: the file that receives what the process prints.
    """
    target.prepare()
    start = os.path.getsize(output) if os.path.exists(output) else 0
    process = fork(target.work, output)
    time.sleep(state.uniform(0, target.seconds))
    before, allowed = target.undamaged(), ()
    if fault in SIGNALS:
        os.kill(process, SIGNALS[fault])
        status = _wait(process, MAX_SECONDS)
    elif fault == FULL_DISK:
        with _full_disk(target.folder, process):
            status = _wait(process, target.seconds)
        status = _end(process) if status is None else status
    else:
        allowed = _remove(target, state) if fault == REMOVE else _truncate(target, state)
        status = _wait(process, state.uniform(0, target.seconds))
        status = _end(process) if status is None else status
    if status is None:
        _end(process)
        raise Failure("did not end within %d seconds" % MAX_SECONDS)
    with open(output, "rb") as file:
        file.seek(start)
        printed = file.read().decode("utf-8", "replace")
    if "Traceback" in printed:
        raise Failure("traceback: " + printed.strip().splitlines()[-1])
    lost = [path for path, content in before.items() if not path.startswith(tuple(allowed) or "\0")
            and target.finished().get(path) != content and not target.may_remove(path)]
    if lost:
        raise Failure("lost or changed: " + ", ".join(lost[:5]))
    target.repair(printed)


def _wait(process, seconds):
    """The exit status of a process, as waitpid gives it; None if it does not end in time."""
    deadline = time.time() + seconds
    while time.time() < deadline:
        finished, status = os.waitpid(process, os.WNOHANG)
        if finished:
            return status
        time.sleep(0.002)
    return None


def _end(process):
    os.kill(process, signal.SIGKILL)
    return os.waitpid(process, 0)[1]


class _full_disk(object):
    """A context in which there is no space left, or, if that cannot be, files cannot grow."""

    def __init__(self, folder, process):
        self._path, self._process = os.path.join(os.path.dirname(folder), "ballast"), process

    def __enter__(self):
        if _WORK not in os.environ:
            resource.prlimit(self._process, resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
            return
        try:
            with open(self._path, "wb", buffering=0) as file:
                for size in (2 ** 20, 4096):
                    try:
                        while True:
                            file.write(b"\0" * size)
                    except OSError:
                        pass
        except OSError:
            pass

    def __exit__(self, *_):
        if os.path.exists(self._path):
            os.remove(self._path)


def _remove(target, state):
    """Remove a folder of a target. Returns the paths that are lost."""
    folders = [path for path in target.removable() if os.path.isdir(path)]
    if not folders:
        return ()
    folder = state.choice(folders)
    shutil.rmtree(folder, ignore_errors=True)
    return (folder,)


def _truncate(target, state):
    """Truncate a finished file of a target. Returns the paths that are lost."""
    # a picture is not read again, so that nobody would notice
    paths = [path for path in sorted(target.finished())
             if os.path.exists(path) and not path.endswith(".png")]
    if not paths:
        return ()
    path = state.choice(paths)
    target.damage(path, state.randrange(max(os.path.getsize(path), 1)))
    return target.same_unit(path)


def run(names, n_faults, seed, folder):
    """Distribute the faults over the targets. Returns the number of failures."""
    counts, failures = collections.Counter(), 0
    with tqdm(total=n_faults, unit="fault") as bar:
        for number, name in enumerate(names):
            share = n_faults // len(names) + (number < n_faults % len(names))
            state = random.Random("%s %d" % (name, seed))
            output = os.path.join(folder, name + "-output")

            def use(target):
                for _ in range(share):
                    fault = state.choice(FAULTS)
                    disturb(target, fault, state, output)
                    counts["%s: %s" % (name, fault)] += 1
                    bar.update()
                target.compare()
            os.makedirs(os.path.join(folder, name))
            try:
                TARGETS[name](os.path.join(folder, name), use)
            except Failure as failure:
                failures += 1
                tqdm.write("%s: FAILED: %s" % (name, failure))
            else:
                tqdm.write("%s: %d faults; identical to undisturbed work" % (name, share))
    for key in sorted(counts):
        print("%4d %s" % (counts[key], key))
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--faults", type=int, default=100, help="default: 100")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", metavar="DIR", help="copy the work to DIR at the end")
    parser.add_argument("--targets", default=",".join(TARGETS), help="default: %(default)s")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        if _WORK not in os.environ and can_mount():
            script = 'mount -t tmpfs -o size=%dm tmpfs "$1" && shift && exec "$@"' % SIZE_MB
            sys.exit(subprocess.call(
                ["unshare", "-rm", "sh", "-c", script, "sh", folder, sys.executable]
                + sys.argv, env=dict(os.environ, **{_WORK: folder})))
        folder = os.environ.get(_WORK, folder)
        failures = run(options.targets.split(","), options.faults, options.seed, folder)
        if options.keep:
            shutil.copytree(folder, options.keep)
        sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
