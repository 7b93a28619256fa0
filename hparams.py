"""Hyper-parameters: the table, the presets, and the old names of renamed ones.

A row of the table is (name, value of the preset `reference`, allowed, meaning [unit] (source)).
`allowed` is an interval for numbers, a list of choices for strings, and "" where anything goes. The
upper bounds keep a run.json from others from exhausting the memory.
Names that begin with `wavenet_` belong to the vocoder. `common/hparam_set.py` parses and validates.

Sources: T2 = Shen et al., arXiv 1712.05884; WN = van den Oord et al., arXiv 1609.03499;
PW = van den Oord et al., arXiv 1711.10433; GA = Tachibana et al., arXiv 1710.08969;
R = the public Korean Tacotron2-WaveNet whose sizes the preset `reference` has.
"""

# These define what a stored mel and waveform mean: data and models that differ in one of them are
# incompatible.
AUDIO = (
    ("sample_rate", 24000, "[1000, 192000]", "samples per second [Hz] (T2, R)"),
    ("hop_length", 300, "(0, 16384]", "samples from one frame to the next: 12.5 ms (T2, R)"),
    ("win_length", 1200, "(0, 16384]", "length of the Hann window: 50 ms [samples] (T2, R)"),
    ("n_fft", 2048, "(0, 16384]", "length of the FFT [samples] (R)"),
    ("n_mels", 80, "(0, 512]", "mel channels (T2)"),
    ("fmin", 0.0, "[0, inf)", "lower edge of the lowest mel filter [Hz] (R; T2: 125)"),
    ("fmax", 12000.0, "(0, inf)", "upper edge of the highest mel filter [Hz] (R; T2: 7600)"),
    ("preemphasis", 0.97, "[0, 1)", "pre-emphasis before the mel analysis (R)"),
    ("ref_level_db", 20.0, "[-200, 200]", "level that maps to full scale [dB] (R)"),
    ("min_level_db", -100.0, "[-300, 0)", "level of silence, relative to ref_level_db [dB] (R)"),
    ("max_abs_value", 4.0, "(0, 1000]", "bound of the normalised mel: ±max_abs_value (R)"),
)

# Whether a text symbol stands for a letter as it is written or for its sound.
_TEXT = (
    ("pronounce", False, "", "convert text to its standard pronunciation (표준발음법): true | false"),
)

# Preparation of the recordings.
_PREPARATION = (
    ("trim_top_db", 40.0, "(0, inf)", "level of silence at the ends, below the loudest hop [dB]"),
    ("trim_margin", 0.05, "[0, 10]", "silence to keep at each end [s]"),
    ("rescaling_max", 0.95, "(0, 1]", "peak level of every recording after scaling"),
)

# Mel → waveform with either vocoder; the training does not depend on them.
_GENERATION = (
    ("griffin_lim_iters", 60, "(0, 10000]", "iterations of Griffin-Lim (R)"),
    ("griffin_lim_power", 1.0, "(0, 10]", "exponent of the magnitudes; above 1 sharpens (R: 1.5)"),
    ("wavenet_temperature", 1.0, "[0.1, 10]",
     "of WaveNet's samples: divides logits, multiplies scales; below 1, there is less noise"),
)

