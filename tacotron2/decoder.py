"""The decoder (arXiv 1712.05884, section 2.2): encoder outputs → mel frames.

A decoder step emits outputs_per_step (r) frames. Three functions run the same DecoderCell; they
differ in the input of a step:
    decode_teacher_forced       the true frame before the step
    decode_scheduled_sampling   the true frame or the predicted one, at random
    decode_free_running         the last frame that the previous step predicted

They return mel_outputs [batch, steps·r, mels], stop_logits [batch, steps] and alignments [batch,
steps, jamo].
"""
from nn import layers, short_gradients
from nn.compat import tf
from nn.deferred_gradients import LoopDense
from tacotron2 import attention
from tacotron2.outputs_per_step import max_outputs_per_step


def prenet_noise_dim(hp):
    """The number of random values per decoder step for the dropout of the pre-net."""
    return sum(hp.prenet_dims)


def prenet(frame, noise, hp):
    """frame [..., mels] → [..., prenet_dims[-1]], with dropout in synthesis too (section 2.2).

    noise, [..., prenet_noise_dim], uniform in [0, 1), decides which values are dropped. It is an
    input, so that each utterance of a batch can have its own seed.
    """
    with tf.variable_scope("prenet"):
        x, keep = frame, 1 - hp.prenet_dropout
        noise = tf.split(noise, hp.prenet_dims, -1)
        for i, units in enumerate(hp.prenet_dims):
            x = tf.nn.relu(layers.dense(x, units, "dense_%d" % (i + 1)))
            x *= tf.floor(noise[i] + keep) / keep
        return x


class DecoderCell(object):
    """The part of a decoder step between pre-net and projections: two LSTM layers and attention.

    The state is (lstm_1 state, lstm_2 state, context [batch, channels], attention state).
    `n_steps` is the number of steps, which only training needs.
    """

    def __init__(self, memory, hp, n_steps=None):
        self.memory, self.hp, self.training = memory, hp, n_steps is not None
        state_shape = [tf.shape(memory.memory)[0], hp.decoder_rnn_dim]
        self.lstms = [layers.ZoneoutLSTMCell(hp.zoneout, state_shape, n_steps, name)
                      for name in ("lstm_1", "lstm_2")]

    def zero_state(self):
        lstm_1, lstm_2 = (lstm.zero_state() for lstm in self.lstms)
        return (lstm_1, lstm_2, tf.zeros_like(self.memory.memory[:, 0]),
                attention.initial_state(self.memory, self.hp))

    def __call__(self, i, state, gates_1, gates_2):
        """Step i, state → output, alignment [batch, jamo], new state.

        output is [batch, units + channels], the output of lstm_2 and the context. gates_1 and
        gates_2 are the dense layers of the LSTMs, functions of what the step itself computes:
        [batch, channels + units] and [batch, units + units] → [batch, 4·units].
        """
        lstm_1, lstm_2, context, attention_state = state
        concat = short_gradients.concat
        lstm_1 = self.lstms[0](i, gates_1(concat([context, lstm_1[1]])), lstm_1)
        lstm_2 = self.lstms[1](i, gates_2(concat([lstm_1[1], lstm_2[1]])), lstm_2)
        context, alignment, attention_state = attention.attend(
            lstm_2[1], attention_state, self.memory, self.hp, self.training)
        output = concat([lstm_2[1], context])                       # [batch, units + channels]
        return output, alignment, (lstm_1, lstm_2, context, attention_state)


def project(output, hp, r):
    """DecoderCell output [..., units + channels] → frames [..., r·mels], stop logit [..., 1]."""
    frames = layers.dense(output, max_outputs_per_step(hp) * hp.n_mels, "frames")
    if hp.outputs_per_step_schedule:
        frames = frames[..., :r * hp.n_mels]
    return frames, layers.dense(output, 1, "stop")


def decode_step(i, frame, noise, cell, state, arrays, hp, r):
    """Decoder step i on the frame before it [batch, mels]; noise [batch, steps, prenet_noise_dim].

    Writes frames, stop logit and alignment to the three TensorArrays `arrays`. Returns the last
    frame [batch, mels], the stop logit [batch], the new state and the new arrays.
    """
    x, units = prenet(frame, noise[:, i], hp), hp.decoder_rnn_dim   # [batch, prenet]
    output, alignment, state = cell(                                # [batch, units + channels]
        i, state, lambda y: layers.dense(tf.concat([x, y], 1), 4 * units, "lstm_1"),
        lambda y: layers.dense(y, 4 * units, "lstm_2"))
    frames, stop_logit = project(output, hp, r)                     # [batch, r·mels], [batch, 1]
    stop_logit = stop_logit[:, 0]
    arrays = tuple(array.write(i, value)
                   for array, value in zip(arrays, (frames, stop_logit, alignment)))
    last_frame = frames[:, -hp.n_mels:]
    last_frame.set_shape([None, hp.n_mels])     # unknown if r is a tensor
    return last_frame, stop_logit, state, arrays


