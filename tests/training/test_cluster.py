"""Training on several hosts: real processes on loopback addresses, named by TF_CONFIG."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
from conftest import TESTS, train, unoptimized_session

from common.errors import InputError
from nn import compat
from nn.compat import tf
from nn.optimizer import is_rejected_step
from nn.weight_copies import host_of
from tacotron2 import tacotron_training_graph
from training import cluster as cluster_module
from training import checkpoint, cluster_description, run_folder
from training.cluster_task import ClusterTask
from training.tf_config import parse_tf_config
from wavenet_vocoder import wavenet_training_graph

SETTINGS = ("--preset", "tiny", "--threads", 1, "--towers", 1, "--hparams",
            "eval_interval=1000,summary_interval=1,validation_fraction=0.2,checkpoint_interval=5")
DEADLINE = 240      # seconds until a test fails instead of waiting
RESTARTS = "starting again from the last checkpoint"    # what a chief prints


def free_addresses(count):
    sockets = [socket.socket() for _ in range(count)]
    for item in sockets:
        item.bind(("127.0.0.1", 0))
    addresses = ["127.0.0.1:%d" % item.getsockname()[1] for item in sockets]
    for item in sockets:
        item.close()
    return addresses


class Processes(object):
    """The processes of a cluster, by task such as ("worker", 0), and what they print."""

    def __init__(self, folder, model, stores, jobs, step_seconds=0, **constants):
        self.folder, self.model, self.stores, self.constants = folder, model, stores, constants
        self.run_folder, self.step_seconds = str(folder / "run"), step_seconds
        addresses = free_addresses(sum(jobs.values()))
        self.cluster = {job: [addresses.pop() for _ in range(count)] for job, count in jobs.items()}
        self.running = {}

    def tf_config(self, job, index):
        return json.dumps({"cluster": self.cluster, "task": {"type": job, "index": index}})

    def start(self, job, index=0, steps=100000, python=sys.executable):
        """Start a task, or start it again."""
        environment = dict(os.environ, CLUSTER_CONSTANTS=json.dumps(self.constants),
                           STEP_SECONDS=str(self.step_seconds),
                           TF_CONFIG=self.tf_config(job, index))
        data = [argument for store in self.stores for argument in ("--data", store)]
        logdir = self.run_folder if job == "chief" else str(self.folder / "not-written")
        options = ["--logdir", logdir, "--steps", steps] + data + list(SETTINGS)
        command = [python, os.path.join(TESTS, "helpers", "train_unoptimized.py"), self.model]
        command += [str(option) for option in options]
        with open(self.output_path(job, index), "a") as out:
            self.running[job, index] = subprocess.Popen(command, env=environment, stdout=out,
                                                        stderr=subprocess.STDOUT,
                                                        start_new_session=True)

    def output_path(self, job, index):
        return str(self.folder / ("%s-%d.txt" % (job, index)))

    def output(self, job, index=0):
        with open(self.output_path(job, index)) as file:
            return file.read()

    def wait_for(self, condition):
        """Wait until condition() is true."""
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end, "\n".join(self.output(*task) for task in self.running)
            time.sleep(0.2)

    def wait_for_output(self, text, job, count=1):
        """Wait until the first task of the job has printed a text `count` times."""
        self.wait_for(lambda: self.output(job).count(text) >= count)

    def last_step(self):
        return max([0] + list(losses(self.run_folder)))

    def wait_for_steps(self, count=8):
        """Wait until the chief has recorded so many more steps."""
        first = self.last_step()
        self.wait_for(lambda: self.last_step() >= first + count)

    def status(self, job, index=0):
        """The exit status of a task, after its end."""
        self.wait_for(lambda: self.running[job, index].poll() is not None)
        return self.running[job, index].returncode

    def signal(self, number, job, index=0):
        self.running[job, index].send_signal(number)

    def kill(self, job):
        self.signal(signal.SIGKILL, job)
        self.status(job)

    def close(self):
        for process in self.running.values():
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture
def processes(tmp_path, stores):
    """processes(model, jobs, **constants of cluster.py) → Processes, which end with the test."""
    created = []

    def create(model, jobs, **constants):
        created.append(Processes(tmp_path, model, stores, jobs, **constants))
        return created[-1]

    yield create
    for item in created:
        item.close()


def read_history(folder):
    path = os.path.join(folder, "history.jsonl")
    if not os.path.exists(path):
        return []
    with open(path) as file:
        return [json.loads(line) for line in file if line.endswith("\n")]


def losses(folder):
    """{step: training loss}"""
    return {row["step"]: row["train/loss"] for row in read_history(folder) if "train/loss" in row}


def train_on_one_host(model, stores, folder, steps, monkeypatch):
    monkeypatch.setattr(compat, "create_session", unoptimized_session)
    assert train(model, stores, folder, "--steps", steps, *SETTINGS) == 0


@pytest.mark.parametrize("model,jobs", [
    ("tacotron", {"chief": 1, "worker": 1}),
    # the next test has one with a ps
    pytest.param("vocoder", {"chief": 1, "worker": 1, "ps": 2}, marks=pytest.mark.slow)])
def test_two_hosts_learn_what_one_learns(processes, stores, tmp_path, monkeypatch, model, jobs):
    """With parameter servers or without. The others end with the chief, and write nothing."""
    cluster = processes(model, jobs)
    for job, count in jobs.items():
        for index in range(count):
            cluster.start(job, index, steps=20)
    expected = str(tmp_path / "one")
    train_on_one_host(model, stores, expected, 20, monkeypatch)
    for task in cluster.running:
        assert cluster.status(*task) == 0, cluster.output(*task)
    assert "does not answer" not in cluster.output("chief")
    assert not os.path.exists(str(tmp_path / "not-written"))
    steps = sorted(losses(expected))
    assert steps == list(range(1, 21))
    np.testing.assert_allclose([losses(cluster.run_folder)[step] for step in steps],
                               [losses(expected)[step] for step in steps], rtol=1e-4, atol=1e-4)


def test_a_connection_that_is_reset_is_a_lost_host():
    def error(message):
        return tf.errors.InternalError(None, None, message)
    assert compat.is_lost_host(error('{"created":"@1.3","description":"OS Error","errno":104}'))
    assert not compat.is_lost_host(error("Dst tensor is not initialized."))
    assert compat.is_lost_host(tf.errors.UnavailableError(None, None, "gone"))


def test_a_run_survives_the_loss_of_each_process(processes, stores, tmp_path, monkeypatch):
    """It goes on from its last checkpoint, and learns what one host learns without any loss."""
    cluster = processes("vocoder", {"chief": 1, "worker": 1, "ps": 1}, step_seconds=0.1,
                        WORKER_WAIT=3, PING_INTERVAL=1)
    for job in ("ps", "worker", "chief"):
        cluster.start(job)
    cluster.wait_for_steps()

    # a worker is lost: the others go on without it, until it comes back
    cluster.kill("worker")
    cluster.wait_for_output("worker 0 (%s) does not answer: training without it"
                            % cluster.cluster["worker"][0], "chief")
    cluster.wait_for_steps()
    check_that_unlike_workers_are_refused(cluster, stores, monkeypatch)
    cluster.start("worker")
    cluster.wait_for_output("answers: " + RESTARTS, "chief")
    cluster.wait_for_steps()

    n_restarts = cluster.output("chief").count(RESTARTS)
    cluster.kill("ps")
    cluster.start("ps")
    cluster.wait_for_output(RESTARTS, "chief", n_restarts + 1)
    cluster.wait_for_steps()

    cluster.kill("chief")
    steps = cluster.last_step() + 10
    cluster.start("chief", steps=steps)
    for job in ("chief", "worker", "ps"):
        assert cluster.status(job) == 0, cluster.output(job)
    assert cluster.output("chief").count("training without it") == 1

    expected = str(tmp_path / "one")
    train_on_one_host("vocoder", stores, expected, steps, monkeypatch)
    assert sorted(losses(cluster.run_folder)) == list(range(1, steps + 1))
    differences = [abs(losses(cluster.run_folder)[step] / losses(expected)[step] - 1)
                   for step in range(1, steps + 1)]
    # hosts round differently, which grows to 0.002 in 150 steps; a slow machine makes so many
    assert np.median(differences) < 1e-4 and max(differences) < 1e-2


def check_that_unlike_workers_are_refused(cluster, stores, monkeypatch):
    """Workers that would join the cluster in this process: the error names both values."""
    monkeypatch.setenv("TF_CONFIG", cluster.tf_config("worker", 0))

    def refused(name, model="vocoder", data=stores, options=()):
        with pytest.raises(InputError) as error:
            train(model, data, "not-written", *(SETTINGS + options))
        values = re.search("%s is (.+) in worker 0 \\(.+\\) but (.+) in chief 0 \\("
                           % re.escape(name), str(error.value))
        assert values and values.group(1) != values.group(2), error.value

    refused("code")     # that of the other processes is replaced by their program
    monkeypatch.setattr(cluster_description, "source_digest", lambda: "that of the test")
    refused("trainer", model="tacotron")
    refused("--preset", options=("--preset", "small"))
    refused("--hparams", options=("--hparams", "seed=2"))
    refused("--data (number 1)", data=stores[::-1])
    monkeypatch.delenv("TF_CONFIG")


def test_a_worker_with_another_tensorflow_is_refused(processes):
    other_stack = os.environ.get("OTHER_STACK")
    if not other_stack:
        pytest.skip("make test sets OTHER_STACK")
    cluster = processes("vocoder", {"chief": 1, "worker": 1}, WORKER_WAIT=1)
    cluster.start("chief")
    cluster.start("worker", python=other_stack)
    assert cluster.status("worker") == 2
    assert re.search("error: TensorFlow is [12][.].+ in worker 0 .+ but [12][.].+ in chief 0 ",
                     cluster.output("worker"))


@pytest.mark.slow
@pytest.mark.parametrize("job", ["worker", "ps", "chief"])
def test_a_process_that_does_not_answer_ends_in_an_error(processes, job):
    """SIGSTOP stands for a network that transports nothing. Without a worker, the others go on."""
    patience = {"worker": {"WORKER_WAIT": 3}, "ps": {"PS_WAIT": 30}, "chief": {"CHIEF_WAIT": 30}}
    cluster = processes("vocoder", {"chief": 1, "worker": 1, "ps": 1}, step_seconds=0.1,
                        PING_INTERVAL=1, **patience[job])
    for other in ("chief", "ps", "worker"):
        cluster.start(other)
    cluster.wait_for_steps()
    cluster.signal(signal.SIGSTOP, job)
    start = time.monotonic()
    if job == "worker":
        cluster.wait_for_output("training without it", "chief")
        cluster.wait_for_steps()
        assert time.monotonic() - start < 60
    else:
        other = "worker" if job == "chief" else "chief"
        assert cluster.status(other) == 2
        assert re.search("error: TF_CONFIG: %s 0 .+ does not answer" % job, cluster.output(other))
    cluster.signal(signal.SIGCONT, job)


@pytest.mark.slow
def test_ten_kills_at_random_moments_lose_only_steps_since_the_last_checkpoint(processes):
    cluster = processes("vocoder", {"chief": 1, "worker": 1, "ps": 1}, step_seconds=0.02,
                        WORKER_WAIT=3, PING_INTERVAL=1)
    for job in ("ps", "worker", "chief"):
        cluster.start(job)
    cluster.wait_for_steps()
    random = np.random.RandomState(1)
    for _ in range(10):
        job = random.choice(["chief", "worker", "ps"])
        time.sleep(random.uniform(0, 5))
        step = cluster.last_step()
        cluster.kill(job)
        kept = [int(re.search(r"-(\d+)\.index", name).group(1))
                for name in os.listdir(cluster.run_folder) if re.match(r"model-\d+\.index", name)]
        assert step - max(kept) <= 5
        cluster.start(job)
        cluster.wait_for(lambda: cluster.last_step() > step + 5)
    assert sorted(losses(cluster.run_folder)) == list(range(1, cluster.last_step() + 1))


@pytest.mark.slow
@pytest.mark.parametrize("model", ["tacotron", "vocoder"])
def test_the_final_validation_of_two_hosts_is_that_of_one(processes, stores, tmp_path, monkeypatch,
                                                          model):
    cluster = processes(model, {"chief": 1, "worker": 1})
    for job in ("worker", "chief"):
        cluster.start(job, steps=300)
    train_on_one_host(model, stores, str(tmp_path / "one"), 300, monkeypatch)
    assert cluster.status("chief") == 0
    name = "validation/total" if model == "tacotron" else "validation/loss"
    of_two, of_one = ([row[name] for row in read_history(folder) if name in row]
                      for folder in (cluster.run_folder, str(tmp_path / "one")))
    assert len(of_one) == len(of_two) > 0
    np.testing.assert_allclose(of_two[-1], of_one[-1], rtol=1e-2)


CLUSTER = {"chief": ["a:1"], "worker": ["b:2", "c:3"]}


def tf_config(**changes):
    return dict({"cluster": CLUSTER, "task": {"type": "chief", "index": 0}}, **changes)


@pytest.mark.parametrize("value,message", [
    ("{", "is not valid JSON"), ("[" * 100000, "is not valid JSON"),
    ([], "should be a JSON object"),
    (tf_config(cluster=[1]), "cluster should be an object"),
    (tf_config(cluster={"worker": ["a:1"]}), "cluster.chief should have one address"),
    (tf_config(cluster={"chief": ["a:1", "b:2"]}), "cluster.chief should have one address"),
    (tf_config(cluster={"chief": "a:1"}), "cluster.chief should be a list"),
    (tf_config(cluster={"chief": ["a"]}), "'a'; it should be HOST:PORT"),
    (tf_config(cluster={"chief": ["a:70000"]}), "'a:70000'; it should be HOST:PORT"),
    (tf_config(cluster={"chief": ["a:1"], "worker": ["a:1"]}), "two tasks have the address a:1"),
    (tf_config(cluster={"master": ["a:1"]}), "the job 'master'; jobs are chief"),
    (tf_config(task=None), "task should be an object"),
    (tf_config(task={"type": "boss", "index": 0}), "task.type is 'boss'"),
    (tf_config(task={"type": "worker", "index": 2}), "task.index is 2, but cluster.worker has 2"),
    (tf_config(task={"type": "worker", "index": "1"}), "task.index is '1'; it should be an int"),
    (tf_config(task={"type": "ps", "index": 0}), "cluster.ps has 0"),
])
def test_wrong_values_of_tf_config_are_refused(value, message, stores, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", value if isinstance(value, str) else json.dumps(value))
    with pytest.raises(InputError) as error:
        train("vocoder", stores, "not-written", *SETTINGS)
    assert str(error.value).startswith("TF_CONFIG: ") and message in str(error.value)


def test_an_evaluator_has_nothing_to_do(stores, monkeypatch, capsys):
    monkeypatch.setenv("TF_CONFIG", json.dumps(tf_config(task={"type": "evaluator", "index": 0})))
    assert train("vocoder", stores, "not-written", *SETTINGS) == 0
    assert "the chief evaluates" in capsys.readouterr().out


def test_tf_config_without_a_cluster_is_one_host():
    assert parse_tf_config("{}") is None


@pytest.mark.parametrize("model", ["tacotron", "vocoder"])
def test_every_operation_has_a_host(hp, model):
    """TensorFlow would place it anywhere, except a TensorArray: that is where it is written first.
    Variables are on all parameter servers.
    """
    tasks = [ClusterTask(job, index, "") for job, index in
             (("chief", 0), ("worker", 0), ("ps", 0), ("ps", 1))]
    with tf.Graph().as_default() as graph, tf.device(cluster_module.device_function(tasks)):
        devices = [task.device for task in tasks[:2]]
        if model == "tacotron":
            tacotron_training_graph.TrainingGraph(hp, 20, 2, devices)
        else:
            wavenet_training_graph.TrainingGraph(hp, 2, 1, devices)
        tf.train.Saver()
        bytes_on = {}
        for variable in tf.global_variables():
            size = 4 * variable.get_shape().num_elements()
            bytes_on[variable.device] = bytes_on.get(variable.device, 0) + size
    assert sorted(bytes_on) == ["/job:ps/task:0", "/job:ps/task:1"]
    assert max(bytes_on.values()) < 2 * min(bytes_on.values())
    assert [op.name for op in graph.get_operations()
            if not op.device.startswith("/job:") and "/TensorArray" not in op.name
            and op.colocation_groups() == [("loc:@" + op.name).encode()]] == []


@pytest.mark.parametrize("model", ["tacotron", "vocoder"])
def test_all_weights_of_a_host_are_transferred_as_one_tensor(hp, model):
    """And so are their gradients, on the way back. Embedding tables, whose gradients are sparse, are
    not among them.
    """
    chief, worker = (ClusterTask(job, 0, "").device for job in ("chief", "worker"))
    with tf.Graph().as_default() as graph, tf.device(chief):
        if model == "tacotron":
            tacotron_training_graph.TrainingGraph(hp, 20, 2, [chief, worker])
        else:
            wavenet_training_graph.TrainingGraph(hp, 2, 1, [chief, worker])
        names = {variable.op.name for variable in tf.trainable_variables()}
    reads, transfers, returns = set(), [], []
    for op in graph.get_operations():
        for tensor in op.inputs:
            source = tensor.op
            if (host_of(op.device), host_of(source.device)) == (worker, chief):
                name = source.name.split("/read")[0]
                reads |= {name} & names
                transfers += [tensor] * (source.type == "ConcatV2" and op.type == "StopGradient")
            if (host_of(op.device), host_of(source.device)) == (chief, worker):
                returns += [tensor] * (source.type == "ConcatV2" and op.type == "SplitV")
    assert [name for name in sorted(reads) if not name.endswith("/table")] == []
    assert len(transfers) == len(returns) == 1


@pytest.mark.parametrize("error_type", ["UnavailableError", "AbortedError"])
def test_a_host_that_is_lost_during_a_checkpoint_is_a_lost_host(trained, tmp_path, error_type):
    """And not a disk that cannot be written, which would end the run."""
    shutil.copytree(trained["vocoder"], str(tmp_path / "run"))
    run = run_folder.load_run(str(tmp_path / "run"), "vocoder")

    class Saver(object):
        def save(self, *arguments, **options):
            raise getattr(tf.errors, error_type)(None, None, "Socket closed")

    with pytest.raises(getattr(tf.errors, error_type)):
        checkpoint.save_checkpoint(None, Saver(), run, 50, {}, 2)


def test_a_rejected_step_is_recognised_in_a_cluster():
    server = tf.train.Server.create_local_server()
    with tf.Graph().as_default():
        rejected = tf.Assert(tf.placeholder_with_default(False, []), [1.0])
        with tf.Session(server.target) as session:
            with pytest.raises(tf.errors.InvalidArgumentError) as error:
                session.run(rejected)
    assert is_rejected_step(error.value)
