"""Speed of WaveNet generation with the native engine, and with TensorFlow for comparison.

A rate on n threads is n times the rate per second of CPU time, so that other programs on the
machine do not change it.
"""
import os
import subprocess
import sys

import numpy as np

from common.hparam_set import create_hparams
from nn import compat
from nn.compat import tf
from tools.bench.bench_report import Result, cpu_times, format_threads, median_rate
from tools.bench.sgemm_peak import peak_result, sgemm_peak
from wavenet_vocoder.chunks import split_into_chunks
from wavenet_vocoder.engine import binding, weights
from wavenet_vocoder.engine.vocoder import NativeVocoder, fastest_precision, multiplies_per_sample
from wavenet_vocoder.wavegen import MAX_BATCH_SIZE, GraphVocoder, generate_waveforms

RUNS = 5
STATUS = "/proc/self/status"
# preset, streams, samples per run: multiples of 2 · 512, the period of the engine at the longest
# dilation
ENGINE_CASES = (("reference", 1, 1024), ("reference", MAX_BATCH_SIZE, 1024),
                ("small", 1, 8192), ("small", MAX_BATCH_SIZE, 1024))
GRAPH_CASES = (("reference", 1), ("small", 3))      # preset, frames per run; one stream


def measure():
    """[Result]: samples per second, GFLOP/s, real-time factor and memory."""
    results, peaks = [], {}
    for preset, n_streams, n_samples in ENGINE_CASES:
        by_precision = {precision: measure_engine(preset, n_streams, n_samples, precision, peaks)
                        for precision in filter(binding.supports, binding.PRECISIONS)}
        for precision in sorted(by_precision):
            results += by_precision[precision]
        results.append(automatic_result(preset, n_streams, {
            precision: rows[0].value for precision, rows in by_precision.items()}))
    for preset, n_frames in GRAPH_CASES:
        results += _measure_graph(preset, n_frames, peaks)
    results += [peak_result(peak, threads) for threads, peak in sorted(peaks.items())]
    return results + ([_measure_memory()] if os.path.exists(STATUS) else [])


def measure_engine(preset, n_streams, n_samples, precision, peaks):
    """[Result] of the engine. Peaks are measured and added to `peaks`, {threads: FLOP/s}."""
    hp = create_hparams(preset)
    streams = NativeVocoder(_random_weights(hp), hp, 0, precision).streams([0] * n_streams)
    random = np.random.RandomState(1)
    noise_dim = streams.network.distribution.noise_dim

    def generate():
        rows = streams.condition_rows(n_samples)
        streams.generate(random.normal(size=[n_streams, rows.stop - rows.start, hp.n_mels]),
                         random.uniform(0.1, 0.9, [n_streams, n_samples, noise_dim]))

    name = "WaveNet %s, %s, %s" % (preset, precision, _format_streams(n_streams))
    winograd = weights.uses_winograd(hp, precision)
    return _measure_speed(name, generate, n_streams * n_samples, streams.threads, hp,
                          multiplies_per_sample(hp, winograd), peaks, precision == "float32")


def automatic_result(preset, n_streams, rates):
    """The Result of --precision auto, where it is accurate; rates: {precision: samples/s}."""
    precision = fastest_precision()
    return Result("WaveNet %s, auto: %s, %s" % (preset, precision, _format_streams(n_streams)),
                  rates[precision] / max(rates.values()), "× the faster precision", None, RUNS)


def _format_streams(n_streams):
    return "one stream" if n_streams == 1 else "%d streams" % n_streams


def _measure_graph(preset, n_frames, peaks):
    hp = create_hparams(preset)
    mels = [np.random.RandomState(1).normal(size=[n_frames, hp.n_mels])]
    with tf.Graph().as_default():
        vocoder = GraphVocoder(hp, 0)
        with compat.create_session(1) as session:
            session.run(tf.global_variables_initializer())
            vocoder = vocoder.with_session(session)
            return _measure_speed("WaveNet %s, in the graph, one stream" % preset,
                                  lambda: generate_waveforms(vocoder, mels, [0], [0], hp),
                                  n_frames * hp.hop_length, 1, hp, multiplies_per_sample(hp), peaks)


def _measure_speed(name, generate, n_samples, threads, hp, multiplies, peaks, is_float=True):
    """[Result] of generate(), which generates n_samples with `multiplies` multiplications each.

    Without `is_float` there is no ratio to the sgemm peak, which is no limit for int8.
    """
    generate()
    rate = threads * median_rate(n_samples, cpu_times(generate, RUNS))
    flops, ratio = 2.0 * rate * multiplies, None
    if is_float:
        peaks[threads] = max(peaks.get(threads, 0), sgemm_peak(threads))
        ratio = flops / peaks[threads]
    return [Result(name, rate, "samples/s on " + format_threads(threads), ratio, RUNS),
            Result(name + ", arithmetic", flops / 1e9, "GFLOP/s" if is_float else "GOP/s", ratio,
                   RUNS),
            Result(name + ", real time", rate / hp.sample_rate, "× real time", None, RUNS)]


def _measure_memory():
    # in a new process: this one would reuse memory that it has freed
    megabytes = float(subprocess.check_output([sys.executable, "-m", "tools.bench.bench_engine"]))
    return Result("WaveNet reference, memory of a minute of audio", megabytes, "MB", None, 1)


def _memory_of_a_minute():
    """MB to generate a minute of audio with `reference`, in addition to Python and TensorFlow."""
    hp = create_hparams("reference")
    mel = np.zeros([60 * hp.sample_rate // hp.hop_length, hp.n_mels], np.float32)
    memory_before, values = _read_status("VmRSS"), _random_weights(hp)
    # the largest batch of chunks, and later two copies of all samples, 4 bytes each
    generator = NativeVocoder(values, hp).start(
        split_into_chunks(mel, 0, 1, hp)[:MAX_BATCH_SIZE])
    generator.generate(1)
    return _read_status("VmHWM") - memory_before + mel.shape[0] * hp.hop_length * 8e-6


def _read_status(name):
    """The value of `name` in /proc/self/status [MB]."""
    with open(STATUS, encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024.0 for line in file if line.startswith(name))


def _random_weights(hp):
    random = np.random.RandomState(0)
    return weights.validate_weights({
        name: random.normal(size=shape) / np.sqrt(100.0 if len(shape) == 1 else shape[0])
        for name, shape in sorted(weights.variable_shapes(hp, 0).items())}, hp, 0, "bench")


if __name__ == "__main__":
    print(_memory_of_a_minute())
