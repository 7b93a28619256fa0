"""The yardstick: how close, how like, how natural, how intelligible a voice is, and how it aligns.

    ladder.py           a sentence from the recording down to noise, through the voice under test
    closeness.py        distances to the recording; world.py, what they need of WORLD
    likeness.py         speaker embeddings; torch_file.py, their weights
    naturalness.py      a no-reference estimator of listeners' scores; optional
    intelligibility.py  an offline recogniser's errors; optional
    faults.py           what goes wrong in an alignment
    measuring.py        all of that of one sentence, and of many side by side
    summary.py          means with confidence intervals
    table.py, page.py, plots.py     the same for people
"""
