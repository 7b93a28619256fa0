"""The plots of the page, as PNG bytes."""
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from common.plotting import figure_to_png, korean_font, letter_tick_labels
from datasets.check import figures
from datasets.check.reading import shown

_BLUE, _RED, _GREY = "#3b6ea5", "#c0392b", "#999999"
_NAMED = 12  # outliers that get their name in the plot
# where a name may stand: points to the right of its dot, points above it, its end at the dot
_BESIDE = ((6, 3, "left"), (-6, 3, "right"), (6, -11, "left"), (-6, -11, "right"),
           (0, 8, "center"), (0, -17, "center"), (6, 16, "left"), (-6, 16, "right"))


def lengths_png(report):
    """How long the recordings are, and how fast they are spoken."""
    figure = Figure(figsize=(9, 3))
    seconds, rates = figures.values(report, "duration"), figures.values(report, "speaking rate")
    _histogram(figure.add_subplot(1, 2, 1), seconds, "duration [s]")
    _histogram(figure.add_subplot(1, 2, 2), rates, "speaking rate [jamo a second]")
    return figure_to_png(figure)


def text_and_sound_png(report):
    """Jamo over seconds of speech; recordings whose text and sound do not fit are named."""
    figure = Figure(figsize=(9, 4.5))
    axes = figure.add_subplot(1, 1, 1)
    spoken = [one for one in figures.heard(report) if one.reading.jamo]
    odd = {one.id for one in report.findings if one.kind in ("too much text", "too little text")}
    for colour, chosen in ((_BLUE, [one for one in spoken if one.entry.id not in odd]),
                           (_RED, [one for one in spoken if one.entry.id in odd])):
        axes.plot([one.measures.spoken for one in chosen],
                  [len(one.reading.jamo) for one in chosen], ".", color=colour)
    if spoken:
        most = max(one.measures.spoken for one in spoken)
        typical = np.median(figures.values(report, "speaking rate"))
        axes.plot([0, most], [0, typical * most], color=_GREY, linewidth=1)
        axes.set_xlim(0, 1.12 * most)
        axes.set_ylim(0, 1.12 * max(len(one.reading.jamo) for one in spoken))
    axes.set_xlabel("speech [s], without silence and pauses")
    axes.set_ylabel("jamo of the transcript")
    dots = [(one.measures.spoken, len(one.reading.jamo)) for one in spoken]
    _name(figure, axes, [dot + (one.entry.id,) for dot, one in zip(dots, spoken)
                         if one.entry.id in odd][:_NAMED], dots)
    return figure_to_png(figure)


def levels_png(report):
    """How loud speech and noise are, in dB of full scale, and how far apart."""
    figure = Figure(figsize=(9, 3))
    _histogram(figure.add_subplot(1, 3, 1), figures.values(report, "level of speech"),
               "level of speech [dB]")
    _histogram(figure.add_subplot(1, 3, 2), figures.values(report, "noise floor"),
               "noise floor [dB]")
    _histogram(figure.add_subplot(1, 3, 3), figures.values(report, "speech over noise"),
               "speech over noise [dB]")
    return figure_to_png(figure)


def silences_png(report):
    """Silence before, after and within speech."""
    figure = Figure(figsize=(9, 3))
    for place, name in enumerate(("silence before", "silence after", "longest pause"), 1):
        _histogram(figure.add_subplot(1, 3, place), figures.values(report, name), name + " [s]")
    return figure_to_png(figure)


def jamo_png(report):
    """How often each jamo is spoken; those that never are have a red name and a cross."""
    figure = Figure(figsize=(9, 7))
    for row, (place, counts) in enumerate(report.jamo.items(), 1):
        axes = figure.add_subplot(len(report.jamo), 1, row)
        numbers = np.array(list(counts.values()))
        positions = np.arange(len(numbers))
        # from half a jamo on, so that one that occurs once can be seen on a logarithmic scale
        axes.bar(positions, np.maximum(numbers, 0.5) - 0.5, bottom=0.5, color=_BLUE)
        axes.plot(positions[numbers == 0], np.full((numbers == 0).sum(), 0.8), "x", color=_RED)
        axes.set_yscale("log")
        axes.set_ylim(0.5, 2 * max(10, numbers.max()))
        axes.set_xlim(-0.7, len(numbers) - 0.3)
        axes.set_xticks(positions)
        axes.set_xticklabels(letter_tick_labels(shown(list(counts))), fontproperties=korean_font(13))
        for label, number in zip(axes.get_xticklabels(), numbers):
            label.set_color("black" if number else _RED)
        axes.set_ylabel(place)
    return figure_to_png(figure)


def _histogram(axes, values, label):
    if len(values):
        low, high = values.min(), values.max()
        axes.hist(values, bins=30, range=(low, high) if high > low else (low - 0.5, low + 0.5),
                  color=_BLUE)
    axes.set_xlabel(label)
    axes.set_ylabel("recordings")
    axes.locator_params(axis="y", integer=True, nbins=5)
    axes.locator_params(axis="x", nbins=6)


def _name(figure, axes, points, dots):
    """Write the name of each of `points` (x, y, name) beside it, where it hides the least.

    It never hides another name; then it is rather left out. `dots` are (x, y) of all that is drawn.
    """
    renderer, taken = FigureCanvasAgg(figure).get_renderer(), []
    figure.tight_layout()
    dots = axes.transData.transform(dots) if len(dots) else []
    for x, y, name in points:
        tried = []
        for order, (across, up, side) in enumerate(_BESIDE):
            text = axes.annotate(name, (x, y), xytext=(across, up), textcoords="offset points",
                                 horizontalalignment=side, color=_RED,
                                 fontproperties=korean_font(9))
            text.update_positions(renderer)  # matplotlib 2.2 does so only when it draws
            box = text.get_window_extent(renderer)
            if (axes.bbox.x0 < box.x0 and box.x1 < axes.bbox.x1 and axes.bbox.y0 < box.y0
                    and box.y1 < axes.bbox.y1 and not any(box.overlaps(other) for other in taken)):
                tried.append((sum(box.contains(*dot) for dot in dots), order, text, box))
            else:
                text.remove()
        for place, (_, _, text, box) in enumerate(sorted(tried, key=lambda one: one[:2])):
            if place:
                text.remove()
            else:
                taken.append(box)
