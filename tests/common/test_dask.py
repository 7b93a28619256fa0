"""--scheduler: Dask's workers give what local processes give, also if one of them is lost."""
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

import pytest
from conftest import CLIPS, ROOT, run_main, train

import evaluate
import preprocess
import synthesize
from common import dask_cluster
from common.errors import InputError
from common.parallel import Failure, map_in_order, open_workers

NOBODY = "tcp://127.0.0.1:9"        # the discard port


def _map(address, function, items, **folders):
    with open_workers(address, 1, **folders) as workers:
        return list(map_in_order(function, items, workers, "item"))


def test_without_dask_the_message_names_the_file_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="needs Dask .*requirements-dask"):
        _map(NOBODY, abs, [1])


@pytest.mark.parametrize("address", ["10.0.0.1:8786", "tcp://host", "http://host:1", "tcp:// :1"])
def test_a_wrong_address_is_refused(address):
    with pytest.raises(InputError, match="not an address such as tcp://"):
        _map(address, abs, [1])


@pytest.mark.parametrize("name", ["requirements-dask.txt", "requirements-dask-modern.txt"])
def test_every_pin_has_hashes(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        pins = re.findall(r"(?m)^\S+==\S+((?: \\\n    --hash=sha256:[0-9a-f]{64})*)$", file.read())
    assert len(pins) > 10 and all(pins)


class Processes(object):
    """A scheduler and its workers, as users start them, on the loopback interface."""

    def __init__(self, folder):
        self.folder, self.workers = str(folder), []
        path = os.path.join(self.folder, "scheduler.json")
        self.scheduler = self._start("scheduler", "--scheduler-file", path)
        while not os.path.exists(path) or not os.path.getsize(path):
            assert self.scheduler.poll() is None
            time.sleep(0.05)
        with open(path) as file:
            self.address = json.load(file)["address"]

    def _start(self, program, *arguments):
        environment = dict(
            os.environ, PYTHONPATH=os.pathsep.join(filter(None, [
                ROOT, os.environ.get("PYTHONPATH", "")])),
            DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0",
            DASK_DISTRIBUTED__SCHEDULER__ACTIVE_MEMORY_MANAGER__START="false")
        log = open(os.path.join(self.folder, "log"), "ab")
        with log:
            return subprocess.Popen(
                (sys.executable, "-m", "distributed.cli.dask_" + program, "--host", "127.0.0.1",
                 "--no-dashboard") + (("--port", "0") if program == "scheduler" else ())
                + arguments, env=environment, cwd=self.folder, stdout=log, stderr=log)

    def start_workers(self, number):
        """Make sure that this number of workers is there."""
        import distributed
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) > number:
            self.workers.pop().kill()
        while len(self.workers) < number:
            self.workers.append(self._start("worker", "--nthreads", "1", "--no-nanny",
                                            "--memory-limit", "0", self.address))
        client = distributed.Client(self.address, set_as_default=False)
        while len(client.nthreads()) != number:
            assert all(worker.poll() is None for worker in self.workers)
            time.sleep(0.05)
        client.close()
        return self.address

    def close(self):
        for process in self.workers + [self.scheduler]:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    pytest.importorskip("distributed")
    started = Processes(tmp_path_factory.mktemp("dask"))
    yield started
    started.close()


def test_a_scheduler_that_does_not_answer_or_has_no_worker_is_reported(processes, monkeypatch):
    monkeypatch.setattr(dask_cluster, "CONNECT_TIMEOUT", 2)
    with pytest.raises(InputError, match="%s: does not answer" % NOBODY):
        _map(NOBODY, abs, [1])
    with pytest.raises(InputError, match="%s: has no worker" % processes.address):
        _map(processes.address, abs, [1])


def test_results_have_the_order_of_the_items(processes):
    def double(number):
        time.sleep(0.05 * (number % 3))
        return "item", 2 * number, os.getcwd()

    address = processes.start_workers(2)
    assert _map(address, double, list(range(20))) == [
        ("item", 2 * number, os.getcwd()) for number in range(20)]
    assert _map(address, double, []) == []


def test_an_exception_is_raised_here(processes):
    def refuse(number):
        raise InputError("no %d" % number) if number else ZeroDivisionError("none")

    address = processes.start_workers(2)
    with pytest.raises(InputError, match="^no 1$"):
        _map(address, refuse, [1, 1])
    with pytest.raises(RuntimeError, match="ZeroDivisionError") as caught:
        _map(address, refuse, [0])
    assert "in refuse" in str(caught.value.__cause__)


