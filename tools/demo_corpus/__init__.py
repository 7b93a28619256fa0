"""The corpus of the demo voice: original sentences, spoken by espeak-ng. No recording of a person.

    sentences.txt   written by hand
    templates.py    random sentences from templates and word lists
    coverage.py     the jamo and pairs of jamo in them
    unseen.txt      other sentences, to test the voice with
"""
