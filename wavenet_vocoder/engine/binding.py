"""The native library through ctypes: networks, and streams that run on them."""
import ctypes
import functools

import numpy as np

from wavenet_vocoder import distributions, wavenet
from wavenet_vocoder.engine import build, conditioning, weights

INSTRUCTION_SETS = ("best", "portable", "avx2", "avx512")       # of instructions, as network.h counts them
PRECISIONS = ("float32", "int8")                    # as engine.h counts them
_OUTPUTS = ("logistics", "gaussian", "mulaw")
_FLOATS, _INTS = ctypes.POINTER(ctypes.c_float), ctypes.POINTER(ctypes.c_int32)


@functools.lru_cache(maxsize=1)
def load_library():
    """The loaded library, built if need be, or None where there is no compiler."""
    path = build.built()
    if not path:
        return None
    loaded = ctypes.CDLL(path)
    handle, whole, long = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
    for name, result, arguments in (
            ("has", whole, [whole, whole]),
            ("gate", None, [whole] + 3 * [_FLOATS] + [whole]),
            ("network", handle, [_INTS, _INTS, ctypes.POINTER(_FLOATS), whole, whole, whole]),
            ("network_free", None, [handle]),
            ("streams", handle, [handle, whole, whole, whole, _FLOATS, ctypes.c_float]),
            ("streams_free", None, [handle]),
            ("run", None, [handle, long, long, long] + 5 * [_FLOATS])):
        function = getattr(loaded, "wavenet_" + name)
        function.restype, function.argtypes = result, arguments
    return loaded


def supports(precision, instruction_set="best"):
    """Whether this processor runs the kernels of a precision."""
    return bool(load_library() and load_library().wavenet_has(INSTRUCTION_SETS.index(instruction_set),
                                                    PRECISIONS.index(precision)))


def gated_activation(filters, gates, instruction_set):
    """tanh(filters) · sigmoid(gates) as the kernels compute it; float32 [a multiple of 16]."""
    z = np.empty_like(filters)
    load_library().wavenet_gate(INSTRUCTION_SETS.index(instruction_set), _floats(filters), _floats(gates), _floats(z),
                           len(z))
    return z


class NativeNetwork(object):
    """Weights (as weights.validate_weights gives them) packed for one stream, or `batched`: for many."""

    def __init__(self, values, hp, batched, precision="float32", instruction_set="best"):
        last, output = conditioning.last_upsampling_layer(values, hp), distributions.output_distribution(hp)
        paired = weights.uses_winograd(hp, precision)
        self.hp, self.values, self.last, self.distribution = hp, values, last, output
        sizes = np.array([hp.wavenet_layers, hp.wavenet_kernel_size, hp.wavenet_residual_channels,
                          hp.wavenet_dilation_channels, hp.wavenet_skip_channels, hp.n_mels,
                          _OUTPUTS.index(hp.wavenet_output_distribution), hp.wavenet_num_mixtures, output.n_parameters,
                          output.noise_dim, paired, last.scale, last.shift, last.taps], np.int32)
        dilations = np.array(wavenet.dilations(hp), np.int32)
        arrays = weights.engine_arrays(values, hp, paired)
        pointers = (_FLOATS * len(arrays))(*[_floats(array) for array in arrays])
        self._handle = load_library().wavenet_network(
            sizes.ctypes.data_as(_INTS), dilations.ctypes.data_as(_INTS), pointers,
            INSTRUCTION_SETS.index(instruction_set), PRECISIONS.index(precision), batched)
        if not self._handle:
            raise MemoryError("no memory for the vocoder's weights")

    def __del__(self):
        if getattr(self, "_handle", None):
            load_library().wavenet_network_free(self._handle)


class Streams(object):
    """Sounds at their beginning, which grow in step: one for each of the speakers' ids.

    Threads have their own streams, or where they are `shared`, their part of every product.
    """

    def __init__(self, network, speakers, threads=1, shared=False):
        self.network, self.count, self.threads, self._made = network, len(speakers), threads, 0
        constant = np.stack([weights.gate_bias(network.values, speaker, network.hp)
                             for speaker in speakers]).astype(np.float32)
        silence = distributions.MULAW_SILENCE if network.hp.wavenet_output_distribution == "mulaw" else 0
        self._handle = load_library().wavenet_streams(network._handle, self.count, threads, shared,
                                                 _floats(constant), silence)
        if not self._handle:
            raise MemoryError("no memory for %d streams" % self.count)

    def __del__(self):
        if getattr(self, "_handle", None):
            load_library().wavenet_streams_free(self._handle)

    def generate(self, positions, noise):
        """The next samples float32 [streams, n]: noise [streams, n, noise_size].

        positions [streams, positions, mels]: what the samples need of the last upsampling layer's
        input (`condition_rows`).
        """
        return self._run(positions, noise.shape[1], noise, None, False)[0]

    def score_samples(self, positions, audio):
        """The parameters [streams, n, size] of samples that are given, [streams, n].

        Of the output mulaw they are given as classes.
        """
        return self._run(positions, audio.shape[1], None, audio, True)[1]

    def condition_rows(self, samples):
        """slice of the positions that the next `samples` samples need."""
        first = self._made + self.network.last.shift
        return slice(first // self.network.last.scale,
                     (first + samples - 1) // self.network.last.scale + self.network.last.taps)

    def _run(self, positions, samples, noise, given, with_parameters):
        wanted = self.condition_rows(samples)
        if positions.shape != (self.count, wanted.stop - wanted.start, self.network.hp.n_mels):
            raise ValueError("positions: %s" % (positions.shape,))
        positions = np.ascontiguousarray(positions, np.float32)
        noise, given = (None if array is None else np.ascontiguousarray(array, np.float32)
                        for array in (noise, given))
        made = np.empty([self.count, samples], np.float32)
        parameters = (np.empty([self.count, samples, self.network.distribution.n_parameters], np.float32)
                      if with_parameters else None)
        load_library().wavenet_run(self._handle, samples, wanted.start, positions.shape[1],
                              _floats(positions), _floats(noise), _floats(given), _floats(made),
                              _floats(parameters))
        self._made += samples
        return made, parameters


def _floats(array):
    return None if array is None else array.ctypes.data_as(_FLOATS)
