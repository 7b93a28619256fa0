"""Synthesis of mel spectrograms in NumPy: the free-running graph of tacotron.py, step by step.

It predicts one utterance at a time: in a batch, the rounding of sums, and so the speech of a line,
would depend on the other lines.
"""
import numpy as np

from common.blas_threads import one_blas_thread
from tacotron2.numpy_attention import WINDOWED_TYPES, create_attention
from tacotron2.numpy_layers import bidirectional_lstm, conv_block, dense, lstm_step
from tacotron2.synthesizer import MelOutput
from tacotron2.tacotron_weights import SCOPE


class NumpyTacotron(object):
    """A network with weights {variable name: float32 array} of tacotron_weights.variable_shapes.

    `outputs_per_step` is the r that it was trained with last.
    """

    def __init__(self, weights, hp, outputs_per_step):
        self.hp, self.outputs_per_step = hp, outputs_per_step
        self.weights = {name[len(SCOPE) + 1:]: value for name, value in weights.items()}
        # frames and stop logit are one product; of the frames, only the first r are used
        n_frame_values = outputs_per_step * hp.n_mels
        self._output_kernel, self._output_bias = (
            np.concatenate([self.weights["decoder/frames/" + name][..., :n_frame_values],
                            self.weights["decoder/stop/" + name]], -1)
            for name in ("kernel", "bias"))

    @property
    def supports_window(self):
        """Whether `predict` accepts a window."""
        return self.hp.attention_type in WINDOWED_TYPES

    def predict(self, ids, speaker_id, noise_seed, window=None, max_steps=None):
        """The MelOutput of one utterance, a list of symbol ids. It depends on nothing else.

        noise_seed  of the dropout in the pre-net: another seed is another attempt
        window      None, or (behind, ahead): the attention may only reach from `behind` jamo before
                    to `ahead` jamo after its furthest position so far, which is the jamo with the
                    largest weight. Raises ValueError unless `supports_window`.
        max_steps   limit on the decoder steps; default: hp.max_frames_per_symbol per symbol
        """
        if window and not self.supports_window:
            raise ValueError("%s attention has no window" % self.hp.attention_type)
        if max_steps is None:
            max_steps = -(-len(ids) * self.hp.max_frames_per_symbol // self.outputs_per_step)
        # for products of this size, several threads only wait for each other
        # and with weights that are too large, the caller notices that the result is not finite
        with one_blas_thread(), np.errstate(all="ignore"):
            memory = self._encode(ids, speaker_id)
            frames, alignment, stopped = self._decode(memory, np.random.RandomState(noise_seed),
                                                      max_steps, window)
            return MelOutput(frames + self._postnet(frames), alignment, stopped)

    def _encode(self, ids, speaker_id):
        """The memory [jamo, channels]."""
        x = self.weights["encoder/symbols/table"][ids]                  # [jamo, embedding]
        for i in range(self.hp.encoder_n_convolutions):
            x = np.maximum(0, conv_block(x, self.weights, "encoder/conv_%d" % (i + 1)))
        x = bidirectional_lstm(x, self.weights, "encoder/lstm", np.float32(self.hp.zoneout))
        if "speakers/table" in self.weights:
            speaker = self.weights["speakers/table"][speaker_id]
            x = np.concatenate([x, np.tile(speaker, (len(x), 1))], 1)
        return x

    def _decode(self, memory, random, max_steps, window):
        """frames [steps·r, mels], alignment [steps, jamo], whether the stop token was predicted."""
        hp, weights, zoneout = self.hp, self.weights, np.float32(self.hp.zoneout)
        attend = create_attention(memory, weights, hp)
        cell_1, output_1, cell_2, output_2 = np.zeros([4, hp.decoder_rnn_dim], np.float32)
        context = np.zeros(memory.shape[1], np.float32)
        frame = np.full(hp.n_mels, -hp.max_abs_value, np.float32)
        frames, alignments, position, stopped = [], [], 0, False
        while not stopped and len(frames) < max_steps:
            x = np.concatenate([self._prenet(frame, random), context, output_1])
            cell_1, output_1 = lstm_step(dense(x, weights, "decoder/lstm_1"), cell_1, output_1,
                                         zoneout)
            x = np.concatenate([output_1, output_2])
            cell_2, output_2 = lstm_step(dense(x, weights, "decoder/lstm_2"), cell_2, output_2,
                                         zoneout)
            bounds = window and (max(0, position - window[0]), position + window[1] + 1)
            alignment = attend(output_2, bounds)
            position = max(position, int(alignment.argmax()))
            context = np.dot(alignment, memory)
            output = np.dot(np.concatenate([output_2, context]), self._output_kernel)
            output += self._output_bias
            frame, stopped = output[-1 - hp.n_mels:-1], bool(output[-1] > 0)
            frames.append(output[:-1])
            alignments.append(alignment)
        return np.reshape(frames, [-1, hp.n_mels]), np.array(alignments), stopped

    def _prenet(self, frame, random):
        """decoder.prenet with the noise of the next step."""
        hp, x = self.hp, frame
        keep = np.float32(1 - hp.prenet_dropout)
        noise = random.uniform(size=sum(hp.prenet_dims)).astype(np.float32)
        masks = np.floor(noise + keep) / keep
        for i, mask in enumerate(np.split(masks, np.cumsum(hp.prenet_dims)[:-1]), 1):
            x = np.maximum(0, dense(x, self.weights, "decoder/prenet/dense_%d" % i)) * mask
        return x

    def _postnet(self, frames):
        """The residual of frames [frames, mels]."""
        x, last = frames, self.hp.postnet_n_convolutions
        for i in range(1, last):
            x = np.tanh(conv_block(x, self.weights, "postnet/conv_%d" % i))
        return conv_block(x, self.weights, "postnet/conv_%d" % last)
