"""Waveforms from mels with a trained WaveNet, a stretch at a time."""
import numpy as np

from tf1 import tf
from wavenet_vocoder import generation, outputs
from wavenet_vocoder.upsampling import context_frames, with_context

STRETCH = 20        # frames a session.run makes: bounds memory, and lets progress be shown


class Vocoder(object):
    """The generating graph, over variables that exist (`reuse`) or that a checkpoint will fill."""

    def __init__(self, hp, speakers, reuse=None):
        self.hp = hp
        self.mel = tf.placeholder(tf.float32, [None, None, hp.mels], "mel")
        self.speaker = tf.placeholder(tf.int32, [None], "speaker")
        self.noise = tf.placeholder(tf.float32, [None, None, outputs.of(hp).noise_size], "noise")
        self.state = generation.State(
            tf.placeholder(tf.float32, [None, None, hp.wavenet_residual], "memory"),
            tf.placeholder(tf.int32, [], "position"), tf.placeholder(tf.float32, [None], "sample"))
        self.generated = generation.generate(self.mel, self.speaker, self.noise, hp, speakers,
                                             self.state, reuse)

    def generate(self, session, mels, speakers, seeds, progress=None):
        """Mels [frames, mels], each with its speaker id and its seed → samples [frames·hop] each.

        An utterance's samples depend on its own mel, speaker and seed alone, but for the rounding
        of sums, which differs with the size of the batch. `progress` is called
        with the number of samples that every stretch adds.
        """
        hp, context = self.hp, context_frames(self.hp)
        longest = max(len(mel) for mel in mels)
        padded = np.full([len(mels), longest + 2 * context, hp.mels], -hp.mel_range, np.float32)
        for row, mel in enumerate(mels):
            padded[row, :len(mel) + 2 * context] = with_context(mel, hp)
        randoms = [np.random.RandomState(seed) for seed in seeds]
        state, made = generation.first_state(len(mels), hp), []
        for start in range(0, longest, STRETCH):
            stop = min(start + STRETCH, longest)
            noise = np.stack([outputs.of(hp).noise(random, [(stop - start) * hp.hop])
                              for random in randoms])
            feed = dict(zip(self.state, state))
            feed.update({self.mel: padded[:, start:stop + 2 * context], self.speaker: speakers,
                         self.noise: noise})
            audio, state = session.run(self.generated, feed)
            made.append(audio)
            if progress:
                progress(sum(max(0, min(stop, len(mel)) - start) for mel in mels) * hp.hop)
        audio = np.concatenate(made, 1)
        return [audio[row, :len(mel) * hp.hop] for row, mel in enumerate(mels)]
