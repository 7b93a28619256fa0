"""Statistics of a CheckReport, and the report as text and as JSON."""
import itertools
import json
from collections import Counter, OrderedDict, namedtuple

import numpy as np

import korean
from datasets.adaptation_data import ADVICE, MIN_CLIPS, describe_bandwidth
from datasets.check.findings import (DROP, EDGE, FINDING_TYPES, LOOK, NOTE, format_audio,
                                     format_count, speaking_rate)
from datasets.transcripts import NO_TRANSCRIPT, lacks_recording

# name → (function of a CheckedRecording, unit)
_STATISTICS = OrderedDict([
    ("duration", (lambda recording: recording.measurements.seconds, "s")),
    ("speaking rate", (speaking_rate, "jamo/s")),
    ("speech over noise", (lambda recording: recording.measurements.snr_db, "dB")),
    ("noise floor", (lambda recording: recording.measurements.noise_floor_db, "dB")),
    ("level of speech", (lambda recording: recording.measurements.speech_db, "dB")),
    ("silence before", (lambda recording: recording.measurements.leading_silence, "s")),
    ("silence after", (lambda recording: recording.measurements.trailing_silence, "s")),
    ("longest pause", (lambda recording: recording.measurements.longest_pause, "s")),
])
Statistic = namedtuple("Statistic", "values minimum median maximum unit")

_MAX_LINES = 20     # of a list in the text; page and JSON contain all of them

# Names in the JSON that differ from the fields of Measurements.
_JSON_NAMES = {
    "sample_rate": "rate", "peak_db": "peak", "noise_floor_db": "floor_db", "snr_db": "snr",
    "leading_silence": "start", "trailing_silence": "end", "leading_kept": "start_kept",
    "trailing_kept": "end_kept", "longest_pause": "pause", "longest_pause_start": "pause_at",
    "speech_seconds": "spoken", "syllable_peaks": "peaks", "flat_runs": "flat",
    "clipped_fraction": "clipped", "clipping_score": "tops", "mixing_loss_db": "cancelled",
    "sha1": "content"}


def compute_statistics(report):
    """{name: Statistic} of the measured recordings."""
    statistics = OrderedDict()
    for name, (get_value, unit) in _STATISTICS.items():
        values = np.array([get_value(recording) for recording in report.measured])
        values = values[np.isfinite(values)]
        if len(values):
            statistics[name] = Statistic(values, values.min(), np.median(values), values.max(),
                                         unit)
    return statistics


def total_hours(report):
    """Hours of (all recordings, these after trimming, the trimmed ones not to be dropped)."""
    total = trimmed = usable = 0
    for recording in report.measured:
        measured = recording.measurements
        seconds = (measured.seconds - (measured.leading_silence - measured.leading_kept)
                   - (measured.trailing_silence - measured.trailing_kept))
        total += measured.seconds
        trimmed += seconds
        usable += seconds * (recording.item.id not in report.drop)
    return total / 3600, trimmed / 3600, usable / 3600


def count_audio_formats(report):
    """[((sample rate, channels), count)], the most frequent first."""
    return Counter((recording.measurements.sample_rate, recording.measurements.channels)
                   for recording in report.measured).most_common()


def describe_audio_formats(report):
    return ", ".join("%d of %s" % (count, format_audio(*audio_format))
                     for audio_format, count in count_audio_formats(report))


def missing_jamo(report):
    """{position in the syllable: labels of the jamo that never occur}."""
    return OrderedDict(
        (position, korean.symbol_labels([jamo for jamo, count in counts.items() if not count]))
        for position, counts in report.jamo_counts.items())


def general_notes(report):
    """Sentences about the corpus as a whole."""
    measured, notes = [recording.measurements for recording in report.measured], []
    if not measured:
        return notes
    (sample_rate, _), _ = count_audio_formats(report)[0]
    narrow = describe_bandwidth(np.median([each.bandwidth for each in measured]), report.hp.fmax)
    if narrow:
        notes.append(narrow)
    elif sample_rate < report.hp.sample_rate and report.format != "store":
        notes.append("most recordings have %d Hz, but the preset has %d Hz: the upper mel "
                     "channels will be empty; choose a preset or --hparams sample_rate that fits"
                     % (sample_rate, report.hp.sample_rate))
    if report.speaker_groups:
        notes.append(report.speaker_groups.describe())
    for verb, field in (("begin", "first_db"), ("end", "last_db")):
        n_cut = sum(getattr(measurements, field) > EDGE for measurements in measured)
        if n_cut > max(1, 0.1 * len(measured)):
            notes.append("%d of %d recordings %s within a sound: leave some silence when cutting"
                         % (n_cut, len(measured), verb))
    usable = total_hours(report)[2]
    n_usable = sum(recording.item.id not in report.drop for recording in report.measured)
    if n_usable < MIN_CLIPS:
        notes.append("only %d recordings are usable: %s" % (n_usable, ADVICE))
    elif usable < 1:
        notes.append("%.1f minutes are usable: enough to adapt a trained voice or for experiments; "
                     "a voice from scratch needs hours" % (60 * usable))
    return notes


