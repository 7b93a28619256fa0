"""The network, jamo → mel spectrogram (arXiv 1712.05884, figure 1 and section 2.2)."""
from collections import namedtuple

from nn import layers
from nn.compat import tf
from nn.towers import ONE_TOWER
from tacotron2 import attention, decoder

# mel_outputs, mel_outputs_postnet: [batch, frames, mels], before and after the post-net
# stop_logits: [batch, steps]; alignments: [batch, steps, jamo]
# n_steps, n_frames: int32 [batch], without padding
TacotronOutputs = namedtuple(
    "TacotronOutputs", "mel_outputs mel_outputs_postnet stop_logits alignments n_steps n_frames")

# variable scopes that --freeze accepts
FREEZABLE_SCOPES = ("encoder", "symbols", "speakers", "attention", "prenet", "decoder", "postnet")


def tacotron2(text_ids, text_lengths, speaker_ids, prenet_noise, hp, n_symbols, n_speakers,
              targets=None, max_steps=None, training=False, outputs_per_step=None,
              teacher_forcing_ratio=None, towers=ONE_TOWER):
    """The TacotronOutputs of a batch, a list with those of each tower.

    Teacher-forced with `targets`, free-running with `max_steps`.

    text_ids      int32 [batch, jamo], 0 on padding     text_lengths  int32 [batch]
    speaker_ids   int32 [batch]; if n_speakers is 0, there is no speaker embedding
    prenet_noise  float32 [batch, steps, prenet_noise_dim], uniform in [0, 1)
    targets       a TextBatch or any object with mel [batch, frames, mels], frames a multiple of
                  outputs_per_step, and mel_lengths, int32 [batch]
    max_steps     int32 [batch], a limit on the decoder steps of each utterance
    outputs_per_step       int or scalar tensor (r), default hp.outputs_per_step
    teacher_forcing_ratio  scalar tensor, in training only: fraction of the decoder steps that get
                           the true previous frame; default: all of them
    towers        nn.towers.Towers that compute the batch, one part each
    """
    r = hp.outputs_per_step if outputs_per_step is None else outputs_per_step

    def decode(memory, text_lengths, speaker_ids, prenet_noise, mel, n_frames, max_steps):
        """Attention and decoder. From here to the post-net, towers do not depend on each other."""
        if n_speakers:                                          # [batch, jamo, 2·lstm + embedding]
            memory = concat_speaker_embedding(memory, speaker_ids, n_speakers, hp)
        memory = attention.process_memory(memory, text_lengths, hp)
        if mel is None:
            mel_outputs, stop_logits, alignments, n_steps = decoder.decode_free_running(
                memory, prenet_noise, max_steps, hp, r)
            n_frames = n_steps * r                                          # [batch]
        else:
            n_steps = (n_frames + r - 1) // r                               # [batch]
            if teacher_forcing_ratio is None:
                mel_outputs, stop_logits, alignments = decoder.decode_teacher_forced(
                    memory, mel, prenet_noise, hp, r, training)
            else:
                mel_outputs, stop_logits, alignments = decoder.decode_scheduled_sampling(
                    memory, mel, prenet_noise, hp, r, teacher_forcing_ratio)
        return mel_outputs, stop_logits, alignments, n_steps, n_frames

    mel, n_frames = (None, None) if targets is None else (targets.mel, targets.mel_lengths)
    text_ids, text_lengths, speaker_ids, prenet_noise, mel, n_frames, max_steps = (
        towers.split(x) for x in (text_ids, text_lengths, speaker_ids, prenet_noise, mel, n_frames,
                                  max_steps))
    with tf.variable_scope("tacotron2"):
        memory = encoder(text_ids, text_lengths, hp, n_symbols, training, towers)
        mel_outputs, stop_logits, alignments, n_steps, n_frames = zip(*towers.map(
            decode, memory, text_lengths, speaker_ids, prenet_noise, mel, n_frames, max_steps))
        residual = postnet(mel_outputs, n_frames, hp, training, towers)     # [batch, frames, mels]
        mel_outputs_postnet = towers.map(tf.add, mel_outputs, residual)
        return [TacotronOutputs(*parts) for parts in zip(
            mel_outputs, mel_outputs_postnet, stop_logits, alignments, n_steps, n_frames)]