def test_a_worker_with_another_version_or_other_files_is_refused(processes, monkeypatch, tmp_path):
    address = processes.start_workers(2)
    versions = dask_cluster.describe_process()
    for name in versions:
        monkeypatch.setattr(dask_cluster, "describe_process", lambda: dict(versions, **{name: "0"}))
        with pytest.raises(InputError, match="%s is %s there and 0 here" % (name, versions[name])):
            _map(address, abs, [1])
    # a worker that comes later
    monkeypatch.setattr(dask_cluster.Cluster, "_check_workers", lambda cluster: None)
    with pytest.raises(InputError, match="is %s there and 0 here" % versions[name]):
        _map(address, abs, [1])
    monkeypatch.undo()
    (tmp_path / "a").write_text("")
    monkeypatch.setattr(dask_cluster, "_digest_names", lambda folder: "other names")
    with pytest.raises(InputError, match="does not have the same files in %s" % tmp_path):
        _map(address, abs, [1], inputs=[str(tmp_path)])


def _read_folder(folder):
    return {os.path.relpath(os.path.join(path, name), folder):
            open(os.path.join(path, name), "rb").read()
            for path, _, names in os.walk(folder) for name in names}


def _kill_after_the_first_file(worker, folder, ending=".npz"):
    """(thread that kills the worker, list that gets the number of files of this ending then)"""
    counts = []

    def count():
        return sum(name.endswith(ending) for name in os.listdir(folder)) if os.path.isdir(
            folder) else 0

    def kill():
        while not count():
            time.sleep(0.002)
        worker.kill()
        worker.wait()
        counts.append(count())

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    return thread, counts


def test_a_store_is_the_same_as_that_of_one_process_if_a_worker_is_killed(processes, tmp_path):
    options = ["--corpus", CLIPS, "--speaker", "me", "--preset", "tiny"]
    local, remote = str(tmp_path / "local"), str(tmp_path / "remote")
    preprocess.main(options + ["--out", local, "--workers", "1"])
    expected = _read_folder(local)
    address = processes.start_workers(2)
    killer, counts = _kill_after_the_first_file(processes.workers[0],
                                                os.path.join(remote, "examples"))
    preprocess.main(options + ["--out", remote, "--scheduler", address])
    killer.join()
    assert counts[0] < len(expected) // 2
    assert _read_folder(remote) == expected


def test_only_the_item_that_ends_its_workers_fails(processes):
    def end_at_three(number):
        if number == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    address = processes.start_workers(3)
    results = _map(address, end_at_three, list(range(8)))
    assert [number for number in range(8) if results[number] != number] == [3]
    assert isinstance(results[3], Failure) and "the workers" in results[3].reason


def test_without_any_worker_left_the_program_ends(processes, monkeypatch):
    monkeypatch.setattr(dask_cluster, "NO_WORKER_TIMEOUT", 1)
    with pytest.raises(InputError, match="has had no worker for 1 s"):
        _map(processes.start_workers(1), lambda _: os.kill(os.getpid(), signal.SIGKILL), [1])


def test_lines_are_the_same_as_those_of_this_process_if_a_worker_is_killed(processes, tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("네.\n오늘은 맑다. 비가 온다.\n\n물을 마신다.\n책을 읽어요.\n안녕.\n", encoding="utf-8")
    local, remote = str(tmp_path / "local"), str(tmp_path / "remote")
    options = [str(text), "--attempts", "2", "--threads", "1", "--out"]
    synthesize.main(options + [local])
    address = processes.start_workers(2)
    killer, counts = _kill_after_the_first_file(processes.workers[0], remote, ".wav")
    synthesize.main(options + [remote, "--scheduler", address])
    killer.join()
    assert counts[0] < 5 and _read_folder(remote) == _read_folder(local)


def test_an_evaluation_is_the_same_as_that_of_this_process(processes, stores, trained, tmp_path):
    options = ["--tacotron", trained["tacotron"], "--vocoder", "griffin-lim", "--data", stores[0],
               "--unseen", "--sentences", 2, "--rated", 1, "--out"]
    run_main(evaluate.main, *(options + [tmp_path / "local"]))
    address = processes.start_workers(2)
    run_main(evaluate.main, *(options + [tmp_path / "remote", "--scheduler", address]))
    local, remote = (_read_folder(str(tmp_path / name)) for name in ("local", "remote"))
    assert sum(name.endswith("figures.json") for name in local) == 2
    assert {name: content for name, content in remote.items() if name != "evaluation.html"} == {
        name: content for name, content in local.items() if name != "evaluation.html"}


def test_predicted_mels_are_the_same_as_those_of_this_process(processes, stores, trained, tmp_path):
    options = ["--preset", "tiny", "--gta", trained["tacotron"], "--steps", 1, "--hparams",
               "eval_interval=100"]
    train("vocoder", stores, tmp_path / "local", *options)
    address = processes.start_workers(2)
    train("vocoder", stores, tmp_path / "remote", "--scheduler", address, *options)
    local, remote = (_read_folder(str(tmp_path / name / "gta")) for name in ("local", "remote"))
    assert len(local) > 20 and remote == local
