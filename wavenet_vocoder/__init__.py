"""WaveNet (van den Oord et al., arXiv 1609.03499) as a vocoder: mel spectrogram → waveform.

wavenet.py                 the network over whole segments, and its training loss
upsampling.py              mel frames → a condition for every sample
distributions.py           output distributions: logistic mixture, Gaussian, µ-law softmax
incremental.py             the same network one sample at a time, in TensorFlow
wavegen.py                 mels → waveforms, with the native engine or the TensorFlow graph
chunks.py                  long utterances, split into chunks that are generated side by side
philox.py                  the random numbers that samples are drawn with
wavenet_training_graph.py  the graphs of a training
engine/                    generation on CPUs, in C
"""
