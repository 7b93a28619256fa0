"""The graphs of WaveNet that training runs: training, validation and generation."""
from datasets import batches
from nn import optimizer, towers
from nn.compat import tf
from wavenet_vocoder import wavenet
from wavenet_vocoder.engine import binding, weights
from wavenet_vocoder.engine.vocoder import NativeVocoder
from wavenet_vocoder.upsampling import context_frames
from wavenet_vocoder.wavegen import GraphVocoder


class TrainingGraph(object):
    """Training, validation and generation over one set of weights and their moving averages.

    `threads` are those of the vocoder; `tower_devices` those of the nn.towers.Towers that train.
    """

    def __init__(self, hp, n_speakers, threads=0, tower_devices=(None,)):
        self.hp, self.n_speakers, self.threads = hp, n_speakers, threads
        self.tower_devices = tower_devices
        self.batch = batches.AudioBatch(
            tf.placeholder(tf.float32, [None, None]), tf.placeholder(tf.float32, [None, None]),
            tf.placeholder(tf.int32, [None]), tf.placeholder(tf.float32, [None, None, hp.n_mels]))
        step = optimizer.global_step()
        loss = towers.build_in_towers(self._loss, tower_devices, self.batch.audio)
        rate = optimizer.halving_decay(step, hp.wavenet_learning_rate,
                                       hp.wavenet_final_learning_rate, hp.wavenet_decay_start,
                                       hp.wavenet_decay_half_life)
        rate = optimizer.linear_warmup(step, rate, hp.warmup_steps)
        averages = optimizer.create_ema(hp.wavenet_ema_decay, step)
        self.optimizer = optimizer.build_optimizer(loss, step, rate, hp.wavenet_adam_epsilon,
                                                   hp.wavenet_grad_clip_thresh, averages, hp.freeze,
                                                   tower_devices[0] is not None)
        self._averages = {v.op.name: averages.average(v) for v in tf.trainable_variables()}
        # validation and generation use what synthesis will use: the averages
        with tf.variable_scope(tf.get_variable_scope(), reuse=True,
                               custom_getter=optimizer.ema_getter(averages)):
            self.validation_loss = self._loss()
            self._graph_vocoder = (None if binding.load_library() else
                                   GraphVocoder(hp, n_speakers))

    def _loss(self, tower_set=towers.ONE_TOWER):
        batch = self.batch
        return wavenet.training_loss(batch.audio, batch.mel, batch.speaker_ids, batch.mask, self.hp,
                                     self.n_speakers, towers=tower_set)

    def vocoder(self, session):
        """A vocoder (see wavegen.py) with the averages of the weights in `session`."""
        if self._graph_vocoder:
            return self._graph_vocoder.with_session(session)
        values = weights.validate_weights(session.run(self._averages), self.hp, self.n_speakers,
                                          "the network")
        return NativeVocoder(values, self.hp, self.threads)

    def make_feed_dict(self, items, random):
        batch = batches.make_audio_batch(items, self.hp, context_frames(self.hp), random)
        return dict(zip(self.batch, batch))

    def padding_fraction(self, feed_dict):
        """The fraction of the samples in a feed_dict that is padding."""
        return batches.padding_fraction(
            batches.AudioBatch(*(feed_dict[tensor] for tensor in self.batch)))
