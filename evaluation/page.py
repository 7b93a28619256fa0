"""An evaluation as one HTML page; the sounds, and a font for Hangul, lie beside it as files."""
import base64
import os
from html import escape

import audio
import korean
from common.plotting import KOREAN_FONT_PATH
from evaluation import ladder, plots, table
from evaluation.ladder import MEANINGS, SYSTEMS
from evaluation.metrics import METRICS
from training.training_plots import alignment_png, mels_png

SHOWN = 6           # sentences with pictures
HEARD = 40          # sentences with players, besides those with a fault
_FAULTS = ("skip", "repeat", "missed_stop")

_STYLE = """
@font-face { font-family: "beside the page"; src: url(%s) }
body { font: 15px/1.5 "Noto Sans KR", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic",
       NanumGothic, "beside the page", sans-serif; color: #222; max-width: 76rem;
       margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; overflow-wrap: anywhere } h2 { font-size: 1.2rem; margin-top: 2.2rem }
p.why { margin: 0 0 .4rem; color: #555 }
div.wide { overflow-x: auto }
table { border-collapse: collapse }
td, th { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0;
         border-bottom: 1px solid #e4e4e4 }
td.number, th.number { text-align: right; white-space: nowrap }
td.number small { color: #777; display: block }
tr.group th { padding-top: 1.2rem; color: #3b6ea5 }
td.text { min-width: 16rem } audio { width: 7.4rem; height: 2rem }
img { max-width: 100%%; display: block; margin: .4rem 0 } .pictures img { display: inline-block;
      vertical-align: top; max-width: 48%% }
.fault { color: #c0392b }
""" % os.path.basename(KOREAN_FONT_PATH)


def as_html(report):
    """The page as a string. Raises InputError where what was kept of a sentence is damaged."""
    return "\n".join(["<!DOCTYPE html>", '<html lang="en"><head><meta charset="utf-8">',
                      '<meta name="viewport" content="width=device-width, initial-scale=1">',
                      "<title>Evaluation of %s</title>" % escape(report.voice),
                      "<style>%s</style></head><body>" % _STYLE]
                     + list(_body(report)) + ["</body></html>", ""])


def _body(report):
    yield "<h1>Evaluation of %s</h1>" % escape(report.voice)
    if report.sentences:
        yield "<p>%d sentences that were held out.</p>" % len(report.sentences)
        yield from _figures(report)
        yield "<h2>Plots</h2>"
        yield '<p class="why">%s</p>' % escape(" ".join(plots.ladder_png.__doc__.split()))
        yield _image(plots.ladder_png(report), "every figure with its interval")
    if report.text:
        yield "<h2>%s: %d lines, their alignment</h2>" % (escape(report.text.voice),
                                                          len(report.text.sentences))
        yield from _figures(report.text)
        yield from _faulty_lines(report.text)
    if report.sentences:
        yield from _players(report)
        yield from _pictures(report)


def _figures(report):
    yield '<p class="why">%s.</p>' % escape(report.how)
    systems = table.columns(report)
    yield '<div class="wide"><table><tr><th></th>%s</tr>' % "".join(
        '<th class="number">%s</th>' % escape(SYSTEMS[system]) for system in systems)
    group = None
    for name, of in report.estimates.items():
        metric = METRICS[name]
        if metric.group != group:
            group = metric.group
            yield '<tr class="group"><th colspan="%d">%s</th></tr>' % (1 + len(systems), group)
        better = {"less": "less is better", "more": "more is better",
                  "1": "1 is right"}.get(metric.better, "")
        yield "<tr><td>%s<br><small>%s</small></td>%s</tr>" % (
            escape(table.label(metric)), better, "".join(
                '<td class="number">%s<small>%s</small></td>' % (
                    table.mean(metric, of.get(system), system),
                    table.interval(metric, of.get(system)))
                for system in systems))
    yield "</table></div>"
    yield "<ul>%s</ul>" % "".join("<li>%s: %s</li>" % (escape(SYSTEMS[system]), escape(
        MEANINGS[system])) for system in systems)
    for name, why in report.absent.items():
        yield "<p>%s: not measured, as %s.</p>" % (escape(METRICS[name].label), escape(why))
    if report.inversions:
        yield "<p>Where a lower rung is better than a higher one, beyond chance:</p><ul>%s</ul>" % (
            "".join("<li>%s</li>" % escape(table.told(each)) for each in report.inversions))


def faults_of(figures):
    """The names of the faults that a synthesis has."""
    return [name.replace("_", " ") for name in _FAULTS if figures.get("synthesis", {}).get(name)]


def _told(faults):
    return '<span class="fault">%s</span>' % ", ".join(faults) if faults else ""


def _faulty_lines(report):
    found = [(text, faults_of(figures)) for text, figures in zip(report.sentences, report.figures)]
    yield "<ul>%s</ul>" % "".join(
        "<li>%s: %s</li>" % (_told(faults), escape(text))
        for text, faults in found if faults)


def _players(report):
    systems = table.columns(report)
    yield "<h2>To listen to</h2>"
    yield '<p class="why">The first %d sentences, and those with a fault.</p>' % HEARD
    yield '<div class="wide"><table><tr><th>sentence</th>%s</tr>' % "".join(
        "<th>%s</th>" % escape(SYSTEMS[system]) for system in systems)
    for number, (sentence, figures) in enumerate(zip(report.sentences, report.figures)):
        faults = faults_of(figures)
        if number < HEARD or faults:
            made = ladder.made_systems(report.folder, sentence)
            yield '<tr><td class="text">%s<br><small>%s %s</small></td>%s</tr>' % (
                escape(sentence.text), escape(sentence.speaker), _told(faults), "".join(
                    "<td>%s</td>" % (_player(sentence, system) if system in made else "")
                    for system in systems))
    yield "</table></div>"


def _player(sentence, system):
    return '<audio controls preload="none" src="sentences/%s/%s.wav"></audio>' % (
        escape(sentence.name), system)


def _pictures(report):
    yield "<h2>To look at</h2>"
    for sentence in report.sentences[:SHOWN]:
        line = ladder.line(report.folder, sentence, "synthesis")
        mels = [(SYSTEMS[system], audio.mel(audio.read_wav(
            ladder.wav(report.folder, sentence, system))[0], report.hp))
            for system in ("recording", "wavenet", "synthesis")
            if system in ladder.made_systems(report.folder, sentence)]
        yield '<p>%s <small>%s</small></p><div class="pictures">%s%s</div>' % (
            escape(sentence.text), escape(sentence.speaker),
            _image(alignment_png(line.alignment, [korean.SYMBOLS[i] for i in sentence.ids],
                                 sentence.text), "alignment"),
            _image(mels_png([mel for _, mel in mels], [name for name, _ in mels],
                            report.hp.max_abs_value), "mel spectrograms"))


def _image(png, what):
    return '<img alt="%s" src="data:image/png;base64,%s">' % (
        what, base64.b64encode(png).decode("ascii"))
