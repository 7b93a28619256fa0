"""Pieces of utterances on the native engine: what inference.generate and .stream draw from."""

import numpy as np

from common.device import available_cpus
from common.errors import InputError
from wavenet_vocoder import outputs
from wavenet_vocoder.engine import condition, library
from wavenet_vocoder.engine import precision as precisions
from wavenet_vocoder.engine import weights
from wavenet_vocoder.inference import noise_of

# as many streams a thread as are quicker one after the other than side by side in a vector
NARROW = {"float32": 2, "int8": 8}
# multiplications of a thread between two meetings, from which it pays to share a stream
WORTH_SHARING = {"float32": 45000, "int8": 240000}
LANES = 16
MOST_TAPS = 16      # of engine.h


class Engine(object):
    """A network, from weights by name (weights.checked), on `threads` threads.

    `precision` is float32, int8 or auto: int8 where it is at hand and cannot be heard.
    """

    def __init__(self, values, hp, threads=0, precision="float32"):
        self.hp, self.values = hp, values
        self.threads = threads or available_cpus()
        if hp.wavenet_kernel_size > MOST_TAPS:
            raise InputError("wavenet_kernel_size=%d: the native engine takes up to %d"
                             % (hp.wavenet_kernel_size, MOST_TAPS))
        if precision != "auto" and not library.has(precision):
            raise InputError("--precision %s: this processor has no kernels for it (it needs AVX2)"
                             % precision)
        self._networks = {}
        self.precision = precisions.chosen(self) if precision == "auto" else precision

    def begin(self, pieces):
        return _Drawing(self, pieces)

    def network(self, wide, precision):
        """The weights packed for that, once."""
        if (wide, precision) not in self._networks:
            self._networks[wide, precision] = library.Network(self.values, self.hp, wide, precision)
        return self._networks[wide, precision]

    def streams(self, speakers, precision=None):
        """library.Streams for that many sounds, in the form and on as many threads as pay."""
        precision, count, threads = precision or self.precision, len(speakers), self.threads
        wide = count > NARROW[precision] * threads
        tiles = -(-count // LANES) if wide else count
        paired = weights.are_paired(self.hp, precision)
        work = multiplications(self.hp, paired) * tiles * (LANES if wide else 1) / (
            2 * self.hp.wavenet_layers * threads)
        shared = bool(tiles % threads) and work > WORTH_SHARING[precision]
        return library.Streams(self.network(wide, precision), speakers,
                               threads if shared else min(tiles, threads), shared)


def multiplications(hp, paired=False):
    """Of a sample, and as many additions: what the engine's arithmetic is counted by.

    Where two samples are `paired` (weights.are_paired) it is the mean of both.

    The condition is that of the last upsampling layer: its input times the kernels once for each
    input and band around, and a sum over taps and bands for each sample.
    """
    taps = 3 if hp.wavenet_upsample_type == "subpixel" else 2
    gates, layers = 2 * hp.wavenet_dilation_channels, hp.wavenet_layers
    products = 2 if paired else hp.wavenet_kernel_size
    layer = (products * hp.wavenet_residual_channels * gates + hp.wavenet_dilation_channels * hp.wavenet_skip_channels
             + 3 * gates * (taps + hp.n_mels / float(hp.wavenet_upsample_scales[-1])))
    return (layers * layer + (layers - 1) * hp.wavenet_dilation_channels * hp.wavenet_residual_channels
            + hp.wavenet_skip_channels * (hp.wavenet_skip_channels + outputs.of(hp).size))


class _Drawing(object):
    def __init__(self, engine, pieces):
        self.engine, self.pieces, self.at = engine, pieces, 0
        self.streams = engine.streams([piece.speaker for piece in pieces])
        positions = [condition.positions(piece.mel, engine.values, engine.hp) for piece in pieces]
        longest = max(map(len, positions))
        self.positions = np.stack([np.pad(each, ((0, longest - len(each)), (0, 0)), "edge")
                                   for each in positions])

    def draw(self, frames):
        count, output = frames * self.engine.hp.hop_length, self.streams.net.output
        noise = np.stack([noise_of(piece, piece.start * self.engine.hp.hop_length + self.at, count, output)
                          for piece in self.pieces])
        samples = self.streams.draw(self.positions[:, self.streams.needed(count)], noise)
        self.at += count
        if self.engine.hp.wavenet_output_distribution == "mulaw":
            return outputs.MULAW_VALUES[samples.astype(np.int32)]
        return samples
