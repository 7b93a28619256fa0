"""Sample-by-sample generation in NumPy, where the native engine cannot be compiled.

The algorithm is that of incremental.py. On small networks, most of the time of a step is the
overhead of NumPy's calls, so a batch of eight is four times as fast as one stream.
"""
import sys

import numpy as np

from common.blas_threads import one_blas_thread
from wavenet_vocoder import numpy_distributions, wavenet
from wavenet_vocoder.chunks import stack_noise, stack_padded
from wavenet_vocoder.distributions import set_temperature
from wavenet_vocoder.engine.conditioning import upsample
from wavenet_vocoder.engine.weights import gate_bias
from wavenet_vocoder.upsampling import context_frames


class NumpyVocoder(object):
    """A network with weights by name (from engine.weights.validate_weights)."""

    def __init__(self, values, hp):
        self.hp, self.values = hp, values
        layers, residual = hp.wavenet_layers, hp.wavenet_residual_channels
        dilated = self.stack("dilated/kernel")          # [layers, kernel_size·residual, gates]
        # σ(x) = (tanh(x/2) + 1) / 2, so one tanh computes filters and gates. The kernels contain
        # both halves, which are exact.
        self.gate_scale = np.repeat(np.float32([1, 0.5]), hp.wavenet_dilation_channels)
        self.past_kernels = dilated[:, :-residual] * self.gate_scale
        self.newest_kernels = dilated[:, -residual:] * self.gate_scale
        # one product computes the condition of all layers: [mels, layers·gates]
        self.condition_kernel = np.concatenate(
            [kernel[:hp.n_mels] * self.gate_scale for kernel in self.stack("condition/kernel")], 1)
        self.residual_kernels = 0.5 * self.stack("residual/kernel", layers - 1)
        self.residual_biases = self.stack("residual/bias", layers - 1)
        self.skip_kernel = 0.5 * np.concatenate(self.stack("skip/kernel"))
        self.skip_bias = self.stack("skip/bias").sum(0)
        self.output_kernel, self.output_bias = set_temperature(
            values["parameters/kernel"], values["parameters/bias"], hp)

    # the rounding of sums, and so the samples, would depend on the other streams of a batch
    max_single_streams = batch_size = 1

    def stack(self, name, layers=None):
        """[layers, ...]: the weight `name` of the first `layers` layers, by default of all."""
        n_layers = self.hp.wavenet_layers if layers is None else layers
        return np.array([self.values["layer_%02d/%s" % (i, name)] for i in range(n_layers)])

    def start(self, chunks):
        return _NumpyGenerator(self, chunks)


def report_slow_generation():
    print("note: NumPy generates the samples instead: a small network takes about as long as the "
          "speech lasts, a large one many times longer; with a C compiler (cc) and make, it is "
          "several times faster", file=sys.stderr)


class _NumpyGenerator(object):
    """Generates chunks side by side. The rounding of sums depends on their number."""
    replacement_interval = None     # frames after which a chunk could be replaced: never

    def __init__(self, vocoder, chunks):
        hp = vocoder.hp
        self.vocoder, self.hp, self.chunks, self.frame, self.position = vocoder, hp, chunks, 0, 0
        self.mels = stack_padded([chunk.mel for chunk in chunks])
        gate_biases = {speaker_id: gate_bias(vocoder.values, speaker_id, hp)
                       for speaker_id in {chunk.speaker_id for chunk in chunks}}
        # [layers, chunks, gates]
        self.gate_bias = np.stack([gate_biases[chunk.speaker_id] for chunk in chunks],
                                  1).astype(np.float32) * vocoder.gate_scale
        dilations = np.array(wavenet.dilations(hp))[:, None]
        self.lags = dilations * np.arange(hp.wavenet_kernel_size - 1, 0, -1)
        self.ring_sizes = (hp.wavenet_kernel_size - 1) * dilations
        self.ring_starts = np.cumsum(self.ring_sizes, 0) - self.ring_sizes
        # a ring of the earlier inputs of each layer, one after the other
        self.rings = np.zeros([self.ring_sizes.sum(), len(chunks), hp.wavenet_residual_channels],
                              np.float32)
        self.sample = np.zeros(len(chunks), np.float32)

    def generate(self, n_frames):
        """The next samples, float32 [chunks, n_frames·hop]."""
        # for products of this size, several threads only wait for each other
        with one_blas_thread():
            return np.concatenate([self._generate_frame() for _ in range(n_frames)], 1)

    def _generate_frame(self):
        hp, hop = self.hp, self.hp.hop_length
        mels = self.mels[:, self.frame:self.frame + 1 + 2 * context_frames(hp)]
        condition = np.stack([upsample(mel, self.vocoder.values, hp) for mel in mels], 1)
        # flat, because the product of a three-dimensional array does not use BLAS
        condition = np.dot(condition.reshape(-1, hp.n_mels), self.vocoder.condition_kernel)
        condition = condition.reshape(hop, len(self.chunks), hp.wavenet_layers, -1)
        noise = stack_noise(self.chunks, self.frame * hop, hop, hp)
        samples = np.empty([len(self.chunks), hop], np.float32)
        for n in range(hop):
            parameters = self._step(condition[n].swapaxes(0, 1))
            self.sample = numpy_distributions.sample(parameters, noise[:, n], hp)
            samples[:, n] = self.sample
        self.frame += 1
        return samples

    def _step(self, condition):
        """condition [layers, chunks, gates] → parameters [chunks, n_parameters]."""
        vocoder, values, channels = self.vocoder, self.vocoder.values, (
            self.hp.wavenet_dilation_channels)
        rows = self.ring_starts + (self.position - self.lags) % self.ring_sizes
        past = self.rings[rows].swapaxes(1, 2)      # [layers, chunks, kernel_size - 1, residual]
        gates = np.matmul(past.reshape(past.shape[:2] + (-1,)), vocoder.past_kernels)
        gates += condition
        gates += self.gate_bias                         # [layers, chunks, gates]
        gated, x = [], self._input()
        for i in range(self.hp.wavenet_layers):
            # every lag of this step has been read above
            self.rings[rows[i, 0]] = x
            activation = np.tanh(np.dot(x, vocoder.newest_kernels[i]) + gates[i])
            gated.append(activation[:, :channels] * (activation[:, channels:] + 1))
            if i + 1 < self.hp.wavenet_layers:
                x = x + (np.dot(gated[i], vocoder.residual_kernels[i])
                         + vocoder.residual_biases[i])
        self.position += 1
        y = np.maximum(0, np.dot(np.concatenate(gated, 1), vocoder.skip_kernel)
                       + vocoder.skip_bias)
        y = np.maximum(0, np.dot(y, values["post/kernel"]) + values["post/bias"])
        return np.dot(y, vocoder.output_kernel) + vocoder.output_bias

    def _input(self):
        """The input of the first layer, [chunks, residual]."""
        values = self.vocoder.values
        if self.hp.wavenet_output_distribution == "mulaw":
            return values["input/table"][numpy_distributions.mulaw_encode(self.sample)]
        return (wavenet.INPUT_SCALE * self.sample[:, None] * values["input/kernel"]
                + values["input/bias"])