# Tacotron 2, jamo → mel.
_TACOTRON = (
    ("symbols_embedding_dim", 512, "(0, 8192]", "channels of the symbol embedding (T2 2.2)"),
    ("encoder_n_convolutions", 3, "(0, 64]", "convolutions before the encoder LSTM (T2 2.2)"),
    ("encoder_conv_channels", 512, "(0, 8192]", "channels of these convolutions (T2 2.2)"),
    ("encoder_kernel_size", 5, "(0, 1024]", "kernel size of these convolutions [symbols] (T2 2.2)"),
    ("encoder_lstm_units", 256, "(0, 8192]", "units of the encoder LSTM per direction (T2 2.2)"),
    ("speaker_embedding_dim", 64, "(0, 8192]", "channels of the embedding of multi-speaker models"),
    ("attention_type", "location", "location | bahdanau | luong | monotonic | gmm",
     "location (T2) | bahdanau (1409.0473) | luong (1508.04025) | monotonic (1704.00784) | "
     "gmm (1910.10288)"),
    ("attention_dim", 128, "(0, 8192]", "hidden units of the attention energy (T2 2.2)"),
    ("attention_location_n_filters", 32, "(0, 8192]", "filters of location attention (T2 2.2)"),
    ("attention_location_kernel_size", 31, "(0, 1024]", "kernel size of these [symbols] (T2 2.2)"),
    ("attention_num_mixtures", 5, "(0, 256]", "Gaussians of gmm attention (1910.10288)"),
    ("prenet_dims", (256, 256), "(0, 8192]", "units of the pre-net layers (T2 2.2)"),
    ("prenet_dropout", 0.5, "[0, 1)", "dropout rate of the pre-net, in synthesis too (T2 2.2)"),
    ("decoder_rnn_dim", 1024, "(0, 8192]", "units of each of the two decoder LSTMs (T2 2.2)"),
    ("postnet_n_convolutions", 5, "(0, 64]", "convolutions of the post-net (T2 2.2)"),
    ("postnet_embedding_dim", 512, "(0, 8192]", "channels of these convolutions (T2 2.2)"),
    ("postnet_kernel_size", 5, "(0, 1024]", "kernel size of these convolutions [frames] (T2 2.2)"),
    ("dropout", 0.5, "[0, 1)", "dropout rate after every convolution, in training (T2 2.4)"),
    ("zoneout", 0.1, "[0, 1)", "probability that an LSTM unit keeps its value (T2 2.4)"),
    ("outputs_per_step", 2, "(0, 100]", "frames per decoder step: reduction factor r (R; T2: 1)"),
    ("outputs_per_step_schedule", (), "(0, 1e9]",
     "earlier values of outputs_per_step, each with the step at which it ends: 5x2000x3x6000"),
    ("max_frames_per_symbol", 30, "(0, 200]", "limit of the synthesis, per text symbol [frames]"),
)

_TACOTRON_TRAINING = (
    ("batch_size", 32, "(0, 65536]", "utterances per batch (R; T2: 64)"),
    ("learning_rate", 1e-3, "(0, inf)", "Adam's learning rate until decay_start (T2 2.3, R)"),
    ("final_learning_rate", 1e-4, "(0, inf)", "lower bound of the learning rate (R; T2: 1e-5)"),
    ("learning_rate_schedule", "halving", "halving | exponential",
     "halving: halve every decay_half_life steps (R) | exponential: reach final_learning_rate at "
     "train_steps (T2 2.3)"),
    ("decay_start", 40000, "[0, 1e9]", "step at which the decay starts (R; T2: 50000)"),
    ("decay_half_life", 18000, "(0, 1e9]", "steps in which the learning rate halves (R)"),
    ("adam_epsilon", 1e-6, "(0, inf)", "Adam's epsilon (T2 2.3)"),
    ("grad_clip_thresh", 1.0, "(0, inf)", "largest global norm of the gradient (R)"),
    ("weight_decay", 1e-6, "[0, inf)", "weight of the L2 loss on all kernels (T2 2.3)"),
    ("ema_decay", 0.0, "[0, 1)", "decay of the averaged weights for synthesis; 0: no averages"),
    ("stop_token_pos_weight", 5.0, "(0, inf)", "weight of the last step in the stop-token loss"),
    ("guided_attention_weight", 0.0, "[0, inf)", "weight of the guided attention loss (GA 4.1)"),
    ("guided_attention_sigma", 0.2, "(0, inf)", "width g of its diagonal, as a fraction (GA 4.1)"),
    ("guided_attention_decay_start", 10 ** 9, "[0, 1e9]", "step at which its linear decay starts"),
    ("guided_attention_decay_end", 10 ** 9, "[0, 1e9]", "step at which its weight reaches zero"),
    ("teacher_forcing_ratio", 1.0, "[0, 1]",
     "final fraction of decoder steps that get the true previous frame (1506.03099)"),
    ("teacher_forcing_decay_start", 0, "[0, 1e9]", "step at which its linear decay from 1 starts"),
    ("teacher_forcing_decay_end", 20000, "(0, 1e9]", "step at which it reaches its final value"),
)

