"""TF_CONFIG: the hosts that train together, in the form of TensorFlow and of Kubernetes' TFJob.

    {"cluster": {"chief": ["10.0.0.1:2222"], "worker": ["10.0.0.2:2222", "10.0.0.3:2222"]},
     "task": {"type": "worker", "index": 0}}

`cluster` has the address of each process, by job, and is the same on all hosts. `task` says which
of them this process is. Other keys are ignored.
"""
from collections import namedtuple

from common import files
from common.errors import InputError

JOBS = ("chief", "worker", "ps", "evaluator")

# cluster: {job: [address]}; job, index: of this process
TFConfig = namedtuple("TFConfig", "cluster job index")


def parse_tf_config(text):
    """The TFConfig of a text, or None if it names no cluster. Raises InputError if it is wrong."""
    content = files.parse_json(text, "TF_CONFIG")
    _require(isinstance(content, dict), "should be a JSON object with cluster and task")
    cluster = content.get("cluster", {})
    _require(isinstance(cluster, dict), "cluster should be an object {job: [address]}")
    if not cluster:
        return None
    for job, addresses in cluster.items():
        _require(job in JOBS, "cluster has the job %r; jobs are %s" % (job, ", ".join(JOBS)))
        _require(isinstance(addresses, list), "cluster.%s should be a list of addresses" % job)
        for address in addresses:
            _require(isinstance(address, str) and _is_address(address),
                     "cluster.%s has the address %r; it should be HOST:PORT" % (job, address))
    addresses = sum(cluster.values(), [])
    for address in addresses:
        _require(addresses.count(address) == 1, "two tasks have the address %s" % address)
    _require(len(cluster.get("chief", [])) == 1, "cluster.chief should have one address, of the "
             "process that writes the run folder")
    task = content.get("task")
    _require(isinstance(task, dict), "task should be an object with type and index")
    job, index = task.get("type"), task.get("index", 0)
    _require(job in JOBS, "task.type is %r; it should be one of %s" % (job, ", ".join(JOBS)))
    n_tasks = 1 if job == "evaluator" else len(cluster.get(job, []))
    _require(type(index) is int and 0 <= index, "task.index is %r; it should be an integer from 0 "
             "on" % (index,))
    _require(job == "evaluator" or index < n_tasks,
             "task.index is %d, but cluster.%s has %d address(es)" % (index, job, n_tasks))
    return TFConfig({job: cluster[job] for job in JOBS if cluster.get(job) and job != "evaluator"},
                    job, index)


def _is_address(text):
    host, _, port = text.rpartition(":")
    return bool(host) and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536


def _require(condition, message):
    if not condition:
        raise InputError("TF_CONFIG: " + message)
