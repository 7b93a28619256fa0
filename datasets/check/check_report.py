"""Statistics of a CheckReport, and the report as text and as JSON."""
import json
from collections import Counter, OrderedDict

import numpy as np

import korean
from datasets.check.findings import (DROP, FINDING_TYPES, LIMITS, LOOK, NOTE,
                                     format_audio, format_count, speaking_rate)

ACTION_HEADINGS = OrderedDict([(DROP, "drop, or correct"), (LOOK, "listen to"),
                               (NOTE, "good to know")])

# name → (value of a CheckedRecording, unit, decimals)
STATISTICS = OrderedDict([
    ("duration", (lambda one: one.measurements.seconds, "s", 2)),
    ("speaking rate", (speaking_rate, "jamo/s", 1)),
    ("speech over noise", (lambda one: one.measurements.snr_db, "dB", 0)),
    ("noise floor", (lambda one: one.measurements.noise_floor_db, "dB", 0)),
    ("level of speech", (lambda one: one.measurements.speech_db, "dB", 0)),
    ("silence before", (lambda one: one.measurements.leading_silence, "s", 2)),
    ("silence after", (lambda one: one.measurements.trailing_silence, "s", 2)),
    ("longest pause", (lambda one: one.measurements.longest_pause, "s", 2)),
])

_MAX_LINES = 20     # of a list in the text; the page and the JSON contain all

# Names in the JSON that differ from the fields of Measurements.
_JSON_NAMES = {
    "sample_rate": "rate", "peak_db": "peak", "noise_floor_db": "floor_db", "snr_db": "snr",
    "leading_silence": "start", "trailing_silence": "end", "leading_kept": "start_kept",
    "trailing_kept": "end_kept", "longest_pause": "pause", "longest_pause_start": "pause_at",
    "speech_seconds": "spoken", "syllable_peaks": "peaks", "flat_runs": "flat",
    "clipped_fraction": "clipped", "clipping_score": "tops", "mixing_loss_db": "cancelled",
    "sha1": "content"}


def measured_recordings(report):
    return [recording for recording in report.recordings if recording.measurements]


def statistic_values(report, name):
    """float [recordings] of one of STATISTICS; speaking rates only of texts with jamo."""
    value = STATISTICS[name][0]
    return np.array([value(recording) for recording in measured_recordings(report)
                     if name != "speaking rate" or recording.transcript.jamo])


def summarize_statistics(report):
    """{name: (least, median, most, unit, decimals)}."""
    summary = OrderedDict()
    for name, (_, unit, decimals) in STATISTICS.items():
        values = statistic_values(report, name)
        if len(values):
            summary[name] = (values.min(), float(np.median(values)), values.max(), unit, decimals)
    return summary


def total_hours(report):
    """(all recordings, without silence at the ends, also without utterances to drop)."""
    recordings = measured_recordings(report)
    trimmed = {one.item.id: _trimmed_seconds(one.measurements, report.hp) for one in recordings}
    return (sum(one.measurements.seconds for one in recordings) / 3600,
            sum(trimmed.values()) / 3600,
            sum(trimmed[name] for name in trimmed if name not in report.drop) / 3600)


def _trimmed_seconds(measured, hp):
    """Duration that preprocessing keeps."""
    return (measured.seconds
            - max(0, measured.leading_silence - max(measured.leading_kept, hp.trim_margin))
            - max(0, measured.trailing_silence - max(measured.trailing_kept, hp.trim_margin)))


def count_audio_formats(report):
    """[((sample rate, channels), count)], the most frequent first."""
    return Counter((recording.measurements.sample_rate, recording.measurements.channels)
                   for recording in measured_recordings(report)).most_common()


def missing_jamo(report):
    """Position in the syllable → labels of the jamo that never occur."""
    return OrderedDict(
        (position, korean.symbol_labels([jamo for jamo, count in counts.items() if not count]))
        for position, counts in report.jamo_counts.items())


def general_notes(report):
    """Sentences about the corpus as a whole."""
    recordings, notes = measured_recordings(report), []
    if not recordings:
        return notes
    (sample_rate, _), _ = count_audio_formats(report)[0]
    if sample_rate < report.hp.sample_rate and report.format != "store":
        notes.append("most recordings have %d Hz, but the preset has %d: the upper mel channels "
                     "will be empty; choose a preset or --hparams sample_rate that fits"
                     % (sample_rate, report.hp.sample_rate))
    for verb, field in (("begin", "first_db"), ("end", "last_db")):
        n_cut = sum(getattr(recording.measurements, field) > LIMITS["edge"][0]
                    for recording in recordings)
        if n_cut > max(1, 0.1 * len(recordings)):
            notes.append("%d of %d recordings %s within a sound: leave some silence when cutting"
                         % (n_cut, len(recordings), verb))
    usable = total_hours(report)[2]
    if usable < 1:
        notes.append("%.1f minutes are usable: enough to adapt a trained voice or for experiments; "
                     "a voice from scratch needs hours" % (60 * usable))
    return notes


