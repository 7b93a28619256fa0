"""A Report as one HTML page that needs nothing but itself."""
import base64
from html import escape

from datasets.check import figures, measures, plots
from datasets.check.findings import DROP, KINDS, LIMITS, LOOK, NOTE, channels
from datasets.check.text import duration, lists

_WAVES = 300  # findings that are drawn: a page of thousands would be slow to open

_ROW = '<tr><td class="id">%s<br>%s</td><td>%s</td><td class="wave">%s</td></tr>'
_STYLE = """
body { font: 15px/1.5 "Noto Sans KR", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic",
       NanumGothic, sans-serif; color: #222; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; overflow-wrap: anywhere } h2 { font-size: 1.2rem; margin-top: 2.2rem }
h3 { font-size: 1rem; margin: 1.4rem 0 .2rem }
p.why { margin: 0 0 .4rem; color: #555 }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0;
         border-bottom: 1px solid #e4e4e4; overflow-wrap: anywhere }
td.number, th.number { text-align: right; white-space: nowrap }
table.findings { table-layout: fixed } td.wave { width: 168px }
td.id { width: 36% } svg { display: block; background: #f5f7f9 }
img { max-width: 100%; display: block; margin: .4rem 0 }
.tiles { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0 }
.tile { border: 1px solid #ddd; border-radius: .4rem; padding: .5rem .9rem }
.tile b { display: block; font-size: 1.3rem }
.drop { color: #c0392b } .look { color: #b26a00 } .note { color: #555 }
@media (max-width: 40rem) { td.wave { display: none } }
"""


def as_html(report):
    """The page as a string."""
    return "\n".join(["<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8">',
                      '<meta name="viewport" content="width=device-width, initial-scale=1">',
                      "<title>Check of %s</title>" % escape(report.folder),
                      "<style>%s</style></head><body>" % _STYLE]
                     + list(_body(report)) + ["</body></html>", ""])


def _body(report):
    yield "<h1>Check of %s</h1>" % escape(report.folder)
    yield from _summary(report)
    for note in figures.notes(report):
        yield "<p>%s.</p>" % escape(note[0].upper() + note[1:])
    yield from _findings(report)
    for heading, lines in lists(report):
        yield "<h2>%s: %d</h2>" % (escape(heading[0].upper() + heading[1:]), len(lines))
        yield "<ul>%s</ul>" % "".join("<li>%s</li>" % escape(line) for line in lines)
    yield from _plots(report)
    yield from _jamo(report)
    yield from _limits(report)


def _summary(report):
    total, speech, usable = figures.hours(report)
    tiles = [(len(report.recordings), "recordings with transcripts (%s)" % report.format),
             (duration(total), "in all"), (duration(speech), "without silence at the ends"),
             (duration(usable), "without what should be dropped")]
    for action, words in ((DROP, "to drop or mend"), (LOOK, "to listen to")):
        tiles.append((len({one.id for one in report.findings if one.action == action}), words))
    yield '<div class="tiles">%s</div>' % "".join(
        '<div class="tile"><b>%s</b>%s</div>' % (escape(str(value)), escape(words))
        for value, words in tiles)
    yield _table(["", "least", "median", "most", ""],
                 [[name] + ["%.*f" % (decimals, value) for value in (least, median, most)] + [unit]
                  for name, (least, median, most, unit, decimals)
                  in figures.spread(report).items()], numbers=(1, 2, 3))
    yield "<p>Files: %s.</p>" % ", ".join(
        "%d of %d Hz, %s" % (number, rate, channels(count))
        for (rate, count), number in figures.kinds_of_files(report))


def _findings(report):
    by_id = {one.entry.id: one for one in report.recordings}
    drawn = 0
    headings = ((DROP, "Drop, or mend"), (LOOK, "Listen to"), (NOTE, "Good to know"))
    for action, heading in headings:
        chosen = [one for one in report.findings if one.action == action]
        if not chosen:
            continue
        yield '<h2 class="%s">%s: %d</h2>' % (action, heading, len({one.id for one in chosen}))
        for kind in KINDS:
            of_kind = [one for one in chosen if one.kind == kind]
            if of_kind:
                yield '<h3>%s</h3><p class="why">%s</p><table class="findings">' % (
                    escape(kind[0].upper() + kind[1:]), escape(KINDS[kind]))
                for one in of_kind:
                    recording = by_id[one.id]
                    wave = _wave(recording) if drawn < _WAVES else ""
                    drawn += 1
                    yield _ROW % (escape(one.id), escape(recording.entry.text),
                                  escape(one.reason), wave)
                yield "</table>"
    if not report.findings:
        yield "<h2>No findings</h2><p>Nothing to drop and nothing to listen to.</p>"


def _wave(recording):
    """The envelope of a recording as an SVG picture, with speech in blue and the rest in grey."""
    of = recording.measures
    if of is None:
        return ""
    speech = (of.start / of.seconds, 1 - of.end / of.seconds)
    paths = {True: [], False: []}
    for position, level in enumerate(of.envelope):
        inside = speech[0] <= (position + 0.5) / measures.ENVELOPE <= speech[1]
        high = max(1, 18 * level // 255)
        paths[inside].append("M%d %dv%d" % (position, 18 - high, 2 * high))
    return ('<svg width="160" height="36" role="img" aria-label="%.2f seconds">'
            '<path d="%s" stroke="#3b6ea5"/><path d="%s" stroke="#999"/></svg>'
            % (of.seconds, "".join(paths[True]), "".join(paths[False])))


def _plots(report):
    if not figures.heard(report):
        return
    yield "<h2>Plots</h2>"
    for heading, draw in (("Text and sound", plots.text_and_sound_png),
                          ("Lengths and rates", plots.lengths_png),
                          ("Levels", plots.levels_png), ("Silences", plots.silences_png),
                          ("Jamo: how often each is spoken", plots.jamo_png)):
        yield '<h3>%s</h3><p class="why">%s</p><img alt="%s" src="data:image/png;base64,%s">' % (
            heading, escape(" ".join(draw.__doc__.split())), heading,
            base64.b64encode(draw(report)).decode("ascii"))


def _jamo(report):
    yield "<h2>Jamo that never occur</h2>"
    yield _table(["place", "jamo"], [[place, " ".join(letters) or "none"]
                                     for place, letters in figures.never(report).items()])
    yield "<p>What a model never hears it cannot say: add sentences that hold the common ones.</p>"


def _limits(report):
    yield "<h2>Limits</h2>"
    yield _table(["limit", ""], [["%g" % value, meaning] for value, meaning in LIMITS.values()],
                 numbers=(0,))


def _table(heads, rows, numbers=()):
    def cells(tag, row):
        return "<tr>%s</tr>" % "".join(
            "<%s%s>%s</%s>" % (tag, ' class="number"' if i in numbers else "", escape(cell), tag)
            for i, cell in enumerate(row))
    return "<table>%s%s</table>" % (cells("th", heads), "".join(cells("td", row) for row in rows))
