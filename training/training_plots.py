"""Plots of mel spectrograms, as PNG bytes."""
import textwrap

from matplotlib.figure import Figure

from common.plotting import figure_to_png, korean_font, plain_text
from tacotron2.alignment_plot import TITLE_WIDTH, WIDTH

_INCHES = WIDTH / 90.0      # at 90 dpi


def mels_png(mels, titles, max_abs_value):
    """Plot a list of mels, each [frames, n_mels], one above the other on the same time axis.

    Their values lie between -max_abs_value and max_abs_value.
    """
    titles = [textwrap.fill(plain_text(title), TITLE_WIDTH) for title in titles]
    figure = Figure(figsize=(_INCHES, 1.5 * len(mels) + 0.4
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
