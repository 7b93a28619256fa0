"""Training on several hosts, which TF_CONFIG names (training.tf_config).

The chief runs the trainer, and reads and writes all files. Towers (nn.towers) on the other hosts
compute parts of each batch; a worker only runs a TensorFlow server. So all hosts together learn
what one learns. The variables are on the chief, or on the parameter servers (ps) if there are any.

When a host is lost, the chief replaces itself with a new process, which resumes the run like one
that was interrupted: TensorFlow has no way to go on with a session that has lost a host. The run
continues without workers that do not answer. When one answers again, the chief saves the run and
starts again with it.
"""
import contextlib
import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from common.command_line import EXIT_INPUT_ERROR
from common.errors import InputError
from common.resources import available_cpus
from doctor.device_selection import MAX_DEFAULT_CPU_TOWERS, select_tower_devices
from nn import compat
from nn.compat import tf
from training.cluster_description import describe_host, require_same_description
from training.cluster_task import SLOW_SECONDS, ClusterTask, NoAnswer
from training.progress import print_line
from training.tf_config import parse_tf_config

WORKER_WAIT = 15        # seconds until the chief starts without the workers that do not answer
PS_WAIT = 600           # until the chief gives up waiting for a parameter server
CHIEF_WAIT = 600        # until the other processes give up waiting for the chief
PING_INTERVAL = 5       # seconds between two questions whether a host answers
MAX_MISSED_PINGS = 3    # after which a host is lost
MAX_RESTARTS = 5        # of the chief, without a training step between them
ENDED = "ended"         # the text of a task after the training

_RESTARTS = "TRAINING_RESTARTS"     # environment variable: their number since the last step


def run(train, options, model_type):
    """Do this process's part of a training. Returns the exit status.

    On the chief, or without TF_CONFIG, that is train(options, hosts). Other processes compute for
    the chief until the training has ended. options: those of Parser.add_training_options.
    """
    config = parse_tf_config(os.environ.get("TF_CONFIG") or "{}")
    if config is None:
        return train(options, OneHost(options))
    if config.job == "evaluator":
        print("the chief evaluates; an evaluator has nothing to do")
        return 0
    tasks = [ClusterTask(job, index, address) for job, addresses in config.cluster.items()
             for index, address in enumerate(addresses)]
    description = describe_host(options, model_type)
    if config.job != "chief":
        task, = [task for task in tasks if (task.job, task.index) == (config.job, config.index)]
        return serve(config, options, task, tasks[0], description)
    chief = Chief(config, options, tasks, description)
    with tf.device(device_function(tasks)):
        status = train(options, chief)
    if status == 0:
        chief.end()
    return status


def serve(config, options, task, chief, description):
    """Compute for the chief until the training has ended. Returns 0.

    Raises InputError if the chief has another description, or does not answer for CHIEF_WAIT
    seconds. Until then it may be started again.
    """
    server, last_answer, said = None, time.monotonic(), False
    while True:
        try:
            require_same_description(description, task, chief)
            last_answer, said = time.monotonic(), False
            if server is None:
                server = _start_server(config, options)
                own = _own_task(server, task)
                print("%s computes for %s" % (task, chief), flush=True)
        except NoAnswer:
            silence = time.monotonic() - last_answer
            if silence > CHIEF_WAIT:
                raise InputError("TF_CONFIG: %s does not answer; start it, or correct its address"
                                 % chief)
            # a training step may delay the answer of a chief that is there
            if not said and (server is None or silence > SLOW_SECONDS):
                print("waiting for %s" % chief, flush=True)
                said = True
        for _ in range(3):
            time.sleep(2)
            if server is not None:
                with contextlib.suppress(NoAnswer):
                    if own.read_text() == ENDED:
                        print("the training has ended")
                        return 0


def session_config(threads, cpu_towers=1):
    """compat.session_config of a host, for its tf.train.Server."""
    config = compat.session_config(threads, cpu_towers)
    if config.inter_op_parallelism_threads:
        # so that a request of another host does not wait for the operations of a tower
        config.inter_op_parallelism_threads += 1
    return config


