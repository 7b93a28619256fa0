"""The native library through ctypes, as native/wavenet_engine.h declares it."""
import ctypes
import functools

import numpy as np

from wavenet_vocoder import wavenet
from wavenet_vocoder.distributions import MULAW_SILENCE, output_distribution
from wavenet_vocoder.engine import build, conditioning, weights

# in the order of the header's enums
INSTRUCTION_SETS = ("best", "portable", "avx2", "avx512", "avx512vnni")
PRECISIONS = ("float32", "int8")
_DISTRIBUTIONS = ("logistics", "gaussian", "mulaw")
_VERSION = 1                                                # WAVENET_VERSION
_MEMORY_ERROR = 4                                           # WAVENET_ERROR_MEMORY
_FLOATS, _INTS = ctypes.POINTER(ctypes.c_float), ctypes.POINTER(ctypes.c_int32)


class Config(ctypes.Structure):
    """wavenet_config"""
    _fields_ = [("version", ctypes.c_uint32)] + [(name, ctypes.c_int32) for name in (
        "instruction_set", "precision", "layout", "layers", "kernel_size", "residual_channels",
        "dilation_channels", "skip_channels", "mels", "output_distribution", "num_mixtures",
        "winograd", "upsample_scale", "upsample_shift", "upsample_taps")] + [
            ("log_scale_min", ctypes.c_float), ("dilations", _INTS)]


class Weights(ctypes.Structure):
    """wavenet_weights"""
    _fields_ = [(name, _FLOATS) for name in (
        "input_kernel", "input_bias", "dilated_kernel", "condition_kernel", "residual_kernel",
        "residual_bias", "skip_kernel", "skip_bias", "post_kernel", "post_bias", "output_kernel",
        "output_bias", "upsample_coefficients", "input_bounds")]


@functools.lru_cache(maxsize=1)
def load_library():
    """The loaded library, which is built if needed, or None if that fails."""
    path = build.build_library()
    if not path:
        return None
    try:
        library = ctypes.CDLL(path)
    except OSError as error:        # for example one of another system, or a noexec file system
        return build.report_failure(str(error))
    handle, integer, long = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
    for name, result, arguments in (
            ("status_message", ctypes.c_char_p, [integer]),
            ("supports", integer, [integer, integer]),
            ("network_create", integer, [ctypes.POINTER(Config), ctypes.POINTER(Weights),
                                         ctypes.POINTER(handle)]),
            ("network_free", None, [handle]),
            ("network_lanes", integer, [handle]),
            ("streams_create", integer, [handle, integer, integer, integer, _FLOATS,
                                         ctypes.c_float, ctypes.POINTER(handle)]),
            ("streams_restart", integer, [handle, integer, _FLOATS]),
            ("streams_free", None, [handle]),
            ("condition_rows", long, [handle, long, ctypes.POINTER(long)]),
            ("generate", integer, [handle, long, _FLOATS, long] + 3 * [_FLOATS]),
            ("score", integer, [handle, long, _FLOATS, long] + 2 * [_FLOATS]),
            ("gated_activation", None, [integer] + 3 * [_FLOATS] + [integer])):
        function = getattr(library, "wavenet_" + name)
        function.restype, function.argtypes = result, arguments
    return library


def supports(precision, instruction_set="best"):
    """Whether the library is available and has kernels for this CPU, precision, instruction set."""
    return bool(load_library() and load_library().wavenet_supports(
        INSTRUCTION_SETS.index(instruction_set), PRECISIONS.index(precision)))


def make_config(values, hp, batched, precision="float32", instruction_set="best"):
    """The Config of a network with validated weights. `batched`: in the layout for many streams."""
    last = conditioning.upsampling_layers(values, hp)[-1]
    dilations = wavenet.dilations(hp)
    return Config(
        version=_VERSION, instruction_set=INSTRUCTION_SETS.index(instruction_set),
        precision=PRECISIONS.index(precision), layout=batched, layers=hp.wavenet_layers,
        kernel_size=hp.wavenet_kernel_size, residual_channels=hp.wavenet_residual_channels,
        dilation_channels=hp.wavenet_dilation_channels, skip_channels=hp.wavenet_skip_channels,
        mels=hp.n_mels, num_mixtures=hp.wavenet_num_mixtures,
        output_distribution=_DISTRIBUTIONS.index(hp.wavenet_output_distribution),
        winograd=weights.uses_winograd(hp, precision), upsample_scale=last.scale,
        upsample_shift=last.shift, upsample_taps=last.taps, log_scale_min=hp.wavenet_log_scale_min,
        dilations=(ctypes.c_int32 * len(dilations))(*dilations))


