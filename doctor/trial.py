"""One training step of a tiny Tacotron2, and audio of a tiny WaveNet, both untrained."""
import time
from collections import namedtuple

import numpy as np

import hparams
import korean
import tf1
from tacotron2.decoder import noise_channels
from tacotron2.loss import losses
from tacotron2.network import Targets, tacotron2
from tf1 import tf
from training import inputs, optimizer
from wavenet_vocoder.inference import Vocoder

_BATCH, _JAMO, _FRAMES = 2, 16, 32

# seconds: of building and starting, of a training step after the first, of generating the audio
Trial = namedtuple("Trial", "start step generation audio")


def run(audio=1.0):
    """A Trial that generates `audio` seconds. Raises tf.errors.OpError where the device fails."""
    hp = hparams.load("tiny")
    began = time.monotonic()
    with tf.Graph().as_default():
        train, feed = _training(hp)
        vocoder = Vocoder(hp, 0)
        with tf1.session() as session:
            session.run(tf.global_variables_initializer())
            session.run(train, feed)
            started = time.monotonic()
            session.run(train, feed)
            trained = time.monotonic()
            frames = int(round(audio * hp.sample_rate / hp.hop))
            vocoder.generate(session, [np.zeros([frames, hp.mels], np.float32)], [0], [1])
            done = time.monotonic()
    return Trial(started - began, trained - started, done - trained, audio)


def _training(hp):
    """A step of training, and what it is fed with."""
    batch = inputs.text_batch(hp)
    targets = Targets(batch.mel, batch.frames)
    noise = tf.random_uniform([_BATCH, _FRAMES // hp.r, noise_channels(hp)])
    step = optimizer.global_step()
    spoken = tacotron2(batch.text, batch.text_lengths, batch.speaker, noise, hp,
                       len(korean.SYMBOLS), 0, targets=targets, training=True)
    loss = losses(spoken, batch.text_lengths, targets, hp).total
    train = optimizer.optimizer(loss, step, 1e-3, hp.adam_epsilon, hp.clip_norm).train
    random = np.random.RandomState(1)
    return train, {
        batch.text: random.randint(1, len(korean.SYMBOLS), [_BATCH, _JAMO]),
        batch.text_lengths: [_JAMO] * _BATCH, batch.speaker: [0] * _BATCH,
        batch.mel: random.uniform(-1, 1, [_BATCH, _FRAMES, hp.mels]),
        batch.frames: [_FRAMES] * _BATCH}
