"""The WaveNet (van den Oord et al., arXiv 1609.03499) of whole segments, and its training loss.

p(x) = Π p(x_n | x_0 … x_n-1, h)  (equations 1 and 9): output n parametrises the distribution of
sample n, given the samples before n and the condition h_n, made of the mel frames around
n // hop_length and of the speaker. Silence precedes the first sample of a segment.
"""
from nn.compat import tf
from nn.layers import dense, embedding
from nn.towers import ONE_TOWER
from wavenet_vocoder.distributions import MULAW_CLASSES, mulaw_encode, output_distribution
from wavenet_vocoder.upsampling import upsample

SCOPE = "wavenet"       # of all variables
FREEZABLE_SCOPES = ("upsampling", "speaker", "input", "layer", "post", "parameters")
INPUT_SCALE = 8.0       # most speech samples are below 1/8, unlike the inputs of other layers


def wavenet(audio, mel, speaker_ids, hp, n_speakers, reuse=None):
    """The parameters of every sample's distribution, [batch, time, n_parameters].

    audio [batch, time] in [-1, 1]; mel [batch, time / hop + 2·context_frames, mels], normalised;
    speaker_ids int32 [batch], not used if n_speakers is 0: then there is no speaker embedding.
    """
    with tf.variable_scope(SCOPE, reuse=reuse):
        x = input_convolution(audio, hp)                    # [batch, time, residual]
        shape = tf.shape(x)
        # below, the samples of all segments are the rows of matrices, [batch·time, channels]:
        # every reshape costs four operations in training
        h = tf.reshape(make_condition(mel, speaker_ids, hp, n_speakers),
                       [-1, condition_channels(hp, n_speakers)])
        skips = []
        for i, dilation in enumerate(dilations(hp)):        # figure 4
            with tf.variable_scope("layer_%02d" % i):
                taps, gates = dilated_taps(x, dilation, hp), 2 * hp.wavenet_dilation_channels
                z = gated_activation(tf.add_n([             # [rows, dilation_channels]
                    dense(taps, gates, "dilated"), dense(h, gates, "condition", bias=False)]))
                skips.append(dense(z, hp.wavenet_skip_channels, "skip"))
                if i + 1 < hp.wavenet_layers:               # nothing follows the last layer
                    residual = dense(z, hp.wavenet_residual_channels, "residual")
                    x = tf.add_n([x, tf.reshape(residual, shape)])
        y = tf.nn.relu(tf.add_n(skips))                     # [rows, skip]
        y = tf.nn.relu(dense(y, hp.wavenet_skip_channels, "post"))
        y = dense(y, output_distribution(hp).n_parameters, "parameters")
        return tf.reshape(y, [shape[0], shape[1], output_distribution(hp).n_parameters])


def training_loss(audio, mel, speaker_ids, mask, hp, n_speakers, reuse=None, towers=ONE_TOWER):
    """The loss [nats per sample] of a batch of segments, computed by `towers` (nn.towers.Towers).

    Shapes as in `wavenet`; mask [batch, time] is 1 on real samples, 0 on padding.
    """
    def sum_log_probabilities(audio, mel, speaker_ids, mask):
        parameters = wavenet(audio, mel, speaker_ids, hp, n_speakers, reuse)
        log_probability = output_distribution(hp).log_probability(parameters, audio)
        return tf.reduce_sum(log_probability * mask), tf.reduce_sum(mask)

    parts = towers.map(sum_log_probabilities,
                       *[towers.split(x) for x in (audio, mel, speaker_ids, mask)])
    log_probability, n_samples = map(towers.total, zip(*parts))
    return -log_probability / tf.maximum(n_samples, 1.0)


def dilations(hp):
    """The dilation of each layer: 1, 2, 4 …, starting again in every stack (2.1)."""
    layers_per_stack = hp.wavenet_layers // hp.wavenet_stacks
    return [2 ** (i % layers_per_stack) for i in range(hp.wavenet_layers)]


def receptive_field(hp):
    """The number of samples before n that the distribution of sample n depends on."""
    return (hp.wavenet_kernel_size - 1) * sum(dilations(hp)) + 1


def make_condition(mel, speaker_ids, hp, n_speakers):
    """h of equation 9: the upsampled mel, scaled to [-1, 1], and the speaker embedding.

    [batch, time, condition_channels]
    """
    h = upsample(mel, hp) / hp.max_abs_value
    if not n_speakers:
        return h
    speaker = tf.expand_dims(
        embedding(speaker_ids, n_speakers, hp.wavenet_speaker_embedding_dim, "speaker"), 1)
    return tf.concat([h, tf.tile(speaker, [1, tf.shape(h)[1], 1])], 2)


def condition_channels(hp, n_speakers):
    return hp.n_mels + (hp.wavenet_speaker_embedding_dim if n_speakers else 0)


def speaker_row_offsets(hp):
    """{suffix of a kernel's name: the first of its rows that multiply the speaker embedding}."""
    return {"condition/kernel": hp.n_mels}


def input_convolution(audio, hp):
    """The input of the first layer at n, [batch, time, residual], from sample n - 1."""
    previous = tf.pad(audio, [[0, 0], [1, 0]])[:, :-1]
    if hp.wavenet_output_distribution == "mulaw":   # a one-hot vector times a kernel is a look-up
        return embedding(mulaw_encode(previous), MULAW_CLASSES, hp.wavenet_residual_channels,
                         "input")
    return dense(INPUT_SCALE * tf.expand_dims(previous, 2), hp.wavenet_residual_channels, "input")


def dilated_taps(x, dilation, hp):
    """The inputs of a dilated causal convolution (2.1): x at …, n - 2·dilation, n - dilation, n.

    [batch, time, residual] → [batch·time, kernel_size·residual], zero before the start. A matrix
    product with them is as fast as tf.nn.convolution, and generation uses the kernel of a product.
    """
    taps = [delay(x, lag * dilation) for lag in range(hp.wavenet_kernel_size - 1, 0, -1)] + [x]
    return tf.reshape(tf.stack(taps, 2),
                      [-1, hp.wavenet_kernel_size * hp.wavenet_residual_channels])


def delay(x, lag):
    """x [batch, time, channels] `lag` steps later, zero before the start.

    With blocks of one element, space_to_batch_nd pads and batch_to_space_nd crops. Each is the
    gradient of the other; the gradients of tf.pad and tf.slice have ten operations.
    """
    return tf.batch_to_space_nd(tf.space_to_batch_nd(x, [1], [[lag, 0]]), [1], [[0, lag]])


def gated_activation(x):
    """Equation 2: tanh of the first half of the channels times sigmoid of the second half."""
    filters, gates = tf.split(x, 2, axis=-1)
    return tf.tanh(filters) * tf.sigmoid(gates)