def group_findings(report):
    """[(action, heading, number of utterances, [(type, Findings)])] of the actions that occur."""
    groups = []
    for action, heading in ((DROP, "drop, or correct"), (LOOK, "listen to"),
                            (NOTE, "good to know")):
        findings = [finding for finding in report.findings if finding.action == action]
        if findings:
            by_type = itertools.groupby(findings, key=lambda finding: finding.type)
            groups.append((action, heading, len({finding.id for finding in findings}),
                           [(name, list(same_type)) for name, same_type in by_type]))
    return groups


def other_lists(report):
    """[(heading, lines)] of the lists beside the findings that are not empty."""
    without_transcript, without_recording, skipped = _sort_skipped(report)
    lists = [
        ("recordings without transcript", [name for name, _ in without_transcript]),
        ("transcripts without recording", ["%s: %s" % item for item in without_recording]),
        ("skipped by preprocessing" if report.format == "store" else "could not be matched",
         ["%s: %s" % item for item in skipped]),
        ("texts recorded more than once", [
            "%s (%s)" % (item["text"], ", ".join(item["ids"])) for item in report.same_text]),
    ]
    return [(heading, lines) for heading, lines in lists if lines]


def _sort_skipped(report):
    """[(name, reason)] each: recordings without transcript, transcripts without recording, rest."""
    without_transcript, without_recording, others = [], [], []
    for name, reason in report.skipped:
        group = (without_transcript if reason == NO_TRANSCRIPT else
                 without_recording if lacks_recording(reason) else others)
        group.append((name, reason))
    return without_transcript, without_recording, others


def format_duration(hours):
    return "%.2f hours" % hours if hours >= 1 else "%.1f minutes" % (60 * hours)


def render_text(report):
    """Yield the lines of the report for the terminal."""
    yield "%s: %s with transcript (%s)" % (
        report.folder, format_count(len(report.recordings), "recording"), report.format)
    yield "  %s in all, %s of speech, %s without what should be dropped" % tuple(
        map(format_duration, total_hours(report)))
    yield "  %-18s %8s %8s %8s" % ("", "minimum", "median", "maximum")
    for name, statistic in compute_statistics(report).items():
        yield "  %-18s %8.2f %8.2f %8.2f  %s" % (
            name, statistic.minimum, statistic.median, statistic.maximum, statistic.unit)
    yield "  files: " + describe_audio_formats(report)
    for position, letters in missing_jamo(report).items():
        yield "  %s jamo that never occur: %s" % (position, " ".join(letters) or "none")
    for note in general_notes(report):
        yield "  note: " + note
    for _, heading, count, groups in group_findings(report):
        yield "\n%s: %s" % (heading, format_count(count, "recording"))
        for name, findings in groups:
            yield "  %s (%s)" % (name, FINDING_TYPES[name])
            yield from _shorten(["    %s: %s" % (finding.id, finding.reason)
                                 for finding in findings])
    for heading, lines in other_lists(report):
        yield "\n%s: %d" % (heading, len(lines))
        yield from _shorten(["  " + line for line in lines])


def _shorten(lines):
    if len(lines) <= _MAX_LINES:
        return lines
    return lines[:_MAX_LINES] + ["    … and %d more, on the page" % (len(lines) - _MAX_LINES)]


def render_json(report):
    """The report for programs: statistics, findings and the measurements of each recording."""
    total, speech, usable = total_hours(report)
    without_transcript, without_recording, skipped = _sort_skipped(report)
    return json.dumps({
        "folder": report.folder, "format": report.format, "recordings": len(report.recordings),
        "hours": total, "hours_without_silence": speech, "usable_hours": usable,
        "figures": {name: {"least": statistic.minimum, "median": statistic.median,
                           "most": statistic.maximum, "unit": statistic.unit}
                    for name, statistic in compute_statistics(report).items()},
        "files": [{"rate": sample_rate, "channels": channels, "recordings": count}
                  for (sample_rate, channels), count in count_audio_formats(report)],
        "findings": [{"kind": finding.type, "id": finding.id, "action": finding.action,
                      "reason": finding.reason} for finding in report.findings],
        "drop": list(report.drop), "notes": general_notes(report),
        "without_transcript": [name for name, _ in without_transcript],
        "without_recording": [name for name, _ in without_recording],
        "skipped": ["%s: %s" % item for item in skipped],
        "same_text": report.same_text,
        "jamo": report.jamo_counts, "jamo_never": missing_jamo(report),
        "measures": {recording.item.id: dict(
            ((_JSON_NAMES.get(name, name), value)
             for name, value in recording.measurements._asdict().items()
             if name not in ("fingerprint", "envelope")), jamo=len(recording.transcript.jamo))
            for recording in report.measured},
    }, ensure_ascii=False, indent=1)