# WaveNet, mel → waveform.
_WAVENET = (
    ("wavenet_output_distribution", "logistics", "logistics | gaussian | mulaw",
     "logistics (PW) | gaussian (1807.07281) | mulaw (WN)"),
    ("wavenet_num_mixtures", 10, "(0, 256]", "logistics in the mixture (T2 2.3)"),
    ("wavenet_layers", 20, "(0, 256]", "residual layers in total (R; T2: 30)"),
    ("wavenet_stacks", 2, "(0, 256]", "cycles of dilations 1, 2, 4 … (R; T2: 3)"),
    ("wavenet_kernel_size", 3, "[2, 64]", "kernel size of the dilated convolutions (R)"),
    ("wavenet_residual_channels", 128, "(0, 8192]", "residual channels (R)"),
    ("wavenet_dilation_channels", 256, "(0, 8192]", "channels of filter and gate each (R)"),
    ("wavenet_skip_channels", 128, "(0, 8192]", "skip channels (R)"),
    ("wavenet_upsample_type", "transposed", "transposed | subpixel",
     "convolution that upsamples the mel frames to samples: transposed | subpixel"),
    ("wavenet_upsample_scales", (12, 25), "(0, 16384]",
     "factors of the upsampling layers; their product is hop_length (R)"),
    ("wavenet_speaker_embedding_dim", 32, "[0, 8192]",
     "channels of the embedding of multi-speaker models; 0: none, one WaveNet for all speakers"),
    ("wavenet_preemphasis", 0.0, "[0, 1)",
     "pre-emphasis of the waveforms, undone after generation (LPCNet, 1810.11846, 3.2)"),
    ("wavenet_log_scale_min", -7.0, "[-100, 10]",
     "lower bound of the log scale of a logistic or Gaussian (R)"),
)

_WAVENET_TRAINING = (
    ("wavenet_batch_size", 2, "(0, 65536]", "segments per batch (R)"),
    ("wavenet_segment_length", 9000, "(0, 1e7]", "samples per segment; multiple of hop_length (R)"),
    ("wavenet_learning_rate", 1e-3, "(0, inf)",
     "Adam's learning rate until wavenet_decay_start (R; T2: 1e-4)"),
    ("wavenet_decay_start", 0, "[0, 1e9]", "step at which the decay starts"),
    ("wavenet_decay_half_life", 300000, "(0, 1e9]", "steps in which the learning rate halves (R)"),
    ("wavenet_final_learning_rate", 1e-5, "(0, inf)", "lower bound of the learning rate"),
    ("wavenet_adam_epsilon", 1e-8, "(0, inf)", "Adam's epsilon"),
    ("wavenet_grad_clip_thresh", 1.0, "(0, inf)", "largest global norm of the gradient"),
    ("wavenet_ema_decay", 0.9999, "(0, 1)", "decay of the averaged weights for synthesis (T2 2.3)"),
)

# Both trainers.
_TRAINING = (
    ("train_steps", 200000, "(0, 1e9]", "step to reach unless --steps is given"),
    ("batches_per_group", 32, "(0, 1e6]", "batches sorted by length together, then shuffled"),
    ("summary_interval", 100, "(0, 1e9]", "steps between TensorBoard scalars"),
    ("checkpoint_interval", 1000, "(0, 1e9]", "steps between checkpoints"),
    ("eval_interval", 2000, "(0, 1e9]", "steps between evaluations with plots and audio"),
    ("checkpoints_to_keep", 5, "(0, 1e9]", "newest checkpoints to keep"),
    ("warmup_steps", 0, "[0, 1e9]", "steps in which the learning rate rises linearly from zero"),
    ("early_stopping_patience", 0, "[0, 1e9]",
     "stop after this many evaluations without a lower validation loss; 0: never"),
)

_RUN = (
    ("validation_fraction", 0.05, "[0, 1)",
     "least fraction of the texts held out of training, selected by a hash"),
    ("seed", 1, "[0, 4294967295]", "seed of the initial weights, the data order and dropout"),
    ("freeze", "", "", "parts of the network that keep their initial weights (--freeze)"),
)

# These may change when a run is resumed; all others are fixed when it starts.
CHANGEABLE = _PREPARATION + _GENERATION + _TACOTRON_TRAINING + _WAVENET_TRAINING + _TRAINING
TABLE = AUDIO + _TEXT + _TACOTRON + _WAVENET + _RUN + CHANGEABLE

