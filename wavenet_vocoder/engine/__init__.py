"""WaveNet's sample-by-sample generation in native code, for processors.

native/        the C sources; build.py compiles them, library.py speaks to them
weights.py     a checkpoint's weights as arrays
condition.py   mel → what the kernels need of it
vocoder.py     pieces of utterances on it; precision.py: with how many bits
"""
