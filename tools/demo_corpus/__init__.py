"""The corpus of the demo voice: original sentences, synthesised by espeak-ng; no human voice.

    sentences.txt   678 sentences written by hand
    generated.txt   4,000 sentences filled into templates at random
    unseen.txt      sentences outside the corpus, for testing the voice
"""
