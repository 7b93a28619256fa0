"""The training loss (arXiv 1712.05884, section 2.3). Padding does not contribute to it."""
from collections import namedtuple

from nn import layers
from nn.compat import tf
from nn.towers import ONE_TOWER

# scalars: the sum; mel error before and after the post-net; stop token; guided attention; L2.
# TensorBoard and history.jsonl use these names
Losses = namedtuple("Losses", "total mel_before mel stop attention l2")


def compute_losses(outputs, batch, hp, guided_attention_weight=0.0, towers=ONE_TOWER):
    """The Losses of a TextBatch, as means without padding.

    outputs is a list with the TacotronOutputs of each of the nn.towers.Towers. Each tower sums the
    errors of its part of the batch, so that only sums leave it. guided_attention_weight is a number
    or a scalar tensor.
    """
    def sum_errors(outputs, text_lengths, mel, mel_lengths):
        frame_mask = layers.sequence_mask(mel_lengths, tf.shape(mel)[1])    # [batch, frames, 1]
        step_mask = tf.sequence_mask(outputs.n_steps, tf.shape(outputs.stop_logits)[1],
                                     dtype=tf.float32)                      # [batch, steps]
        errors = [
            tf.square(outputs.mel_outputs - mel) * frame_mask,
            tf.square(outputs.mel_outputs_postnet - mel) * frame_mask,
            step_mask * stop_token_errors(
                outputs.stop_logits, outputs.n_steps, hp.stop_token_pos_weight),
            step_mask * guided_attention_penalties(
                outputs.alignments, text_lengths, outputs.n_steps, hp.guided_attention_sigma)]
        return [tf.reduce_sum(x) for x in errors + [frame_mask, step_mask]]

    parts = towers.map(sum_errors, outputs, towers.split(batch.text_lengths),
                       towers.split(batch.mel), towers.split(batch.mel_lengths))
    mel_before, mel, stop, attention, n_frames, n_steps = map(towers.total, zip(*parts))
    mel_before, mel = (x / (n_frames * hp.n_mels) for x in (mel_before, mel))
    stop, attention = stop / n_steps, attention / n_steps
    l2 = hp.weight_decay * layers.l2_loss(
        tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, "tacotron2/"))
    total = mel_before + mel + stop + guided_attention_weight * attention + l2
    return Losses(total, mel_before, mel, stop, attention, l2)


def stop_token_errors(logits, n_steps, pos_weight):
    """Cross entropy of the stop logits, [batch, steps]; target: 1 at the last step, else 0."""
    is_last = tf.one_hot(n_steps - 1, tf.shape(logits)[1])
    return (pos_weight * is_last * tf.nn.softplus(-logits) +
            (1 - is_last) * tf.nn.softplus(logits))


def guided_attention_penalties(alignments, text_lengths, n_steps, sigma):
    """Attention weight off the diagonal (arXiv 1710.08969, section 4.1, equation 8), [batch, steps].

    Sum over the jamo of weight × (1 - exp(-(jamo / n_jamo - step / n_steps)² / 2σ²)): 0 on the
    diagonal, towards 1 far from it, independent of the lengths.
    """
    max_steps, max_jamo = tf.shape(alignments)[1], tf.shape(alignments)[2]
    step_position = tf.to_float(tf.range(max_steps))[None] / tf.to_float(n_steps)[:, None]
    jamo_position = tf.to_float(tf.range(max_jamo))[None] / tf.to_float(text_lengths)[:, None]
    distance = jamo_position[:, None, :] - step_position[:, :, None]        # [batch, steps, jamo]
    penalty = 1 - tf.exp(-tf.square(distance) / (2 * sigma ** 2))
    return tf.reduce_sum(alignments * penalty, 2)
