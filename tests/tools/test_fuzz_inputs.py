"""Generated hostile input ends in a clear error or is used; the tool that generates it can fail.

The long run is `python tests/tools/fuzz_inputs.py --cases 10000`.
"""
import os
import random
import resource
import signal
import subprocess
import sys
import time

import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TOOLS = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, TOOLS)

import fuzz_cases
import fuzz_process
import fuzz_samples
from common.errors import InputError
from datasets import store
from helpers.scripted_voice import ScriptedVoice
from synthesis import spoken_lines
from synthesis.text_lines import SpokenLine
from training import exported_run, run_folder

SECONDS = 20
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda values: st.lists(values, max_size=5) | st.dictionaries(st.text(max_size=20), values,
                                                                  max_size=5), max_leaves=20)


@pytest.fixture(scope="module")
def samples(stores, trained, tmp_path_factory):
    return fuzz_samples.create_samples(str(tmp_path_factory.mktemp("fuzz") / "samples"), stores[0],
                                       trained)


def test_hostile_input_is_used_or_gives_a_clear_error_and_changes_nothing(samples, tmp_path):
    process = subprocess.run(
        [sys.executable, os.path.join(TOOLS, "fuzz_inputs.py"), "--samples", samples.folder,
         "--seconds", str(SECONDS), "--jobs", "1", "--seed", "1", "--keep", str(tmp_path)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output = process.stdout.decode("utf-8")
    assert process.returncode == 0, output + process.stderr.decode("utf-8")[-2000:]
    assert " cases: " in output and " clear error" in output


def reads(path):
    """{name of a JSON file: function that reads it}"""
    line, = spoken_lines.create_lines([SpokenLine("네.", False)], ScriptedVoice(), path, 1)
    return {store.manifest_path(path): lambda: store.load_store(path),
            os.path.join(path, "run.json"): lambda: run_folder.load_run(path, "tacotron"),
            os.path.join(path, "export.json"): lambda: exported_run.verify_checksums(path),
            line.stem + ".json": lambda: spoken_lines.read_record(line)}


@settings(deadline=None, max_examples=50, derandomize=True,
          suppress_health_check=[HealthCheck.too_slow])
@given(JSON_VALUES, st.randoms(use_true_random=False))
def test_a_json_file_with_any_content_is_an_input_error(tmp_path_factory, value, state):
    path = str(tmp_path_factory.mktemp("json"))
    for name, read in reads(path).items():
        with open(name, "wb") as file:
            file.write(fuzz_cases.mutate_json(state, value))
        with pytest.raises(InputError):
            read()


@pytest.mark.parametrize("kind", sorted(fuzz_cases.KINDS))
def test_a_case_can_be_repeated_by_its_name(samples, tmp_path, kind):
    folders = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        case = fuzz_cases.create_case(kind, random.Random(kind + "/1/2"), str(tmp_path / name),
                                      samples)
        folders.append(({os.path.relpath(path, str(tmp_path / name)): content for path, content in
                         fuzz_process.snapshot([str(tmp_path / name)]).items()},
                        case.program, [each.replace(str(tmp_path / name), "") for each in
                                       case.arguments]))
    assert folders[0] == folders[1]


def leak(_):
    content = []
    while True:
        content.append(b"x" * 2 ** 24)


def overwrite(_):
    with open("earlier", "w") as file:
        file.write("other")


def fail(_):
    raise InputError("x: is wrong")


@pytest.mark.parametrize("program,outcome", [
    (lambda _: 0, fuzz_process.OK), (fail, fuzz_process.CLEAR_ERROR),
    (lambda _: 1 / 0, fuzz_process.TRACEBACK), (lambda _: 1, fuzz_process.TRACEBACK),
    (lambda _: os.kill(os.getpid(), signal.SIGKILL), fuzz_process.KILLED),
    (lambda _: time.sleep(60), fuzz_process.HANG), (leak, fuzz_process.MEMORY),
    (overwrite, fuzz_process.CHANGED)])
def test_each_outcome_is_recognised(tmp_path, program, outcome):
    (tmp_path / "earlier").write_bytes(b"content")
    case = fuzz_process.Case("kind", "program", [], [str(tmp_path / "earlier")], [], b"", None)
    # a forked process begins with the memory of this one
    megabytes = 300 + resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    limits = fuzz_process.Limits(1.5 if outcome == fuzz_process.HANG else 60, megabytes)
    result = fuzz_process.run_case(case, str(tmp_path), {"program": program}, limits)
    assert result.outcome == outcome, result
