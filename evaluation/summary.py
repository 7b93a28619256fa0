"""From the figures of sentences to means with intervals, and what they say of the ladder."""
from collections import OrderedDict, namedtuple

import numpy as np

from evaluation.ladder import SYSTEMS
from evaluation.metrics import METRICS

CONFIDENCE = 0.95
NORMAL = 1.959964           # the normal distribution's quantile at (1 + CONFIDENCE) / 2
DRAWS = 2000                # samples of the bootstrap
HOW = ("95 %% intervals: of means by the bootstrap over sentences (percentiles of %d samples with "
       "a fixed seed), of shares of sentences by Wilson's formula" % DRAWS)
# of these a lower rung is expected to be worse
LADDER = tuple(name for name in SYSTEMS if name != "synthesis")

# (better, worse) → why that is, or may be, no fault of the voice
REASONS = {
    ("griffin-lim", "world"): "Griffin-Lim is made to have the recording's very mel",
    ("noise", "untrained"): "an untrained WaveNet says the same of every sample: it is white "
                            "noise, too",
    ("world", "recording"): "it may be that WORLD leaves out the recording's background noise",
}

# low, high: the interval; count: of sentences
Estimate = namedtuple("Estimate", "mean low high count")


def estimates(figures):
    """{metric: {system: Estimate}} of a list of {system: {metric: figure}}, in their orders."""
    found = OrderedDict()
    for name, metric in METRICS.items():
        for system in SYSTEMS:
            values = [each[system][name] for each in figures if name in each.get(system, {})]
            if values:
                estimate = share if metric.share else mean
                found.setdefault(name, OrderedDict())[system] = estimate(values)
    return found


def mean(values):
    """The Estimate of a mean: Efron's percentile bootstrap."""
    values = np.asarray(values, np.float64)
    means = drawn(values).mean(1)
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(means, [tail, 100 - tail])
    return Estimate(float(values.mean()), float(low), float(high), len(values))


def share(values):
    """The Estimate of a share, of zeros and ones: Wilson (1927), which also holds near 0 and 1."""
    count, right = len(values), float(np.mean(values))
    spread = NORMAL ** 2 / count
    centre = (right + spread / 2) / (1 + spread)
    half = NORMAL * np.sqrt(right * (1 - right) / count + spread / (4 * count)) / (1 + spread)
    return Estimate(right, max(0.0, centre - half), min(1.0, centre + half), count)


def drawn(values):
    """[DRAWS, count] of values, drawn with replacement; the same ones every time."""
    return values[np.random.RandomState(1).randint(len(values), size=[DRAWS, len(values)])]


def inversions(figures):
    """[(metric, better, worse)]: where a lower rung of the ladder is better than a higher one.

    Of the sentences that have both figures the differences' interval lies on the wrong side of 0.
    """
    found = []
    for name, metric in METRICS.items():
        sign = {"less": 1, "more": -1}.get(metric.better)
        for place, upper in enumerate(LADDER if sign else ()):
            for lower in LADDER[place + 1:]:
                apart = [sign * (each[lower][name] - each[upper][name]) for each in figures
                         if name in each.get(upper, {}) and name in each.get(lower, {})]
                if len(apart) > 1 and mean(apart).high < 0:
                    found.append((name, lower, upper))
    return found
