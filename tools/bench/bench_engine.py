"""How fast WaveNet speaks: the native engine, and beside it the generator in TensorFlow's graph.

Times are those of the processor, whatever else it does meanwhile: a rate on n threads is n times
that of a second of work. The limit is the machine's own matrix product, taken before every run.
"""
import os
import statistics
import subprocess
import sys
import time

import numpy as np

from common.hparam_set import create_hparams
from nn import compat
from nn.compat import tf
from tools.bench import sgemm_peak as product
from tools.bench.bench_report import Figure
from wavenet_vocoder.engine import binding, weights
from wavenet_vocoder.engine.vocoder import NativeVocoder, multiplies_per_sample
from wavenet_vocoder.wavegen import MAX_BATCH_SIZE, GraphVocoder, generate_waveforms
from wavenet_vocoder.chunks import split_into_chunks

RUNS = 5
STATUS = "/proc/self/status"
# preset, streams, samples a run: whole periods of the longest dilation's pairs, 2 · 512
SITUATIONS = (("reference", 1, 1024), ("reference", MAX_BATCH_SIZE, 1024),
              ("small", 1, 8192), ("small", MAX_BATCH_SIZE, 1024))
IN_GRAPH = (("reference", 1, 1), ("small", 1, 3))       # preset, streams, frames a run


def figures():
    """[Figure] of samples a second, the arithmetic in them, the real-time factor and the memory."""
    found = []
    with product.Limit() as limit:
        for preset, streams, samples in SITUATIONS:
            for precision in binding.PRECISIONS:
                if binding.supports(precision):
                    found += _of_engine(preset, streams, samples, precision, limit)
        for preset, streams, frames in IN_GRAPH:
            found += _of_graph(preset, streams, frames, limit)
    return found + ([_memory()] if os.path.exists(STATUS) else [])


def _of_engine(preset, count, samples, precision, limit):
    hp = create_hparams(preset)
    engine = NativeVocoder(_weights(hp), hp, 0, precision)
    streams = engine.streams([0] * count)
    random = np.random.RandomState(1)

    def work():
        wanted = streams.condition_rows(samples)
        streams.generate(random.normal(size=[count, wanted.stop - wanted.start, hp.n_mels]),
                     random.uniform(0.1, 0.9, [count, samples, streams.net.distribution.noise_dim]))

    return _rates("WaveNet %s, %s, %s" % (preset, precision, _streams(count)), work,
                  count * samples, streams.threads, hp, limit,
                  multiplies_per_sample(hp, weights.uses_winograd(hp, precision)))


def _of_graph(preset, count, frames, limit):
    hp = create_hparams(preset)
    random = np.random.RandomState(1)
    mels = [random.normal(size=[frames, hp.n_mels]) for _ in range(count)]
    with tf.Graph().as_default():
        vocoder = GraphVocoder(hp, 0)
        with compat.create_session(1) as session:
            session.run(tf.global_variables_initializer())
            return _rates("WaveNet %s, in the graph, %s" % (preset, _streams(count)),
                          lambda: generate_waveforms(
                              vocoder.with_session(session), mels, [0] * count, range(count), hp),
                          count * frames * hp.hop_length, 1, hp, limit, multiplies_per_sample(hp))


def _rates(name, work, samples, threads, hp, limit, products):
    """The Figures of work(), which makes that many samples on that many threads.

    `products`: the multiplications of a sample.
    """
    work()
    rates, ratios = [], []
    flops = 2e-9 * products
    for _ in range(RUNS):
        best = limit.gflops() * threads
        began = time.process_time()
        work()
        rates.append(samples * threads / (time.process_time() - began))
        ratios.append(rates[-1] * flops / best)
    rate, ratio = statistics.median(rates), statistics.median(ratios)
    return [Figure(name, rate, "samples/s on %d threads" % threads, ratio, RUNS),
            Figure(name + ", arithmetic", rate * flops, "GFLOP/s", ratio, RUNS),
            Figure(name + ", real time", rate / hp.sample_rate, "× real time", ratio, RUNS)]


def _memory():
    """The most memory for a minute at reference size, beyond Python and TensorFlow; of 600 MB."""
    # in a process of its own: memory that was used before would be used again
    used = float(subprocess.check_output([sys.executable, "-m", "tools.bench.bench_engine"]))
    return Figure("WaveNet reference, memory of a minute of audio", used, "MB", used / 600.0, 1)


def _of_a_minute():
    hp = create_hparams("reference")
    mel = np.zeros([60 * hp.sample_rate // hp.hop_length, hp.n_mels], np.float32)
    before, values = _status("VmRSS"), _weights(hp)
    # all pieces side by side, as they are spoken; what comes later takes the samples alone, twice
    drawing = NativeVocoder(values, hp).start(
        split_into_chunks(0, mel, 0, 1, hp)[:MAX_BATCH_SIZE])
    drawing.generate(1)
    return _status("VmHWM") - before + mel.shape[0] * hp.hop_length * 8e-6


def _status(name):
    """What Linux tells of this process's memory [MB]."""
    with open(STATUS, encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024.0 for line in file if line.startswith(name))


def _weights(hp):
    """Random ones: what a product takes does not depend on them."""
    random = np.random.RandomState(0)
    return weights.validate_weights({
        name: random.normal(size=shape) / np.sqrt(100.0 if len(shape) == 1 else shape[0])
        for name, shape in sorted(weights.variable_shapes(hp, 0).items())}, hp, 0, "bench")


def _streams(count):
    return "one stream" if count == 1 else "%d streams" % count


if __name__ == "__main__":
    print(_of_a_minute())
