"""The table of hyper-parameters: name, value of the preset `reference`, meaning; and the presets.

Names that begin with `wavenet_` belong to the vocoder, names of the audio group fix what a stored
mel spectrogram means.

Sources: T2 = Shen et al., arXiv 1712.05884; WN = van den Oord et al., arXiv 1609.03499;
PW = van den Oord et al., arXiv 1711.10433; R = the public Korean Tacotron2-WaveNet whose sizes the
`reference` preset has; GA = Tachibana et al., arXiv 1710.08969.
"""

# Rows of (name, value of the preset `reference`, meaning [unit] (source)).

# what a stored mel and waveform mean: where one differs, they do not fit together
AUDIO = (
    ("sample_rate", 24000, "samples a second [Hz] (T2, R)"),
    ("hop", 300, "samples from frame to frame: 12.5 ms (T2, R)"),
    ("window", 1200, "samples under the Hann window: 50 ms (T2, R)"),
    ("fft", 2048, "points of the Fourier transform (R)"),
    ("mels", 80, "mel bands (T2)"),
    ("mel_low", 0.0, "lower edge of the lowest band [Hz] (R; T2: 125)"),
    ("mel_high", 12000.0, "upper edge of the highest band [Hz] (R; T2: 7600)"),
    ("preemphasis", 0.97, "first-order high-pass before the mel, not before the vocoder (R)"),
    ("reference_db", 20.0, "level that is subtracted [dB] (R)"),
    ("floor_db", -100.0, "level below which everything is silence [dB] (R)"),
    ("mel_range", 4.0, "silence is -mel_range, full scale is +mel_range (R)"),
)

# what a symbol means: as the text is written, or as it is pronounced
_TEXT = (
    ("pronounce", False, "models are given the standard pronunciation (표준발음법): true | false"),
)

# how recordings are brought into that form, and back without a vocoder
_PREPARATION = (
    ("trim_db", 40.0, "silence at either end is what lies this far below the peak [dB]"),
    ("trim_margin", 0.05, "silence that is kept at either end [s]"),
    ("peak", 0.95, "level that every recording's peak is brought to"),
    ("griffin_lim_iterations", 60, "phase estimates of the inversion without a vocoder (R)"),
    ("griffin_lim_power", 1.0, "exponent of the magnitudes before inversion; over 1 sharpens (R: 1.5)"),
)

# the network from jamo to mel
_TACOTRON = (
    ("embedding", 512, "channels of a symbol (T2 2.2)"),
    ("encoder_layers", 3, "convolutions before the LSTM (T2 2.2)"),
    ("encoder_channels", 512, "their channels (T2 2.2)"),
    ("encoder_width", 5, "their width [symbols] (T2 2.2)"),
    ("encoder_lstm", 256, "units in each direction (T2 2.2)"),
    ("speaker_embedding", 64, "channels of a speaker; only with more than one"),
    ("attention_kind", "location", "location (T2) | bahdanau (1409.0473) | luong (1508.04025) | "
                                   "monotonic (1704.00784) | gmm (1910.10288)"),
    ("attention", 128, "hidden units of the energy (T2 2.2)"),
    ("attention_filters", 32, "filters of the kind location (T2 2.2)"),
    ("attention_width", 31, "their width [symbols] (T2 2.2)"),
    ("attention_mixture", 5, "Gaussians of the kind gmm (1910.10288)"),
    ("prenet", (256, 256), "units of the pre-net's layers (T2 2.2)"),
    ("prenet_dropout", 0.5, "share dropped, at synthesis too (T2 2.2)"),
    ("decoder_lstm", 1024, "units of each of the two LSTM layers (T2 2.2)"),
    ("postnet_layers", 5, "convolutions of the post-net (T2 2.2)"),
    ("postnet_channels", 512, "their channels (T2 2.2)"),
    ("postnet_width", 5, "their width [frames] (T2 2.2)"),
    ("dropout", 0.5, "share dropped after every convolution, in training (T2 2.4)"),
    ("zoneout", 0.1, "share of LSTM units that keep their value (T2 2.4)"),
    ("r", 2, "frames a decoder step emits (R; T2: 1)"),
    ("r_schedule", (), "r before that, in pairs with the step until which: 5x2000x3x6000"),
    ("frames_per_symbol", 30, "synthesis stops at this many frames a symbol of the text"),
)

_TACOTRON_TRAINING = (
    ("batch_size", 32, "utterances (R; T2: 64)"),
    ("learning_rate", 1e-3, "Adam's rate until decay_start (T2 2.3, R)"),
    ("learning_rate_final", 1e-4, "the rate never falls below it (R; T2: 1e-5)"),
    ("learning_rate_schedule", "halving", "halving: half every decay_half steps (R) | exponential: "
                                          "evenly to learning_rate_final at `steps` (T2 2.3)"),
    ("decay_start", 40000, "step at which the rate begins to fall (R; T2: 50000)"),
    ("decay_half", 18000, "steps in which it halves (R)"),
    ("adam_epsilon", 1e-6, "Adam's epsilon (T2 2.3)"),
    ("clip_norm", 1.0, "largest norm of the gradient (R)"),
    ("l2", 1e-6, "weight decay on the kernels of all layers (T2 2.3)"),
    ("stop_weight", 5.0, "weight of the one step that stops against one that goes on"),
    ("guided_attention", 0.0, "weight of the loss on attention off the diagonal (GA 4.1)"),
    ("guided_attention_width", 0.2, "half-width g of the free diagonal, as a share (GA 4.1)"),
    ("guided_attention_from", 10 ** 9, "step at which that weight begins to fall, evenly"),
    ("guided_attention_until", 10 ** 9, "step at which that loss ends"),
    ("teacher_forcing", 1.0, "share of decoder steps that see the true frame before them, in the "
                             "end; the others see their own (1506.03099)"),
    ("teacher_forcing_from", 0, "step at which the share begins to fall from 1, evenly"),
    ("teacher_forcing_until", 20000, "step at which it has fallen"),
)

