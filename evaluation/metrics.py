"""What is measured of a system, and how it is to be read."""
from collections import OrderedDict, namedtuple

from evaluation import intelligibility, likeness, naturalness, world

# label; unit; better: "less", "more", or "1" for a ratio; decimals; group: a heading of the page;
# share: whether it is a share of sentences, and not a mean over them; ideal: where it cannot be
# measured on a recording, what would be right
Metric = namedtuple("Metric", "label unit better decimals group share ideal")

CLOSENESS, ALIGNMENT, LIKENESS, LISTENING = (
    "Closeness to the recording", "Alignment", "Likeness", "Estimates of what listeners hear")

METRICS = OrderedDict([
    ("cepstral", Metric("mel-cepstral distortion", "dB", "less", 2, CLOSENESS, False, None)),
    ("mel", Metric("log-mel distance", "dB", "less", 2, CLOSENESS, False, None)),
    ("pitch", Metric("F0 error", "cents", "less", 0, CLOSENESS, False, None)),
    ("voicing", Metric("voicing error", "of frames", "less", 3, CLOSENESS, False, None)),
    ("energy", Metric("energy error", "dB", "less", 2, CLOSENESS, False, None)),
    ("duration", Metric("duration", "of the recording's", "1", 3, CLOSENESS, False, 1)),
    ("faultless", Metric("sentences without fault", "of all", "more", 3, ALIGNMENT, True, 1)),
    ("skip", Metric("with a skipped letter", "of all", "less", 3, ALIGNMENT, True, 0)),
    ("repeat", Metric("with a repeated letter", "of all", "less", 3, ALIGNMENT, True, 0)),
    ("missed_stop", Metric("whose end was missed", "of all", "less", 3, ALIGNMENT, True, 0)),
    ("focus", Metric("focus", "", "more", 3, ALIGNMENT, False, 1)),
    ("coverage", Metric("coverage", "of letters", "more", 3, ALIGNMENT, False, 1)),
    ("monotonicity", Metric("monotonicity", "of steps", "more", 3, ALIGNMENT, False, 1)),
    ("likeness", Metric("likeness to the speaker", "cosine", "more", 3, LIKENESS, False, None)),
    ("likeness_other", Metric("likeness to the nearest other", "cosine", "", 3, LIKENESS, False,
                              None)),
    ("told_apart", Metric("nearest to the right speaker", "of all", "more", 3, LIKENESS, True,
                          None)),
    ("naturalness", Metric("naturalness (DistillMOS)", "1 to 5", "more", 2, LISTENING, False,
                           None)),
    ("character_error", Metric("character error (Vosk)", "of letters", "less", 3, LISTENING,
                               False, None)),
    ("jamo_error", Metric("jamo error (Vosk)", "of jamo", "less", 3, LISTENING, False, None)),
])


def absent(speakers):
    """{metric: why it is not measured}, with what is installed and so many speakers."""
    found = OrderedDict()
    for names, there, why in (
            (("cepstral", "pitch", "voicing"), world.is_there(), world.ABSENT),
            (("likeness", "likeness_other", "told_apart"), likeness.is_there(), likeness.ABSENT),
            (("likeness_other", "told_apart"), speakers > 1,
             "there is one speaker; a second --data gives another"),
            (("naturalness",), naturalness.is_there(), naturalness.ABSENT),
            (("character_error", "jamo_error"), intelligibility.is_there(),
             intelligibility.ABSENT)):
        if not there:
            for name in names:
                found.setdefault(name, why)
    return found
