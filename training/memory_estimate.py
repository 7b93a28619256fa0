"""How much memory a training takes, told before its first step, and what to do when it runs out.

Counted are the weights, what the optimiser keeps beside them, and what a step keeps of its way
forward for its way back, per decoder step, frame, jamo or sample. The factors were fitted to how
the process grows by single steps on a processor. The presets `small` and `reference`, with batches
from 140 MB to 2 GB, are met within a fifth, `tiny` within a factor of two; TensorFlow itself takes
half a gigabyte more, which is not counted.
"""
import contextlib
from collections import namedtuple

import numpy as np

from common.errors import InputError
from nn.compat import tf

NUMBER = 4                  # bytes of a float32
# numbers kept for each channel of a layer
DECODER, ATTENTION, CONVOLUTION, SAMPLE = 26, 2.2, 6, 0.83

# activations: bytes; batch: the longest, in words; remedy: what makes it half as large
Needs = namedtuple("Needs", "activations batch remedy")


class Exhausted(InputError):
    """Memory ran out in a step: the message says what to lower, and to what."""


def tacotron(hp, items):
    """What Tacotron2 needs to learn from the longest of the items."""
    rows = min(hp.batch_size, len(items))
    frames = max(item.row.frames for item in items)
    jamo = max(len(item.ids) for item in items)
    again = "a new run with --hparams outputs_per_step=%d does, too" % (2 * hp.outputs_per_step)
    remedy = (_goes_on("batch_size=%d" % (rows // 2)) + "; " + again if rows > 1 else
              "leave out utterances of more than %d frames; %s" % (frames // 2, again))
    return Needs(tacotron_activations(hp, rows, frames, jamo),
                 "%d utterances of up to %d frames" % (rows, frames), remedy)


def tacotron_activations(hp, rows, frames, jamo):
    """Bytes that a step keeps of a batch [rows, frames] on texts [rows, jamo]."""
    a_step = DECODER * hp.decoder_rnn_dim + ATTENTION * jamo * (hp.attention_dim + hp.attention_location_n_filters)
    a_frame = CONVOLUTION * hp.postnet_n_convolutions * hp.postnet_embedding_dim
    a_jamo = (CONVOLUTION * hp.encoder_n_convolutions * hp.encoder_conv_channels
              + DECODER * hp.encoder_lstm_units)
    a_row = -(-frames // hp.outputs_per_step) * a_step + frames * a_frame + jamo * a_jamo
    return int(NUMBER * rows * a_row)


def vocoder(hp):
    """What WaveNet needs to learn from a batch."""
    rows, segment = hp.wavenet_batch_size, hp.wavenet_segment_length
    half = hp.hop_length * max(1, segment // hp.hop_length // 2)
    remedy = _goes_on("wavenet_batch_size=%d" % (rows // 2) if rows > 1 else
                      "wavenet_segment_length=%d" % half)
    return Needs(vocoder_activations(hp, rows, segment),
                 "%d segments of %d samples" % (rows, segment), remedy)


def vocoder_activations(hp, rows, samples):
    """Bytes that a step keeps of a batch [rows, samples]."""
    a_layer = ((hp.wavenet_kernel_size + 1) * hp.wavenet_residual_channels + 4 * hp.wavenet_dilation_channels
               + hp.wavenet_skip_channels)
    return int(NUMBER * rows * samples * hp.wavenet_layers * SAMPLE * a_layer)


def _goes_on(change):
    return "--hparams %s halves that, and the same command goes on" % change


def weights():
    """Bytes of the graph's variables, those of the optimiser included, and of the gradients."""
    variables = list(tf.global_variables()) + list(tf.trainable_variables())
    return sum(v.dtype.base_dtype.size * int(np.prod(v.get_shape().as_list())) for v in variables)


def sentence(needs):
    """The estimate in words, for the graph that the weights are in."""
    kept = weights()
    return ("memory: about %s: %s weights and optimiser, %s activations of the longest batch (%s)"
            % (_written(kept + needs.activations), _written(kept), _written(needs.activations),
               needs.batch))


@contextlib.contextmanager
def enough(needs, step):
    """Where memory runs out within, raises Exhausted."""
    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError):
        raise Exhausted("memory ran out after step %d. The longest batch, %s, needs about %s: %s"
                        % (step, needs.batch, _written(needs.activations), needs.remedy))


def _written(size):
    return "%.1f GB" % (size / 1e9) if size >= 1e8 else "%.0f MB" % (size / 1e6)