class NativeNetwork(object):
    """Validated weights, packed for the engine. Arguments as in `make_config`."""

    def __init__(self, values, hp, batched, precision="float32", instruction_set="best"):
        self.hp, self.values, self.distribution = hp, values, output_distribution(hp)
        self.precision = precision
        arrays = weights.engine_arrays(values, hp, weights.uses_winograd(hp, precision))
        pointers = Weights(**{name: _pointer(array) for name, array in arrays.items()})
        self.handle = ctypes.c_void_p()
        _check(load_library().wavenet_network_create(
            make_config(values, hp, batched, precision, instruction_set), pointers, self.handle))
        self.lanes = load_library().wavenet_network_lanes(self.handle)

    def __del__(self):
        if getattr(self, "handle", None):
            load_library().wavenet_network_free(self.handle)


class Streams(object):
    """Waveforms that are generated in lockstep, one for each speaker id.

    Each thread generates its own streams or, if `shared`, its share of the channels of all.
    """

    def __init__(self, network, speaker_ids, threads=1, shared=False):
        self.network, self.count, self.threads = network, len(speaker_ids), threads
        gate_bias = np.stack([weights.gate_bias(network.values, speaker_id, network.hp)
                              for speaker_id in speaker_ids]).astype(np.float32)
        is_mulaw = network.hp.wavenet_output_distribution == "mulaw"
        self.handle = ctypes.c_void_p()
        _check(load_library().wavenet_streams_create(
            network.handle, self.count, threads, shared, _pointer(gate_bias),
            MULAW_SILENCE if is_mulaw else 0, self.handle))

    def __del__(self):
        if getattr(self, "handle", None):
            load_library().wavenet_streams_free(self.handle)

    def restart(self, index, speaker_id):
        """Make stream `index` a new one. Raises ValueError where that is not possible."""
        gate_bias = weights.gate_bias(self.network.values, speaker_id, self.network.hp)
        _check(load_library().wavenet_streams_restart(
            self.handle, index, _pointer(np.ascontiguousarray(gate_bias, np.float32))))

    def condition_rows(self, n_samples):
        """The slice of conditioning.last_layer_inputs that the next `n_samples` samples need."""
        first = ctypes.c_int64()
        count = load_library().wavenet_condition_rows(self.handle, n_samples, first)
        return slice(first.value, first.value + count)

    def generate(self, condition, noise):
        """The next samples, float32 [streams, n]; classes for mulaw.

        condition [streams, rows, mels]: the `condition_rows`; noise [streams, n, noise_dim].
        """
        condition, noise = self._check_rows(condition), np.ascontiguousarray(noise, np.float32)
        samples = np.empty([self.count, noise.shape[1]], np.float32)
        _check(load_library().wavenet_generate(
            self.handle, noise.shape[1], _pointer(condition), condition.shape[1],
            _pointer(noise), _pointer(samples), None))
        return samples

    def score_samples(self, condition, samples):
        """Teacher forcing: the parameters [streams, n, n_parameters] for `samples` [streams, n].

        They have the temperature hp.wavenet_temperature. For mulaw, samples are classes.
        """
        condition, samples = self._check_rows(condition), np.ascontiguousarray(samples, np.float32)
        parameters = np.empty(samples.shape + (self.network.distribution.n_parameters,), np.float32)
        _check(load_library().wavenet_score(
            self.handle, samples.shape[1], _pointer(condition), condition.shape[1],
            _pointer(samples), _pointer(parameters)))
        return parameters

    def _check_rows(self, condition):
        if condition.shape[::2] != (self.count, self.network.hp.n_mels):
            raise ValueError("condition: the shape is %s; it should be [%d, rows, %d]"
                             % (list(condition.shape), self.count, self.network.hp.n_mels))
        return np.ascontiguousarray(condition, np.float32)


def _check(status):
    if status:
        message = load_library().wavenet_status_message(status).decode("ascii")
        raise (MemoryError if status == _MEMORY_ERROR else ValueError)("vocoder engine: " + message)


def _pointer(array):
    return array.ctypes.data_as(_FLOATS)
