"""Output on any terminal, with closed or broken standard streams, and signals that end programs."""
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from conftest import ROOT

from common.terminal import escape_controls

# prints what a file may contain, and a progress bar
HOSTILE = r"""
import sys
from tqdm import tqdm
from common import command_line

def main(arguments):
    print("speaker: 안녕 \x1b]0;title\x07\x9b31m\u202e\udcff\tend")
    print("second line", file=sys.stderr)
    for _ in tqdm(range(2), desc="bar", ascii=True):
        tqdm.write("message \x1b[2J", file=sys.stderr)
    sys.stdin.read()

command_line.run_program(main)
"""
SLEEPING = r"""
import sys, time
from common import command_line

def main(arguments):
    try:
        print("started", flush=True)
        time.sleep(60)
    finally:
        print("cleaned up", flush=True)

command_line.run_program(main)
"""


def start(code, redirection="", **environment):
    """Start a program in a shell, as the leader of a process group."""
    command = "exec %s -c '%s' %s" % (sys.executable, code, redirection)
    return subprocess.Popen(["sh", "-c", command], cwd=ROOT, env=dict(os.environ, **environment),
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, preexec_fn=os.setsid)


def run(code, redirection="", **environment):
    """(status, stdout, stderr)"""
    process = start(code, redirection, **environment)
    stdout, stderr = process.communicate(timeout=60)
    return process.returncode, stdout, stderr


@pytest.mark.parametrize("redirection", ["", "<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_programs_run_with_closed_standard_streams(redirection):
    status, stdout, stderr = run(HOSTILE, redirection)
    assert status == 0 and b"Traceback" not in stderr
    assert (b"title" in stdout) == (" >&-" not in " " + redirection)
    assert (b"second line" in stderr) == ("2>&-" not in redirection)


def test_the_terminal_gets_no_control_characters_but_those_of_lines_and_progress_bars():
    _, stdout, stderr = run(HOSTILE, PYTHONIOENCODING="utf-8")
    assert stdout.decode("utf-8") == \
        "speaker: 안녕 \\x1b]0;title\\x07\\x9b31m\\u202e\\udcff\tend\n"
    assert b"message \\x1b[2J\n" in stderr and b"\x1b" not in stderr
    assert re.search(b"\rbar: 100%.* 2/2 ", stderr)


@pytest.mark.parametrize("encoding,letters", [
    ("latin-1", b"??"), ("cp949", "안녕".encode("cp949")), ("ascii", "안녕".encode("utf-8"))])
def test_letters_that_the_terminal_does_not_have_are_replaced(encoding, letters):
    status, stdout, _ = run(HOSTILE, PYTHONIOENCODING=encoding)
    assert status == 0 and stdout.startswith(b"speaker: " + letters + b" \\x1b")


def test_the_escaped_text_shows_which_characters_it_had():
    assert escape_controls("a\x1b[1m\r\n\0b\u2028") == "a\\x1b[1m\\r\\n\\x00b\\u2028"
    assert escape_controls("한글\tA é\n", keep="\n\t") == "한글\tA é\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_program_cleans_up_after_a_signal_and_its_status_names_the_signal(number):
    process = start(SLEEPING)
    assert process.stdout.readline() == b"started\n"
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert stdout == b"cleaned up\n" and stderr.count(b"\n") == 1 and b"interrupted" in stderr


def test_nohup_keeps_a_program_running_when_its_terminal_closes():
    process = start("import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)" + SLEEPING)
    assert process.stdout.readline() == b"started\n"
    process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert process.poll() is None
    process.kill()
    process.communicate()


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_reader_that_exits_ends_the_program_without_a_traceback(stream):
    code = SLEEPING.replace("time.sleep(60)", "sys.stdin.readline()\n"
                            "        while True: print(1, file=sys.%s, flush=True)" % stream)
    process = start(code)
    process.stdout.readline()
    getattr(process, stream).close()
    rest = getattr(process, "stderr" if stream == "stdout" else "stdout").read()
    assert process.wait(20) == 128 + signal.SIGPIPE
    assert b"Traceback" not in rest and b"Exception" not in rest
