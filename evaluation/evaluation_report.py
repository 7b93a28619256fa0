"""The results of an evaluation: means with 95 % confidence intervals, as a table and as JSON."""
import itertools
from collections import OrderedDict, namedtuple

import numpy as np

from evaluation.metrics import METRICS, unavailable_metrics
from evaluation.speaker_summary import format_summaries, summarize_speakers
from evaluation.systems import SYSTEMS

CONFIDENCE = 0.95
NORMAL_QUANTILE = 1.959964      # of the normal distribution at (1 + CONFIDENCE) / 2
BOOTSTRAP_SAMPLES = 2000
INTERVAL_METHOD = ("95 %% confidence intervals: for means, bootstrap over sentences (percentiles "
                   "of %d samples with a fixed seed); for shares of sentences, Wilson's formula"
                   % BOOTSTRAP_SAMPLES)
# best first; without the systems whose rank is what the evaluation is to show
EXPECTED_ORDER = tuple(name for name in SYSTEMS if name not in ("synthesis", "base-speaker"))
# Error rates are those of all sentences together: each counts by its number of letters, or of jamo.
WEIGHTS = {"cer": "n_letters", "jamo_error_rate": "n_jamo"}

# (better, worse) → why this unexpected order need not be a defect of the voice
KNOWN_CAUSES = {
    ("griffin-lim", "world"): "Griffin-Lim is optimised to have the recording's mel",
    ("noise", "untrained"): "an untrained WaveNet predicts the same distribution for every sample: "
                            "its output is white noise, too",
    ("world", "recording"): "WORLD may leave out the background noise of the recording",
}

Estimate = namedtuple("Estimate", "mean ci_low ci_high count")      # count: of sentences

# title: description of the voice, or name of a text file; out: folder of the evaluation;
# sentences: list of systems.Sentence, or of texts; figures: {system: {metric: value}} of each;
# estimates: {metric: {system: Estimate}}; unavailable: {metric: reason};
# violations: find_order_violations(figures); summaries: see speaker_summary.py;
# speakers: a Report on each speaker; text: a Report on lines without recordings, or None
Report = namedtuple("Report", "title out hp sentences figures estimates unavailable violations "
                              "summaries speakers text")


def create_report(title, out, hp, sentences, figures, n_speakers, nearest_speakers, text=None):
    """The Report on held-out sentences.

    `n_speakers` is the number of speakers that they are compared with; `nearest_speakers` is
    {speaker: (name, cosine) of the most similar other speaker, or None}.
    """
    unavailable = unavailable_metrics(n_speakers)
    speakers = []
    for speaker in nearest_speakers:
        own = [i for i, sentence in enumerate(sentences) if sentence.speaker == speaker]
        own_figures = [figures[i] for i in own]
        speakers.append(Report(speaker, out, hp, [sentences[i] for i in own], own_figures,
                               estimate_metrics(own_figures), unavailable,
                               find_order_violations(own_figures), [], [], None))
    estimates = estimate_metrics(figures)
    return Report(title, out, hp, sentences, figures, estimates, unavailable,
                  find_order_violations(figures),
                  summarize_speakers(OrderedDict((each.title, each.estimates)
                                                 for each in speakers), estimates,
                                     nearest_speakers), speakers, text)


def create_text_report(path, texts, figures, hp):
    """The Report on lines of text, of which only the alignment is measured."""
    return Report(path, None, hp, texts, figures, estimate_metrics(figures), {}, [], [], [], None)


def estimate_metrics(figures):
    """{metric: {system: Estimate}} of a list of {system: {metric: value}}."""
    estimates = OrderedDict()
    for name, metric in METRICS.items():
        for system in SYSTEMS:
            measured = [each[system] for each in figures if name in each.get(system, {})]
            values = [each[name] for each in measured]
            if values:
                estimates.setdefault(name, OrderedDict())[system] = (
                    estimate_share(values) if metric.is_share else
                    estimate_mean(values, [each.get(WEIGHTS.get(name), 1) for each in measured]))
    return estimates


def estimate_mean(values, weights=None):
    """The Estimate of a mean, by Efron's percentile bootstrap. `weights` are those of values."""
    values = np.asarray(values, np.float64)
    weights = np.ones(len(values)) if weights is None else np.maximum(1e-9, np.float64(weights))
    rows = np.random.RandomState(1).randint(len(values), size=[BOOTSTRAP_SAMPLES, len(values)])
    tail = 100 * (1 - CONFIDENCE) / 2
    means = (values * weights)[rows].sum(1) / weights[rows].sum(1)
    low, high = np.percentile(means, [tail, 100 - tail])
    return Estimate(float(np.average(values, weights=weights)), float(low), float(high),
                    len(values))