def _start_server(config, options):
    server_config = session_config(options.threads, _cpu_towers(options))
    server_config.device_filters.append("/job:%s/task:%d" % (config.job, config.index))
    try:
        return tf.train.Server(config.cluster, config.job, config.index, config=server_config)
    except tf.errors.OpError as error:
        raise InputError("TF_CONFIG: %s cannot be used by this process (%s)"
                         % (config.cluster[config.job][config.index], compat.error_reason(error)))


def _own_task(server, task):
    """The process itself. Its address in TF_CONFIG may be that of a relay."""
    address = tf.compat.as_text(server.target).replace("grpc://", "")
    return ClusterTask(task.job, task.index, address)


def _cpu_towers(options):
    """The number of towers on each host if they compute on the CPU."""
    return options.towers or min(options.threads or available_cpus(), MAX_DEFAULT_CPU_TOWERS)


def device_function(tasks):
    """For tf.device: places variables on the parameter servers, if the ClusterTasks include any.

    All other operations that do not belong to a tower are placed on the chief, tasks[0].
    """
    n_servers = sum(task.job == "ps" for task in tasks)
    if not n_servers:
        return tasks[0].device
    return tf.train.replica_device_setter(n_servers, worker_device=tasks[0].device,
                                          ps_strategy=_SmallestLoad(n_servers))


class OneHost(object):
    """Training without TF_CONFIG."""

    def __init__(self, options):
        self.options = options

    def tower_devices(self, batch_size):
        return select_tower_devices(self.options.towers, self.options.threads, batch_size)

    def session(self, mixed_precision, tower_devices):
        return compat.create_session(self.options.threads, mixed_precision, tower_devices)

    def new_host(self):
        return None


