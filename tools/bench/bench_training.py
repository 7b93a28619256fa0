"""Speed of training at the sizes of two presets, in one and two towers, and in one thread.

A run trains on every clip once, with the batches, prefetching, graph and optimizer of the trainers.
Times are wall-clock times.
"""
import multiprocessing
import statistics
import time
from collections import namedtuple

import numpy as np

import korean
from common.hparam_set import create_hparams
from common.resources import available_cpus
from datasets import batches
from datasets.store import Example
from nn import compat
from nn.compat import tf
from tacotron2 import tacotron_training_graph
from tools.bench.bench_report import Result
from tools.bench.sgemm_peak import peak_result, sgemm_peak
from tools.bench.training_flops import tacotron_training_flops, wavenet_training_flops
from training.prefetch import prefetch
from training.progress import OverheadMeter
from wavenet_vocoder import wavenet, wavenet_training_graph
from wavenet_vocoder.distributions import output_distribution

PRESETS = "small", "reference"
# (towers, threads) of each measurement; 0: all
TOWERS = (1, 0), (2, 0), (1, 1)
N_CLIPS = 128                   # four batches of Tacotron 2
WAVENET_STEPS = 4               # per run
# deciles of the lengths of 109 short clips, 1.66 s on average [frames of 12.5 ms]
LENGTH_DECILES = (30, 63, 74, 80, 97, 121, 153, 172, 188, 214, 346)
JAMO_PER_FRAME = 0.18
MAX_SECONDS, MAX_RUNS = 40, 5   # per model and preset; no run starts after either

Row = namedtuple("Row", "id frames")    # the fields of store.ManifestRow that batches need


def measure():
    """[Result] of Tacotron 2 and WaveNet with each preset and number of towers."""
    results, peak, threads = [], 0, available_cpus()
    for preset in PRESETS:
        for measure_model in (_measure_tacotron, _measure_wavenet):
            peak = max(peak, sgemm_peak(threads))
            for n_towers, n_threads in TOWERS:
                # in a new process, because the first session of a process fixes its threads
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    results += pool.apply(measure_model, (preset, n_towers, n_threads, peak))
    return results + [peak_result(peak, threads)]


def _measure_tacotron(preset, n_towers, threads, peak):
    hp = create_hparams(preset)
    graph = tacotron_training_graph.TrainingGraph(hp, len(korean.SYMBOLS), 0, [None] * n_towers)
    sampler = batches.BatchSampler(synthetic_clips(hp), hp.batch_size, hp.batches_per_group,
                                   hp.seed)
    steps = sampler.batches_per_epoch
    times, flops, shares = _time_steps(
        graph, threads, lambda step: graph.make_feed_dict(sampler.batch_items(step), 0), steps,
        lambda batch: tacotron_training_flops(hp, batch))
    seconds = statistics.median(times)
    return _list_results(_describe("Tacotron2", preset, n_towers, threads), seconds / steps,
                         "s a step of %d utterances" % hp.batch_size, flops / seconds / peak,
                         steps / seconds, shares, len(times))


def _measure_wavenet(preset, n_towers, threads, peak):
    hp = create_hparams(preset)
    graph = wavenet_training_graph.TrainingGraph(hp, 0, tower_devices=[None] * n_towers)
    sampler = batches.BatchSampler(synthetic_clips(hp), hp.wavenet_batch_size,
                                   hp.batches_per_group, hp.seed)
    condition_channels = wavenet.condition_channels(hp, 0)
    times, flops, shares = _time_steps(
        graph, threads, lambda step: graph.make_feed_dict(sampler.batch_items(step),
                                                 np.random.RandomState([hp.seed, step])),
        WAVENET_STEPS, lambda batch: wavenet_training_flops(
            hp, batch, condition_channels, output_distribution(hp).n_parameters))
    seconds = statistics.median(times)
    samples = WAVENET_STEPS * hp.wavenet_batch_size * hp.wavenet_segment_length
    return _list_results(_describe("WaveNet", preset, n_towers, threads), samples / seconds,
                         "samples/s", flops / seconds / peak, WAVENET_STEPS / seconds, shares,
                         len(times))


def _describe(model, preset, n_towers, threads):
    return ", ".join([model + " training", preset] + ["%d towers" % n_towers] * (n_towers > 1)
                     + ["%d thread" % threads] * (threads > 0))


def _list_results(name, value, unit, ratio, pace, shares, runs):
    return [Result(name, value, unit, ratio, runs),
            Result(name + ", pace", pace, "steps/s", None, runs)] + [
                Result("%s, %s" % (name, share.replace("_share", "")), 100 * shares[share], "%",
                       None, runs) for share in sorted(shares)]


def _time_steps(graph, threads, make_feed, n_steps, count_flops):
    """([seconds of each run of n_steps], FLOP of a run, OverheadMeter.shares())"""
    times, overhead, flops = [], OverheadMeter(), 0.0
    with compat.create_session(threads, tower_devices=graph.tower_devices) as session:
        session.run(tf.global_variables_initializer())
        session.run(graph.optimizer.train_op, make_feed(0))     # the first step allocates memory
        overhead.reset()
        while not times or sum(times) < MAX_SECONDS and len(times) < MAX_RUNS:
            start = time.monotonic()
            for feed in prefetch(make_feed, range(n_steps), overhead.add_wait):
                session.run(graph.optimizer.train_op, feed)
                overhead.add_padding(graph.padding_fraction(feed))
                if not times:
                    flops += count_flops(type(graph.batch)(*(feed[field] for field in graph.batch)))
            times.append(time.monotonic() - start)
        return times, flops, overhead.shares()


def synthetic_clips(hp):
    """BatchItems of noise, with the lengths of LENGTH_DECILES and texts of typical length."""
    frames = np.interp(np.linspace(0, len(LENGTH_DECILES) - 1, N_CLIPS),
                       range(len(LENGTH_DECILES)), LENGTH_DECILES)
    random = np.random.RandomState(hp.seed)
    return [batches.BatchItem(NoiseStore(hp), Row("clip-%03d" % number, int(count)), 0,
                              random.randint(1, len(korean.SYMBOLS),
                                             max(2, int(count * JAMO_PER_FRAME))))
            for number, count in enumerate(frames)]


class NoiseStore(object):
    """Replaces an example store. The examples are noise, generated when they are loaded."""

    def __init__(self, hp):
        self.hp = hp

    def load_mel(self, row):
        return self.load_example(row).mel

    def load_example(self, row):
        random, samples = np.random.RandomState(row.frames), row.frames * self.hp.hop_length
        return Example(random.uniform(-0.5, 0.5, samples).astype(np.float32),
                       random.uniform(-1, 1, [row.frames, self.hp.n_mels]).astype(np.float32))
