"""Train WaveNet, mel → waveform, on stores that preprocess.py made.

    python train_vocoder.py --data data/kss --logdir logs/kss-vocoder --preset reference

The same command goes on where a run stopped. Watch it with: tensorboard --logdir logs
"""
import functools

import numpy as np

import audio
import command_line
from datasets import batches
from tf1 import tf
from training import loop, optimizer, plots
from training.start import start
from wavenet_vocoder import network
from wavenet_vocoder.engine import library, weights
from wavenet_vocoder.engine.vocoder import Engine
from wavenet_vocoder.inference import Vocoder, generate
from wavenet_vocoder.upsampling import context_frames

SHOWN = 2           # utterances of each kind that every evaluation copies
SHOWN_SECONDS = 2   # as much of each


class Model(object):
    """The graphs over one set of weights and their averages: training, validation, generation."""

    def __init__(self, hp, speakers, threads=0):
        self.hp, self.threads = hp, threads
        self.batch = batches.AudioBatch(
            tf.placeholder(tf.float32, [None, None]), tf.placeholder(tf.float32, [None, None]),
            tf.placeholder(tf.int32, [None]), tf.placeholder(tf.float32, [None, None, hp.mels]))
        step = optimizer.global_step()
        loss = self._loss(speakers)
        rate = optimizer.falling_rate(step, hp.wavenet_learning_rate,
                                      hp.wavenet_learning_rate_final, 0, hp.wavenet_decay_half)
        averages = tf.train.ExponentialMovingAverage(hp.wavenet_ema, num_updates=step)
        self.optimizer = optimizer.optimizer(loss, step, rate, hp.wavenet_adam_epsilon,
                                             hp.wavenet_clip_norm, averages)
        # what is judged, seen and heard is what synthesis will use: the averages
        with tf.variable_scope(tf.get_variable_scope(), reuse=True,
                               custom_getter=optimizer.averaged(averages)):
            self.validation = self._loss(speakers)
            self.begin = self._generator(speakers, averages)

    def _loss(self, speakers):
        batch = self.batch
        return network.training_loss(batch.audio, batch.mel, batch.speaker, batch.real, self.hp,
                                     speakers)[0]

    def _generator(self, speakers, averages):
        """A function of a session: what inference.generate draws from, with the averages."""
        if not library.library():
            vocoder = Vocoder(self.hp, speakers)
            return lambda session: functools.partial(vocoder.begin, session)
        used = {v.op.name: averages.average(v) for v in tf.trainable_variables()}

        def begin(session):
            values = weights.checked(session.run(used), self.hp, speakers, "the network")
            return Engine(values, self.hp, self.threads).begin
        return begin

    def feed(self, items, random):
        return dict(zip(self.batch, batches.audio_batch(items, self.hp, context_frames(self.hp),
                                                        random)))


def evaluation(run, model, training, held_out):
    """The function that the loop calls to show what the network has learnt."""
    hp = run.hp
    size = hp.wavenet_batch_size
    validated = [held_out[i:i + size] for i in range(0, len(held_out), size)]
    shown = [("held-out", item) for item in held_out[:SHOWN]]
    shown += [("seen", item) for item in training[:SHOWN]]

    def evaluate(session, journal, step):
        random = np.random.RandomState(hp.seed)         # the same segments at every evaluation
        losses = [session.run(model.validation, model.feed(items, random)) for items in validated]
        figures = {"validation/loss": np.average(losses, weights=[len(part) for part in validated])}
        frames = SHOWN_SECONDS * hp.sample_rate // hp.hop
        mels = [item.store.mel(item.row)[:frames] for _, item in shown]
        copies = generate(model.begin(session), mels, [item.speaker for _, item in shown],
                          [hp.seed] * len(shown), hp)
        distances = {}
        for (kind, item), mel, copy in zip(shown, mels, copies):
            copied = audio.mel(copy, hp)
            distances.setdefault(kind, []).append(np.mean(np.abs(copied - mel)))
            name = kind + "/" + item.row.id
            journal.sound(step, name, copy, hp.sample_rate,
                          "synthetic speech, step %d of %s" % (step, run.folder))
            journal.picture(step, name + "/mel", plots.mels_png(
                [mel, copied], ["recording: " + item.row.text, "copy-synthesis"], hp.mel_range))
        figures.update({kind + "/mel_distance": np.mean(values)
                        for kind, values in distances.items()})
        journal.figures(step, figures)
        return -figures["validation/loss"]

    return evaluate


def main(arguments):
    parser = command_line.Parser(prog="train_vocoder.py", description=__doc__.split("\n")[0])
    parser.add_training()
    options = parser.parse_args(arguments)
    run, training, held_out = start(options, "vocoder")
    hp = run.hp
    model = Model(hp, len(run.speakers), options.threads)
    order = batches.Order(training, hp.wavenet_batch_size, hp.batch_group, hp.seed)
    return loop.train(run, options, model.optimizer, {},
                      order.batch, lambda items, step: model.feed(
                          items, np.random.RandomState([hp.seed, step])),
                      evaluation(run, model, training, held_out))


if __name__ == "__main__":
    command_line.run(main)