_AUDIO_16_KHZ = dict(sample_rate=16000, hop_length=200, win_length=800, n_fft=1024, fmax=7600.0)

PRESETS = {
    # the sizes of R: days of training on a GPU
    "reference": {},
    # one voice in minutes to hours on two CPU cores. The sizes avoid powers of two, because matrix
    # rows 4 KB apart map to the same few cache lines, and training takes twice as long
    "small": dict(
        _AUDIO_16_KHZ,
        symbols_embedding_dim=120, encoder_conv_channels=120, encoder_lstm_units=60,
        attention_dim=60, attention_location_n_filters=16, prenet_dims=(120, 60),
        decoder_rnn_dim=240, postnet_embedding_dim=120, dropout=0.2,
        guided_attention_weight=5.0, guided_attention_decay_end=1000,
        decay_start=1500, decay_half_life=1000,
        wavenet_output_distribution="gaussian", wavenet_layers=16, wavenet_kernel_size=2,
        wavenet_residual_channels=48, wavenet_dilation_channels=48, wavenet_skip_channels=48,
        wavenet_upsample_type="subpixel", wavenet_upsample_scales=(10, 20),
        wavenet_batch_size=4, wavenet_segment_length=2000, wavenet_learning_rate=2e-3,
        wavenet_decay_half_life=2000, wavenet_final_learning_rate=5e-5, wavenet_ema_decay=0.999,
        train_steps=3000, summary_interval=25, checkpoint_interval=250, eval_interval=500),
    # the base voice: 33 speakers, and one WaveNet for all of them
    "base": dict(
        _AUDIO_16_KHZ,
        pronounce=True,
        symbols_embedding_dim=240, encoder_conv_channels=240, encoder_lstm_units=120,
        attention_dim=120, attention_location_n_filters=16, prenet_dims=(240, 120),
        decoder_rnn_dim=480, postnet_embedding_dim=240, dropout=0.1,
        outputs_per_step_schedule=(5, 3000, 3, 7000),
        guided_attention_weight=5.0, guided_attention_decay_start=1500,
        guided_attention_decay_end=3000,
        decay_start=8000, decay_half_life=4000, ema_decay=0.998,
        wavenet_output_distribution="mulaw", wavenet_preemphasis=0.85, wavenet_layers=20,
        wavenet_kernel_size=2, wavenet_residual_channels=96, wavenet_dilation_channels=96,
        wavenet_skip_channels=192, wavenet_upsample_type="subpixel",
        wavenet_upsample_scales=(10, 20), wavenet_speaker_embedding_dim=0, wavenet_temperature=0.77,
        wavenet_batch_size=4, wavenet_segment_length=8000, wavenet_learning_rate=2e-3,
        wavenet_decay_start=40000, wavenet_decay_half_life=10000,
        wavenet_final_learning_rate=5e-5, wavenet_ema_decay=0.9995,
        validation_fraction=0.09, train_steps=60000, summary_interval=50, checkpoint_interval=500,
        eval_interval=1000),
    # for tests: seconds
    "tiny": dict(
        _AUDIO_16_KHZ,
        n_mels=20, symbols_embedding_dim=16, encoder_n_convolutions=2, encoder_conv_channels=16,
        encoder_lstm_units=8, speaker_embedding_dim=4, attention_dim=16,
        attention_location_n_filters=4, attention_location_kernel_size=7, prenet_dims=(16, 16),
        decoder_rnn_dim=16, postnet_n_convolutions=2, postnet_embedding_dim=16,
        max_frames_per_symbol=4, batch_size=4, griffin_lim_iters=8, guided_attention_weight=1.0,
        ema_decay=0.9,
        wavenet_num_mixtures=2, wavenet_layers=4, wavenet_kernel_size=2,
        wavenet_residual_channels=8, wavenet_dilation_channels=8, wavenet_skip_channels=8,
        wavenet_upsample_scales=(10, 20), wavenet_speaker_embedding_dim=4,
        wavenet_segment_length=1000, wavenet_ema_decay=0.9,
        train_steps=20, batches_per_group=2, summary_interval=5, checkpoint_interval=10,
        eval_interval=20, checkpoints_to_keep=2),
}

