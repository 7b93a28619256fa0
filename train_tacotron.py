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
from tacotron2 import reduction
from tacotron2.decoder import noise_channels
from tacotron2.inference import Synthesizer
from tacotron2.loss import losses
from tacotron2.network import Targets, tacotron2
from tf1 import tf
from training import aligning, inputs, loop, memory, optimizer, plots, verdict
from training.aligning import spelt
from training.sentences import sentences
from training.start import start

SHOWN = 3           # recorded lines that every evaluation shows and lets hear; it measures MEASURED
MEASURED = 16


class Model(object):
    """The graphs over one set of weights: training, validation, synthesis."""

    def __init__(self, hp, symbols, speakers):
        self.hp = hp
        self.batch = inputs.text_batch(hp)
        step = optimizer.global_step()
        self.r = reduction.at_variable(hp, step)
        self.noise = tf.placeholder_with_default(
            layers.uniform([tf.shape(self.batch.mel)[0], tf.shape(self.batch.mel)[1] // self.r,
                            noise_channels(hp)], place="prenet"),
            [None, None, noise_channels(hp)])
        self.guided = optimizer.fading(
            step, hp.guided_attention, 0.0,
            min(hp.guided_attention_from, hp.guided_attention_until - 1), hp.guided_attention_until)
        forced = None
        if hp.teacher_forcing < 1:
            forced = optimizer.fading(step, 1.0, hp.teacher_forcing,
                                      hp.teacher_forcing_from, hp.teacher_forcing_until)
        _, self.losses = self._taught(symbols, speakers, training=True, forced=forced)
        self.optimizer = optimizer.optimizer(self.losses.total, step, learning_rate(step, hp),
                                             hp.adam_epsilon, hp.clip_norm, frozen=hp.freeze)
        with tf.variable_scope(tf.get_variable_scope(), reuse=True):
            self.spoken, self.validation = self._taught(symbols, speakers, training=False)
        self.synthesizer = Synthesizer(hp, symbols, speakers, reuse=True)

    def _taught(self, symbols, speakers, training, forced=None):
        batch = self.batch
        targets = Targets(batch.mel, batch.frames)
        spoken = tacotron2(batch.text, batch.text_lengths, batch.speaker, self.noise, self.hp,
                           symbols, speakers, targets=targets, training=training, r=self.r,
                           forced=forced)
        return spoken, losses(spoken, batch.text_lengths, targets, self.hp, self.guided)

    def feed(self, items, step):
        """What the graphs are fed with to learn from the items after `step` steps."""
        hp = self.hp.replace(r=reduction.around(self.hp, step))
        return dict(zip(self.batch, batches.text_batch(items, hp)))

    def padding(self, feed):
        """The share of the mels in a feed that is padding."""
        return batches.padding_share(batches.TextBatch(*(feed[part] for part in self.batch)))

    def feeds_swapped(self, pairs, step):
        """Two feeds that differ in the text alone: each item with its own, and with its partner's.
        """
        feed = self.feed([item for item, _ in pairs], step)
        mel, r = feed[self.batch.mel], reduction.at(self.hp, step)
        feed[self.noise] = np.random.RandomState(self.hp.seed).uniform(
            size=[len(mel), mel.shape[1] // r, noise_channels(self.hp)])
        swapped = dict(feed)
        swapped[self.batch.text], swapped[self.batch.text_lengths] = batches.texts(
            [partner for _, partner in pairs])
        return feed, swapped


def learning_rate(step, hp):
    """The rate by the schedule that hp names."""
    if hp.learning_rate_schedule == "exponential":
        return optimizer.exponential_rate(step, hp.learning_rate, hp.learning_rate_final,
                                          hp.decay_start, hp.steps)
    return optimizer.falling_rate(step, hp.learning_rate, hp.learning_rate_final, hp.decay_start,
                                  hp.decay_half)


def evaluation(run, model, training, held_out, steps):
    """The function that the loop calls to show what the network has learnt.

    It returns how well held-out lines are aligned that are spoken freely: higher is better.
    """
    hp = run.hp
    validated = [held_out[i:i + hp.batch_size] for i in range(0, len(held_out), hp.batch_size)]
    recorded = (("held-out", held_out[:MEASURED]), ("seen", training[:MEASURED]))
    kinds = (("sentences", sentences(run)),) + recorded
    pairs = aligning.pairs(held_out, training, MEASURED)
    spread = aligning.spread([item.store.mel(item.row) for item, _ in pairs])

    def evaluate(session, journal, step, check):
        journal.figures(step, validation(session, step, check))
        scores = {}
        for kind, items in kinds:
            check()
            spoken = model.synthesizer.speak(session, [item.ids for item in items],
                                             [item.speaker for item in items],
                                             [hp.seed] * len(items))
            figures = aligning.free_running(spoken, items)
            scores[kind] = aligning.score(figures)
            journal.figures(step, named(kind, figures))
            for item, line in list(zip(items, spoken))[:SHOWN if items[0].store else None]:
                check()
                show(journal, step, journal.name(kind, item), item, line)
        for kind, items in recorded:
            check()
            journal.figures(step, named(kind + "-forced", aligning.teacher_forced(
                session.run(model.spoken, model.feed(items, step)), items)))
        verdict.tell(run, step, steps)
        return scores["held-out"]

    def validation(session, step, check):
        parts = []
        for items in validated:
            check()
            parts.append(session.run(model.validation, model.feed(items, step)))
        weights = [len(items) for items in validated]
        figures = {name: np.average(values, weights=weights)
                   for name, values in zip(parts[0]._fields, zip(*parts))}
        error, swapped = (session.run(model.validation.mel_before, feed)
                          for feed in model.feeds_swapped(pairs, step))
        return named("validation", dict(
            figures, text_gain=aligning.text_gain(error, swapped), unexplained=error / spread))

    def show(journal, step, name, item, line):
        journal.picture(step, name + "/alignment", plots.alignment_png(
            line.alignment, spelt(item), item.row.text))
        if item.store:
            journal.picture(step, name + "/mel", plots.mels_png(
                [item.store.mel(item.row), line.mel], ["recording: " + item.row.text, "synthesis"],
                hp.mel_range))
        journal.sound(step, name, audio.griffin_lim(line.mel, hp), hp.sample_rate,
                      "synthetic speech, step %d of %s" % (step, run.folder), item.row.text)

    return evaluate


def named(group, figures):
    return {group + "/" + name: value for name, value in figures.items()}


def main(arguments):
    parser = command_line.Parser(prog="train_tacotron.py", description=__doc__.split("\n")[0])
    parser.add_training()
    options = parser.parse_args(arguments)
    run, training, held_out = start(options, "tacotron")
    steps = options.steps or run.hp.steps
    run.hp = hp = verdict.in_time(run.hp, steps)
    model = Model(hp, len(korean.SYMBOLS), run.speaker_rows)
    order = batches.Order(training, hp.batch_size, hp.batch_group, hp.seed)
    parts = {name: part for name, part in model.losses._asdict().items() if name != "total"}
    return loop.train(run, options, model.optimizer, parts,
                      order.batch, model.feed, model.padding, memory.tacotron(hp, training),
                      evaluation(run, model, training, held_out, steps))


if __name__ == "__main__":
    command_line.run(main)
