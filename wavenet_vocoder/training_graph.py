"""The graphs of WaveNet that training runs: training, validation and generation."""
import functools

from datasets import batches
from nn import optimizer
from nn.compat import tf
from wavenet_vocoder import network
from wavenet_vocoder.engine import library, weights
from wavenet_vocoder.engine.vocoder import Engine
from wavenet_vocoder.inference import Vocoder
from wavenet_vocoder.upsampling import context_frames


class Model(object):
    """The graphs over one set of weights and their averages: training, validation, generation."""

    def __init__(self, hp, speakers, threads=0):
        self.hp, self.threads = hp, threads
        self.batch = batches.AudioBatch(
            tf.placeholder(tf.float32, [None, None]), tf.placeholder(tf.float32, [None, None]),
            tf.placeholder(tf.int32, [None]), tf.placeholder(tf.float32, [None, None, hp.n_mels]))
        step = optimizer.global_step()
        loss = self._loss(speakers)
        rate = optimizer.falling_rate(step, hp.wavenet_learning_rate,
                                      hp.wavenet_final_learning_rate, hp.wavenet_decay_start,
                                      hp.wavenet_decay_half_life)
        averages = tf.train.ExponentialMovingAverage(hp.wavenet_ema_decay, num_updates=step)
        self.optimizer = optimizer.optimizer(loss, step, rate, hp.wavenet_adam_epsilon,
                                             hp.wavenet_grad_clip_thresh, averages, hp.freeze)
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