# Preset `adapt`: a new speaker from a trained voice (--init-from) and minutes of recordings. It
# changes only these values of the other run, whose sizes, text and audio settings stay.
ADAPT = "adapt"
ADAPTATION = dict(
    outputs_per_step_schedule=(), guided_attention_weight=0.0, teacher_forcing_ratio=1.0,
    batch_size=8, learning_rate=2e-4, final_learning_rate=2e-5,
    learning_rate_schedule="halving", decay_start=300, decay_half_life=200,
    wavenet_learning_rate=2e-4, wavenet_final_learning_rate=2e-5, wavenet_decay_start=300,
    wavenet_decay_half_life=200, wavenet_ema_decay=0.99,
    warmup_steps=50, train_steps=1000, batches_per_group=4, summary_interval=10,
    checkpoint_interval=50, eval_interval=50, checkpoints_to_keep=2, early_stopping_patience=4)

# Old name → new name, so that stores, runs and voices with the old names still load.
RENAMED = {
    "hop": "hop_length",
    "window": "win_length",
    "fft": "n_fft",
    "mels": "n_mels",
    "mel_low": "fmin",
    "mel_high": "fmax",
    "reference_db": "ref_level_db",
    "floor_db": "min_level_db",
    "mel_range": "max_abs_value",
    "trim_db": "trim_top_db",
    "peak": "rescaling_max",
    "griffin_lim_iterations": "griffin_lim_iters",
    "embedding": "symbols_embedding_dim",
    "encoder_layers": "encoder_n_convolutions",
    "encoder_channels": "encoder_conv_channels",
    "encoder_width": "encoder_kernel_size",
    "encoder_lstm": "encoder_lstm_units",
    "speaker_embedding": "speaker_embedding_dim",
    "attention_kind": "attention_type",
    "attention": "attention_dim",
    "attention_filters": "attention_location_n_filters",
    "attention_width": "attention_location_kernel_size",
    "attention_mixture": "attention_num_mixtures",
    "prenet": "prenet_dims",
    "decoder_lstm": "decoder_rnn_dim",
    "postnet_layers": "postnet_n_convolutions",
    "postnet_channels": "postnet_embedding_dim",
    "postnet_width": "postnet_kernel_size",
    "r": "outputs_per_step",
    "r_schedule": "outputs_per_step_schedule",
    "frames_per_symbol": "max_frames_per_symbol",
    "learning_rate_final": "final_learning_rate",
    "decay_half": "decay_half_life",
    "clip_norm": "grad_clip_thresh",
    "l2": "weight_decay",
    "stop_weight": "stop_token_pos_weight",
    "guided_attention": "guided_attention_weight",
    "guided_attention_width": "guided_attention_sigma",
    "guided_attention_from": "guided_attention_decay_start",
    "guided_attention_until": "guided_attention_decay_end",
    "teacher_forcing": "teacher_forcing_ratio",
    "teacher_forcing_from": "teacher_forcing_decay_start",
    "teacher_forcing_until": "teacher_forcing_decay_end",
    "wavenet_output": "wavenet_output_distribution",
    "wavenet_mixture": "wavenet_num_mixtures",
    "wavenet_cycles": "wavenet_stacks",
    "wavenet_kernel": "wavenet_kernel_size",
    "wavenet_residual": "wavenet_residual_channels",
    "wavenet_gate": "wavenet_dilation_channels",
    "wavenet_skip": "wavenet_skip_channels",
    "wavenet_upsampling": "wavenet_upsample_type",
    "wavenet_scales": "wavenet_upsample_scales",
    "wavenet_speaker": "wavenet_speaker_embedding_dim",
    "wavenet_segment": "wavenet_segment_length",
    "wavenet_learning_rate_final": "wavenet_final_learning_rate",
    "wavenet_decay_half": "wavenet_decay_half_life",
    "wavenet_clip_norm": "wavenet_grad_clip_thresh",
    "wavenet_ema": "wavenet_ema_decay",
    "steps": "train_steps",
    "batch_group": "batches_per_group",
    "summary_every": "summary_interval",
    "checkpoint_every": "checkpoint_interval",
    "evaluate_every": "eval_interval",
    "keep_checkpoints": "checkpoints_to_keep",
    "held_out": "validation_fraction",
}
