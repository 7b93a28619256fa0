"""Generation of chunks on the native engine."""
import math

import numpy as np

from common.errors import InputError
from common.resources import available_cpus
from wavenet_vocoder import numpy_distributions
from wavenet_vocoder.distributions import MULAW_VALUES, make_noise, output_distribution
from wavenet_vocoder.engine import binding, conditioning, weights
from wavenet_vocoder.engine.likelihood_cache import cached_likelihoods
from wavenet_vocoder.upsampling import pad_context

# Measured: up to this many streams per thread are faster one after the other than in one batch.
MAX_SINGLE_STREAMS = {"float32": 2, "int8": 8}
# Measured: from this many multiplications between two barriers, it pays to split the channels of
# one stream among threads.
MIN_SHARED_WORK = {"float32": 45000, "int8": 240000}
MAX_KERNEL_SIZE = 16    # MAX_TAPS of native/internal.h

MAX_LIKELIHOOD_CHANGE = 0.005       # relative change of the log-likelihood by int8
TEST_STREAMS, TEST_FRAMES = 16, 4   # it is measured on so many streams of so many frames


class NativeVocoder(object):
    """A network with weights by name (from validate_weights), on `threads` threads, 0: all CPUs.

    `precision` is float32, int8 or auto: the faster one of them if it is accurate enough.
    """

    def __init__(self, values, hp, threads=0, precision="float32"):
        self.hp, self.values = hp, values
        self.threads = threads or available_cpus()
        if hp.wavenet_kernel_size > MAX_KERNEL_SIZE:
            raise InputError("wavenet_kernel_size=%d: the native engine supports up to %d"
                             % (hp.wavenet_kernel_size, MAX_KERNEL_SIZE))
        if precision != "auto" and not binding.supports(precision):
            raise InputError("--precision %s: this CPU does not support it; it needs AVX2"
                             % precision)
        self._networks = {}
        self.precision = select_precision(self) if precision == "auto" else precision

    def start(self, chunks):
        return _NativeGenerator(self, chunks)

    @property
    def max_single_streams(self):
        """Up to this many streams are faster on one thread one after the other than in a batch."""
        return MAX_SINGLE_STREAMS[self.precision]

    @property
    def batch_size(self):
        """The streams of a batch that one thread generates together."""
        return self._network(True, self.precision).lanes

    def streams(self, speaker_ids, precision=None):
        """binding.Streams for the speaker ids, with the fastest layout and number of threads."""
        precision, threads = precision or self.precision, self.threads
        batched = len(speaker_ids) > MAX_SINGLE_STREAMS[precision] * threads
        network = self._network(batched, precision)
        tiles = -(-len(speaker_ids) // network.lanes)
        winograd = weights.uses_winograd(self.hp, precision)
        work = multiplies_per_sample(self.hp, winograd) * tiles * network.lanes / (
            2 * self.hp.wavenet_layers * threads)
        shared = bool(tiles % threads) and work > MIN_SHARED_WORK[precision]
        return binding.Streams(network, speaker_ids, threads if shared else min(tiles, threads),
                               shared)

    def _network(self, batched, precision):
        key = batched, precision
        if key not in self._networks:
            self._networks[key] = binding.NativeNetwork(self.values, self.hp, *key)
        return self._networks[key]


class _NativeGenerator(object):
    """Generates chunks side by side. A chunk can be replaced by another one while they run."""

    def __init__(self, vocoder, chunks):
        self.vocoder, self.hp, self.sample = vocoder, vocoder.hp, 0
        self.streams = vocoder.streams([chunk.speaker_id for chunk in chunks])
        # (chunk, its condition rows, its first sample)
        self.lanes = [self._lane(chunk) for chunk in chunks]

    @property
    def replacement_interval(self):
        """`replace` is possible after any multiple of so many frames; None: never."""
        if weights.uses_winograd(self.hp, self.streams.network.precision):
            return None
        layer = conditioning.upsampling_layers(self.vocoder.values, self.hp)[-1]
        return layer.taps // math.gcd(layer.taps, self.hp.hop_length // layer.scale)

    def replace(self, index, chunk):
        """Generate another chunk from now on in place of the chunk `index`.

        Raises ValueError where that is not possible.
        """
        self.streams.restart(index, chunk.speaker_id)
        self.lanes[index] = self._lane(chunk)

    def generate(self, n_frames):
        count = n_frames * self.hp.hop_length
        rows, scale = self.streams.condition_rows(count), self.hp.wavenet_upsample_scales[-1]
        condition, noise = [], []
        for chunk, inputs, start in self.lanes:
            condition.append(_rows(inputs, rows.start - start // scale, rows.stop - rows.start))
            noise.append(make_noise(
                chunk.key, chunk.start * self.hp.hop_length + self.sample - start, count, self.hp))
        samples = self.streams.generate(np.stack(condition), np.stack(noise))
        self.sample += count
        if self.hp.wavenet_output_distribution == "mulaw":
            is_nan = np.isnan(samples)      # what a damaged network computes
            samples = MULAW_VALUES[np.where(is_nan, 0, samples).astype(np.int32)]
            samples[is_nan] = np.nan
        return samples

    def _lane(self, chunk):
        inputs = conditioning.last_layer_inputs(chunk.mel, self.vocoder.values, self.hp)
        return chunk, inputs, self.sample


def _rows(inputs, first, count):
    """inputs[first:first + count], padded with copies of the last row after the end."""
    rows = inputs[first:first + count]
    if len(rows) < count:
        padding = np.broadcast_to(inputs[-1], (count - len(rows),) + inputs.shape[1:])
        rows = np.concatenate([rows, padding])
    return rows


def multiplies_per_sample(hp, winograd=False):
    """The engine's multiplications per generated sample; there are as many additions.

    With `winograd` (weights.uses_winograd), the mean over the two samples of a pair. The condition
    counts as conditioning.py explains: products once per input of the last upsampling layer and
    mel band of its kernel, and a sum over taps and bands per sample.
    """
    taps = 3 if hp.wavenet_upsample_type == "subpixel" else 2
    gates, layers = 2 * hp.wavenet_dilation_channels, hp.wavenet_layers
    products = 2 if winograd else hp.wavenet_kernel_size
    layer = (products * hp.wavenet_residual_channels * gates
             + hp.wavenet_dilation_channels * hp.wavenet_skip_channels
             + 3 * gates * (taps + hp.n_mels / float(hp.wavenet_upsample_scales[-1])))
    return (layers * layer
            + (layers - 1) * hp.wavenet_dilation_channels * hp.wavenet_residual_channels
            + hp.wavenet_skip_channels * (hp.wavenet_skip_channels
                                          + output_distribution(hp).n_parameters))


# -- automatic precision --------------------------------------------------------------------------

def select_precision(vocoder):
    """The faster precision, unless it is int8 and changes the network's likelihoods."""
    if fastest_precision() == "float32":
        return "float32"
    exact, quantised = cached_likelihoods(lambda: log_likelihoods(vocoder), vocoder.values,
                                          vocoder.hp)
    return "int8" if abs(quantised - exact) <= MAX_LIKELIHOOD_CHANGE * abs(exact) else "float32"


def fastest_precision():
    """The precision that is faster on this CPU: int8 where there are kernels for it.

    Measured for one stream and for batches, with the kernels of each instruction set
    (docs/engine.md). It is a property of the CPU, neither of the number of streams nor of a
    measurement at run time, because the samples of a seed depend on the precision: they must not
    depend on the other lines of a file or on what else the machine does.
    """
    return "int8" if binding.supports("int8") else "float32"


def log_likelihoods(vocoder):
    """Mean ln p [nats per sample] of audio that the network generates, in float32 and in int8.

    The streams start at successive frames of a mel with rising harmonics.
    """
    hp = vocoder.hp
    mel = pad_context(_rising_harmonics(hp), hp)
    margins = len(mel) - TEST_STREAMS - TEST_FRAMES
    inputs = np.stack([conditioning.last_layer_inputs(mel[i:i + TEST_FRAMES + margins],
                                                      vocoder.values, hp)
                       for i in range(TEST_STREAMS)])
    count = TEST_FRAMES * hp.hop_length
    noise = np.stack([make_noise(i, 0, count, hp) for i in range(TEST_STREAMS)])
    streams = vocoder.streams([0] * TEST_STREAMS, "float32")
    samples = streams.generate(inputs[:, streams.condition_rows(count)], noise)
    results = []
    for precision in ("float32", "int8"):
        streams = vocoder.streams([0] * TEST_STREAMS, precision)
        parameters = streams.score_samples(inputs[:, streams.condition_rows(count)], samples)
        results.append(_mean_log_likelihood(parameters, samples, hp))
    return results


def _rising_harmonics(hp):
    """A mel [frames, mels] with peaks that move apart, and less energy in the upper bands."""
    frame = np.arange(TEST_STREAMS + TEST_FRAMES)[:, None]
    band = np.arange(hp.n_mels) / float(hp.n_mels)
    peaks = np.cos(16 * np.pi * band * (1 + frame / 40.0))
    return (hp.max_abs_value * (0.4 * peaks - 0.6 * band)).astype(np.float32)


def _mean_log_likelihood(parameters, samples, hp):
    if hp.wavenet_output_distribution == "mulaw":
        samples = MULAW_VALUES[np.nan_to_num(samples).astype(np.int32)]
    return float(numpy_distributions.log_probability(parameters, samples, hp).mean())
