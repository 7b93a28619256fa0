"""The figures of a Report: what its text, its JSON and its page say alike."""
from collections import Counter, OrderedDict

import numpy as np

from datasets.check import findings as rules
from datasets.check.reading import shown

# what is measured → (attribute or function of a Recording, unit, decimals)
MEASURED = OrderedDict([
    ("duration", (lambda one: one.measures.seconds, "s", 2)),
    ("speaking rate", (rules.rate, "jamo/s", 1)),
    ("speech over noise", (lambda one: one.measures.snr, "dB", 0)),
    ("noise floor", (lambda one: one.measures.floor_db, "dB", 0)),
    ("level of speech", (lambda one: one.measures.speech_db, "dB", 0)),
    ("silence before", (lambda one: one.measures.start, "s", 2)),
    ("silence after", (lambda one: one.measures.end, "s", 2)),
    ("longest pause", (lambda one: one.measures.pause, "s", 2)),
])


def heard(report):
    """The Recordings that could be read."""
    return [one for one in report.recordings if one.measures]


def values(report, name):
    """float [recordings] of one of MEASURED; of speaking rates, those of texts with jamo."""
    value = MEASURED[name][0]
    return np.array([value(one) for one in heard(report)
                     if name != "speaking rate" or one.reading.jamo])


def spread(report):
    """name → (least, median, most, unit, decimals)."""
    found = OrderedDict()
    for name, (_, unit, decimals) in MEASURED.items():
        of = values(report, name)
        if len(of):
            found[name] = (of.min(), float(np.median(of)), of.max(), unit, decimals)
    return found


def hours(report):
    """(of all recordings, of their speech with short margins, of those not to be dropped)."""
    kept = [one for one in heard(report) if one.entry.id not in report.drop]
    return (sum(one.measures.seconds for one in heard(report)) / 3600,
            sum(_used(one, report.hp) for one in heard(report)) / 3600,
            sum(_used(one, report.hp) for one in kept) / 3600)


def _used(one, hp):
    """Seconds that preprocessing keeps of a recording."""
    of = one.measures
    return (of.seconds - max(0, of.start - max(of.start_kept, hp.trim_margin))
            - max(0, of.end - max(of.end_kept, hp.trim_margin)))


def kinds_of_files(report):
    """[((rate, channels), count)], the most frequent first."""
    return Counter((one.measures.rate, one.measures.channels)
                   for one in heard(report)).most_common()


def never(report):
    """place → letters that never occur, for people to read."""
    return OrderedDict((place, shown([jamo for jamo, count in counts.items() if not count]))
                       for place, counts in report.jamo.items())


def notes(report):
    """Sentences on the corpus as a whole."""
    found = []
    if not heard(report):
        return found
    rates = [rate for (rate, _), _ in kinds_of_files(report)]
    if rates[0] < report.hp.sample_rate and report.format != "store":
        found.append("most recordings have %d Hz, the preset %d: the upper bands of the mel will "
                     "be empty; choose a preset or --hparams sample_rate that fits"
                     % (rates[0], report.hp.sample_rate))
    for place, attribute in (("begin", "first_db"), ("end", "last_db")):
        cut = sum(getattr(one.measures, attribute) > rules.LIMITS["edge"][0]
                  for one in heard(report))
        if cut > max(1, 0.1 * len(heard(report))):
            found.append("%d of %d recordings %s in the middle of a sound: leave some silence when "
                         "you cut" % (cut, len(heard(report)), place))
    usable = hours(report)[2]
    if usable < 1:
        found.append("%.1f minutes are usable: enough to adapt a trained voice, or to try things "
                     "out; a voice from scratch takes hours" % (60 * usable))
    return found
