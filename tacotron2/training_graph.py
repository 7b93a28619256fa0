"""The graphs of Tacotron 2 that training runs: training, validation and synthesis."""
import numpy as np

from datasets import batches
from nn import layers, optimizer
from nn.compat import tf
from tacotron2 import reduction
from tacotron2.decoder import noise_channels
from tacotron2.inference import Synthesizer
from tacotron2.loss import losses
from tacotron2.network import Targets, tacotron2


def placeholders(hp):
    """A TextBatch of placeholders."""
    return batches.TextBatch(
        tf.placeholder(tf.int32, [None, None]), tf.placeholder(tf.int32, [None]),
        tf.placeholder(tf.int32, [None]), tf.placeholder(tf.float32, [None, None, hp.n_mels]),
        tf.placeholder(tf.int32, [None]))


class Model(object):
    """The graphs over one set of weights: training, validation, synthesis."""

    def __init__(self, hp, symbols, speakers):
        self.hp = hp
        self.batch = placeholders(hp)
        step = optimizer.global_step()
        self.r = reduction.at_variable(hp, step)
        self.noise = tf.placeholder_with_default(
            layers.uniform([tf.shape(self.batch.mel)[0], tf.shape(self.batch.mel)[1] // self.r,
                            noise_channels(hp)], place="prenet"),
            [None, None, noise_channels(hp)])
        self.guided = optimizer.fading(
            step, hp.guided_attention_weight, 0.0,
            min(hp.guided_attention_decay_start, hp.guided_attention_decay_end - 1), hp.guided_attention_decay_end)
        forced = None
        if hp.teacher_forcing_ratio < 1:
            forced = optimizer.fading(step, 1.0, hp.teacher_forcing_ratio,
                                      hp.teacher_forcing_decay_start, hp.teacher_forcing_decay_end)
        _, self.losses = self._taught(symbols, speakers, training=True, forced=forced)
        self.optimizer = optimizer.optimizer(self.losses.total, step, learning_rate(step, hp),
                                             hp.adam_epsilon, hp.grad_clip_thresh, frozen=hp.freeze)
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
        hp = self.hp.replace(outputs_per_step=reduction.around(self.hp, step))
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
        return optimizer.exponential_rate(step, hp.learning_rate, hp.final_learning_rate,
                                          hp.decay_start, hp.train_steps)
    return optimizer.falling_rate(step, hp.learning_rate, hp.final_learning_rate, hp.decay_start,
                                  hp.decay_half_life)
