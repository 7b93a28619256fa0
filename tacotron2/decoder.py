"""The decoder (arXiv 1712.05884, section 2.2): memory → mel frames, r of them a step.

One cell serves both ways of running it: `teacher_forced` gives it the true frame before each step,
`free_running` the last frame that it made itself.
"""
from collections import namedtuple

from nn import deferred_gradients, layers
from nn.compat import tf
from tacotron2 import attention, outputs_per_step

# frames: [batch, steps·r, mels]; stop: logits [batch, steps]; alignments: [batch, steps, jamo];
# steps: int32 [batch], those that belong to each line
Decoded = namedtuple("Decoded", "frames stop alignments steps")


def prenet_noise_dim(hp):
    """How many uniform numbers a decoder step takes for the pre-net's dropout."""
    return sum(hp.prenet_dims)


def prenet(frame, noise, hp):
    """[..., mels] → [..., prenet units]. Its dropout works at synthesis too (section 2.2).

    The uniform numbers [..., prenet_noise_dim] decide what is dropped: whoever runs the network
    draws them, so that a line's frames depend on its own seed and on nothing beside it.
    """
    with tf.variable_scope("prenet"):
        x, keep = frame, 1 - hp.prenet_dropout
        for i, (units, uniform) in enumerate(zip(hp.prenet_dims, tf.split(noise, hp.prenet_dims, -1))):
            x = tf.nn.relu(layers.dense(x, units, "dense_%d" % (i + 1)))
            x *= tf.floor(uniform + keep) / keep
        return x


def projections(x, hp, r):
    """[..., channels] → r frames [..., r·mels] and the stop token's logit [..., 1]."""
    frames = layers.dense(x, outputs_per_step.max_outputs_per_step(hp) * hp.n_mels, "frames")
    if hp.outputs_per_step_schedule:
        frames = frames[..., :r * hp.n_mels]
    return frames, layers.dense(x, 1, "stop")


class Cell(object):
    """Two LSTM layers and the attention: one decoder step between pre-net and projections.

    Its state is (first LSTM's, second LSTM's, context, the attention's).
    """

    def __init__(self, memory, hp, training):
        self.memory, self.hp, self.training = memory, hp, training
        self.lstms = [layers.LSTM(hp.decoder_rnn_dim, hp.zoneout, training) for _ in range(2)]

    def zero_state(self):
        context = tf.zeros_like(self.memory.values[:, 0])
        first, second = (lstm.zero_state(tf.shape(context)[0], tf.float32) for lstm in self.lstms)
        return first, second, context, attention.initial(self.memory, self.hp)

    def __call__(self, x, state, products=(None, None)):
        """x [batch, prenet units] → output with context [batch, channels], weights, new state.

        `products` are those of the LSTM layers, where they are not their own.
        """
        first, second, context, attending = state
        x = tf.concat([x, context], 1)
        x, first = self.lstms[0](x, first, "lstm_1", products[0])
        x, second = self.lstms[1](x, second, "lstm_2", products[1])
        context, weights, attending = attention.attend(x, attending, self.memory, self.hp,
                                                       self.training)
        return tf.concat([x, context], 1), weights, (first, second, context, attending)


def teacher_forced(memory, mel, steps, noise, hp, r, training):
    """Each step sees the true frame before it.

    mel is [batch, frames, mels] with frames a multiple of r; steps, int32 [batch], how many
    decoder steps of it are real; noise is [batch, frames / r, prenet_noise_dim].
    """
    batch, count = tf.shape(noise)[0], tf.shape(noise)[1]
    with tf.variable_scope("decoder"):
        # what does not depend on the step before is computed for all steps at once: the pre-net
        # ahead of the loop, the projections behind it
        x = tf.transpose(prenet(frames_before(mel, hp, r), noise, hp), [1, 0, 2])
        inputs = tf.TensorArray(tf.float32, count).unstack(x)
        cell, units = Cell(memory, hp, training), hp.decoder_rnn_dim
        context = memory.values.get_shape().as_list()[2]
        late = [deferred_gradients.DeferredKernelGradient(count, batch, channels, 4 * units, scope) for channels, scope in
                ((hp.prenet_dims[-1] + context + units, "lstm_1"), (2 * units, "lstm_2"))]

        def step(time, state, outputs, alignments):
            output, weights, state = cell(inputs.read(time), state,
                                          [layer.layer_at_step(time) for layer in late])
            output = tf.concat([state[0][1], output], 1)        # the first LSTM's output, too
            return time + 1, state, outputs.write(time, output), alignments.write(time, weights)

        _, _, outputs, alignments = tf.while_loop(
            lambda time, *_: time < count, step,
            (0, cell.zero_state(), tf.TensorArray(tf.float32, count),
             tf.TensorArray(tf.float32, count)))
        outputs = outputs.stack()
        outputs.set_shape([None, None, 2 * units + context])
        first, second, read = tf.split(outputs, [units, units, context], 2)
        if training:
            late[0].register_inputs(tf.concat([x, before(read), before(first)], 2))
            late[1].register_inputs(tf.concat([first, before(second)], 2))
        outputs, alignments = (tf.transpose(a, [1, 0, 2])
                               for a in (outputs[:, :, units:], alignments.stack()))
        frames, stop = projections(outputs, hp, r)
        return Decoded(tf.reshape(frames, [batch, -1, hp.n_mels]), stop[:, :, 0], alignments, steps)


