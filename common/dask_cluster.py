"""Worker processes on other hosts (--scheduler): Dask behind the interface of common.parallel.

The workers compute whole items. They find the project and all files under the same paths as the
program. Dask sends functions and items as pickles, so a scheduler must be in a private network.
"""
import contextlib
import functools
import hashlib
import logging
import os
import platform
import queue
import re
import socket
import uuid
from collections import deque, namedtuple
from time import monotonic, sleep

import numpy as np

from common import parallel
from common.errors import InputError
from common.source_digest import source_digest

CONNECT_TIMEOUT = 10        # [s]
NO_WORKER_TIMEOUT = 60      # [s]
_WATCH_INTERVAL = 2         # [s] between two looks for workers
_TASKS_PER_WORKER = 2       # that the scheduler has at a time: one in progress, one next
_INSTALL = ("pip install --no-deps -r requirements-dask-modern.txt (for Python 3.6: "
            "requirements-dask.txt)")

# What a worker needs to know before its first item. versions: of describe_process; folder: current
# folder of the program; inputs: {folder: digest of its file names}; token: path of a file that the
# program has written into the folder of results, or None
_Setup = namedtuple("_Setup", "versions folder inputs token")

_prepared = None        # the _Setup that this process, a worker, has checked last


class Cluster(object):
    """The workers of the Dask scheduler at `address`, as `workers` of parallel.map_in_order.

    inputs, output: folders that the workers must have, too. Raises InputError if Dask is not
    installed, if the scheduler does not answer or has no worker, or if a worker has another Python,
    Dask, NumPy or version of the project, or other folders.
    """

    def __init__(self, address, inputs=(), output=None):
        if not re.fullmatch(r"(tcp|tls)://[^\s/]+:\d+", address):
            raise InputError("--scheduler %s: is not an address such as tcp://10.0.0.1:8786"
                             % address)
        self.address, self._token = address, None
        self._distributed = _import_distributed()
        for name in ("distributed", "distributed.client"):      # their errors are InputErrors here
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._client = self._connect()
        try:
            if output:
                os.makedirs(output, exist_ok=True)
                self._token = os.path.join(os.path.abspath(output), ".dask-" + uuid.uuid4().hex)
                open(self._token, "x").close()
            self._setup = _Setup(describe_process(), os.getcwd(), {
                os.path.abspath(path): _digest_names(path) for path in inputs}, self._token)
            self._check_workers()
        except BaseException:
            self.close()
            raise

    def close(self):
        """Disconnect. Workers finish their items."""
        if self._token:
            with contextlib.suppress(OSError):
                os.remove(self._token)
        with contextlib.suppress(Exception):        # the scheduler is lost
            self._client.close()

    def map_as_finished(self, function, items):
        """Yield (index, result) of each item as soon as it is known; see parallel.map_in_order.

        Dask computes an item again whose worker was lost, up to the setting allowed-failures of the
        scheduler. Then it is computed once more while nothing else is, because another item may
        have ended the worker; if that fails too, a Failure is its result.
        """
        waiting, suspects, retried = deque(range(len(items))), deque(), set()
        running, done = {}, queue.Queue()   # {key: (index, future)}; the futures that are done

        def submit(index):
            # a partial function, because Dask would look for keys and tasks in arguments
            task = functools.partial(_compute, self._setup, function, items[index])
            future = self._client.submit(task, pure=False)
            running[future.key] = index, future
            future.add_done_callback(done.put)

        try:
            limit = self._count_tasks()
            while waiting or suspects or running:
                if suspects and not running:
                    retried.add(suspects[0])
                    submit(suspects[0])
                while waiting and not suspects and len(running) < limit:
                    submit(waiting.popleft())
                future = self._wait(lambda seconds: done.get(timeout=seconds))
                index, _ = running.pop(future.key)
                kind, content = self._receive(future)
                if kind == parallel.ERROR:
                    raise content[0] from RuntimeError("in a worker process:\n" + content[1])
                if kind != parallel.RESULT:
                    if index not in retried:
                        suspects.append(index)
                        continue
                    content = parallel.Failure(content)
                if index in retried:
                    suspects.popleft()
                yield index, content
                if done.empty():
                    limit = self._count_tasks()
        finally:
            with contextlib.suppress(Exception):        # the scheduler is lost
                self._client.cancel([future for _, future in running.values()])

    def _connect(self):
        try:
            return self._distributed.Client(self.address, timeout=CONNECT_TIMEOUT,
                                            set_as_default=False)
        except Exception as error:      # the types differ between versions and causes
            raise InputError("--scheduler %s: does not answer (%s); start `dask scheduler` there, "
                             "with the same version of Dask as here (%s)"
                             % (self.address, _describe(error), self._distributed.__version__))

    def _check_workers(self):
        """Check all workers that are there now; `_compute` checks those that come later."""
        end = monotonic() + CONNECT_TIMEOUT
        while not self._count_tasks():
            if monotonic() > end:
                raise InputError("--scheduler %s: has no worker; start `dask worker %s` in the "
                                 "project's folder" % (self.address, self.address))
            sleep(0.1)
        self._call(lambda: self._client.run(_prepare, self._setup))

    def _count_tasks(self):
        """How many tasks the scheduler should have. Raises InputError for a wrong worker."""
        n_threads = self._call(self._client.nthreads)
        for worker, number in sorted(n_threads.items()):
            if number != 1:     # the functions change the state of their process
                raise InputError("--scheduler %s: the worker %s has %d threads; start it with "
                                 "--nthreads 1" % (self.address, worker, number))
        return _TASKS_PER_WORKER * len(n_threads)

    def _wait(self, get):
        """get(seconds), called again while it finds nothing and there are workers."""
        last_worker = monotonic()
        while True:
            try:
                return get(_WATCH_INTERVAL)
            except (queue.Empty, self._distributed.TimeoutError):
                if self._count_tasks():
                    last_worker = monotonic()
                elif monotonic() > last_worker + NO_WORKER_TIMEOUT:
                    raise InputError("--scheduler %s: has had no worker for %d s; start workers, "
                                     "then run the same command again"
                                     % (self.address, NO_WORKER_TIMEOUT))

    def _receive(self, future):
        """The message (kind, content) of a task that was done.

        If the worker that kept the message is lost, Dask computes it again; this waits for it.
        """
        try:
            return self._wait(lambda seconds: future.result(timeout=seconds))
        except self._distributed.scheduler.KilledWorker:
            return parallel.NO_MEMORY, ("the workers that worked on it were lost; perhaps there is "
                                        "not enough memory")
        except self._distributed.CancelledError:
            raise self._lost("the scheduler ended")
        except Exception as error:
            raise self._refuse(error) if future.status == "error" else error

    def _call(self, function):
        try:
            return function()
        except (OSError, self._distributed.TimeoutError, RuntimeError) as error:
            raise self._lost(_describe(error))
        except Exception as error:
            raise self._refuse(error)

    def _lost(self, reason):
        return InputError("--scheduler %s: the connection is lost (%s); run the same command again "
                          "to continue" % (self.address, reason))

    def _refuse(self, error):
        """The exception for a worker that cannot begin an item."""
        if isinstance(error, InputError):
            return InputError("--scheduler %s: %s" % (self.address, error))
        return InputError("--scheduler %s: a worker cannot load the project (%s); start the "
                          "workers in the folder of the same version, with PYTHONPATH=."
                          % (self.address, _describe(error)))


