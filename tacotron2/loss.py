"""The training loss (arXiv 1712.05884, section 2.3). Padding does not contribute to it."""
from collections import namedtuple

from nn import layers
from nn.compat import tf

# scalars: the sum; mel error before and after the post-net; stop token; guided attention; L2.
# TensorBoard and history.jsonl use these names
Losses = namedtuple("Losses", "total mel_before mel stop attention l2")


def compute_losses(outputs, batch, hp, guided_attention_weight=0.0):
    """The Losses of TacotronOutputs on their TextBatch, as means without padding.

    guided_attention_weight is a number or a scalar tensor.
    """
    mask = layers.sequence_mask(batch.mel_lengths, tf.shape(batch.mel)[1])
    mel_before = _masked_mean(tf.square(outputs.mel_outputs - batch.mel), mask) / hp.n_mels
    mel = _masked_mean(tf.square(outputs.mel_outputs_postnet - batch.mel), mask) / hp.n_mels
    stop = stop_token_loss(outputs.stop_logits, outputs.n_steps, hp.stop_token_pos_weight)
    attention = guided_attention_loss(outputs.alignments, batch.text_lengths, outputs.n_steps,
                                      hp.guided_attention_sigma)
    l2 = hp.weight_decay * layers.l2_loss(
        tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, "tacotron2/"))
    total = mel_before + mel + stop + guided_attention_weight * attention + l2
    return Losses(total, mel_before, mel, stop, attention, l2)


def stop_token_loss(logits, n_steps, pos_weight):
    """Cross entropy of the stop logits [batch, steps]; target: 1 at the last step, else 0."""
    max_steps = tf.shape(logits)[1]
    is_last = tf.one_hot(n_steps - 1, max_steps)
    mask = tf.sequence_mask(n_steps, max_steps, dtype=tf.float32)
    cross_entropy = (pos_weight * is_last * tf.nn.softplus(-logits) +
                     (1 - is_last) * tf.nn.softplus(logits))
    return _masked_mean(cross_entropy, mask)


def guided_attention_loss(alignments, text_lengths, n_steps, sigma):
    """Penalty on attention weight off the diagonal (arXiv 1710.08969, section 4.1, equation 8).

    Sum over the jamo of weight × (1 - exp(-(jamo / n_jamo - step / n_steps)² / 2σ²)), averaged over
    the steps: 0 on the diagonal, towards 1 far from it, independent of the lengths.
    """
    max_steps, max_jamo = tf.shape(alignments)[1], tf.shape(alignments)[2]
    step_position = tf.to_float(tf.range(max_steps))[None] / tf.to_float(n_steps)[:, None]
    jamo_position = tf.to_float(tf.range(max_jamo))[None] / tf.to_float(text_lengths)[:, None]
    distance = jamo_position[:, None, :] - step_position[:, :, None]        # [batch, steps, jamo]
    penalty = 1 - tf.exp(-tf.square(distance) / (2 * sigma ** 2))
    return _masked_mean(tf.reduce_sum(alignments * penalty, 2),
                        tf.sequence_mask(n_steps, max_steps, dtype=tf.float32))


def _masked_mean(values, mask):
    return tf.reduce_sum(values * mask) / tf.reduce_sum(mask)