class Chief(object):
    """The process that trains. Starts when all parameter servers and some workers answer."""

    def __init__(self, config, options, tasks, description):
        self.options, self._lock = options, threading.Lock()
        self.server = _start_server(config, options)
        self.task = _own_task(self.server, tasks[0])
        try:
            self.task.write_text(json.dumps(description))
            # of the tasks that take part
            self._n_gpus = {tasks[0]: self.task.count_gpus(SLOW_SECONDS)}
        except NoAnswer:
            raise InputError("TF_CONFIG: %s does not answer this process, which it is; the host is "
                             "too busy, or a proxy is in between (environment variable no_proxy)"
                             % tasks[0])
        self._tasks, self._new_host, self._batch_size = tasks, None, None
        self._wait_for_others()
        threading.Thread(target=self._watch, daemon=True).start()

    def _wait_for_others(self):
        start, said = time.monotonic(), set()
        while True:
            absent = [task for task in self._tasks if task not in self._n_gpus]
            self._n_gpus.update(_count_gpus(absent))
            absent = [task for task in absent if task not in self._n_gpus]
            waited = time.monotonic() - start
            if not absent or waited > WORKER_WAIT and all(task.job != "ps" for task in absent):
                break
            if waited > PS_WAIT:
                raise InputError("TF_CONFIG: %s does not answer; start it, or correct its address"
                                 % next(task for task in absent if task.job == "ps"))
            for task in absent:
                if task not in said:
                    print("waiting for %s" % task, flush=True)
            said.update(absent)
            time.sleep(1)
        for task in absent:
            print("%s does not answer: training without it until it does" % task, flush=True)

    def tower_devices(self, batch_size):
        """The devices of nn.towers.Towers: all GPUs of all hosts, or else --towers on each CPU."""
        self._batch_size = batch_size
        devices, n_hosts = self._list_devices(self._n_gpus)
        if len(devices) > batch_size:
            raise InputError("TF_CONFIG: a batch has %d examples, but there are %d towers on %d "
                             "hosts, and each needs one; train with larger batches (--hparams), or "
                             "fewer hosts" % (batch_size, len(devices), n_hosts))
        return devices if n_hosts > 1 or len(devices) > 1 else [None]

    def _list_devices(self, n_gpus):
        """(devices, number of hosts) of {task that takes part: number of its GPUs}."""
        hosts = [task for task in self._tasks if task in n_gpus and task.job != "ps"]
        limit = self.options.towers or sys.maxsize
        devices = ["%s/gpu:%d" % (task.device, number) for task in hosts
                   for number in range(min(n_gpus[task], limit))]
        if not devices:
            towers = self.options.towers or max(1, min(_cpu_towers(self.options),
                                                       self._batch_size // len(hosts)))
            devices = [task.device for task in hosts for _ in range(towers)]
        return devices, len(hosts)

    def _has_work_for(self, task, n_gpus):
        """Whether the batch has an example for each tower if a host is added."""
        together = dict(self._n_gpus)
        together[task] = n_gpus
        return self._batch_size is not None and (
            len(self._list_devices(together)[0]) <= self._batch_size)

    @contextlib.contextmanager
    def session(self, mixed_precision, tower_devices):
        """A session on all hosts that take part. Starts the chief again if it loses one."""
        if mixed_precision:
            raise InputError("TF_CONFIG: --mixed-precision works on one host only")
        config = compat.session_config()
        config.device_filters.extend(task.device for task in self._n_gpus)
        session = tf.Session(self.server.target, config=config)
        try:
            yield session
        except tf.errors.OpError as error:
            if not compat.is_lost_host(error):
                raise
            # without closing the session, which would wait for the lost host
            self.restart("a host was lost (%s)" % type(error).__name__)
        session.close()

    def new_host(self):
        """The name of a worker that answers although the training started without it, or None.

        Called after each training step.
        """
        os.environ.pop(_RESTARTS, None)
        return self._new_host

    def _watch(self):
        """Ask all hosts regularly whether they are there. Runs in a thread until the end."""
        missed = {task: 0 for task in self._n_gpus if task != self._tasks[0]}
        others = self._tasks[1:]
        while others:
            time.sleep(PING_INTERVAL)
            answers = _count_gpus(others)
            for task in others:
                if task in missed:
                    missed[task] = 0 if task in answers else missed[task] + 1
                    if missed[task] == MAX_MISSED_PINGS:
                        self.restart("%s does not answer" % task)
                elif task in answers and self._has_work_for(task, answers[task]):
                    self._new_host = str(task)

    def restart(self, reason):
        """Replace this process with a new one that resumes the run from its last checkpoint."""
        self._lock.acquire()    # for ever: both threads may notice the same loss
        restarts = int(os.environ.get(_RESTARTS, 0)) + 1
        if restarts > MAX_RESTARTS:
            # the main thread may wait for the lost host
            print("error: TF_CONFIG: %s; %d restarts in turn did not reach another training step"
                  % (reason, MAX_RESTARTS), file=sys.stderr, flush=True)
            os._exit(EXIT_INPUT_ERROR)
        print_line("%s: starting again from the last checkpoint" % reason)
        os.environ[_RESTARTS] = str(restarts)
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(sys.executable, [sys.executable] + sys.argv)

    def end(self):
        """Tell the other processes that answer that the training has ended."""
        for task in _count_gpus(self._tasks[1:]):
            with contextlib.suppress(NoAnswer):
                task.write_text(ENDED)


def _count_gpus(tasks):
    """{task: number of GPUs} of those of the tasks that answer."""
    def count(task):
        with contextlib.suppress(NoAnswer):
            return task.count_gpus()

    if not tasks:
        return {}
    with ThreadPoolExecutor(len(tasks)) as executor:
        return {task: number for task, number in zip(tasks, executor.map(count, tasks))
                if number is not None}


class _SmallestLoad(object):
    """For replica_device_setter: the parameter server that has the fewest values so far."""

    def __init__(self, n_servers):
        self._values = [0] * n_servers

    def __call__(self, op):
        server = self._values.index(min(self._values))
        self._values[server] += tf.TensorShape(op.get_attr("shape")).num_elements()
        return server
