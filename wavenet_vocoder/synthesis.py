"""Mel spectrograms → waveforms with a trained WaveNet, in pieces that show how far it has come."""
import numpy as np

from tf1 import tf
from wavenet_vocoder import generation, outputs
from wavenet_vocoder.upsampling import context_frames

PIECE = 40      # frames a run of the graph: half a second


class Vocoder(object):
    """The generating graph, over variables that exist (`reuse`) or that a checkpoint will fill."""

    def __init__(self, hp, speakers, reuse=None):
        self.hp = hp
        self.mel = tf.placeholder(tf.float32, [None, None, hp.mels], "mel")
        self.speaker = tf.placeholder(tf.int32, [None], "speaker")
        self.noise = tf.placeholder(tf.float32, [None, None, outputs.of(hp).noise_size], "noise")
        self.before = generation.State(
            tf.placeholder(tf.float32, [None, None, hp.wavenet_residual], "memory"),
            tf.placeholder(tf.int32, [], "position"), tf.placeholder(tf.float32, [None], "sample"))
        self.audio, self.after = generation.generate(self.mel, self.speaker, self.noise, hp,
                                                     speakers, self.before, reuse)

    def speak(self, session, mels, speakers, seeds, progress=lambda done, frames: None):
        """Mels [frames, mels], each with its speaker id and its seed → audio [frames·hop] each.

        What a mel gives depends on itself, its speaker and its seed, not on what is spoken with
        it. `progress` is called with the frames done and the frames of the longest.
        """
        hp, context, longest = self.hp, context_frames(self.hp), max(len(mel) for mel in mels)
        padded = np.full([len(mels), longest + 2 * context, hp.mels], -hp.mel_range, np.float32)
        for row, mel in enumerate(mels):
            padded[row, context:context + len(mel)] = mel
        randoms = [np.random.RandomState(seed) for seed in seeds]
        state, pieces = generation.first_state(len(mels), hp), []
        for start in range(0, longest, PIECE):
            stop = min(start + PIECE, longest)
            # a whole piece of noise even at the end, which is not everybody's end
            noise = np.stack([outputs.of(hp).noise(random, [PIECE * hp.hop]) for random in randoms])
            feed = {self.mel: padded[:, start:stop + 2 * context], self.speaker: speakers,
                    self.noise: noise[:, :(stop - start) * hp.hop]}
            feed.update(zip(self.before, state))
            audio, state = session.run([self.audio, self.after], feed)
            pieces.append(audio)
            progress(stop, longest)
        audio = np.concatenate(pieces, 1)
        return [audio[row, :len(mel) * hp.hop] for row, mel in enumerate(mels)]
