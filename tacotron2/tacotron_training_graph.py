"""The graphs of Tacotron 2 for training, validation and synthesis, over one set of weights."""
import numpy as np

from datasets import batches
from nn import layers, optimizer
from nn.compat import tf
from nn.towers import ONE_TOWER, build_in_towers
from tacotron2.decoder import prenet_noise_dim
from tacotron2.loss import compute_losses
from tacotron2.outputs_per_step import (frame_multiple_at, outputs_per_step_at,
                                        outputs_per_step_tensor, trained_outputs_per_step)
from tacotron2.synthesizer import Synthesizer
from tacotron2.tacotron import tacotron2


def batch_placeholders(hp):
    """A TextBatch of placeholders."""
    return batches.TextBatch(
        tf.placeholder(tf.int32, [None, None]), tf.placeholder(tf.int32, [None]),
        tf.placeholder(tf.int32, [None]), tf.placeholder(tf.float32, [None, None, hp.n_mels]),
        tf.placeholder(tf.int32, [None]))


class TrainingGraph(object):
    """Three graphs over one set of weights; the nn.towers.Towers that train are on `tower_devices`.

    Attributes:

    losses, optimizer                       training
    validation_outputs, validation_losses   teacher-forced, without dropout and zoneout
    synthesizer                             free-running
    """

    def __init__(self, hp, n_symbols, n_speakers, tower_devices=(None,)):
        self.hp, self.n_symbols, self.n_speakers = hp, n_symbols, n_speakers
        self.tower_devices = tower_devices
        self.batch = batch_placeholders(hp)
        step = optimizer.global_step()
        self.outputs_per_step = outputs_per_step_tensor(hp, step)
        noise_dim = prenet_noise_dim(hp)
        # validation feeds another value, which needs no placeholder_with_default: in TensorFlow 1.3
        # that is computed by the CPU
        self.prenet_noise = layers.random_uniform(
            [tf.shape(self.batch.mel)[0], tf.shape(self.batch.mel)[1] // self.outputs_per_step,
             noise_dim], name="prenet")
        self.prenet_noise.set_shape([None, None, noise_dim])
        # where only its end is set, the decay takes a single step
        self.guided_attention_weight = optimizer.linear_decay(
            step, hp.guided_attention_weight, 0.0,
            min(hp.guided_attention_decay_start, hp.guided_attention_decay_end - 1),
            hp.guided_attention_decay_end)
        teacher_forcing_ratio = None
        if hp.teacher_forcing_ratio < 1:
            teacher_forcing_ratio = optimizer.linear_decay(
                step, 1.0, hp.teacher_forcing_ratio, hp.teacher_forcing_decay_start,
                hp.teacher_forcing_decay_end)
        _, self.losses = build_in_towers(
            lambda towers: self._teacher_forced(True, teacher_forcing_ratio, towers),
            tower_devices, self.batch.mel)
        averages = optimizer.create_ema(hp.ema_decay, step)
        self.optimizer = optimizer.build_optimizer(
            self.losses.total, step, learning_rate(step, hp), hp.adam_epsilon, hp.grad_clip_thresh,
            averages, hp.freeze, tower_devices[0] is not None)
        # validation and synthesis use the averages, as the exported voice does
        with tf.variable_scope(tf.get_variable_scope(), reuse=True,
                               custom_getter=optimizer.ema_getter(averages)):
            (self.validation_outputs,), self.validation_losses = self._teacher_forced(False)
            self.synthesizer = Synthesizer(hp, n_symbols, n_speakers, reuse=True)

    def _teacher_forced(self, training, teacher_forcing_ratio=None, towers=ONE_TOWER):
        """([TacotronOutputs of each tower], Losses) of self.batch."""
        batch = self.batch
        outputs = tacotron2(
            batch.text_ids, batch.text_lengths, batch.speaker_ids, self.prenet_noise, self.hp,
            self.n_symbols, self.n_speakers, targets=batch, training=training,
            outputs_per_step=(self.outputs_per_step if training else
                              trained_outputs_per_step(self.hp)),
            teacher_forcing_ratio=teacher_forcing_ratio, towers=towers)
        return outputs, compute_losses(outputs, batch, self.hp, self.guided_attention_weight,
                                       towers)

    def make_feed_dict(self, items, step):
        """The feed_dict of a training batch of BatchItems after `step` completed steps."""
        return self._feed_batch(items, frame_multiple_at(self.hp, step))

    def make_validation_feed(self, items, step):
        """The feed_dict of a batch for the validation graph, after `step` completed steps.

        The pre-net noise is the same at every step, so that evaluations can be compared. The frames
        per decoder step are those that the weights were last trained with.
        """
        r = outputs_per_step_at(self.hp, step - 1)
        feed_dict = self._feed_batch(items, r)
        batch_size, n_frames = feed_dict[self.batch.mel].shape[:2]
        feed_dict[self.prenet_noise] = np.random.RandomState(self.hp.seed).uniform(
            size=[batch_size, n_frames // r, prenet_noise_dim(self.hp)])
        return feed_dict

    def _feed_batch(self, items, frame_multiple):
        """{placeholder: array} of a batch whose frames are padded to a multiple."""
        return dict(zip(self.batch, batches.make_text_batch(items, self.hp, frame_multiple)))

    def padding_fraction(self, feed_dict):
        """The fraction of padding in the mel frames of a feed_dict."""
        return batches.padding_fraction(
            batches.TextBatch(*(feed_dict[tensor] for tensor in self.batch)))

    def swapped_text_feeds(self, pairs, step):
        """Two feed_dicts of pairs (item, other) of BatchItems: the items, and their mels with the
        texts of the others. Both have the same pre-net noise.
        """
        feed_dict = self.make_validation_feed([item for item, _ in pairs], step)
        swapped = dict(feed_dict)
        swapped[self.batch.text_ids], swapped[self.batch.text_lengths] = batches.pad_text_ids(
            [other for _, other in pairs])
        return feed_dict, swapped


def learning_rate(step, hp):
    """The learning rate at `step`, a scalar tensor, by hp.learning_rate_schedule."""
    if hp.learning_rate_schedule == "exponential":
        rate = optimizer.exponential_decay(step, hp.learning_rate, hp.final_learning_rate,
                                           hp.decay_start, hp.train_steps)
    else:
        rate = optimizer.halving_decay(step, hp.learning_rate, hp.final_learning_rate,
                                       hp.decay_start, hp.decay_half_life)
    return optimizer.linear_warmup(step, rate, hp.warmup_steps)
