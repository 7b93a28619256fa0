"""Files and JSON from others are read within limits; progress bars depend on no clock, lock or
environment that could end a program."""
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from common import files
from common.arrays import validate_arrays
from common.errors import InputError
from common.progress_bar import tqdm


@pytest.mark.parametrize("text,message", [
    ("[" * 100000 + "]" * 100000, "nested too deeply"), ('{"a": ' * 100000, "nested too deeply"),
    ("9" * 10 ** 6, "a number has 1000000 digits"), ("{", "is not valid JSON"),
    ('{"text": "\\ud800"}', "surrogates not allowed")])
def test_json_that_would_end_the_program_is_an_input_error(tmp_path, text, message):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputError, match=message) as refusal:
        files.read_json(str(tmp_path / "a.json"))
    assert "a.json" in str(refusal.value)


def test_numbers_of_json_are_read_as_before():
    assert files.parse_json("[1, -20, 1.5e3, 18446744073709551616]", "a") == [
        1, -20, 1500.0, 2 ** 64]


def test_large_files_are_refused_before_they_are_read(tmp_path):
    path = str(tmp_path / "large")
    with open(path, "wb") as file:
        file.truncate(1 << 40)      # a sparse file, which takes no space
    for read in (files.read_json, files.read_text, files.read_lines):
        with pytest.raises(InputError, match="is larger than"):
            read(path)
    with pytest.raises(InputError, match="is larger than 1 MB"):
        files.read_bytes("/dev/zero", 1 << 20)
    os.mkfifo(str(tmp_path / "pipe"))
    with pytest.raises(InputError, match="is not a file"):
        files.read_json(str(tmp_path / "pipe"))


def test_a_file_of_others_is_not_written_through_a_link(tmp_path):
    (tmp_path / "victim").write_text("precious")
    os.symlink(str(tmp_path / "victim"), str(tmp_path / ("a.json.%d.part" % os.getpid())))
    with pytest.raises(InputError, match="link"):
        files.write_json(str(tmp_path / "a.json"), [])
    assert (tmp_path / "victim").read_text() == "precious"
    files.write_json(str(tmp_path / "a.json"), [])      # the link has been removed
    assert files.read_json(str(tmp_path / "a.json")) == []


def test_arrays_must_be_numbers():
    with pytest.raises(InputError, match="contains no numbers"):
        validate_arrays({"a": np.array(["text"])}, {"a": [1]}, "run")
    np.testing.assert_array_equal(
        validate_arrays({"a": np.array([1])}, {"a": [1]}, "run")["a"], np.float32([1]))


def test_a_killed_process_does_not_stop_the_progress_bars_of_others():
    process = os.fork()
    if not process:
        tqdm.get_lock().acquire()
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(process, 0)
    acquired = tqdm.get_lock().acquire(blocking=False)
    assert acquired
    tqdm.get_lock().release()


def test_progress_bars_do_not_use_the_system_time():
    with tqdm(range(1)) as bar:
        assert bar._time is time.monotonic


@pytest.mark.parametrize("columns", ["x", "", "0", "-1", "9" * 30, "²", "80"])
def test_a_progress_bar_appears_whatever_the_environment_says_of_the_terminal(columns):
    process = subprocess.run(
        [sys.executable, "-c", "from common.progress_bar import tqdm; list(tqdm(range(3)))"],
        env=dict(os.environ, COLUMNS=columns, LINES=columns, LC_ALL="C.UTF-8"),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.returncode == 0, process.stderr
    assert b"3/3" in process.stderr


def test_folders_that_a_killed_process_has_not_finished_are_removed(tmp_path):
    dead = 2 ** 22 + 1      # above the largest number of a process
    for name in ("voice.%d.part" % dead, "voice.%d.part" % os.getpid(), "other.%d.part" % dead):
        (tmp_path / name / "tacotron").mkdir(parents=True)
    files.remove_temporary_files(str(tmp_path), "voice")
    assert sorted(os.listdir(str(tmp_path))) == ["other.%d.part" % dead]
    files.remove_temporary_files(str(tmp_path / "none"), "voice")
