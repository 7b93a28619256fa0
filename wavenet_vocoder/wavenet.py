"""WaveNet (van den Oord et al., arXiv 1609.03499) over whole segments, and its training loss.

p(x) = Π p(x_n | x_0 … x_n-1, h)  (equations 1 and 9): what comes out at n is the distribution of
sample n, made of the samples before n and of the condition h_n, the mel around frame n // hop and
the speaker. Before its first sample a segment has silence.
"""
from nn.compat import tf
from nn.layers import dense, embedding
from wavenet_vocoder import distributions
from wavenet_vocoder.upsampling import upsample

SCOPE = "wavenet"       # of every variable
# scopes that can be kept as they are while the rest is trained
FREEZABLE_SCOPES = ("upsampling", "speaker", "input", "layer", "post", "parameters")
INPUT_SCALE = 8.0             # brings speech, mostly below 1/8, to the size of the other inputs


def wavenet(audio, mel, speaker, hp, speakers, reuse=None):
    """The parameters of every sample's distribution, [batch, time, distributions.output_distribution(hp).n_parameters].

    audio [batch, time] in [-1, 1], mel [batch, time / hop + 2·context_frames, mels], speaker
    [batch] int32, rows of a table of `speakers`; not read where that is 0: there is none.
    """
    with tf.variable_scope(SCOPE, reuse=reuse):
        h = local_and_global_condition(mel, speaker, hp, speakers)           # [batch, time, condition]
        x = input_convolution(audio, hp)                               # [batch, time, residual]
        skips = []
        for i, dilation in enumerate(dilations(hp)):        # figure 4
            with tf.variable_scope("layer_%02d" % i):
                z = gated_activation(dense(dilated_taps(x, dilation, hp), 2 * hp.wavenet_dilation_channels, "dilated")
                         + dense(h, 2 * hp.wavenet_dilation_channels, "condition", bias=False))
                skips.append(dense(z, hp.wavenet_skip_channels, "skip"))
                if i + 1 < hp.wavenet_layers:               # nothing follows the last
                    x += dense(z, hp.wavenet_residual_channels, "residual")
        y = tf.nn.relu(sum(skips))                          # [batch, time, skip]
        y = tf.nn.relu(dense(y, hp.wavenet_skip_channels, "post"))
        return dense(y, distributions.output_distribution(hp).n_parameters, "parameters")


def training_loss(audio, mel, speaker, real, hp, speakers, reuse=None):
    """The loss of a batch of segments [nats a sample], and the parameters it comes from.

    Shapes as in `network`; `real` [batch, time] is 1 on what counts, 0 on padding.
    """
    parameters = wavenet(audio, mel, speaker, hp, speakers, reuse)
    return distributions.negative_log_likelihood(parameters, audio, real, hp), parameters


def dilations(hp):
    """1, 2, 4 … as often over as there are cycles: a dilation a layer (2.1)."""
    cycle = hp.wavenet_layers // hp.wavenet_stacks
    return [2 ** (i % cycle) for i in range(hp.wavenet_layers)]


def receptive_field(hp):
    """How many samples before n the distribution of sample n depends on."""
    return (hp.wavenet_kernel_size - 1) * sum(dilations(hp)) + 1


def local_and_global_condition(mel, speaker, hp, speakers):
    """h of equation 9: the upsampled mel, brought to [-1, 1], and the speaker's embedding.

    [batch, time, n_mels + wavenet_speaker_embedding_dim], or [batch, time, mels] without a table of speakers.
    """
    h = upsample(mel, hp) / hp.max_abs_value
    if not speakers:
        return h
    voice = tf.expand_dims(embedding(speaker, speakers, hp.wavenet_speaker_embedding_dim, "speaker"), 1)
    return tf.concat([h, tf.tile(voice, [1, tf.shape(h)[1], 1])], 2)


def condition_channels(hp, speakers):
    return hp.n_mels + (hp.wavenet_speaker_embedding_dim if speakers else 0)


def speaker_rows(hp):
    """{end of a kernel's name: which of its rows is the first that a speaker's channels meet}."""
    return {"condition/kernel": hp.n_mels}


def input_convolution(audio, hp):
    """The stack's input at n, [batch, time, residual], from the sample before n."""
    before = tf.pad(audio, [[0, 0], [1, 0]])[:, :-1]
    if hp.wavenet_output_distribution == "mulaw":        # a product with the one-hot class, as a look-up
        return embedding(distributions.mulaw_encode(before), distributions.MULAW_CLASSES, hp.wavenet_residual_channels, "input")
    return dense(INPUT_SCALE * tf.expand_dims(before, 2), hp.wavenet_residual_channels, "input")


def dilated_taps(x, dilation, hp):
    """What a dilated causal convolution multiplies (2.1): x at n - 2·dilation, n - dilation, n.

    [batch, time, channels] → [batch, time, kernel·channels], zero before the start. A product with
    this is no slower than tf.nn.convolution, and its kernel is the one that generation needs.
    """
    time, reach = tf.shape(x)[1], (hp.wavenet_kernel_size - 1) * dilation
    padded = tf.pad(x, [[0, 0], [reach, 0], [0, 0]])
    # tf.slice, because the gradient of padded[:, lag:lag + time] takes a third of a whole step
    shifted = [tf.slice(padded, [0, lag, 0], [-1, time, -1])
               for lag in range(0, reach + 1, dilation)]
    for tap in shifted:
        tap.set_shape([None, None, hp.wavenet_residual_channels])
    return tf.concat(shifted, 2)


def gated_activation(x):
    """Equation 2: tanh of the first half of the channels, times sigmoid of the second."""
    filtered, gates = tf.split(x, 2, axis=-1)
    return tf.tanh(filtered) * tf.sigmoid(gates)
