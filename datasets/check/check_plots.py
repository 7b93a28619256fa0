"""The plots of the page, as PNG bytes. Their docstrings are the captions."""
import numpy as np
from matplotlib.figure import Figure

import korean
from common.plotting import figure_to_png, korean_font, letter_tick_labels
from datasets.check.check_report import measured_recordings, statistic_values

_BLUE, _RED, _GREY = "#3b6ea5", "#c0392b", "#999999"
_MAX_LABELS = 12    # outliers whose name is written in the plot


def plot_lengths(report):
    """Duration and speaking rate of the recordings."""
    return _plot_histograms([(statistic_values(report, "duration"), "duration [s]"),
                             (statistic_values(report, "speaking rate"),
                              "speaking rate [jamo per second]")])


def plot_levels(report):
    """Levels of speech and noise, in dB of full scale, and their difference."""
    return _plot_histograms([(statistic_values(report, name), name + " [dB]")
                             for name in ("level of speech", "noise floor", "speech over noise")])


def plot_silences(report):
    """Silence before, after and within speech."""
    return _plot_histograms([(statistic_values(report, name), name + " [s]")
                             for name in ("silence before", "silence after", "longest pause")])


def plot_text_over_sound(report):
    """Jamo over seconds of speech. Recordings whose text and sound do not match are named."""
    figure = Figure(figsize=(9, 4.5))
    axes = figure.add_subplot(1, 1, 1)
    points = [(one.measurements.speech_seconds, len(one.transcript.jamo), one.item.id)
              for one in measured_recordings(report) if one.transcript.jamo]
    mismatched = {finding.id for finding in report.findings
                  if finding.type in ("too much text", "too little text")}
    outliers = [point for point in points if point[2] in mismatched]
    for color, chosen in ((_BLUE, [point for point in points if point[2] not in mismatched]),
                          (_RED, outliers)):
        axes.plot([x for x, _, _ in chosen], [y for _, y, _ in chosen], ".", color=color)
    if points:
        longest = max(x for x, _, _ in points)
        typical_rate = np.median(statistic_values(report, "speaking rate"))
        axes.plot([0, longest], [0, typical_rate * longest], color=_GREY, linewidth=1)
        axes.set_xlim(0, 1.12 * longest)
        axes.set_ylim(0, 1.12 * max(y for _, y, _ in points))
    for x, y, name in outliers[:_MAX_LABELS]:
        offset, alignment = (6, "left") if x < longest / 2 else (-6, "right")
        axes.annotate(name, (x, y), xytext=(offset, 3), textcoords="offset points", color=_RED,
                      horizontalalignment=alignment, fontproperties=korean_font(9))
    axes.set_xlabel("speech [s], without silence and pauses")
    axes.set_ylabel("jamo of the transcript")
    return figure_to_png(figure)


def plot_jamo_counts(report):
    """How often each jamo is spoken. Those that never occur have a red label and a cross."""
    figure = Figure(figsize=(9, 7))
    for row, (position, counts) in enumerate(report.jamo_counts.items(), 1):
        axes = figure.add_subplot(len(report.jamo_counts), 1, row)
        numbers = np.array(list(counts.values()))
        x = np.arange(len(numbers))
        # bars begin at 0.5, so that a count of 1 is visible on a logarithmic scale
        axes.bar(x, np.maximum(numbers, 0.5) - 0.5, bottom=0.5, color=_BLUE)
        axes.plot(x[numbers == 0], np.full((numbers == 0).sum(), 0.8), "x", color=_RED)
        axes.set_yscale("log")
        axes.set_ylim(0.5, 2 * max(10, numbers.max()))
        axes.set_xlim(-0.7, len(numbers) - 0.3)
        axes.set_xticks(x)
        axes.set_xticklabels(letter_tick_labels(korean.symbol_labels(list(counts))),
                             fontproperties=korean_font(13))
        for label, number in zip(axes.get_xticklabels(), numbers):
            label.set_color("black" if number else _RED)
        axes.set_ylabel(position)
    return figure_to_png(figure)


def _plot_histograms(histograms):
    """PNG with a histogram of each (values, label)."""
    figure = Figure(figsize=(9, 3))
    for column, (values, label) in enumerate(histograms, 1):
        axes = figure.add_subplot(1, len(histograms), column)
        if len(values):
            low, high = values.min(), values.max()
            axes.hist(values, bins=30, color=_BLUE,
                      range=(low, high) if high > low else (low - 0.5, low + 0.5))
        axes.set_xlabel(label)
        axes.set_ylabel("recordings")
        axes.locator_params(axis="y", integer=True, nbins=5)
        axes.locator_params(axis="x", nbins=6)
    return figure_to_png(figure)