def before(x):
    """[time, batch, channels] moved on by one step: at each step what the one before it had."""
    return tf.pad(x[:-1], [[1, 0], [0, 0], [0, 0]])


def partly_forced(memory, mel, steps, noise, hp, r, share):
    """As teacher_forced in training, but only the `share` of the steps sees the true frame.

    The others see the frame that the step before them made (scheduled sampling: Bengio et al.,
    arXiv 1506.03099); which they are is drawn for each step of each line.
    """
    batch, count = tf.shape(noise)[0], tf.shape(noise)[1]
    with tf.variable_scope("decoder"):
        true = frames_before(mel, hp, r)
        own = tf.floor(layers.uniform([batch, count, 1], place="own") + 1 - share)
        cell = Cell(memory, hp, training=True)

        def step(time, made, state, frames, stops, alignments):
            frame = true[:, time] + own[:, time] * (made - true[:, time])
            output, weights, state = cell(prenet(frame, noise[:, time], hp), state)
            made, stop = projections(output, hp, r)
            return (time + 1, tf.stop_gradient(last_frame(made, hp)), state,
                    frames.write(time, made), stops.write(time, stop[:, 0]),
                    alignments.write(time, weights))

        arrays = [tf.TensorArray(tf.float32, count) for _ in range(3)]
        _, _, _, frames, stops, alignments = tf.while_loop(
            lambda time, *_: time < count, step,
            [0, first_frame(batch, hp), cell.zero_state()] + arrays)
        frames, alignments = (tf.transpose(a.stack(), [1, 0, 2]) for a in (frames, alignments))
        frames = tf.reshape(frames, [batch, -1, hp.n_mels])
        return Decoded(frames, tf.transpose(stops.stack()), alignments, steps)


def free_running(memory, noise, limits, hp, r):
    """Each step sees the last frame that the step before it made, until every line has stopped.

    noise is [batch, steps, prenet_noise_dim]; limits, int32 [batch], the most steps each line may
    take. A line ends with the step whose stop token fires.
    """
    batch = tf.shape(noise)[0]
    with tf.variable_scope("decoder"):
        cell = Cell(memory, hp, training=False)

        def step(time, frame, state, steps, running, frames, stops, alignments):
            output, weights, state = cell(prenet(frame, noise[:, time], hp), state)
            made, stop = projections(output, hp, r)
            stop = stop[:, 0]
            steps += tf.to_int32(running)
            running = tf.logical_and(running, tf.logical_and(stop <= 0, steps < limits))
            return (time + 1, last_frame(made, hp), state, steps, running,
                    frames.write(time, made), stops.write(time, stop),
                    alignments.write(time, weights))

        arrays = [tf.TensorArray(tf.float32, 0, dynamic_size=True) for _ in range(3)]
        _, _, _, steps, _, frames, stops, alignments = tf.while_loop(
            lambda time, frame, state, steps, running, *_: tf.reduce_any(running), step,
            [0, first_frame(batch, hp), cell.zero_state(), tf.zeros([batch], tf.int32),
             tf.fill([batch], True)] + arrays, back_prop=False)
        frames, alignments = (tf.transpose(a.stack(), [1, 0, 2]) for a in (frames, alignments))
        frames = tf.reshape(frames, [batch, -1, hp.n_mels])
        return Decoded(frames, tf.transpose(stops.stack()), alignments, steps)


def frames_before(mel, hp, r):
    """The true frame before each decoder step, [batch, frames, mels] → [batch, steps, mels]."""
    last_of_step = mel[:, r - 1::r]
    return tf.concat([first_frame(tf.shape(mel)[0], hp)[:, None], last_of_step[:, :-1]], 1)


def last_frame(made, hp):
    """Of a step's frames [batch, r·mels] the one that the next step sees, [batch, mels]."""
    frame = made[:, -hp.n_mels:]
    frame.set_shape([None, hp.n_mels])
    return frame


def first_frame(batch, hp):
    """What comes before the first frame: silence, [batch, mels]."""
    return tf.fill([batch, hp.n_mels], -hp.max_abs_value)