def group_findings(report, action):
    """[(type, Findings)] of the findings with this action, in the order of FINDING_TYPES."""
    chosen = [finding for finding in report.findings if finding.action == action]
    groups = [(name, [finding for finding in chosen if finding.type == name])
              for name in FINDING_TYPES]
    return [(name, findings) for name, findings in groups if findings]


def count_utterances(report, action):
    return len({finding.id for finding in report.findings if finding.action == action})


def other_lists(report):
    """[(heading, lines)] of what is reported beside the findings; only lists that are not empty."""
    lists = [
        ("recordings without transcript", report.without_transcript),
        ("transcripts without recording", ["%s: %s" % item for item in report.without_recording]),
        ("skipped by preprocessing" if report.format == "store" else "could not be matched",
         ["%s: %s" % item for item in report.skipped]),
        ("texts in both training and validation", [
            "%s (training: %s; validation: %s)" % (text, ", ".join(training), ", ".join(validation))
            for text, training, validation in report.overlap or []]),
        ("texts recorded more than once", [
            "%s (%s)" % (text, ", ".join(ids)) for text, ids in report.same_text]),
    ]
    return [(heading, lines) for heading, lines in lists if lines]


def format_duration(hours):
    return "%.2f hours" % hours if hours >= 1 else "%.1f minutes" % (60 * hours)


def render_text(report):
    """The report for a terminal."""
    return "\n".join(_text_lines(report))


def _text_lines(report):
    total, speech, usable = map(format_duration, total_hours(report))
    yield "%s: %s with transcript (%s)" % (
        report.folder, format_count(len(report.recordings), "recording"), report.format)
    yield "  %s in all, %s of speech, %s without what should be dropped" % (total, speech, usable)
    yield "  %-18s %8s %8s %8s" % ("", "least", "median", "most")
    for name, (least, median, most, unit, decimals) in summarize_statistics(report).items():
        yield "  %-18s %8.*f %8.*f %8.*f  %s" % (
            name, decimals, least, decimals, median, decimals, most, unit)
    yield "  files: " + ", ".join("%d of %s" % (count, format_audio(*audio_format))
                                  for audio_format, count in count_audio_formats(report))
    for position, letters in missing_jamo(report).items():
        yield "  %s jamo that never occur: %s" % (position, " ".join(letters) or "none")
    for note in general_notes(report):
        yield "  note: " + note
    for action, heading in ACTION_HEADINGS.items():
        groups = group_findings(report, action)
        if groups:
            count = count_utterances(report, action)
            yield "\n%s: %s" % (heading, format_count(count, "recording"))
        for name, findings in groups:
            yield "  %s (%s)" % (name, FINDING_TYPES[name])
            for line in _shorten(["%s: %s" % (one.id, one.reason) for one in findings]):
                yield "    " + line
    for heading, lines in other_lists(report):
        yield "\n%s: %d" % (heading, len(lines))
        for line in _shorten(lines):
            yield "  " + line


def _shorten(lines):
    if len(lines) <= _MAX_LINES:
        return lines
    return lines[:_MAX_LINES] + ["… and %d more, on the page" % (len(lines) - _MAX_LINES)]


def render_json(report):
    """The report for programs: statistics, findings and the measurements of each recording."""
    total, speech, usable = total_hours(report)
    return json.dumps({
        "folder": report.folder, "format": report.format, "recordings": len(report.recordings),
        "hours": total, "hours_without_silence": speech, "usable_hours": usable,
        "figures": {name: dict(least=least, median=median, most=most, unit=unit)
                    for name, (least, median, most, unit, _)
                    in summarize_statistics(report).items()},
        "files": [{"rate": sample_rate, "channels": channels, "recordings": count}
                  for (sample_rate, channels), count in count_audio_formats(report)],
        "findings": [{"kind": one.type, "id": one.id, "action": one.action, "reason": one.reason}
                     for one in report.findings],
        "drop": list(report.drop), "notes": general_notes(report),
        "without_transcript": report.without_transcript,
        "without_recording": [name for name, _ in report.without_recording],
        "skipped": ["%s: %s" % item for item in report.skipped],
        "same_text": [{"text": text, "ids": ids} for text, ids in report.same_text],
        "overlap": None if report.overlap is None else [
            {"text": text, "training": training, "held_out": validation}
            for text, training, validation in report.overlap],
        "jamo": report.jamo_counts, "jamo_never": missing_jamo(report),
        "measures": {recording.item.id: dict(
            ((_JSON_NAMES.get(name, name), value)
             for name, value in recording.measurements._asdict().items()
             if name not in ("fingerprint", "envelope")), jamo=len(recording.transcript.jamo))
            for recording in measured_recordings(report)},
    }, ensure_ascii=False, indent=1)
