"""Synthesis of mel spectrograms from text with a trained Tacotron 2."""
from collections import namedtuple

import numpy as np

from nn import compat
from nn.compat import tf
from tacotron2.decoder import prenet_noise_dim
from tacotron2.outputs_per_step import trained_outputs_per_step
from tacotron2.tacotron import tacotron2

# mel: [frames, mels]; alignment: [steps, jamo]; stopped: ended by the stop token, not by max_steps
MelOutput = namedtuple("MelOutput", "mel alignment stopped")


class Synthesizer(object):
    """The free-running graph. With reuse=True it uses the existing variables."""

    def __init__(self, hp, n_symbols, n_speakers, reuse=None):
        self.hp = hp
        self.text_ids = tf.placeholder(tf.int32, [None, None], "text")
        self.text_lengths = tf.placeholder(tf.int32, [None], "lengths")
        self.speaker_ids = tf.placeholder(tf.int32, [None], "speaker")
        self.prenet_noise = tf.placeholder(tf.float32, [None, None, prenet_noise_dim(hp)], "noise")
        self.max_steps = tf.placeholder(tf.int32, [None], "limits")
        with tf.variable_scope(tf.get_variable_scope(), reuse=reuse):
            outputs_per_step = trained_outputs_per_step(hp)
            self.outputs_per_step = tf.convert_to_tensor(outputs_per_step)
            self.outputs, = tacotron2(
                self.text_ids, self.text_lengths, self.speaker_ids, self.prenet_noise, hp,
                n_symbols, n_speakers, max_steps=self.max_steps, outputs_per_step=outputs_per_step)

    def infer(self, session, text_ids, speaker_ids, seeds):
        """A list of MelOutputs, one for each list of symbol ids with its speaker id and seed.

        Each depends only on its own ids, speaker and seed, not on the others.
        """
        hp, r = self.hp, session.run(self.outputs_per_step)
        lengths = np.array([len(ids) for ids in text_ids])
        max_steps = -(-lengths * hp.max_frames_per_symbol // r)
        padded_ids = np.zeros([len(text_ids), lengths.max()], np.int32)
        noise = np.zeros([len(text_ids), max_steps.max(), prenet_noise_dim(hp)], np.float32)
        for i, (ids, n_steps, seed) in enumerate(zip(text_ids, max_steps, seeds)):
            padded_ids[i, :len(ids)] = ids
            noise[i, :n_steps] = np.random.RandomState(seed).uniform(size=noise[i, :n_steps].shape)
        outputs = session.run(self.outputs, {
            self.text_ids: padded_ids, self.text_lengths: lengths, self.speaker_ids: speaker_ids,
            self.prenet_noise: noise, self.max_steps: max_steps})
        return [MelOutput(outputs.mel_outputs_postnet[i, :n_frames],
                          outputs.alignments[i, :n_steps, :lengths[i]],
                          bool(outputs.stop_logits[i, n_steps - 1] > 0))
                for i, (n_frames, n_steps) in enumerate(zip(outputs.n_frames, outputs.n_steps))]


class GraphTacotron(object):
    """The interface of numpy_tacotron.NumpyTacotron in TensorFlow, for a GPU.

    weights: {variable name: array} of the training step `step`.
    """
    supports_window = False

    def __init__(self, weights, step, hp, n_symbols, n_speakers):
        with tf.Graph().as_default():
            self._synthesizer = Synthesizer(hp, n_symbols, n_speakers)
            self._session = compat.create_session()
            compat.load_variables(self._session, [(v, weights.get(v.op.name, step))
                                                  for v in tf.global_variables()])

    def predict(self, ids, speaker_id, noise_seed, window=None):
        """The MelOutput of one utterance, a list of symbol ids. `window` must be None."""
        # never in a batch, because the rounding of sums depends on the shape of the batch
        return self._synthesizer.infer(self._session, [ids], [speaker_id], [noise_seed])[0]
