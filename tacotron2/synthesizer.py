"""Free-running synthesis of lines with a trained Tacotron2."""
from collections import namedtuple

import numpy as np

from nn.compat import tf
from tacotron2 import outputs_per_step
from tacotron2.decoder import prenet_noise_dim
from tacotron2.tacotron import tacotron2

# mel: [frames, mels]; alignment: [steps, jamo]; stopped: the stop token fired before the limit
MelOutput = namedtuple("MelOutput", "mel alignment stopped")


class Synthesizer(object):
    """The free-running graph, over variables that exist (`reuse`) or that a checkpoint will fill."""

    def __init__(self, hp, symbols, speakers, reuse=None):
        self.hp = hp
        self.text = tf.placeholder(tf.int32, [None, None], "text")
        self.lengths = tf.placeholder(tf.int32, [None], "lengths")
        self.speaker = tf.placeholder(tf.int32, [None], "speaker")
        self.noise = tf.placeholder(tf.float32, [None, None, prenet_noise_dim(hp)], "noise")
        self.limits = tf.placeholder(tf.int32, [None], "limits")
        with tf.variable_scope(tf.get_variable_scope(), reuse=reuse):
            r = outputs_per_step.trained_outputs_per_step(hp)
            self.r = tf.convert_to_tensor(r)
            self.spoken = tacotron2(self.text, self.lengths, self.speaker, self.noise, hp, symbols,
                                    speakers, limits=self.limits, r=r)

    def infer(self, session, ids, speakers, seeds):
        """Lines as lists of ids, each with its speaker id and its seed → a MelOutput each.

        A line's result depends on its own ids, speaker and seed, not on what is spoken with it.
        """
        hp, r = self.hp, session.run(self.r)
        lengths = np.array([len(line) for line in ids])
        limits = -(-lengths * hp.max_frames_per_symbol // r)
        text = np.zeros([len(ids), lengths.max()], np.int32)
        noise = np.zeros([len(ids), limits.max(), prenet_noise_dim(hp)], np.float32)
        for row, (line, limit, seed) in enumerate(zip(ids, limits, seeds)):
            text[row, :len(line)] = line
            noise[row, :limit] = np.random.RandomState(seed).uniform(size=noise[row, :limit].shape)
        spoken = session.run(self.spoken, {
            self.text: text, self.lengths: lengths, self.speaker: speakers,
            self.noise: noise, self.limits: limits})
        lines = []
        for row, frames in enumerate(spoken.n_frames):
            steps = frames // r
            lines.append(MelOutput(spoken.mel_outputs_postnet[row, :frames],
                              spoken.alignments[row, :steps, :lengths[row]],
                              bool(spoken.stop_logits[row, steps - 1] > 0)))
        return lines
