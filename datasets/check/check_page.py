"""A CheckReport as one self-contained HTML page (check_page.html)."""
import itertools
import os
from collections import namedtuple

from common.html_report import render_page
from datasets.check import check_plots
from datasets.check.check_report import (ACTION_HEADINGS, count_audio_formats,
                                         count_utterances, format_duration,
                                         general_notes, group_findings,
                                         measured_recordings, missing_jamo,
                                         other_lists, summarize_statistics,
                                         total_hours)
from datasets.check.findings import (DROP, FINDING_TYPES, LIMITS, LOOK,
                                     format_audio)
from datasets.check.measurements import ENVELOPE

_TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "check_page.html")
_MAX_WAVES = 300    # pictures of waves; a page with thousands would open slowly

# The envelope of a recording as SVG paths. seconds: duration; speech, silence: path data
_Wave = namedtuple("_Wave", "seconds speech silence")


def render_html(report):
    """The page as a string."""
    recordings = {recording.item.id: recording for recording in report.recordings}
    wave_number = itertools.count()

    def rows(findings):
        for finding in findings:
            recording = recordings[finding.id]
            draw = next(wave_number) < _MAX_WAVES and recording.measurements
            yield finding, recording.item.text, _draw_wave(recording.measurements) if draw else None

    total, speech, usable = map(format_duration, total_hours(report))
    return render_page(
        _TEMPLATE, report=report, finding_types=FINDING_TYPES, limits=LIMITS.values(),
        tiles=[(len(report.recordings), "recordings with transcripts (%s)" % report.format),
               (total, "in all"), (speech, "without silence at the ends"),
               (usable, "without what should be dropped"),
               (count_utterances(report, DROP), "to drop or correct"),
               (count_utterances(report, LOOK), "to listen to")],
        statistics=summarize_statistics(report),
        audio_formats=["%d of %s" % (count, format_audio(*audio_format))
                       for audio_format, count in count_audio_formats(report)],
        notes=general_notes(report),
        findings=[(action, heading, count_utterances(report, action),
                   [(name, rows(findings)) for name, findings in group_findings(report, action)])
                  for action, heading in ACTION_HEADINGS.items()],
        other_lists=other_lists(report), plots=_draw_plots(report),
        missing_jamo=missing_jamo(report))


def _draw_wave(measured):
    speech_start = measured.leading_silence / measured.seconds
    speech_end = 1 - measured.trailing_silence / measured.seconds
    paths = {True: [], False: []}
    for x, level in enumerate(measured.envelope):
        height = max(1, 18 * level // 255)
        is_speech = speech_start <= (x + 0.5) / ENVELOPE <= speech_end
        paths[is_speech].append("M%d %dv%d" % (x, 18 - height, 2 * height))
    return _Wave(measured.seconds, "".join(paths[True]), "".join(paths[False]))


def _draw_plots(report):
    """[(heading, description, PNG)]."""
    if not measured_recordings(report):
        return []
    return [(heading, " ".join(plot.__doc__.split()), plot(report)) for heading, plot in (
        ("Text and sound", check_plots.plot_text_over_sound),
        ("Lengths and rates", check_plots.plot_lengths),
        ("Levels", check_plots.plot_levels), ("Silences", check_plots.plot_silences),
        ("Jamo: how often each is spoken", check_plots.plot_jamo_counts))]
