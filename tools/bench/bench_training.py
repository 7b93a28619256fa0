"""How fast both models learn, at the sizes of two presets, on invented clips of usual lengths.

A run learns from every clip once, through what the trainers use: order, feeding, graph, optimiser.
The clock is that of the wall: what other programs take counts.
"""
import collections
import statistics
import time

import numpy as np

import korean
from common.hparam_set import create_hparams
from datasets import batches
from datasets.store import Example
from nn import compat
from nn.compat import tf
from tools.bench import operation_count as limit
from tools.bench.bench_report import Figure
from training.prefetch import prefetch
from training.progress import OverheadMeter
from wavenet_vocoder import distributions, wavenet

PRESETS = ("small", "reference")
CLIPS = 128             # four batches of Tacotron2
SEGMENTS = 4            # batches of WaveNet a run
# deciles of the lengths of 109 short clips, 1.66 s on average [frames of 12.5 ms]
DECILES = (30, 63, 74, 80, 97, 121, 153, 172, 188, 214, 346)
JAMO_A_FRAME = 0.18
SECONDS, RUNS = 40, 5   # runs are repeated for as long, as often at most

Row = collections.namedtuple("Row", "id frames")


def figures():
    """[Figure] of both models in both presets."""
    found = []
    for preset in PRESETS:
        hp = create_hparams(preset)
        for measure in (_tacotron, _wavenet):
            # beside each measurement: a machine that others use, too, is not always as fast
            fastest = limit.matrix_product()
            with tf.Graph().as_default():
                found += measure(preset, hp, fastest)
            found.append(Figure(found[-1].name.rpartition(",")[0] + ", matrix product beside it",
                                fastest / 1e9, "GFLOP/s", 1.0, limit.RUNS))
    return found


def _tacotron(preset, hp, fastest):
    from tacotron2 import tacotron_training_graph
    model = tacotron_training_graph.TrainingGraph(hp, len(korean.SYMBOLS), 0)
    sampler = batches.BatchSampler(clips(hp), hp.batch_size, hp.batches_per_group, hp.seed)
    rates, operations, shares = _runs(
        model, lambda step: model.make_feed_dict(sampler.batch_items(step), 0), sampler.batches_per_epoch,
        lambda batch: limit.tacotron_operations(hp, batch))
    name, steps = "Tacotron2 training, %s" % preset, sampler.batches_per_epoch
    return [Figure(name, statistics.median(rates) / steps,
                   "s a step of %d utterances" % hp.batch_size,
                   operations / statistics.median(rates) / fastest, len(rates)),
            Figure(name + ", pace", steps / statistics.median(rates), "steps/s", None, len(rates)),
            ] + _shares(name, shares, len(rates))


def _wavenet(preset, hp, fastest):
    from wavenet_vocoder import wavenet_training_graph
    model = wavenet_training_graph.TrainingGraph(hp, 0)
    sampler = batches.BatchSampler(clips(hp), hp.wavenet_batch_size, hp.batches_per_group, hp.seed)
    rates, operations, shares = _runs(
        model, lambda step: model.make_feed_dict(sampler.batch_items(step), np.random.RandomState([hp.seed, step])),
        SEGMENTS, lambda batch: limit.wavenet_operations(
            hp, batch, wavenet.condition_channels(hp, 0), distributions.output_distribution(hp).n_parameters))
    name, seconds = "WaveNet training, %s" % preset, statistics.median(rates)
    samples = SEGMENTS * hp.wavenet_batch_size * hp.wavenet_segment_length
    return [Figure(name, samples / seconds, "samples/s", operations / seconds / fastest,
                   len(rates)),
            Figure(name + ", pace", SEGMENTS / seconds, "steps/s", None, len(rates)),
            ] + _shares(name, shares, len(rates))


def _shares(name, shares, runs):
    return [Figure("%s, %s" % (name, share.replace("_share", "")), 100 * value, "%", None, runs)
            for share, value in sorted(shares.items())]


def _runs(model, feed, steps, count):
    """([seconds of a run of so many steps], its operations, the shares of waiting and padding)."""
    taken, overhead, operations = [], OverheadMeter(), 0.0
    with compat.create_session() as session:
        session.run(tf.global_variables_initializer())
        session.run(model.optimizer.train_op, feed(0))             # reserves memory
        overhead.reset()
        while not taken or sum(taken) < SECONDS and len(taken) < RUNS:
            began = time.monotonic()
            for fed in prefetch(feed, range(steps), overhead.add_wait):
                session.run(model.optimizer.train_op, fed)
                overhead.add_padding(model.padding_fraction(fed))
                if not taken:
                    operations += count(type(model.batch)(*(fed[part] for part in model.batch)))
            taken.append(time.monotonic() - began)
        return taken, operations, overhead.shares()


def clips(hp):
    """Items of noise whose lengths are spread as DECILES says; their texts are as long as usual."""
    frames = np.interp(np.linspace(0, len(DECILES) - 1, CLIPS), range(len(DECILES)), DECILES)
    random = np.random.RandomState(hp.seed)
    return [batches.BatchItem(_Noise(hp), Row("clip-%03d" % number, int(count)), 0,
                         random.randint(1, len(korean.SYMBOLS), max(2, int(count * JAMO_A_FRAME))))
            for number, count in enumerate(frames)]


class _Noise(object):
    """A store whose examples are made when they are asked for."""

    def __init__(self, hp):
        self.hp = hp

    def load_mel(self, row):
        return self.load_example(row).mel

    def load_example(self, row):
        random = np.random.RandomState(row.frames)
        return Example(random.uniform(-0.5, 0.5, row.frames * self.hp.hop_length).astype(np.float32),
                       random.uniform(-1, 1, [row.frames, self.hp.n_mels]).astype(np.float32))
