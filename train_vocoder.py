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
from training import gta, loop, memory, optimizer, plots
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
                                             hp.wavenet_clip_norm, averages, hp.freeze)
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

    def padding(self, feed):
        """The share of the samples in a feed that is padding."""
        return batches.padding_share(batches.AudioBatch(*(feed[part] for part in self.batch)))


def evaluation(run, model, training, held_out):
    """The function that the loop calls to show what the network has learnt."""
    hp = run.hp
    size = hp.wavenet_batch_size
    validated = [held_out[i:i + size] for i in range(0, len(held_out), size)]
    shown = [("held-out", item) for item in held_out[:SHOWN]]
    shown += [("seen", item) for item in training[:SHOWN]]

    def evaluate(session, journal, step, check):
        random = np.random.RandomState(hp.seed)         # the same segments at every evaluation
        losses = []
        for items in validated:
            check()
            losses.append(session.run(model.validation, model.feed(items, random)))
        figures = {"validation/loss": np.average(losses, weights=[len(part) for part in validated])}
        frames = SHOWN_SECONDS * hp.sample_rate // hp.hop
        mels = [item.store.mel(item.row)[:frames] for _, item in shown]
        copies = generate(model.begin(session), mels, [item.speaker for _, item in shown],
                          [hp.seed] * len(shown), hp, lambda samples: check())
        distances = {}
        for (kind, item), mel, copy in zip(shown, mels, copies):
            check()
            copied = audio.mel(copy, hp)
            distances.setdefault(kind, []).append(np.mean(np.abs(copied - mel)))
            name = journal.name(kind, item)
            journal.sound(step, name, copy, hp.sample_rate,
                          "synthetic speech, step %d of %s" % (step, run.folder), item.row.text)
            journal.picture(step, name + "/mel", plots.mels_png(
                [mel, copied], ["condition: " + item.row.text, "copy-synthesis"], hp.mel_range))
        figures.update({kind + "/mel_distance": np.mean(values)
                        for kind, values in distances.items()})
        journal.figures(step, figures)
        return -figures["validation/loss"]

    return evaluate


def main(arguments):
    parser = command_line.Parser(prog="train_vocoder.py", description=__doc__.split("\n")[0])
    parser.add_training()
    parser.add_argument("--gta", metavar="RUN",
                        help="learn from the mels that this run of train_tacotron.py predicts, as "
                             "synthesis will give them")
    options = parser.parse_args(arguments)
    run, training, held_out = start(options, "vocoder", lambda run, stores: gta.predicted(
        run, stores, options.gta))
    hp = run.hp
    model = Model(hp, run.speaker_rows, options.threads)
    order = batches.Order(training, hp.wavenet_batch_size, hp.batch_group, hp.seed)
    return loop.train(run, options, model.optimizer, {},
                      order.batch, lambda items, step: model.feed(
                          items, np.random.RandomState([hp.seed, step])), model.padding,
                      memory.vocoder(hp),
                      evaluation(run, model, training, held_out))


if __name__ == "__main__":
    command_line.run(main)
