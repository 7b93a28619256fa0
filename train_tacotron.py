"""Train Tacotron2, jamo → mel, on stores that preprocess.py made.

    python train_tacotron.py --data data/kss --logdir logs/kss-tacotron --preset reference

The same command goes on where a run stopped. Watch it with: tensorboard --logdir logs
"""

import numpy as np

import audio
import command_line
import korean
import layers
from datasets import batches
from tacotron2.alignment import measure
from tacotron2.decoder import noise_channels
from tacotron2.inference import Synthesizer
from tacotron2.loss import losses
from tacotron2.network import Targets, tacotron2
from tf1 import tf
from training import loop, optimizer, plots
from training.start import start

SHOWN = 3           # lines that every evaluation shows and lets hear; it measures all of them
MEASURED = 16


class Model(object):
    """The graphs over one set of weights: training, validation, synthesis."""

    def __init__(self, hp, symbols, speakers):
        self.hp = hp
        self.batch = batches.TextBatch(
            tf.placeholder(tf.int32, [None, None]), tf.placeholder(tf.int32, [None]),
            tf.placeholder(tf.int32, [None]), tf.placeholder(tf.float32, [None, None, hp.mels]),
            tf.placeholder(tf.int32, [None]))
        step = optimizer.global_step()
        shape = tf.shape(self.batch.mel)
        self.noise = tf.placeholder_with_default(
            layers.uniform([shape[0], shape[1] // hp.r, noise_channels(hp)], place="prenet"),
            [None, None, noise_channels(hp)])
        self.guided = hp.guided_attention * tf.to_float(step < hp.guided_attention_until)
        _, self.losses = self._teacher_forced(symbols, speakers, training=True)
        rate = optimizer.falling_rate(step, hp.learning_rate, hp.learning_rate_final,
                                      hp.decay_start, hp.decay_half)
        self.optimizer = optimizer.optimizer(self.losses.total, step, rate, hp.adam_epsilon,
                                             hp.clip_norm)
        with tf.variable_scope(tf.get_variable_scope(), reuse=True):
            self.spoken, self.validation = self._teacher_forced(symbols, speakers, training=False)
        self.synthesizer = Synthesizer(hp, symbols, speakers, reuse=True)

    def _teacher_forced(self, symbols, speakers, training):
        batch = self.batch
        targets = Targets(batch.mel, batch.frames)
        spoken = tacotron2(batch.text, batch.text_lengths, batch.speaker, self.noise, self.hp,
                           symbols, speakers, targets=targets, training=training)
        return spoken, losses(spoken, batch.text_lengths, targets, self.hp, self.guided)

    def feed(self, items):
        return dict(zip(self.batch, batches.text_batch(items, self.hp)))


def evaluation(run, model, training, held_out):
    """The function that the loop calls to show what the network has learnt."""
    hp = run.hp
    validated = [held_out[i:i + hp.batch_size] for i in range(0, len(held_out), hp.batch_size)]
    kinds = (("held-out", held_out[:MEASURED]), ("seen", training[:MEASURED]))

    def evaluate(session, journal, step):
        scores = {}
        parts = [session.run(model.validation, model.feed(items)) for items in validated]
        weights = [len(items) for items in validated]
        journal.figures(step, {"validation/" + name: float(np.average(values, weights=weights))
                               for name, values in zip(parts[0]._fields, zip(*parts))})
        for kind, items in kinds:
            lines = model.synthesizer.speak(session, [item.ids for item in items],
                                            [item.speaker for item in items],
                                            [hp.seed] * len(items))
            figures = [measure(line.alignment, [symbol in korean.JAMO for symbol in spelt(item)])
                       for line, item in zip(lines, items)]
            duration = [float(len(line.mel)) / item.row.frames for line, item in zip(lines, items)]
            journal.figures(step, {
                kind + "/focus": np.mean([figure.focus for figure in figures]),
                kind + "/coverage": np.mean([figure.coverage for figure in figures]),
                kind + "/end": np.mean([figure.end for figure in figures]),
                kind + "/stopped": np.mean([line.stopped for line in lines]),
                kind + "/duration_off": np.mean(np.abs(np.array(duration) - 1))})
            # the best weights align best when they run free, on what they have not seen
            scores[kind] = np.mean([figure.focus * figure.coverage * line.stopped
                                    for figure, line in zip(figures, lines)])
            for item, line in list(zip(items, lines))[:SHOWN]:
                show(journal, step, kind + "/" + item.row.id, item, line)
        return scores["held-out"]

    def show(journal, step, name, item, line):
        journal.picture(step, name + "/alignment", plots.alignment_png(
            line.alignment, spelt(item), item.row.text))
        journal.picture(step, name + "/mel", plots.mels_png(
            [item.store.mel(item.row), line.mel], ["recording: " + item.row.text, "synthesis"],
            hp.mel_range))
        journal.sound(step, name, audio.griffin_lim(line.mel, hp), hp.sample_rate,
                      "synthetic speech, step %d of %s" % (step, run.folder))

    return evaluate


def spelt(item):
    return [korean.SYMBOLS[number] for number in item.ids]


def main(arguments):
    parser = command_line.Parser(prog="train_tacotron.py", description=__doc__.split("\n")[0])
    parser.add_training()
    options = parser.parse_args(arguments)
    run, training, held_out = start(options, "tacotron")
    hp = run.hp
    model = Model(hp, len(korean.SYMBOLS), len(run.speakers))
    order = batches.Order(training, hp.batch_size, hp.batch_group, hp.seed)
    parts = {name: part for name, part in model.losses._asdict().items() if name != "total"}
    return loop.train(run, options, model.optimizer, parts,
                      order.batch, lambda items, step: model.feed(items),
                      evaluation(run, model, training, held_out))


if __name__ == "__main__":
    command_line.run(main)
