"""Training on two hosts: speed, bytes on the wire, and what follows for networks and more hosts.

Two processes with one thread each, a chief and a worker (training.cluster), are compared with one
process with one thread, with the same batches. The bytes are those that pass through the loopback
interface, so nothing else may use it. The efficiency of H hosts is the share of a step in which
they compute, if each host computes a batch of its own, at GPU_FLOPS, and all weights and gradients
then pass through the network interface of the chief, one after the other:

    compute / (compute + (H - 1) · bytes / bandwidth)
"""
import multiprocessing
import socket
import statistics
import time
from collections import namedtuple

import numpy as np

import korean
from common.hparam_set import create_hparams
from datasets import batches
from nn import compat
from nn.compat import tf
from tacotron2 import tacotron_training_graph
from tools.bench.bench_report import Result
from tools.bench.bench_training import synthetic_clips
from tools.bench.training_flops import tacotron_training_flops, wavenet_training_flops
from training.cluster import session_config
from wavenet_vocoder import wavenet, wavenet_training_graph
from wavenet_vocoder.distributions import output_distribution

GPU_FLOPS = 3e12                # of a host: a third of the peak of a Tesla P100
HOSTS, GIGABITS = (2, 4, 8), (1, 10, 100)
DEVICES = ["/job:chief/task:0", "/job:worker/task:0"]
MAX_SECONDS, MAX_STEPS = 20, 12     # of the steps that are timed; no step starts after either

# seconds: of a step; n_bytes: on the wire per step; flops: of a step; means over the batches
Steps = namedtuple("Steps", "seconds count n_bytes flops")


def measure():
    """[Result] of both models."""
    results = []
    for name, model in (("Tacotron2", "tacotron"), ("WaveNet", "vocoder")):
        for n_batches, size in ((1, "small"), (2, "small, twice the batch")):
            one, two = (_run(model, "small", n_hosts, n_batches, MAX_STEPS) for n_hosts in (1, 2))
            results += [
                Result("%s training, %s, two processes" % (name, size), one.seconds / two.seconds,
                       "times one process", None, two.count),
                Result("%s training, %s, on the wire" % (name, size), two.n_bytes / 1e6,
                       "MB a step", None, two.count)]
        two = _run(model, "reference", 2, 1, 1)
        results.append(Result("%s training, reference, on the wire" % name, two.n_bytes / 1e6,
                              "MB a step", None, two.count))
        results += [
            Result("%s, reference, %d hosts, %d Gbit/s, computed" % (name, hosts, gigabits),
                   100 * efficiency(two.flops, two.n_bytes, hosts, gigabits), "% efficiency", None,
                   two.count) for hosts in HOSTS for gigabits in GIGABITS]
    return results


def efficiency(flops, n_bytes, hosts, gigabits):
    """The share of computation in a step of `flops` per host; n_bytes to and from each worker."""
    compute = flops / GPU_FLOPS
    return compute / (compute + (hosts - 1) * 8 * n_bytes / (gigabits * 1e9))


def _run(model, preset, n_hosts, n_batches, max_steps):
    """The Steps of one process, or of a chief and a worker, of one thread each.

    n_batches: the factor of the batch size of the preset
    """
    # in new processes, because the first session of a process fixes its threads
    context, cluster = multiprocessing.get_context("spawn"), None
    if n_hosts > 1:
        cluster = {job: ["127.0.0.1:%d" % _free_port()] for job in ("chief", "worker")}
        worker = context.Process(target=_serve, args=(cluster,), daemon=True)
        worker.start()
    with context.Pool(1) as pool:
        steps = pool.apply(_time_steps, (model, preset, n_batches, cluster, max_steps))
    if n_hosts > 1:
        worker.terminate()
        worker.join()
    return steps


def _serve(cluster):
    tf.train.Server(cluster, "worker", 0, config=session_config(1))
    while True:
        time.sleep(60)


def _time_steps(model, preset, n_batches, cluster, max_steps):
    hp, target = create_hparams(preset), ""
    hp = hp.replace(batch_size=n_batches * hp.batch_size,
                    wavenet_batch_size=n_batches * hp.wavenet_batch_size)
    config = session_config(1) if cluster else compat.session_config(1)
    if cluster:
        target = tf.train.Server(cluster, "chief", 0, config=config).target
        config.device_filters.extend(DEVICES)
    with tf.device(DEVICES[0] if cluster else None):
        graph, feeds = _BUILDERS[model](hp, DEVICES if cluster else [None])
        with tf.Session(target, config=config) as session:
            session.run(tf.global_variables_initializer())
            session.run(graph.optimizer.train_op, feeds[0])     # the first step allocates memory
            times, first_bytes = [], _loopback_bytes()
            while not times or sum(times) < MAX_SECONDS and len(times) < max_steps:
                start = time.monotonic()
                session.run(graph.optimizer.train_op, feeds[len(times) % len(feeds)])
                times.append(time.monotonic() - start)
            n_bytes = (_loopback_bytes() - first_bytes) / len(times)
    flops = [_count_flops(model, hp, type(graph.batch)(*(feed[field] for field in graph.batch)))
             for feed in feeds]
    seconds = statistics.mean(statistics.median(times[number::len(feeds)])
                              for number in range(min(len(feeds), len(times))))
    return Steps(seconds, len(times), n_bytes, statistics.mean(flops))


def _build_tacotron(hp, devices):
    """(training graph, feeds of four batches)"""
    graph = tacotron_training_graph.TrainingGraph(hp, len(korean.SYMBOLS), 0, devices)
    sampler = batches.BatchSampler(synthetic_clips(hp), hp.batch_size, hp.batches_per_group,
                                   hp.seed)
    return graph, [graph.make_feed_dict(sampler.batch_items(step), 0) for step in range(4)]


def _build_vocoder(hp, devices):
    graph = wavenet_training_graph.TrainingGraph(hp, 0, 1, devices)
    items = synthetic_clips(hp)[-hp.wavenet_batch_size:]        # the longest: no padding
    return graph, [graph.make_feed_dict(items, np.random.RandomState(hp.seed))]


_BUILDERS = {"tacotron": _build_tacotron, "vocoder": _build_vocoder}


def _count_flops(model, hp, batch):
    if model == "tacotron":
        return tacotron_training_flops(hp, batch)
    return wavenet_training_flops(hp, batch, wavenet.condition_channels(hp, 0),
                                  output_distribution(hp).n_parameters)


def _free_port():
    with socket.socket() as item:
        item.bind(("127.0.0.1", 0))
        return item.getsockname()[1]


def _loopback_bytes():
    """Bytes that the loopback interface has received since the start of the system."""
    with open("/proc/net/dev") as file:
        line, = [line for line in file if line.strip().startswith("lo:")]
    return int(line.split(":")[1].split()[0])
