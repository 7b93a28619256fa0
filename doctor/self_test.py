"""Train a tiny Tacotron 2 for two steps and generate audio with a tiny, untrained WaveNet."""
import time
from collections import namedtuple

import numpy as np

import korean
from common.hparam_set import create_hparams
from datasets.batches import TextBatch
from nn import compat
from nn.compat import tf
from tacotron2.tacotron_training_graph import TrainingGraph
from wavenet_vocoder.engine import binding, weights
from wavenet_vocoder.engine.vocoder import NativeVocoder
from wavenet_vocoder.numpy_wavenet import NumpyVocoder
from wavenet_vocoder.wavegen import generate_waveforms

_BATCH, _JAMO, _FRAMES = 2, 16, 32

# startup_time: seconds to build the graph and run its first step; step_time: seconds of the second
# step; generation_time: seconds to generate audio_duration seconds; precision: of the vocoder
# engine, or None if NumPy generated the audio
SelfTestResult = namedtuple("SelfTestResult", "startup_time step_time generation_time "
                                              "audio_duration precision")


def run_self_test(audio_duration=1.0):
    """Run the self-test. Returns SelfTestResult; raises tf.errors.OpError if the device fails."""
    hp = create_hparams("tiny")
    times = _time_training(hp)
    generation_time, precision = _time_generation(hp, audio_duration)
    return SelfTestResult(*times, generation_time=generation_time, audio_duration=audio_duration,
                          precision=precision)


def _time_training(hp):
    """(startup_time, step_time)"""
    start = time.monotonic()
    random = np.random.RandomState(1)
    batch = TextBatch(random.randint(1, len(korean.SYMBOLS), [_BATCH, _JAMO]), [_JAMO] * _BATCH,
                      [0] * _BATCH, random.uniform(-1, 1, [_BATCH, _FRAMES, hp.n_mels]),
                      [_FRAMES] * _BATCH)
    with tf.Graph().as_default():
        graph = TrainingGraph(hp, len(korean.SYMBOLS), 0)
        feed = dict(zip(graph.batch, batch))
        with compat.create_session() as session:
            session.run(tf.global_variables_initializer())
            session.run(graph.optimizer.train_op, feed)
            first_step_end = time.monotonic()
            session.run(graph.optimizer.train_op, feed)
            return first_step_end - start, time.monotonic() - first_step_end


def _time_generation(hp, audio_duration):
    """(generation_time, precision), with the engine if there is one, as in synthesis."""
    mel = np.zeros([int(round(audio_duration * hp.sample_rate / hp.hop_length)), hp.n_mels],
                   np.float32)
    random = np.random.RandomState(1)
    values = {name: 0.1 * random.standard_normal(shape)
              for name, shape in sorted(weights.variable_shapes(hp, 0).items())}
    values = weights.validate_weights(values, hp, 0, "self-test")
    if not binding.load_library():
        return _time_waveform(NumpyVocoder(values, hp), mel, hp), None
    vocoder = NativeVocoder(values, hp, precision="auto")
    return _time_waveform(vocoder, mel, hp), vocoder.precision


def _time_waveform(vocoder, mel, hp):
    start = time.monotonic()
    generate_waveforms(vocoder, [mel], [0], [1], hp)
    return time.monotonic() - start
