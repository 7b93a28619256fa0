"""The graphs of Tacotron 2 that training runs: training, validation and synthesis."""
import numpy as np

from datasets import batches
from nn import layers, optimizer
from nn.compat import tf
from tacotron2 import outputs_per_step
from tacotron2.decoder import prenet_noise_dim
from tacotron2.loss import compute_losses
from tacotron2.synthesizer import Synthesizer
from tacotron2.tacotron import Targets, tacotron2


def batch_placeholders(hp):
    """A TextBatch of placeholders."""
    return batches.TextBatch(
        tf.placeholder(tf.int32, [None, None]), tf.placeholder(tf.int32, [None]),
        tf.placeholder(tf.int32, [None]), tf.placeholder(tf.float32, [None, None, hp.n_mels]),
        tf.placeholder(tf.int32, [None]))


class TrainingGraph(object):
    """The graphs over one set of weights: training, validation, synthesis."""

    def __init__(self, hp, symbols, speakers):
        self.hp = hp
        self.batch = batch_placeholders(hp)
        step = optimizer.global_step()
        self.r = outputs_per_step.outputs_per_step_tensor(hp, step)
        self.noise = tf.placeholder_with_default(
            layers.uniform([tf.shape(self.batch.mel)[0], tf.shape(self.batch.mel)[1] // self.r,
                            prenet_noise_dim(hp)], place="prenet"),
            [None, None, prenet_noise_dim(hp)])
        self.guided = optimizer.linear_decay(
            step, hp.guided_attention_weight, 0.0,
            min(hp.guided_attention_decay_start, hp.guided_attention_decay_end - 1), hp.guided_attention_decay_end)
        forced = None
        if hp.teacher_forcing_ratio < 1:
            forced = optimizer.linear_decay(step, 1.0, hp.teacher_forcing_ratio,
                                      hp.teacher_forcing_decay_start, hp.teacher_forcing_decay_end)
        _, self.losses = self._taught(symbols, speakers, training=True, forced=forced)
        self.optimizer = optimizer.build_optimizer(self.losses.total, step, learning_rate(step, hp),
                                             hp.adam_epsilon, hp.grad_clip_thresh, frozen=hp.freeze)
        with tf.variable_scope(tf.get_variable_scope(), reuse=True):
            self.validation_outputs, self.validation_losses = self._taught(symbols, speakers, training=False)
        self.synthesizer = Synthesizer(hp, symbols, speakers, reuse=True)

    def _taught(self, symbols, speakers, training, forced=None):
        batch = self.batch
        targets = Targets(batch.mel, batch.mel_lengths)
        spoken = tacotron2(batch.text_ids, batch.text_lengths, batch.speaker_ids, self.noise, self.hp,
                           symbols, speakers, targets=targets, training=training, r=self.r,
                           forced=forced)
        return spoken, compute_losses(spoken, batch.text_lengths, targets, self.hp, self.guided)

    def make_feed_dict(self, items, step):
        """What the graphs are fed with to learn from the items after `step` steps."""
        hp = self.hp.replace(outputs_per_step=outputs_per_step.frame_multiple_at(self.hp, step))
        return dict(zip(self.batch, batches.make_text_batch(items, hp)))

    def padding_fraction(self, feed):
        """The share of the mels in a feed that is padding."""
        return batches.padding_fraction(batches.TextBatch(*(feed[part] for part in self.batch)))

    def swapped_text_feeds(self, pairs, step):
        """Two feeds that differ in the text alone: each item with its own, and with its partner's.
        """
        feed = self.make_feed_dict([item for item, _ in pairs], step)
        mel, r = feed[self.batch.mel], outputs_per_step.outputs_per_step_at(self.hp, step)
        feed[self.noise] = np.random.RandomState(self.hp.seed).uniform(
            size=[len(mel), mel.shape[1] // r, prenet_noise_dim(self.hp)])
        swapped = dict(feed)
        swapped[self.batch.text_ids], swapped[self.batch.text_lengths] = batches.pad_text_ids(
            [partner for _, partner in pairs])
        return feed, swapped


def learning_rate(step, hp):
    """The rate by the schedule that hp names."""
    if hp.learning_rate_schedule == "exponential":
        return optimizer.exponential_decay(step, hp.learning_rate, hp.final_learning_rate,
                                          hp.decay_start, hp.train_steps)
    return optimizer.halving_decay(step, hp.learning_rate, hp.final_learning_rate, hp.decay_start,
                                  hp.decay_half_life)
