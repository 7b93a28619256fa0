"""Estimate the memory that training needs, and explain what to lower when it runs out.

The estimate counts the weights, the optimizer's slots, the gradients, and the activations that the
backward pass needs, per decoder step, frame, jamo or sample. The factors were fitted to the growth
of the process in single training steps on a CPU. For the presets `small` and `reference` and
batches of 140 MB to 2 GB the error is below 20 % (30 % for Tacotron 2 with TensorFlow 1.3.0), for
`tiny` below a factor of two. TensorFlow itself takes another half gigabyte, which is not counted.
"""
import contextlib
from collections import namedtuple

import numpy as np

from common import resources
from common.errors import InputError
from nn.compat import tf

FLOAT_BYTES = 4
# float32 values that are kept per channel of a layer and per decoder step, frame, jamo or sample
LSTM_VALUES, ATTENTION_VALUES, CONVOLUTION_VALUES, WAVENET_VALUES = 20, 1.8, 5.2, 0.83

# activation_bytes: of the longest batch, on each device; longest_batch: its description
# remedy: how to halve it; batch_size: of the whole batch, the hyper-parameter `option`
# n_devices: among which the batch is divided; GPUs have memory of their own
MemoryEstimate = namedtuple(
    "MemoryEstimate", "activation_bytes longest_batch remedy option batch_size n_devices")


class OutOfMemory(InputError):
    """A training step ran out of memory. The message says which hyper-parameter to lower."""


def estimate_tacotron(hp, items, tower_devices=(None,)):
    """The MemoryEstimate of training Tacotron 2 on the longest of the items, for each device."""
    batch_size = min(hp.batch_size, len(items))
    on_device, per_device = _share_of_device(batch_size, tower_devices)
    max_frames = max(item.row.frames for item in items)
    max_jamo = max(len(item.text_ids) for item in items)
    remedy = (_change_and_resume("batch_size=%d" % (batch_size // 2)) if batch_size > 1 else
              "remove utterances of more than %d frames" % (max_frames // 2))
    remedy += "; a new run with --hparams outputs_per_step=%d does so, too" % (
        2 * hp.outputs_per_step)
    return MemoryEstimate(tacotron_activation_bytes(hp, on_device, max_frames, max_jamo),
                          "%d utterances of up to %d frames%s"
                          % (on_device, max_frames, per_device), remedy,
                          "batch_size", batch_size, -(-batch_size // on_device))


def tacotron_activation_bytes(hp, batch_size, frames, jamo):
    """Bytes of activations of a batch with mels [batch, frames] and texts [batch, jamo]."""
    per_decoder_step = (LSTM_VALUES * hp.decoder_rnn_dim + ATTENTION_VALUES * jamo
                        * (hp.attention_dim + hp.attention_location_n_filters))
    per_frame = CONVOLUTION_VALUES * hp.postnet_n_convolutions * hp.postnet_embedding_dim
    per_jamo = (CONVOLUTION_VALUES * hp.encoder_n_convolutions * hp.encoder_conv_channels
                + LSTM_VALUES * hp.encoder_lstm_units)
    decoder_steps = -(-frames // hp.outputs_per_step)
    return int(FLOAT_BYTES * batch_size
               * (decoder_steps * per_decoder_step + frames * per_frame + jamo * per_jamo))


def estimate_vocoder(hp, tower_devices=(None,)):
    """The MemoryEstimate of training WaveNet, for each device."""
    batch_size, segment = hp.wavenet_batch_size, hp.wavenet_segment_length
    on_device, per_device = _share_of_device(batch_size, tower_devices)
    half_segment = hp.hop_length * max(1, segment // hp.hop_length // 2)
    remedy = _change_and_resume("wavenet_batch_size=%d" % (batch_size // 2) if batch_size > 1 else
                                "wavenet_segment_length=%d" % half_segment)
    return MemoryEstimate(vocoder_activation_bytes(hp, on_device, segment),
                          "%d segments of %d samples%s" % (on_device, segment, per_device), remedy,
                          "wavenet_batch_size", batch_size, -(-batch_size // on_device))


def vocoder_activation_bytes(hp, batch_size, samples):
    """Bytes of activations of a batch of segments [batch, samples]."""
    per_layer = ((hp.wavenet_kernel_size + 1) * hp.wavenet_residual_channels
                 + 4 * hp.wavenet_dilation_channels + hp.wavenet_skip_channels)
    return int(FLOAT_BYTES * batch_size * samples * hp.wavenet_layers * WAVENET_VALUES * per_layer)


def _share_of_device(batch_size, tower_devices):
    """(examples of a batch on a device, text to add): towers on one CPU share its memory."""
    n_devices = len(set(tower_devices))
    if n_devices == 1:
        return batch_size, ""
    return -(-batch_size // n_devices), (" per GPU" if "gpu" in tower_devices[0] else " per host")


def _change_and_resume(change):
    return "--hparams %s halves that, and the same command resumes the run" % change


def fitting_batch_size(estimate, free_bytes):
    """The largest batch size whose activations fit into `free_bytes` on each device, or 0."""
    per_example = estimate.activation_bytes * estimate.n_devices / float(estimate.batch_size)
    return min(int(free_bytes / per_example) * estimate.n_devices, estimate.batch_size)


def describe_estimate(estimate, computes_on_gpu=False):
    """Text on a MemoryEstimate and the weights of the current graph.

    On a CPU, it has a second line with a batch size that fits, if the estimate exceeds the memory.
    """
    # all variables, including those of the optimizer, and the gradients
    weights = sum(v.dtype.base_dtype.size * int(np.prod(v.get_shape().as_list()))
                  for v in tf.global_variables() + tf.trainable_variables())
    text = ("memory: about %s: %s weights and optimizer, %s activations of the longest batch (%s)"
            % (_format_bytes(weights + estimate.activation_bytes), _format_bytes(weights),
               _format_bytes(estimate.activation_bytes), estimate.longest_batch))
    free = resources.available_memory()
    if computes_on_gpu or weights + estimate.activation_bytes <= free:
        return text
    batch_size = fitting_batch_size(estimate, free - weights)
    return text + "\nmemory: only %s are free; %s" % (
        _format_bytes(free), "--hparams %s=%d fits" % (estimate.option, batch_size)
        if batch_size > 0 else estimate.remedy)


@contextlib.contextmanager
def explain_out_of_memory(estimate, step):
    """Turn an out-of-memory error after `step` steps into OutOfMemory with a remedy."""
    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError):
        raise OutOfMemory("memory ran out after step %d: the longest batch, %s, needs about %s; %s"
                          % (step, estimate.longest_batch,
                             _format_bytes(estimate.activation_bytes), estimate.remedy))


def _format_bytes(size):
    return "%.1f GB" % (size / 1e9) if size >= 1e8 else "%.0f MB" % (size / 1e6)
