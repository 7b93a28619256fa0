"""The report of a split: what was kept, and what was set aside for which reason."""
import os
from collections import OrderedDict, namedtuple

from common import files

REPORT_FILE, TABLE_FILE = "split.json", "set_aside.tsv"
CONFIDENCE_FILE = "confidence.tsv"      # for python -m datasets review
_FORMAT = 1
_SHOWN = 10     # passages of the script in the text

# A clip of the corpus. start, end: in its recording [s]; heard, score: see transcription.py
SplitClip = namedtuple("SplitClip", "name recording start end text heard score")

# A section that is not in the corpus, or has no transcript. start, end: [s]
SetAside = namedtuple("SetAside", "recording start end reason detail")

SplitReport = namedtuple("SplitReport", [
    "folder",
    "recordings",           # [(name, seconds, seconds that its header announces)]
    "clips",                # [SplitClip]
    "set_aside",            # [SetAside]
    "skipped_passages",     # [transcription.SkippedPassage]
    "script",               # path or None
    "has_recognizer"])      # without it, all transcripts are empty


def format_time(seconds):
    return "%d:%02d:%04.1f" % (seconds // 3600, seconds // 60 % 60, seconds % 60)


def write_report(report):
    """Write REPORT_FILE, for programs, TABLE_FILE, for spreadsheets, and CONFIDENCE_FILE."""
    files.write_json(os.path.join(report.folder, REPORT_FILE), {
        "format": _FORMAT, "script": report.script,
        "recordings": [{"name": name, "seconds": seconds} for name, seconds, _
                       in report.recordings],
        "clips": [clip._asdict() for clip in report.clips],
        "set_aside": [passage._asdict() for passage in report.set_aside],
        "skipped_passages": [passage._asdict() for passage in report.skipped_passages]})
    with files.atomic_write(os.path.join(report.folder, TABLE_FILE), "w", "utf-8") as file:
        file.write("recording\tstart\tend\treason\tdetail\n")
        for passage in report.set_aside:
            file.write("%s\t%s\t%s\t%s\t%s\n" % (
                passage.recording, format_time(passage.start), format_time(passage.end),
                passage.reason, " ".join(passage.detail.split())))
    if report.has_recognizer:
        with files.atomic_write(os.path.join(report.folder, CONFIDENCE_FILE), "w", "utf-8") as file:
            file.writelines("%s\t%.3f\n" % (clip.name, clip.score) for clip in report.clips)


def render_text(report):
    """The lines of the report for the terminal."""
    with_text = [clip for clip in report.clips if clip.text]
    total = sum(seconds for _, seconds, _ in report.recordings)
    lines = ["%s: %d clips, %.1f of %.1f minutes; %d have a transcript (%.1f minutes)" % (
        report.folder, len(report.clips), _minutes(report.clips), total / 60, len(with_text),
        _minutes(with_text))]
    lines += ["warning: %s ends after %s of %s" % (name, format_time(seconds),
                                                   format_time(announced))
              for name, seconds, announced in report.recordings if announced > seconds + 0.5]
    reasons = OrderedDict()
    for passage in report.set_aside:
        reasons.setdefault(passage.reason, []).append(passage)
    if reasons:
        lines.append("set aside, see %s:" % os.path.join(report.folder, TABLE_FILE))
        lines += ["  %-20s %3d, %.1f minutes, for example %s at %s" % (
            reason, len(passages), _minutes(passages), passages[0].recording,
            format_time(passages[0].start)) for reason, passages in sorted(reasons.items())]
    if report.skipped_passages:
        lines.append("not read, or not recognised: %d passages of %s"
                     % (len(report.skipped_passages), report.script))
        lines += ["  line %d: %s" % (passage.first_line, passage.text)
                  for passage in report.skipped_passages[:_SHOWN]]
        lines += ["  …"] * (len(report.skipped_passages) > _SHOWN)
    return lines


def _minutes(passages):
    return sum(passage.end - passage.start for passage in passages) / 60