# the network from mel to waveform
_WAVENET = (
    ("wavenet_output", "logistics", "logistics (PW) | gaussian (1807.07281) | mulaw (WN)"),
    ("wavenet_mixture", 10, "logistics in the mixture (T2 2.3)"),
    ("wavenet_layers", 20, "residual layers in all (R; T2: 30)"),
    ("wavenet_cycles", 2, "dilation goes 1, 2, 4 … this many times over (R; T2: 3)"),
    ("wavenet_kernel", 3, "taps of a dilated convolution (R)"),
    ("wavenet_residual", 128, "residual channels (R)"),
    ("wavenet_gate", 256, "channels of filter and of gate, each (R)"),
    ("wavenet_skip", 128, "skip channels (R)"),
    ("wavenet_upsampling", "transposed", "transposed | subpixel: how a mel reaches sample rate"),
    ("wavenet_scales", (12, 25), "factors of the upsampling layers; their product is hop (R)"),
    ("wavenet_speaker", 32, "channels of a speaker; only with more than one"),
    ("wavenet_preemphasis", 0.0, "first-order high-pass that is undone behind the vocoder, so that "
                                 "its noise falls with the frequency (LPCNet, 1810.11846, 3.2)"),
    ("wavenet_log_scale_min", -7.0, "smallest log scale of a logistic or Gaussian (R)"),
)

_WAVENET_TRAINING = (
    ("wavenet_batch_size", 2, "segments (R)"),
    ("wavenet_segment", 9000, "samples of a segment; a multiple of hop (R)"),
    ("wavenet_learning_rate", 1e-3, "Adam's rate at the first step (R; T2: 1e-4)"),
    ("wavenet_decay_half", 300000, "steps in which it halves (R)"),
    ("wavenet_learning_rate_final", 1e-5, "the rate never falls below it"),
    ("wavenet_adam_epsilon", 1e-8, "Adam's epsilon"),
    ("wavenet_clip_norm", 1.0, "largest norm of the gradient"),
    ("wavenet_ema", 0.9999, "decay of the averages that synthesis uses (T2 2.3)"),
)

# both trainings
_TRAINING = (
    ("steps", 200000, "step to train to when --steps is not given"),
    ("batch_group", 32, "batches that are sorted by length together, then shuffled"),
    ("summary_every", 100, "steps between figures in TensorBoard"),
    ("checkpoint_every", 1000, "steps between checkpoints"),
    ("evaluate_every", 2000, "steps between validations with pictures and audio"),
    ("keep_checkpoints", 5, "newest checkpoints that are kept"),
)

# what else is fixed once a run has begun
_RUN = (
    ("held_out", 0.05, "share of utterances never trained on, chosen by a hash of the id"),
    ("seed", 1, "of the initial weights and of the order of the examples"),
    ("freeze", "", "parts of the network that keep the weights they start with (--freeze)"),
)

# a run goes on with other values of these: they are no part of what the network is
CHANGEABLE = _PREPARATION + _TACOTRON_TRAINING + _WAVENET_TRAINING + _TRAINING
TABLE = AUDIO + _TEXT + _TACOTRON + _WAVENET + _RUN + CHANGEABLE

_SMALL_AUDIO = dict(sample_rate=16000, hop=200, window=800, fft=1024, mel_high=7600.0)

PRESETS = {
    # the sizes of the public Korean system; a GPU, days
    "reference": {},
    # sizes for two processor cores and minutes to hours of one voice. They are no powers of two:
    # matrices whose rows lie 4 KB apart share a few cache lines, and training takes twice as long
    "small": dict(
        _SMALL_AUDIO, embedding=120, encoder_channels=120, encoder_lstm=60, attention=60,
        attention_filters=16, prenet=(120, 60), decoder_lstm=240, postnet_channels=120,
        dropout=0.2, guided_attention=5.0, guided_attention_until=1000,
        decay_start=1500, decay_half=1000,
        wavenet_layers=16, wavenet_kernel=2, wavenet_residual=48, wavenet_gate=48,
        wavenet_skip=48, wavenet_upsampling="subpixel", wavenet_scales=(10, 20),
        wavenet_output="gaussian", wavenet_batch_size=4, wavenet_segment=2000,
        wavenet_learning_rate=2e-3, wavenet_decay_half=2000, wavenet_learning_rate_final=5e-5,
        wavenet_ema=0.999,
        steps=3000, summary_every=25, checkpoint_every=250, evaluate_every=500),
    # seconds, not minutes: for tests
    "tiny": dict(
        _SMALL_AUDIO, mels=20, fft=1024, embedding=16, encoder_layers=2, encoder_channels=16,
        encoder_lstm=8, attention=16, attention_filters=4, attention_width=7, prenet=(16, 16),
        decoder_lstm=16, postnet_layers=2, postnet_channels=16, speaker_embedding=4,
        frames_per_symbol=4, batch_size=4, griffin_lim_iterations=8, guided_attention=1.0,
        wavenet_layers=4, wavenet_kernel=2, wavenet_residual=8, wavenet_gate=8, wavenet_skip=8,
        wavenet_scales=(10, 20), wavenet_mixture=2, wavenet_speaker=4, wavenet_segment=1000,
        wavenet_ema=0.9, steps=20, batch_group=2, summary_every=5, checkpoint_every=10,
        evaluate_every=20, keep_checkpoints=2),
}
