"""Waveforms from mels with a trained WaveNet, by the native engine or in TensorFlow's graph.

Either of them is a function `begin`: pieces → an object whose draw(frames) gives the next frames of
all of them, float32 [pieces, frames·hop]. Both draw with the same noise and make the same samples,
until the rounding of a sum decides.
"""
import time

import numpy as np

import audio
from nn.compat import tf
from wavenet_vocoder import generation, noise, outputs
from wavenet_vocoder.pieces import check, cut, faded, frames, joined
from wavenet_vocoder.upsampling import context_frames

TOGETHER = 64       # pieces that are generated side by side
SHOWN_EVERY = 0.5   # seconds of work between two looks at the clock, at progress and for Ctrl-C
MOST_FRAMES = 20    # as many are drawn at once: bounds memory
STREAMED = 4        # frames that a stream gives at once


def generate(begin, mels, speakers, keys, hp, progress=None):
    """Mels [frames, mels], each with its speaker's id and noise.key → samples [frames·hop] each.

    An utterance's samples depend on its own mel, speaker and key alone. `progress` is called with
    the number of samples that every stretch adds. Raises InputError for what is no mel.
    """
    for number, mel in enumerate(mels, 1):
        check(mel, hp, "mel %d" % number)
    pieces = [piece for number, parts in enumerate(zip(mels, speakers, keys))
              for piece in cut(number, *parts, hp=hp)]
    # those of about the same length together: what has ended still takes its place
    order = sorted(range(len(pieces)), key=lambda i: -frames(pieces[i]))
    made = {}
    for start in range(0, len(order), TOGETHER):
        group = order[start:start + TOGETHER]
        made.update(zip(group, _all_of(begin, [pieces[i] for i in group], hp, progress)))
    whole = (joined(*zip(*[(piece, made[i]) for i, piece in enumerate(pieces)
                           if piece.number == number]), hp=hp) for number in range(len(mels)))
    return [np.float32(audio.deemphasised(samples, hp.wavenet_preemphasis)) for samples in whole]


def stream(begin, mel, speaker, key, hp):
    """The samples that `generate` gives, in parts as they are made."""
    check(mel, hp, "mel")
    tail, deemphasised = None, audio.Deemphasis(hp.wavenet_preemphasis)
    for piece in cut(0, mel, speaker, key, hp):
        drawing, at = begin([piece]), piece.start
        while at < piece.end:
            stop = min(at + STREAMED, piece.end)
            for edge in (piece.counts, piece.counts + 1, piece.until):      # each part is one thing
                stop = edge if at < edge < stop else stop
            samples = drawing.draw(stop - at)[0]
            if at == piece.until:
                tail = samples
            elif at >= piece.counts:
                if at == piece.counts and at:
                    samples = faded(tail, samples)
                yield np.float32(deemphasised(samples))
            at = stop


def _all_of(begin, pieces, hp, progress):
    """The samples of pieces in falling order of length."""
    drawing, made, longest, at = begin(pieces), [], frames(pieces[0]), 0
    count = 1
    while at < longest:
        count, began = min(count, longest - at, MOST_FRAMES), time.time()
        made.append(drawing.draw(count))
        if progress:
            progress(sum(_counting(piece, at, at + count) for piece in pieces) * hp.hop_length)
        at += count
        count = max(1, int(count * SHOWN_EVERY / max(time.time() - began, 1e-3)))
    whole = np.concatenate(made, 1)
    return [whole[row, :frames(piece) * hp.hop_length] for row, piece in enumerate(pieces)]


def _counting(piece, start, stop):
    """How many of the frames from `start` to `stop` of a piece will be heard."""
    return max(0, min(stop, piece.until - piece.start) - max(start, piece.counts - piece.start))


def noise_of(piece, first, count, output):
    """The noise of `count` samples from the one numbered `first` of a piece's utterance on."""
    return output.noise(noise.uniform(piece.key, first, count, output.noise_size))


class Vocoder(object):
    """The generating graph, over variables that exist (`reuse`) or that a checkpoint will fill."""

    def __init__(self, hp, speakers, reuse=None):
        self.hp, self.output = hp, outputs.of(hp)
        self.mel = tf.placeholder(tf.float32, [None, None, hp.n_mels], "mel")
        self.speaker = tf.placeholder(tf.int32, [None], "speaker")
        self.noise = tf.placeholder(tf.float32, [None, None, self.output.noise_size], "noise")
        self.state = generation.State(
            tf.placeholder(tf.float32, [None, None, hp.wavenet_residual_channels], "memory"),
            tf.placeholder(tf.int32, [], "position"), tf.placeholder(tf.float32, [None], "sample"))
        self.generated = generation.generate(self.mel, self.speaker, self.noise, hp, speakers,
                                             self.state, reuse)

    def begin(self, session, pieces):
        return _InGraph(self, session, pieces)

    def generate(self, session, mels, speakers, keys, progress=None):
        """As the function of that name."""
        return generate(lambda pieces: self.begin(session, pieces), mels, speakers, keys, self.hp,
                        progress)


class _InGraph(object):
    """Pieces that grow by session.run. Sums are rounded as the size of the batch has it."""

    def __init__(self, vocoder, session, pieces):
        self.vocoder, self.session, self.pieces, self.at = vocoder, session, pieces, 0
        longest = max(len(piece.mel) for piece in pieces)
        self.mels = np.stack([np.pad(piece.mel, ((0, longest - len(piece.mel)), (0, 0)), "edge")
                              for piece in pieces])
        self.state = generation.first_state(len(pieces), vocoder.hp)

    def draw(self, count):
        vocoder, hop, stop = self.vocoder, self.vocoder.hp.hop_length, self.at + count
        feed = dict(zip(vocoder.state, self.state))
        feed.update({
            vocoder.mel: self.mels[:, self.at:stop + 2 * context_frames(vocoder.hp)],
            vocoder.speaker: [piece.speaker for piece in self.pieces],
            vocoder.noise: np.stack([noise_of(piece, (piece.start + self.at) * hop, count * hop,
                                              vocoder.output) for piece in self.pieces])})
        samples, self.state = self.session.run(vocoder.generated, feed)
        self.at = stop
        return samples
