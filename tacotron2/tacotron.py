"""The whole network, from jamo to mel: arXiv 1712.05884, figure 1."""
from collections import namedtuple

from nn import layers
from nn.compat import tf
from tacotron2 import attention, decoder
from tacotron2.encoder import encoder
from tacotron2.postnet import postnet

# mel_before, mel: [batch, frames, mels], before and after the post-net; stop: logits
# [batch, steps]; alignments: [batch, steps, jamo]; steps, frames: int32 [batch], what is real
# of them and of the mels
TacotronOutputs = namedtuple("TacotronOutputs", "mel_outputs mel_outputs_postnet stop_logits alignments n_steps n_frames")
Targets = namedtuple("Targets", "mel n_frames")

# scopes that can be kept as they are while the rest is trained
FREEZABLE_SCOPES = ("encoder", "symbols", "speakers", "attention", "prenet", "decoder", "postnet")


def tacotron2(text, lengths, speaker, noise, hp, symbols, speakers, targets=None, limits=None,
              training=False, r=None, forced=None):
    """Speak a batch of lines, teacher-forced with `targets`, free-running with `limits`.

    text     int32 [batch, jamo], 0 past the end     lengths  int32 [batch]
    speaker  int32 [batch], rows of a table of `speakers`; not read where that is 0: there is none
    noise    float32 [batch, steps, prenet_noise_dim], uniform in [0, 1): the pre-net's dropout
    targets  Targets(mel [batch, frames, mels], frames int32 [batch]), frames a multiple of r
    limits   int32 [batch], the most decoder steps for each line
    r        frames a decoder step, a number or a scalar tensor; hp.outputs_per_step where it is not given
    forced   share of the decoder steps that see the true frame, a scalar tensor, in training only;
             all of them where it is not given
    """
    r = hp.outputs_per_step if r is None else r
    with tf.variable_scope("tacotron2"):
        values = encoder(text, lengths, hp, symbols, training)              # [b, jamo, channels]
        if speakers:
            values = with_speaker(values, speaker, speakers, hp)
        memory = attention.memory(values, lengths, hp)
        if targets is not None:
            steps = (targets.n_frames + r - 1) // r                           # [b]
            if forced is None:
                decoded = decoder.teacher_forced(memory, targets.mel, steps, noise, hp, r, training)
            else:
                decoded = decoder.partly_forced(memory, targets.mel, steps, noise, hp, r, forced)
            frames = targets.n_frames
        else:
            decoded = decoder.free_running(memory, noise, limits, hp, r)
            frames = decoded.steps * r
        mel = decoded.frames + postnet(decoded.frames, frames, hp, training)
        return TacotronOutputs(decoded.frames, mel, decoded.stop, decoded.alignments, decoded.steps,
                      frames)


def with_speaker(values, speaker, speakers, hp):
    """The encoder's output with the speaker's embedding beside every jamo."""
    vector = layers.embedding(speaker, speakers, hp.speaker_embedding_dim, "speakers")
    vector = tf.tile(vector[:, None], [1, tf.shape(values)[1], 1])
    return tf.concat([values, vector], 2)


def speaker_row_offsets(hp):
    """{end of a kernel's name: which of its rows is the first that a speaker's channels meet}."""
    encoded = 2 * hp.encoder_lstm_units
    return {"attention/memory/kernel": encoded, "decoder/lstm_1/kernel": hp.prenet_dims[-1] + encoded,
            "decoder/frames/kernel": hp.decoder_rnn_dim + encoded,
            "decoder/stop/kernel": hp.decoder_rnn_dim + encoded}
