"""WaveNet (van den Oord et al., arXiv 1609.03499) as a vocoder: mel spectrogram → waveform.

network.py     the network over whole segments, and its training loss
upsampling.py  frames → samples: the local condition
outputs.py     what the network says about a sample: three distributions
generation.py  the same network one sample at a time; step.py is one of its steps
inference.py   mels to waveforms, by the native engine or the graph
pieces.py      long utterances, cut and joined; noise.py: the chance that samples are drawn with
engine/        generation in C, for processors
"""