def decode_teacher_forced(memory, mel, noise, hp, r, training):
    """Decode with the true frame before each step as its input.

    mel [batch, frames, mels], frames a multiple of r; noise [batch, frames / r, prenet_noise_dim].
    """
    batch_size, max_steps = tf.shape(noise)[0], tf.shape(noise)[1]
    with tf.variable_scope("decoder"):
        # computed for all steps at once, as no step depends on them: the pre-net before the loop,
        # the projections after it
        x = tf.transpose(prenet(previous_frames(mel, hp, r), noise, hp), [1, 0, 2])
        units, channels = hp.decoder_rnn_dim, memory.memory.get_shape().as_list()[2]
        gates_1 = LoopDense(x, channels + units, 4 * units, "lstm_1")
        # of the input of lstm_2, nothing is known before the loop
        gates_2 = LoopDense(tf.zeros([max_steps, batch_size, 0]), 2 * units, 4 * units, "lstm_2")
        cell = DecoderCell(memory, hp, max_steps if training else None)

        def step(i, state, outputs, alignments):
            _, alignment, state = cell(i, state, lambda y: gates_1.at_step(i, y),
                                       lambda y: gates_2.at_step(i, y))
            (_, lstm_1), (_, lstm_2), context, _ = state
            outputs = outputs.write(i, short_gradients.concat([lstm_1, lstm_2, context]))
            return i + 1, state, outputs, alignments.write(i, alignment)

        _, _, outputs, alignments = tf.while_loop(
            lambda i, *_: i < max_steps, step,
            (0, cell.zero_state(), tf.TensorArray(tf.float32, max_steps),
             tf.TensorArray(tf.float32, max_steps)))
        outputs = outputs.stack()
        outputs.set_shape([None, None, 2 * units + channels])
        if training:
            lstm_1, lstm_2, contexts = tf.split(outputs, [units, units, channels], 2)
            gates_1.register_loop_inputs(tf.concat(
                [layers.previous_step(contexts), layers.previous_step(lstm_1)], 2))
            gates_2.register_loop_inputs(tf.concat([lstm_1, layers.previous_step(lstm_2)], 2))
        outputs = tf.transpose(outputs[:, :, units:], [1, 0, 2])    # [batch, steps, units+channels]
        alignments = tf.transpose(alignments.stack(), [1, 0, 2])    # [batch, steps, jamo]
        frames, stop_logits = project(outputs, hp, r)
        mel_outputs = tf.reshape(frames, [batch_size, -1, hp.n_mels])
        return mel_outputs, stop_logits[:, :, 0], alignments


def decode_scheduled_sampling(memory, mel, noise, hp, r, teacher_forcing_ratio):
    """Decode in training; a random fraction teacher_forcing_ratio of the steps gets the true frame.

    The others get the frame that the previous step predicted (Bengio et al., arXiv 1506.03099).
    Other arguments as for decode_teacher_forced.
    """
    batch_size, max_steps = tf.shape(noise)[0], tf.shape(noise)[1]
    with tf.variable_scope("decoder"):
        true_frames = previous_frames(mel, hp, r)                   # [batch, steps, mels]
        sampling_noise = layers.random_uniform([batch_size, max_steps, 1], name="own")
        use_predicted = tf.floor(sampling_noise + 1 - teacher_forcing_ratio)    # 0 or 1
        cell = DecoderCell(memory, hp, max_steps)

        def step(i, predicted, state, *arrays):
            frame = true_frames[:, i] + use_predicted[:, i] * (predicted - true_frames[:, i])
            predicted, _, state, arrays = decode_step(i, frame, noise, cell, state, arrays, hp, r)
            return (i + 1, tf.stop_gradient(predicted), state) + arrays

        arrays = [tf.TensorArray(tf.float32, max_steps) for _ in range(3)]
        arrays = tf.while_loop(lambda i, *_: i < max_steps, step,
                               [0, go_frame(batch_size, hp), cell.zero_state()] + arrays)[3:]
        return stack_outputs(arrays, batch_size, hp)


def decode_free_running(memory, noise, max_steps, hp, r):
    """Decode with the frame that the previous step predicted, until all utterances have ended.

    noise [batch, steps, prenet_noise_dim]; max_steps, int32 [batch], limits the steps of each
    utterance. An utterance ends with the first step whose stop logit is positive. Also returns
    n_steps, int32 [batch], the number of steps of each utterance.
    """
    batch_size = tf.shape(noise)[0]
    with tf.variable_scope("decoder"):
        cell = DecoderCell(memory, hp)
        # counted as float32: on a GPU, int32 values would be copied from and to the host every step
        max_steps = tf.to_float(max_steps)

        def step(i, frame, state, n_steps, running, *arrays):
            frame, stop_logit, state, arrays = decode_step(i, frame, noise, cell, state, arrays, hp,
                                                           r)
            n_steps += tf.to_float(running)
            running = tf.logical_and(running, tf.logical_and(stop_logit <= 0, n_steps < max_steps))
            return (i + 1, frame, state, n_steps, running) + arrays

        arrays = [tf.TensorArray(tf.float32, 0, dynamic_size=True) for _ in range(3)]
        results = tf.while_loop(
            lambda i, frame, state, n_steps, running, *_: tf.reduce_any(running), step,
            [0, go_frame(batch_size, hp), cell.zero_state(), tf.zeros([batch_size]),
             max_steps > 0] + arrays, back_prop=False)
        return stack_outputs(results[5:], batch_size, hp) + (tf.to_int32(results[3]),)


def stack_outputs(arrays, batch_size, hp):
    """TensorArrays of frames, stop logits, alignments → mel_outputs, stop_logits, alignments."""
    frames, alignments = (tf.transpose(arrays[i].stack(), [1, 0, 2]) for i in (0, 2))
    mel_outputs = tf.reshape(frames, [batch_size, -1, hp.n_mels])
    return mel_outputs, tf.transpose(arrays[1].stack()), alignments


def previous_frames(mel, hp, r):
    """mel [batch, frames, mels] → [batch, steps, mels], the true frame before each decoder step."""
    last_frames = mel[:, r - 1::r]
    return tf.concat([go_frame(tf.shape(mel)[0], hp)[:, None], last_frames[:, :-1]], 1)


def go_frame(batch_size, hp):
    """The input of the first step: silence, [batch, mels]."""
    return tf.fill([batch_size, hp.n_mels], -hp.max_abs_value)
