"""Whether fewer bits can be heard: of every network, found out by itself."""
import numpy as np

import audio
from nn import compat
from nn.compat import tf
from wavenet_vocoder import noise, outputs
from wavenet_vocoder.engine import condition, library
from wavenet_vocoder.upsampling import with_context

INAUDIBLE = 0.005       # share by which the log-likelihood of a sound may differ
STREAMS, FRAMES = 16, 4     # of the sounds that it is tried on


def chosen(engine):
    """int8, where the processor has it and the network hardly notices; or float32."""
    if not library.has("int8"):
        return "float32"
    exact, near = log_likelihoods(engine)
    return "int8" if abs(near - exact) <= INAUDIBLE * abs(exact) else "float32"


def log_likelihoods(engine):
    """Mean ln p [nats a sample] of sounds that the network makes, in float32 and in int8.

    The sounds are of a hum with a rising pitch, begun at several places.
    """
    hp = engine.hp
    mel = with_context(audio.mel(_hum(hp), hp), hp)
    margins = len(mel) - STREAMS - FRAMES
    positions = np.stack([condition.positions(mel[i:i + FRAMES + margins], engine.values, hp)
                          for i in range(STREAMS)])
    count, output = FRAMES * hp.hop_length, outputs.of(hp)
    streams = engine.streams([0] * STREAMS, "float32")
    drawn = streams.draw(positions[:, streams.needed(count)], np.stack([
        output.noise(noise.uniform(i, 0, count, output.noise_size)) for i in range(STREAMS)]))
    found = []
    for precision in ("float32", "int8"):
        streams = engine.streams([0] * STREAMS, precision)
        parameters = streams.follow(positions[:, streams.needed(count)], drawn)
        found.append(_log_likelihood(parameters, drawn, hp))
    return found


def _hum(hp):
    samples = hp.hop_length * (STREAMS + FRAMES)
    time = np.arange(samples) / float(hp.sample_rate)
    pitch = 120 + 400 * time
    return sum(np.sin(2 * np.pi * number * pitch * time) / number for number in range(1, 12)) / 8


def _log_likelihood(parameters, drawn, hp):
    if hp.wavenet_output_distribution == "mulaw":
        drawn = outputs.MULAW_VALUES[drawn.astype(np.int32)]
    with tf.Graph().as_default(), compat.session(1) as session:
        each = outputs.of(hp).log_probability(tf.constant(parameters), tf.constant(drawn))
        return float(session.run(tf.reduce_mean(each)))
