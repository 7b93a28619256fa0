"""The decoder (arXiv 1712.05884, section 2.2): encoder outputs → mel frames.

A decoder step emits outputs_per_step (r) frames. Three functions run the same DecoderCell; they
differ in the input of a step:
    decode_teacher_forced       the true frame before the step
    decode_scheduled_sampling   the true frame or the predicted one, at random
    decode_free_running         the last frame that the previous step predicted

They return mel_outputs [batch, steps·r, mels], stop_logits [batch, steps] and alignments [batch,
steps, jamo].
"""
from nn import layers
from nn.compat import tf
from nn.deferred_gradients import DeferredKernelGradient
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
    """

    def __init__(self, memory, hp, training):
        self.memory, self.hp, self.training = memory, hp, training
        self.lstms = [layers.ZoneoutLSTMCell(hp.decoder_rnn_dim, hp.zoneout, training)
                      for _ in range(2)]

    def zero_state(self):
        context = tf.zeros_like(self.memory.memory[:, 0])
        lstm_1, lstm_2 = (lstm.zero_state(tf.shape(context)[0], tf.float32) for lstm in self.lstms)
        return lstm_1, lstm_2, context, attention.initial_state(self.memory, self.hp)

    def __call__(self, x, state, gate_layers=(None, None)):
        """x [batch, prenet_dims[-1]], state → output, alignment [batch, jamo], new state.

        output is [batch, units + channels], the output of lstm_2 and the context. gate_layers has
        the gate_layer of each ZoneoutLSTMCell.
        """
        lstm_1, lstm_2, context, attention_state = state
        x = tf.concat([x, context], 1)                              # [batch, prenet + channels]
        x, lstm_1 = self.lstms[0](x, lstm_1, "lstm_1", gate_layers[0])      # [batch, units]
        x, lstm_2 = self.lstms[1](x, lstm_2, "lstm_2", gate_layers[1])      # [batch, units]
        context, alignment, attention_state = attention.attend(
            x, attention_state, self.memory, self.hp, self.training)
        output = tf.concat([x, context], 1)                         # [batch, units + channels]
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
    x = prenet(frame, noise[:, i], hp)                              # [batch, prenet]
    output, alignment, state = cell(x, state)                       # [batch, units + channels]
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
        inputs = tf.TensorArray(tf.float32, max_steps).unstack(x)   # [steps, batch, prenet]
        cell, units = DecoderCell(memory, hp, training), hp.decoder_rnn_dim
        channels = memory.memory.get_shape().as_list()[2]
        gate_layer_1 = DeferredKernelGradient(
            max_steps, batch_size, hp.prenet_dims[-1] + channels + units, 4 * units, "lstm_1")
        gate_layer_2 = DeferredKernelGradient(max_steps, batch_size, 2 * units, 4 * units, "lstm_2")

        def step(i, state, outputs, alignments):
            output, alignment, state = cell(
                inputs.read(i), state, [gate_layer_1.at_step(i), gate_layer_2.at_step(i)])
            lstm_1_output = state[0][1]
            outputs = outputs.write(i, tf.concat([lstm_1_output, output], 1))
            return i + 1, state, outputs, alignments.write(i, alignment)

        _, _, outputs, alignments = tf.while_loop(
            lambda i, *_: i < max_steps, step,
            (0, cell.zero_state(), tf.TensorArray(tf.float32, max_steps),
             tf.TensorArray(tf.float32, max_steps)))
        outputs = outputs.stack()
        outputs.set_shape([None, None, 2 * units + channels])
        lstm_1, lstm_2, contexts = tf.split(outputs, [units, units, channels], 2)
        if training:
            gate_layer_1.register_inputs(tf.concat(
                [x, previous_step(contexts), previous_step(lstm_1)], 2))
            gate_layer_2.register_inputs(tf.concat([lstm_1, previous_step(lstm_2)], 2))
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
        cell = DecoderCell(memory, hp, training=True)

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
        cell = DecoderCell(memory, hp, training=False)

        def step(i, frame, state, n_steps, running, *arrays):
            frame, stop_logit, state, arrays = decode_step(i, frame, noise, cell, state, arrays, hp,
                                                           r)
            n_steps += tf.to_int32(running)
            running = tf.logical_and(running, tf.logical_and(stop_logit <= 0, n_steps < max_steps))
            return (i + 1, frame, state, n_steps, running) + arrays

        arrays = [tf.TensorArray(tf.float32, 0, dynamic_size=True) for _ in range(3)]
        results = tf.while_loop(
            lambda i, frame, state, n_steps, running, *_: tf.reduce_any(running), step,
            [0, go_frame(batch_size, hp), cell.zero_state(), tf.zeros([batch_size], tf.int32),
             tf.fill([batch_size], True)] + arrays, back_prop=False)
        return stack_outputs(results[5:], batch_size, hp) + (results[3],)


def stack_outputs(arrays, batch_size, hp):
    """TensorArrays of frames, stop logits, alignments → mel_outputs, stop_logits, alignments."""
    frames, alignments = (tf.transpose(arrays[i].stack(), [1, 0, 2]) for i in (0, 2))
    mel_outputs = tf.reshape(frames, [batch_size, -1, hp.n_mels])
    return mel_outputs, tf.transpose(arrays[1].stack()), alignments


def previous_step(x):
    """[steps, batch, channels] → the same shape, each step with the values of the one before it."""
    return tf.pad(x[:-1], [[1, 0], [0, 0], [0, 0]])


def previous_frames(mel, hp, r):
    """mel [batch, frames, mels] → [batch, steps, mels], the true frame before each decoder step."""
    last_frames = mel[:, r - 1::r]
    return tf.concat([go_frame(tf.shape(mel)[0], hp)[:, None], last_frames[:, :-1]], 1)


def go_frame(batch_size, hp):
    """The input of the first step: silence, [batch, mels]."""
    return tf.fill([batch_size, hp.n_mels], -hp.max_abs_value)
