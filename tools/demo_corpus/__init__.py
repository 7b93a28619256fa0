"""The corpus of the demo voice: original sentences, spoken by espeak-ng. No recording of a person.

    sentences.txt   678 sentences written by hand
    generated.txt   4,000 sentences filled into templates at random
    unseen.txt      other sentences, to test the voice with
"""
