"""The metrics of an evaluation: names, units, and which values are better."""
from collections import OrderedDict, namedtuple

from evaluation import intelligibility, naturalness, speaker_similarity, world

# better: "lower", "higher", "1" (a ratio) or ""; group: a heading of the report; is_share: whether
# values are 0 or 1 and their mean is a share of the sentences; ideal: the best value, shown for the
# recording if that is not measured
Metric = namedtuple("Metric", "label unit better decimals group is_share ideal")

DISTANCE, ALIGNMENT, SPEAKER, LISTENING = (
    "Distance to the recording", "Alignment", "Speaker similarity", "Predicted listening results")

METRICS = OrderedDict((name, Metric(*values)) for name, values in (
    ("mcd_db", ("mel-cepstral distortion", "dB", "lower", 2, DISTANCE, False, None)),
    ("log_mel_distance_db", ("log-mel distance", "dB", "lower", 2, DISTANCE, False, None)),
    ("f0_rmse_cents", ("F0 RMSE", "cents", "lower", 0, DISTANCE, False, None)),
    ("vuv_error", ("voicing error", "of frames", "lower", 3, DISTANCE, False, None)),
    ("energy_error_db", ("energy error", "dB", "lower", 2, DISTANCE, False, None)),
    ("duration_ratio", ("duration", "of the recording's", "1", 3, DISTANCE, False, 1)),
    ("fault_free", ("sentences without a fault", "share", "higher", 3, ALIGNMENT, True, 1)),
    ("skip", ("sentences with a skipped jamo", "share", "lower", 3, ALIGNMENT, True, 0)),
    ("repeat", ("sentences with a repeated jamo", "share", "lower", 3, ALIGNMENT, True, 0)),
    ("missed_stop", ("sentences with a missed stop", "share", "lower", 3, ALIGNMENT, True, 0)),
    ("focus", ("focus", "", "higher", 3, ALIGNMENT, False, 1)),
    ("coverage", ("coverage", "of jamo", "higher", 3, ALIGNMENT, False, 1)),
    ("monotonicity", ("monotonicity", "of steps", "higher", 3, ALIGNMENT, False, 1)),
    ("speaker_similarity", ("similarity to the speaker", "cosine", "higher", 3, SPEAKER, False,
                            None)),
    ("other_speaker_similarity", ("similarity to the nearest other", "cosine", "", 3, SPEAKER,
                                  False, None)),
    ("speaker_identified", ("speaker identified", "share", "higher", 3, SPEAKER, True, None)),
    ("naturalness_mos", ("naturalness (DistillMOS)", "1 to 5", "higher", 2, LISTENING, False,
                         None)),
    ("cer", ("character error rate (Vosk)", "of letters", "lower", 3, LISTENING, False, None)),
    ("jamo_error_rate", ("jamo error rate (Vosk)", "of jamo", "lower", 3, LISTENING, False, None)),
))


def unavailable_metrics(n_speakers):
    """{metric: reason} of the metrics that need a package that is missing, or more speakers."""
    reasons = OrderedDict()
    for names, is_available, reason in (
            (("mcd_db", "f0_rmse_cents", "vuv_error"), world.is_available(), world.UNAVAILABLE),
            (("speaker_similarity", "other_speaker_similarity", "speaker_identified"),
             speaker_similarity.is_available(), speaker_similarity.UNAVAILABLE),
            (("other_speaker_similarity", "speaker_identified"), n_speakers > 1,
             "there is one speaker; a second --data adds another"),
            (("naturalness_mos",), naturalness.is_available(), naturalness.UNAVAILABLE),
            (("cer", "jamo_error_rate"), intelligibility.is_available(),
             intelligibility.UNAVAILABLE)):
        if not is_available:
            for name in names:
                reasons.setdefault(name, reason)
    return reasons
