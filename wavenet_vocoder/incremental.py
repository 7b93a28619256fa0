"""WaveNet one sample at a time, by tf.while_loop in the graph.

A step needs of every layer only its input at n and (kernel - 1) older ones, `dilation` apart
(Le Paine et al., arXiv 1611.09482). All layers' older inputs lie in one variable [rows, batch,
residual], a ring of (kernel - 1)·dilation rows each: a step gathers the rows it needs, makes of
them and of the condition all that does not wait for the newest sample, in one product over the
layers each, and overwrites one row a layer. Its cost does not depend on the dilations.
"""
from collections import namedtuple

import numpy as np

from nn.compat import tf
from wavenet_vocoder import distributions, wavenet
from wavenet_vocoder.step import one_step

IncrementalState = namedtuple("IncrementalState", "buffer position sample")   # what an utterance has so far


def generate_samples(mel, speaker, noise, hp, speakers, state=None, reuse=None):
    """Audio [batch, frames·hop] drawn sample by sample, and the State after it.

    mel [batch, frames + 2·context_frames, mels], speaker [batch] int32, noise [batch, frames·hop,
    distributions.output_distribution(hp).noise_dim]. Without a `state` an utterance begins; with the one that the
    previous frames ended in it goes on, and gives what it would have given in one piece. Only one
    session.run at a time.
    """
    noise, sample = _time_first(noise), distributions.output_distribution(hp).sample

    def choose(n, parameters):
        chosen = sample(parameters, tf.gather(noise, n))
        return chosen, chosen

    audio, state = _run(mel, speaker, choose, [], hp, speakers, state, reuse)
    return _time_first(audio), state


def score_samples(audio, mel, speaker, hp, speakers, reuse=None):
    """network(), sample by sample: the parameters when the samples are those of `audio`."""
    audio = _time_first(audio)
    parameters, _ = _run(mel, speaker, lambda n, parameters: (parameters, tf.gather(audio, n)),
                         [distributions.output_distribution(hp).n_parameters], hp, speakers, None, reuse)
    return _time_first(parameters)


def initial_state(batch, hp):
    """The State before the first sample, as arrays: silence."""
    rows = sum(_ring_sizes(hp))
    return IncrementalState(np.zeros([rows, batch, hp.wavenet_residual_channels], np.float32), np.int32(0),
                 np.zeros([batch], np.float32))


def _run(mel, speaker, choose, shape, hp, speakers, state, reuse):
    """Runs the stack over all samples of mel; choose(n, parameters) → (what to keep, the sample).

    What is kept has shape [batch] + shape. Returns it as [time, batch] + shape, and the State.
    """
    with tf.variable_scope(wavenet.SCOPE, reuse=reuse):
        h = _time_first(wavenet.local_and_global_condition(mel, speaker, hp, speakers))
        step = one_step(wavenet.condition_channels(hp, speakers), hp)
    batch, time = tf.shape(h)[1], tf.shape(h)[0]
    if state is None:
        state = initial_state(1, hp)
        state = IncrementalState(tf.tile(state.buffer, [1, batch, 1]), state.position, tf.zeros([batch]))
    # not trained, not saved; its batch is whatever is assigned
    ring = tf.Variable(tf.zeros([0, 0, hp.wavenet_residual_channels]), trainable=False, validate_shape=False,
                       collections=[tf.GraphKeys.LOCAL_VARIABLES], name="wavenet_memory")
    ring = tf.assign(ring, state.buffer, validate_shape=False)
    kept = tf.TensorArray(tf.float32, size=time, element_shape=tf.TensorShape([None] + shape))

    def body(n, sample, kept):
        rows = _rows(state.position + n, hp)                        # [layers, kernel - 1]
        past = tf.gather(ring, rows)                                # [.., .., batch, residual]
        parameters, inputs = step(sample, past, tf.gather(h, n))
        with tf.control_dependencies([past]):                       # the oldest makes room
            written = tf.scatter_update(ring, rows[:, 0], inputs)
        keep, sample = choose(n, parameters)
        with tf.control_dependencies([written.op]):                 # before the next step reads
            return tf.add(n, 1), tf.identity(sample), kept.write(n, keep)

    _, sample, kept = tf.while_loop(lambda n, *_: n < time, body, [0, state.sample, kept],
                                    parallel_iterations=1, back_prop=False)
    with tf.control_dependencies([sample]):
        memory = tf.gather(ring, tf.range(sum(_ring_sizes(hp))))    # a copy: the ring is reused
    return kept.stack(), IncrementalState(memory, state.position + time, sample)


def _rows(n, hp):
    """int32 [layers, kernel - 1]: where x at n - (kernel - 1)·dilation … n - dilation lie."""
    dilations = np.array(wavenet.dilations(hp), np.int32)[:, None]
    lags = dilations * np.arange(hp.wavenet_kernel_size - 1, 0, -1, dtype=np.int32)
    sizes = np.array(_ring_sizes(hp), np.int32)[:, None]
    first = np.cumsum(sizes, 0, dtype=np.int32) - sizes
    return first + (n - lags) % sizes


def _ring_sizes(hp):
    return [(hp.wavenet_kernel_size - 1) * dilation for dilation in wavenet.dilations(hp)]


def _time_first(x):
    """[batch, time, ...] → [time, batch, ...], and back."""
    return tf.transpose(x, [1, 0] + list(range(2, x.get_shape().ndims)))
