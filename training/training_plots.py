"""Plots of alignments and mel spectrograms, as PNG bytes."""
import textwrap

from matplotlib.figure import Figure

import korean
from common.plotting import figure_to_png, korean_font

# 350 pixels at 90 dpi [inches]: the widest image that TensorBoard shows unscaled
WIDTH = 350 / 90.0
TITLE_WIDTH = 25    # letters in a line of a title
MANY_LABELS = 40    # from this number on, every other label is shifted to the left


def alignment_png(weights, symbols, title):
    """Plot attention weights [steps, jamo]: decoder steps to the right, jamo upwards.

    `symbols` are the jamo as strings, one for each column of the weights.
    """
    n_jamo = len(symbols)
    # the space keeps matplotlib 2.2 from clipping a label that is a single letter
    labels = [letter + " " for letter in korean.symbol_labels(symbols)]
    if n_jamo >= MANY_LABELS:
        labels = [label + 5 * " " * (i % 2) for i, label in enumerate(labels)]
    title = textwrap.fill(title, TITLE_WIDTH)
    row_height = 0.08 if n_jamo >= MANY_LABELS else 0.14
    figure = Figure(figsize=(WIDTH, max(2.0, row_height * n_jamo + 0.8) + 0.2 * title.count("\n")))
    axes = figure.add_subplot(1, 1, 1)
    axes.imshow(weights.T, aspect="auto", origin="lower", interpolation="none", vmin=0, vmax=1)
    axes.set_yticks(range(n_jamo))
    axes.set_yticklabels(labels, fontproperties=korean_font(9))
    axes.set_xlabel("decoder step (violet: weight 0, yellow: 1)")
    axes.set_title(title, fontproperties=korean_font(10))
    return figure_to_png(figure)


def mels_png(mels, titles, max_abs_value):
    """Plot a list of mels, each [frames, n_mels], one above the other on the same time axis.

    Their values lie between -max_abs_value and max_abs_value.
    """
    titles = [textwrap.fill(title, TITLE_WIDTH) for title in titles]
    figure = Figure(figsize=(WIDTH, 1.5 * len(mels) + 0.4
                             + 0.2 * sum(title.count("\n") for title in titles)))
    longest = max(len(mel) for mel in mels)
    for i, (mel, title) in enumerate(zip(mels, titles)):
        axes = figure.add_subplot(len(mels), 1, i + 1)
        axes.imshow(mel.T, aspect="auto", origin="lower", interpolation="none",
                    vmin=-max_abs_value, vmax=max_abs_value)
        axes.set_xlim(0, longest)
        axes.set_ylabel("mel band")
        axes.set_title(title, fontproperties=korean_font(10))
    axes.set_xlabel("frame")
    return figure_to_png(figure)