def describe_process():
    """{name: version} of everything that must be the same in a worker and in the program."""
    return {"Python": ".".join(platform.python_version_tuple()[:2]),
            "Dask": _import_distributed().__version__, "NumPy": np.__version__,
            "the code": source_digest()}


def _import_distributed():
    try:
        import distributed
    except ImportError as error:
        raise InputError("--scheduler: needs Dask (%s); %s" % (error, _INSTALL))
    return distributed


def _compute(setup, function, item):
    """The message (kind, content) about an item. Runs in a worker."""
    _prepare(setup)
    kind, content = parallel.call(function, item)
    return kind, "there is not enough memory for it" if kind == parallel.NO_MEMORY else content


def _prepare(setup):
    """Raise InputError if this worker differs from the program that made the _Setup."""
    global _prepared
    if setup == _prepared:
        return
    name = "the worker on %s" % socket.gethostname()
    for key, value in describe_process().items():
        if value != setup.versions[key]:
            raise InputError("%s differs from this program: %s is %s there and %s here; start it "
                             "with the same version" % (name, key, value, setup.versions[key]))
    missing = [path for path in (setup.folder, setup.token) if path and not os.path.exists(path)]
    missing += [path for path, names in sorted(setup.inputs.items())
                if not os.path.exists(path) or _digest_names(path) != names]
    if missing:
        raise InputError("%s does not have the same files in %s; workers need the project and all "
                         "data under the same paths, in a shared file system"
                         % (name, " and ".join(
                             os.path.dirname(path) if path == setup.token else path
                             for path in missing)))
    os.chdir(setup.folder)      # paths in items and messages are those of the program
    _prepared = setup


def _digest_names(folder):
    """A digest of the names of the files in a folder."""
    names = sorted(os.fsencode(name) for name in os.listdir(folder))
    return hashlib.sha256(b"\0".join(names)).hexdigest()[:12]


def _describe(error):
    return "%s: %s" % (type(error).__name__, str(error).split("\n")[0][:200])