def encoder(text_ids, lengths, hp, n_symbols, training, towers):
    """int32 [batch, jamo] → [batch, jamo, 2·encoder_lstm_units], 0 on padding.

    These, the arguments and results of postnet and conv_block are lists with a part per tower.
    """
    def embed(text_ids, lengths):
        mask = layers.sequence_mask(lengths, tf.shape(text_ids)[1])         # [batch, jamo, 1]
        return mask, layers.embedding(text_ids, n_symbols, hp.symbols_embedding_dim, "symbols")

    def lstm(x, mask, lengths):
        return layers.bidirectional_lstm(x * mask, lengths, hp.encoder_lstm_units, hp.zoneout,
                                         training, "lstm")

    frozen = "encoder" in hp.freeze.split("+")
    with tf.variable_scope("encoder"):
        mask, x = zip(*towers.map(embed, text_ids, lengths))
        for i in range(hp.encoder_n_convolutions):
            x = conv_block(x, mask, hp.encoder_conv_channels, hp.encoder_kernel_size,
                           "conv_%d" % (i + 1), tf.nn.relu, hp.dropout, training, towers, frozen)
        return towers.map(lstm, x, mask, lengths)


def concat_speaker_embedding(memory, speaker_ids, n_speakers, hp):
    """[batch, jamo, channels] → [batch, jamo, channels + speaker_embedding_dim]."""
    embedding = layers.embedding(speaker_ids, n_speakers, hp.speaker_embedding_dim, "speakers")
    embedding = tf.tile(embedding[:, None], [1, tf.shape(memory)[1], 1])
    return tf.concat([memory, embedding], 2)


def postnet(mel, n_frames, hp, training, towers):
    """mel [batch, frames, mels] → the residual to add to it, same shape, 0 on padding."""
    frozen = "postnet" in hp.freeze.split("+")
    with tf.variable_scope("postnet"):
        mask = towers.map(lambda mel, n_frames: layers.sequence_mask(n_frames, tf.shape(mel)[1]),
                          mel, n_frames)                                    # [batch, frames, 1]
        x, last = mel, hp.postnet_n_convolutions
        for i in range(1, last):
            x = conv_block(x, mask, hp.postnet_embedding_dim, hp.postnet_kernel_size,
                           "conv_%d" % i, tf.tanh, hp.dropout, training, towers, frozen)
        x = conv_block(x, mask, hp.n_mels, hp.postnet_kernel_size, "conv_%d" % last, tf.identity,
                       hp.dropout, training, towers, frozen)
        return towers.map(tf.multiply, mask, x)


def conv_block(x, mask, channels, kernel_size, scope, activation, dropout, training, towers,
               frozen):
    """Convolution, batch norm, activation, dropout: [batch, time, in] → [batch, time, channels].

    The input is masked, so that the output does not depend on the amount of padding. A frozen block
    is normalised with its moving moments, in training as in synthesis: the other parts would
    otherwise be trained with another output than they get later.
    """
    with tf.variable_scope(scope):
        x = towers.map(lambda x, mask: layers.conv1d(x * mask, channels, kernel_size, "conv",
                                                     bias=False, deferred=training), x, mask)
        x = layers.batch_norm(x, mask, "norm", training and not frozen, towers)
        return towers.map(lambda x: layers.dropout(activation(x), dropout, training), x)


def speaker_row_offsets(hp):
    """{suffix of a kernel's name: index of its first row that multiplies the speaker embedding}."""
    channels = 2 * hp.encoder_lstm_units
    return {"attention/memory/kernel": channels,
            "decoder/lstm_1/kernel": hp.prenet_dims[-1] + channels,
            "decoder/frames/kernel": hp.decoder_rnn_dim + channels,
            "decoder/stop/kernel": hp.decoder_rnn_dim + channels}
