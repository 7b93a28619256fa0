"""The corpus of the demo voice: sentences written for it, spoken by espeak-ng. No person's voice.

    sentences.txt   written one by one
    templates.py    made by a grammar
    coverage.py     which jamo, and pairs of them, they hold
    espeak.py       text → espeak-ng → WAV
"""
