"""A Report for people at a terminal, and for programs."""
import json

from datasets.check import figures
from datasets.check.findings import DROP, KINDS, LOOK, NOTE, channels, counted

_MANY = 20  # lines of a list that are printed; the page and the JSON have them all


def as_text(report):
    """The report as lines, joined."""
    return "\n".join(_lines(report))


def as_json(report):
    """The report as a JSON object: figures, findings, and measures of each recording."""
    total, speech, usable = figures.hours(report)
    return json.dumps({
        "folder": report.folder, "format": report.format, "recordings": len(report.recordings),
        "hours": total, "hours_without_silence": speech, "usable_hours": usable,
        "figures": {name: dict(least=least, median=median, most=most, unit=unit)
                    for name, (least, median, most, unit, _) in figures.spread(report).items()},
        "files": [{"rate": rate, "channels": count, "recordings": number}
                  for (rate, count), number in figures.kinds_of_files(report)],
        "findings": [finding._asdict() for finding in report.findings],
        "drop": list(report.drop), "notes": figures.notes(report),
        "without_transcript": report.without_transcript,
        "without_recording": [name for name, _ in report.without_recording],
        "skipped": ["%s: %s" % one for one in report.skipped],
        "same_text": [{"text": text, "ids": ids} for text, ids in report.same_text],
        "overlap": None if report.overlap is None else [
            {"text": text, "training": training, "held_out": held_out}
            for text, training, held_out in report.overlap],
        "jamo": report.jamo, "jamo_never": figures.never(report),
        "measures": {one.entry.id: _plain(one) for one in figures.heard(report)},
    }, ensure_ascii=False, indent=1)


def _plain(one):
    plain = {name: value for name, value in one.measures._asdict().items()
             if name not in ("print", "envelope")}
    return dict(plain, jamo=len(one.reading.jamo))


def _lines(report):
    total, speech, usable = figures.hours(report)
    yield "%s: %s with transcript (%s)" % (
        report.folder, counted(len(report.recordings), "recording"), report.format)
    yield "  %s in all, %s of it speech; %s without what should be dropped" % (
        duration(total), duration(speech), duration(usable))
    yield "  %-18s %8s %8s %8s" % ("", "least", "median", "most")
    for name, (least, median, most, unit, decimals) in figures.spread(report).items():
        yield "  %-18s %8.*f %8.*f %8.*f  %s" % (
            name, decimals, least, decimals, median, decimals, most, unit)
    yield "  files: " + ", ".join("%d of %d Hz, %s" % (number, rate, channels(count))
                                  for (rate, count), number in figures.kinds_of_files(report))
    for place, letters in figures.never(report).items():
        yield "  %s jamo that never occur: %s" % (place, " ".join(letters) or "none")
    for note in figures.notes(report):
        yield "  note: " + note
    for action, heading in ((DROP, "drop, or mend"), (LOOK, "listen to"), (NOTE, "good to know")):
        chosen = [one for one in report.findings if one.action == action]
        if chosen:
            yield ""
            yield "%s: %s" % (heading, counted(len({one.id for one in chosen}), "recording"))
        for kind in KINDS:
            of_kind = ["%s: %s" % (one.id, one.reason) for one in chosen if one.kind == kind]
            if of_kind:
                yield "  %s (%s)" % (kind, KINDS[kind])
                for line in _shortened(of_kind):
                    yield "    " + line
    for heading, lines in lists(report):
        yield ""
        yield "%s: %d" % (heading, len(lines))
        for line in _shortened(lines):
            yield "  " + line


def lists(report):
    """(heading, lines) of what is told beside the findings, where there is any."""
    overlap = report.overlap or []
    found = [
        ("recordings without transcript", report.without_transcript),
        ("transcripts without recording", ["%s: %s" % one for one in report.without_recording]),
        ("left out by preprocessing" if report.format == "store" else "could not be paired",
         ["%s: %s" % one for one in report.skipped]),
        ("texts that are trained on and validated with", ["%s (trained: %s; held out: %s)" % (
            text, ", ".join(training), ", ".join(held_out))
            for text, training, held_out in overlap]),
        ("texts recorded more than once", [
            "%s (%s)" % (text, ", ".join(ids)) for text, ids in report.same_text]),
    ]
    return [(heading, lines) for heading, lines in found if lines]


def duration(hours):
    """A length of time in the unit that suits it."""
    return "%.2f hours" % hours if hours >= 1 else "%.1f minutes" % (60 * hours)


def _shortened(lines):
    if len(lines) <= _MANY:
        return lines
    return lines[:_MANY] + ["… and %d more, on the page" % (len(lines) - _MANY)]
