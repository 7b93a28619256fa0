"""An evaluation's figures as lines of text, and as an object for JSON."""
from collections import OrderedDict

from evaluation.ladder import SYSTEMS
from evaluation.metrics import METRICS
from evaluation.summary import REASONS

_LABEL, _COLUMN = 38, 14


def lines(report):
    """The table: two lines a metric, its means, and their intervals below."""
    systems = columns(report)
    yield " " * _LABEL + "".join(SYSTEMS[system].rjust(_COLUMN) for system in systems)
    for name, of in report.estimates.items():
        metric = METRICS[name]
        yield label(metric).ljust(_LABEL) + "".join(
            mean(metric, of.get(system), system).rjust(_COLUMN) for system in systems)
        yield " " * _LABEL + "".join(
            interval(metric, of.get(system)).rjust(_COLUMN) for system in systems)
    for name, why in report.absent.items():
        yield "%s: not measured, as %s" % (METRICS[name].label, why)
    for inversion in report.inversions:
        yield told(inversion)


def columns(report):
    """The systems that have figures, in the ladder's order."""
    return [system for system in SYSTEMS if system == "recording"
            or any(system in of for of in report.estimates.values())]


def label(metric):
    return "%s%s" % (metric.label, " [%s]" % metric.unit if metric.unit else "")


def mean(metric, estimate, system):
    """A mean; in the recording's column, where none can be taken, in brackets what is right."""
    if estimate is not None:
        return "%.*f" % (metric.decimals, estimate.mean)
    return "(%d)" % metric.ideal if system == "recording" and metric.ideal is not None else "–"


def interval(metric, estimate):
    if estimate is None:
        return ""
    return "%.*f–%.*f" % (metric.decimals, estimate.low, metric.decimals, estimate.high)


def told(inversion):
    """An inversion of the ladder as a sentence, with its reason where that is known."""
    name, better, worse = inversion
    reason = REASONS.get((better, worse))
    return "%s: %s is better than %s%s" % (METRICS[name].label, SYSTEMS[better], SYSTEMS[worse],
                                           " (%s)" % reason if reason else "")


def as_object(report):
    """What evaluation.json holds."""
    metrics = OrderedDict()
    for name, of in report.estimates.items():
        metric = METRICS[name]
        metrics[name] = {"label": metric.label, "unit": metric.unit, "better": metric.better,
                         "systems": OrderedDict((system, estimate._asdict())
                                                for system, estimate in of.items())}
    return {"voice": report.voice, "intervals": report.how, "metrics": metrics,
            "absent": report.absent,
            "inversions": [dict(zip(("metric", "better", "worse"), each))
                           for each in report.inversions],
            "sentences": [{"text": getattr(sentence, "text", sentence), "figures": figures,
                           "name": getattr(sentence, "name", None)}
                          for sentence, figures in zip(report.sentences, report.figures)],
            "text": report.text and as_object(report.text)}
