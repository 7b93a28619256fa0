"""A CheckReport as one self-contained HTML page with plots (template: check_page.html)."""
import os
from collections import OrderedDict

import numpy as np
from matplotlib.figure import Figure

import korean
from common.html_report import render_page
from common.plotting import figure_to_png, korean_font
from datasets.check import check_report
from datasets.check.findings import FINDING_TYPES
from datasets.check.measurements import ENVELOPE_SECTIONS

_TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "check_page.html")
_BLUE, _RED, _GREY = "#3b6ea5", "#c0392b", "#999999"
_MAX_LABELS = 12    # mismatches that are labelled with their id in the plot


def render_html(report):
    """The page as a string."""
    return render_page(
        _TEMPLATE, report=report, check_report=check_report, finding_types=FINDING_TYPES,
        recordings={recording.item.id: recording for recording in report.recordings},
        jamo_counts=OrderedDict((position, zip(korean.symbol_labels(counts), counts.values()))
                                for position, counts in report.jamo_counts.items()),
        plots=_draw_plots(report), draw_envelope=_draw_envelope)


def _draw_envelope(measured):
    """SVG of the envelope of Measurements, with a darker background behind speech."""
    start = ENVELOPE_SECTIONS * measured.leading_silence / measured.seconds
    width = ENVELOPE_SECTIONS * (1 - measured.trailing_silence / measured.seconds) - start
    heights = [max(1, 18 * peak // 255) for peak in measured.envelope]
    path = "".join("M%d %dv%d" % (x, 18 - height, 2 * height) for x, height in enumerate(heights))
    return ('<svg width="%d" height="36" role="img" aria-label="%.2f seconds">'
            '<rect x="%.0f" width="%.0f" height="36" fill="#dde5ee"/>'
            '<path d="%s" stroke="%s"/></svg>'
            % (ENVELOPE_SECTIONS, measured.seconds, start, width, path, _BLUE))


def _draw_plots(report):
    """[(heading, PNG bytes)]."""
    if not report.measured:
        return []
    return [("Text and sound; mismatches are red", _plot_text_over_sound(report)),
            ("Statistics", _plot_histograms(check_report.compute_statistics(report)))]


def _plot_text_over_sound(report):
    figure = Figure(figsize=(9, 4.5))
    axes = figure.add_subplot(1, 1, 1)
    mismatched_ids = {finding.id for finding in report.findings
                      if finding.type in ("too much text", "too little text")}
    points = [(recording.measurements.speech_seconds, len(recording.transcript.jamo),
               recording.item.id) for recording in report.measured if recording.transcript.jamo]
    mismatches = [point for point in points if point[2] in mismatched_ids]
    for color, colored in ((_BLUE, points), (_RED, mismatches)):
        axes.plot([x for x, _, _ in colored], [y for _, y, _ in colored], ".", color=color)
    if points:
        longest = max(x for x, _, _ in points)
        typical_rate = np.median([y / max(0.01, x) for x, y, _ in points])
        axes.plot([0, longest], [0, typical_rate * longest], color=_GREY, linewidth=1)
        axes.set_xlim(0, 1.12 * longest)
    for x, y, utterance_id in mismatches[:_MAX_LABELS]:
        offset, alignment = (6, "left") if x < longest / 2 else (-6, "right")
        axes.annotate(utterance_id, (x, y), xytext=(offset, 3), textcoords="offset points",
                      color=_RED, horizontalalignment=alignment, fontproperties=korean_font(9))
    axes.set_xlabel("speech [s], without silence and pauses")
    axes.set_ylabel("jamo of the transcript")
    return figure_to_png(figure)


def _plot_histograms(statistics):
    figure = Figure(figsize=(9, 10))
    for index, (name, statistic) in enumerate(statistics.items(), 1):
        axes = figure.add_subplot(4, 2, index)
        axes.hist(statistic.values, bins=30, color=_BLUE)
        axes.set_xlabel("%s [%s]" % (name, statistic.unit))
        axes.set_ylabel("recordings")
    return figure_to_png(figure)
