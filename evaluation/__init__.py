"""Evaluation of a voice on held-out recordings and on lines of text.

    held_out.py             selection of the texts and recordings
    systems.py              the systems that are compared; the files of an evaluation
    rendering.py            synthesis of the sentences by every system
    measure.py              all figures of a sentence:
      distances.py            objective distances to the recording; world.py: the WORLD vocoder
      speaker_similarity.py   cosine with the mean embedding of each speaker
      naturalness.py          predicted opinion scores; optional
      intelligibility.py      errors of a speech recogniser; optional
    metrics.py              names, units and directions of the figures
    evaluation_report.py    means with confidence intervals, tables, JSON
      speaker_summary.py      the decisive figures, a row for each speaker
      evaluation_page.py      HTML
"""
