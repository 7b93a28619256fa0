"""What the training makes small (arXiv 1712.05884, section 2.3), blind to all padding."""
from collections import namedtuple

from nn import layers
from nn.compat import tf

Losses = namedtuple("Losses", "total mel_before mel stop attention l2")


def compute_losses(spoken, text_lengths, targets, hp, guided=0.0):
    """Each part as a scalar, and their total. Means run over real frames and steps only.

    `guided` is the weight of the guided attention at this step: a number or a scalar tensor.
    """
    real = layers.mask(targets.n_frames, tf.shape(targets.mel)[1])
    before = _mean(tf.square(spoken.mel_outputs - targets.mel), real) / hp.n_mels
    after = _mean(tf.square(spoken.mel_outputs_postnet - targets.mel), real) / hp.n_mels
    stop = stop_loss(spoken.stop_logits, spoken.n_steps, hp.stop_token_pos_weight)
    attention = guided_attention_loss(spoken.alignments, text_lengths, spoken.n_steps,
                                      hp.guided_attention_sigma)
    decay = hp.weight_decay * layers.l2(tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, "tacotron2/"))
    total = before + after + stop + guided * attention + decay
    return Losses(total, before, after, stop, attention, decay)


def stop_loss(logits, steps, weight):
    """Cross entropy of the stop token [batch, steps]: 1 at a line's last step, 0 before it."""
    longest = tf.shape(logits)[1]
    last = tf.one_hot(steps - 1, longest)
    real = tf.sequence_mask(steps, longest, dtype=tf.float32)
    entropy = weight * last * tf.nn.softplus(-logits) + (1 - last) * tf.nn.softplus(logits)
    return _mean(entropy, real)


def guided_attention_loss(alignments, text_lengths, steps, width):
    """The weight that lies off the diagonal (arXiv 1710.08969, section 4.1, equation 8).

    For every step the sum over jamo of weight × (1 - exp(-(jamo/jamos - step/steps)²/2g²)), then
    the mean over real steps: 0 on the diagonal, towards 1 far from it, whatever the lengths.
    """
    longest_steps, longest_text = tf.shape(alignments)[1], tf.shape(alignments)[2]
    at_step = tf.to_float(tf.range(longest_steps))[None] / tf.to_float(steps)[:, None]
    at_jamo = tf.to_float(tf.range(longest_text))[None] / tf.to_float(text_lengths)[:, None]
    distance = at_jamo[:, None, :] - at_step[:, :, None]                    # [b, steps, jamo]
    off = tf.reduce_sum(alignments * (1 - tf.exp(-tf.square(distance) / (2 * width ** 2))), 2)
    return _mean(off, tf.sequence_mask(steps, longest_steps, dtype=tf.float32))


def _mean(values, real):
    return tf.reduce_sum(values * real) / tf.reduce_sum(real)