def estimate_share(values):
    """The Estimate of a share of zeros and ones, by Wilson (1927): valid also near 0 and 1."""
    count, share = len(values), float(np.mean(values))
    spread = NORMAL_QUANTILE ** 2 / count
    centre = (share + spread / 2) / (1 + spread)
    half_width = (NORMAL_QUANTILE * np.sqrt(share * (1 - share) / count + spread / (4 * count))
                  / (1 + spread))
    return Estimate(share, max(0.0, centre - half_width), min(1.0, centre + half_width), count)


def find_order_violations(figures):
    """[(metric, better, worse)] for pairs of systems in the reverse of the expected order.

    The confidence interval of the difference, over sentences that have both, excludes 0.
    """
    violations = []
    for name, metric in METRICS.items():
        sign = {"lower": 1, "higher": -1}.get(metric.better)
        for first, second in itertools.combinations(EXPECTED_ORDER if sign else (), 2):
            differences = [sign * (each[second][name] - each[first][name]) for each in figures
                           if name in each.get(first, {}) and name in each.get(second, {})]
            if len(differences) > 1 and estimate_mean(differences).ci_high < 0:
                violations.append((name, second, first))
    return violations


def format_table(report):
    """Yield the lines of the tables: a row for each speaker; a row for each metric."""
    if report.summaries:
        for line in format_summaries(report.summaries):
            yield line
        yield ""
    label_width, column_width = 42, 15
    columns = list_columns(report)
    yield " " * label_width + "".join(SYSTEMS[system].label.rjust(column_width)
                                      for system in columns)
    for name, by_system in report.estimates.items():
        metric = METRICS[name]
        yield format_label(metric).ljust(label_width) + "".join(
            format_mean(metric, by_system.get(system), system).rjust(column_width)
            for system in columns)
        yield " " * label_width + "".join(
            format_interval(metric, by_system.get(system)).rjust(column_width)
            for system in columns)
    for name, reason in report.unavailable.items():
        yield "%s: not measured: %s" % (METRICS[name].label, reason)
    for violation in report.violations:
        yield format_violation(violation)


def list_columns(report):
    """The names of the systems that have figures, and "recording"."""
    return [system for system in SYSTEMS if system == "recording"
            or any(system in by_system for by_system in report.estimates.values())]


def format_label(metric):
    return "%s%s" % (metric.label, " [%s]" % metric.unit if metric.unit else "")


def format_mean(metric, estimate, system):
    """The mean. Without one: the ideal value in parentheses for the recording, otherwise a dash."""
    if estimate is not None:
        return "%.*f" % (metric.decimals, estimate.mean)
    return "(%d)" % metric.ideal if system == "recording" and metric.ideal is not None else "–"


def format_interval(metric, estimate):
    if estimate is None:
        return ""
    return "%.*f–%.*f" % (metric.decimals, estimate.ci_low, metric.decimals, estimate.ci_high)


def format_violation(violation):
    name, better, worse = violation
    cause = KNOWN_CAUSES.get((better, worse))
    return "%s: %s is better than %s%s" % (
        METRICS[name].label, SYSTEMS[better].label, SYSTEMS[worse].label,
        " (%s)" % cause if cause else "")


def report_to_dict(report):
    """The content of evaluation.json."""
    return {"voice": report.title, "intervals": INTERVAL_METHOD,
            "summary": report.summaries[-1]._asdict() if report.summaries else None,
            "metrics": _metrics_to_dict(report.estimates),
            "speakers": {each.title: {"summary": summary._asdict(),
                                      "metrics": _metrics_to_dict(each.estimates)}
                         for each, summary in zip(report.speakers, report.summaries)},
            "unavailable": report.unavailable,
            "order_violations": [dict(zip(("metric", "better", "worse"), each))
                                 for each in report.violations],
            "sentences": [{"text": getattr(sentence, "text", sentence), "figures": figures,
                           "name": getattr(sentence, "name", None)}
                          for sentence, figures in zip(report.sentences, report.figures)],
            "text": report.text and report_to_dict(report.text)}


def _metrics_to_dict(estimates):
    metrics = OrderedDict()
    for name, by_system in estimates.items():
        metric = METRICS[name]
        metrics[name] = {"label": metric.label, "unit": metric.unit, "better": metric.better,
                         "systems": OrderedDict((system, estimate._asdict())
                                                for system, estimate in by_system.items())}
    return metrics
