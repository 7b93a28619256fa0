"""Runs a program of the project in a process of its own, with limits, and classifies the result."""
import collections
import contextlib
import hashlib
import os
import re
import resource
import signal
import stat
import subprocess
import sys
import time
import traceback

OK, CLEAR_ERROR = "ok", "clear error"
TRACEBACK, KILLED, HANG, MEMORY, CHANGED = (
    "traceback", "killed", "hang", "more memory than allowed", "changed or lost earlier output")
FAILURES = (TRACEBACK, KILLED, HANG, MEMORY, CHANGED)
MAX_FILE_BYTES = 2 ** 29        # a defect must not fill the disk

# kind, program: names; arguments: of the command line; never: paths that may not change; on_error:
# paths that may not change if the program fails; stdin: bytes; environment: None for a forked
# process, else the dict of fuzz_environment for a new one
Case = collections.namedtuple("Case", "kind program arguments never on_error stdin environment")
# outcome: one of the above; megabytes: at most in memory at a time
Result = collections.namedtuple("Result", "outcome detail seconds megabytes")
# seconds: without output
Limits = collections.namedtuple("Limits", "seconds megabytes")


def run_case(case, folder, programs, limits):
    """The Result of a Case in the folder `folder`, where it leaves the files stdout and stderr.

    programs: {name: main(arguments)}.
    """
    before = snapshot(case.never), snapshot(case.on_error)
    with open(os.path.join(folder, "stdin"), "wb") as file:
        file.write(case.stdin)
    start = time.time()
    if case.environment is None:
        process = _fork(case, folder, programs, limits)
    else:
        process = _execute(case, folder, limits)
    outputs = [os.path.join(folder, name) for name in ("stdout", "stderr")]
    status, usage = _wait(process, limits.seconds, outputs)
    seconds, megabytes = time.time() - start, usage.ru_maxrss / 1024.0
    is_mute = case.environment is not None and case.environment["is_mute"]
    outcome, detail = _classify(status, megabytes, folder, limits, is_mute)
    if outcome in (OK, CLEAR_ERROR):
        changed = _differences(before[0], snapshot(case.never))
        if outcome == CLEAR_ERROR:
            changed += _differences(before[1], snapshot(case.on_error))
        if changed:
            outcome, detail = CHANGED, ", ".join(changed[:5])
    return Result(outcome, detail, seconds, megabytes)


def _fork(case, folder, programs, limits):
    """Start a process that calls the program, whose modules are imported already."""
    def run():
        sys.stdin = sys.__stdin__ = open(0, "r", encoding="utf-8", closefd=False)
        for descriptor, name in ((1, "stdout"), (2, "stderr")):
            stream = open(descriptor, "w", encoding="utf-8", closefd=False)
            setattr(sys, name, stream)
            setattr(sys, "__%s__" % name, stream)
        try:
            return _call(programs[case.program], [case.program] + case.arguments)
        except BaseException:
            traceback.print_exc()
            return 1
        finally:
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(OSError, ValueError):
                    stream.flush()
    return _start_process(run, folder, "stdout", limits)


def _execute(case, folder, limits):
    """Start a new interpreter. The fields of case.environment are those of fuzz_environment."""
    environment = case.environment

    def run():
        for descriptor in environment["closed"]:
            os.close(descriptor)
        os.execvpe(environment["command"][0], environment["command"], environment["variables"])
    return _start_process(run, folder, environment["stdout"] or "stdout", limits)


def _start_process(run, folder, stdout, limits):
    """Start a process that calls run() → exit status in `folder`, with limits. Returns its id."""
    sys.stdout.flush()
    sys.stderr.flush()
    process = os.fork()
    if process:
        return process
    status = 126
    try:
        os.setsid()
        os.chdir(folder)
        for descriptor, name, flags in ((0, "stdin", os.O_RDONLY), (1, stdout, os.O_WRONLY),
                                        (2, "stderr", os.O_WRONLY)):
            opened = os.open(name, flags | os.O_CREAT, 0o644)
            os.dup2(opened, descriptor)
            os.close(opened)
        _set_limits(limits)
        status = run()
    finally:
        os._exit(status)


def _call(main, argv):
    """The exit status of a program."""
    from common import command_line
    sys.argv = argv
    try:
        command_line.run_program(main)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def _set_limits(limits):
    """Limit the memory that this process and its children may allocate beyond what they have."""
    with open("/proc/self/status") as file:
        used = [int(line.split()[1]) for line in file if line.startswith("VmData:")][0]
    bytes_ = used * 1024 + limits.megabytes * 2 ** 20
    resource.setrlimit(resource.RLIMIT_DATA, (bytes_, bytes_))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE_BYTES, MAX_FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _wait(process, seconds, outputs):
    """(status, usage) of a process, whose group is killed at its end.

    status None: nothing was written to `outputs` for this time, or the process took ten times as
    long. A long text on a slow machine shows its progress.
    """
    start, pause = time.time(), 0.001
    while True:
        finished, status, usage = os.wait4(process, os.WNOHANG)
        silent_since = max([start] + [os.stat(path).st_mtime for path in outputs
                                      if os.path.exists(path)])
        if finished or time.time() > min(silent_since + seconds, start + 10 * seconds):
            break
        time.sleep(pause)
        pause = min(2 * pause, 0.02)
    try:
        os.killpg(process, signal.SIGKILL)
    except OSError:
        pass
    if not finished:
        _, _, usage = os.wait4(process, 0)
        return None, usage
    return status, usage


def _classify(status, megabytes, folder, limits, is_mute):
    with open(os.path.join(folder, "stderr"), "rb") as file:
        error = file.read()[-20000:].decode("utf-8", "replace")
    # without a progress bar; below that of this tool, it moves the cursor
    last_line = re.split("\r|\x1b\\[A", error.strip().rpartition("\n")[2])[-1]
    is_clear, last_line = last_line.startswith("error: "), last_line[-300:]
    if status is None:
        return HANG, last_line
    if "Traceback (most recent call last)" in error:
        return TRACEBACK, last_line
    if os.WIFSIGNALED(status):
        return KILLED, "%s: %s" % (signal.Signals(os.WTERMSIG(status)).name, last_line)
    if "there is not enough memory;" in error or megabytes > limits.megabytes:
        return MEMORY, "%d MB: %s" % (megabytes, last_line)
    if os.WEXITSTATUS(status) == 0:
        return OK, ""
    if os.WEXITSTATUS(status) == 2 and (is_clear or is_mute):
        return CLEAR_ERROR, last_line
    return TRACEBACK, "status %d without a clear error: %s" % (os.WEXITSTATUS(status), last_line)


def snapshot(paths):
    """{path: hash of its content} of all files in files and folders."""
    content = {}
    for path in paths:
        names = [path] if not os.path.isdir(path) else [
            os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
        for name in names:
            mode = os.lstat(name).st_mode if os.path.lexists(name) else 0
            if stat.S_ISREG(mode) and os.path.getsize(name) > MAX_FILE_BYTES:
                content[name] = "%d bytes" % os.path.getsize(name)
            elif stat.S_ISREG(mode):
                with open(name, "rb") as file:
                    content[name] = hashlib.sha1(file.read()).hexdigest()
            elif mode:
                content[name] = str(stat.S_IFMT(mode))
    return content


def _differences(before, after):
    """Names of files that have changed or are gone."""
    return [repr(path) for path in sorted(before) if before[path] != after.get(path)]


def can_mount():
    """Whether this user may mount a file system in a namespace of its own."""
    try:
        return subprocess.call(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False
