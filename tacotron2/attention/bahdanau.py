"""Additive attention (Bahdanau et al., arXiv 1409.0473): contents alone, wherever they stand."""
from tacotron2.attention import energy


def initial(memory, hp):
    return ()


def weights(query, state, memory, hp, training):
    return energy.softmax(energy.additive(query, memory, hp), memory), ()
