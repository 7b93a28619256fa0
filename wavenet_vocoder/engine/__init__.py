"""Sample-by-sample generation on CPUs, in C.

native/          the C library, its header wavenet_engine.h, a Makefile and an example program
build.py         compiles the library
binding.py       the library through ctypes
weights.py       the weights of a checkpoint as arrays
conditioning.py  mel → the input of the library
likelihood_cache.py  results of the test of int8
vocoder.py       NativeVocoder: generates the chunks of utterances; chooses the precision
"""
