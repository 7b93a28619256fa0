"""One training step of a tiny Tacotron2, and audio of a tiny WaveNet, both untrained."""
import functools
import time
from collections import namedtuple

import numpy as np

import korean
from common.hparam_set import create_hparams
from nn import compat, optimizer
from nn.compat import tf
from tacotron2.decoder import noise_channels
from tacotron2.loss import losses
from tacotron2.network import Targets, tacotron2
from tacotron2.training_graph import placeholders
from wavenet_vocoder.engine import library, weights
from wavenet_vocoder.engine.vocoder import Engine
from wavenet_vocoder.inference import Vocoder, generate

_BATCH, _JAMO, _FRAMES = 2, 16, 32

# seconds: of building and starting, of a training step after the first, of generating the audio;
# precision: the engine's, or None where TensorFlow generated
Trial = namedtuple("Trial", "start step generation audio precision")


def run(audio=1.0):
    """A Trial that generates `audio` seconds. Raises tf.errors.OpError where the device fails."""
    hp = create_hparams("tiny")
    start, step = _trained(hp)
    generation, precision = _generated(hp, audio)
    return Trial(start, step, generation, audio, precision)


def _trained(hp):
    """Seconds (until the first step is done, of the second)."""
    began = time.monotonic()
    with tf.Graph().as_default():
        train, feed = _training(hp)
        with compat.session() as session:
            session.run(tf.global_variables_initializer())
            session.run(train, feed)
            started = time.monotonic()
            session.run(train, feed)
            return started - began, time.monotonic() - started


def _generated(hp, audio):
    """(seconds, Trial.precision) of generating as a voice does: without the engine by TensorFlow."""
    mel = np.zeros([int(round(audio * hp.sample_rate / hp.hop_length)), hp.n_mels], np.float32)
    if not library.library():
        with tf.Graph().as_default(), compat.session() as session:
            vocoder = Vocoder(hp, 0)
            session.run(tf.global_variables_initializer())
            return _seconds(functools.partial(vocoder.begin, session), mel, hp), None
    random = np.random.RandomState(1)
    values = {name: 0.1 * random.standard_normal(shape)
              for name, shape in sorted(weights.shapes(hp, 0).items())}
    engine = Engine(weights.checked(values, hp, 0, "trial"), hp, precision="auto")
    return _seconds(engine.begin, mel, hp), engine.precision


def _seconds(begin, mel, hp):
    began = time.monotonic()
    generate(begin, [mel], [0], [1], hp)
    return time.monotonic() - began


def _training(hp):
    """A step of training, and what it is fed with."""
    batch = placeholders(hp)
    targets = Targets(batch.mel, batch.frames)
    noise = tf.random_uniform([_BATCH, _FRAMES // hp.outputs_per_step, noise_channels(hp)])
    step = optimizer.global_step()
    spoken = tacotron2(batch.text, batch.text_lengths, batch.speaker, noise, hp,
                       len(korean.SYMBOLS), 0, targets=targets, training=True)
    loss = losses(spoken, batch.text_lengths, targets, hp).total
    train = optimizer.optimizer(loss, step, 1e-3, hp.adam_epsilon, hp.grad_clip_thresh).train
    random = np.random.RandomState(1)
    return train, {
        batch.text: random.randint(1, len(korean.SYMBOLS), [_BATCH, _JAMO]),
        batch.text_lengths: [_JAMO] * _BATCH, batch.speaker: [0] * _BATCH,
        batch.mel: random.uniform(-1, 1, [_BATCH, _FRAMES, hp.n_mels]),
        batch.frames: [_FRAMES] * _BATCH}
