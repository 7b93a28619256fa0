"""The decisive figures of an evaluation: one row for each speaker, and one for all together."""
from collections import namedtuple

TOTAL = "total"

# Means over the sentences that have the figure; None if none has. Figures without a prefix are
# those of the synthesis.
#   speaker                     name, or TOTAL
#   sentences, recordings       number of synthesized texts; number of measured recordings
#   fault_free                  share of sentences without skip, repeat and missed stop
#   cer_difference              cer - recording_cer
#   similarity_ratio            similarity / recording_similarity
#   speaker_identified          share of sentences whose nearest speaker is the right one
#   mos_ratio                   mos / recording_mos
#   nearest_speaker             the other speaker whose recordings are most similar; None for TOTAL
#   nearest_speaker_cosine      cosine of the two centroids
Summary = namedtuple("Summary", [
    "speaker", "sentences", "recordings", "fault_free", "cer", "recording_cer", "cer_difference",
    "similarity", "recording_similarity", "similarity_ratio", "speaker_identified",
    "recording_speaker_identified", "mos", "recording_mos", "mos_ratio", "copy_synthesis_mcd_db",
    "griffin_lim_mcd_db", "copy_synthesis_mos", "griffin_lim_mos", "base_speaker_similarity",
    "base_speaker_mos", "nearest_speaker", "nearest_speaker_cosine"])

# A column of the table. value, reference: fields of Summary; the reference is shown beside the
# value. short, reference_short: labels of the table that is printed
Column = namedtuple("Column", "label short value decimals reference reference_label "
                              "reference_short")
COLUMNS = tuple(Column(*(values + (None,) * (7 - len(values)))) for values in (
    ("texts", "texts", "sentences", 0, "recordings", "recordings", "rec."),
    ("without a fault", "faultless", "fault_free", 3),
    ("character error rate", "CER", "cer", 3, "recording_cer", "recording", "rec."),
    ("difference", "diff.", "cer_difference", 3),
    ("similarity to the speaker", "simil.", "similarity", 3, "recording_similarity", "recording",
     "rec."),
    ("ratio", "ratio", "similarity_ratio", 3),
    ("speaker identified", "ident.", "speaker_identified", 3, "recording_speaker_identified",
     "recording", "rec."),
    ("MOS", "MOS", "mos", 2, "recording_mos", "recording", "rec."),
    ("ratio", "ratio", "mos_ratio", 3),
    ("MCD of copy synthesis [dB]", "MCD copy", "copy_synthesis_mcd_db", 2, "griffin_lim_mcd_db",
     "Griffin-Lim", "G.-Lim"),
    ("MOS of copy synthesis", "MOS copy", "copy_synthesis_mos", 2, "griffin_lim_mos",
     "Griffin-Lim", "G.-Lim"),
    ("similarity of the base speaker", "base sim.", "base_speaker_similarity", 3),
    ("MOS of the base speaker", "base MOS", "base_speaker_mos", 2),
    ("nearest other speaker", "nearest", "nearest_speaker", 3, "nearest_speaker_cosine", "cosine",
     "cosine")))


def summarize_speakers(estimates, total_estimates, nearest_speakers):
    """A list of Summary: one for each speaker, then one for all together.

    `estimates` is {speaker: {metric: {system: Estimate}}}; `total_estimates` those of all
    sentences; `nearest_speakers` {speaker: (name, cosine) or None}.
    """
    summaries = [_summarize(speaker, by_metric, nearest_speakers[speaker])
                 for speaker, by_metric in estimates.items()]
    return summaries + [_summarize(TOTAL, total_estimates, None)] if summaries else []


def _summarize(speaker, estimates, nearest_speaker):
    def find(metric, system):
        return estimates.get(metric, {}).get(system)

    def mean(metric, system="synthesis"):
        estimate = find(metric, system)
        return estimate and estimate.mean

    def count(system):
        return max([by_system[system].count for by_system in estimates.values()
                    if system in by_system] or [0])

    values = {"speaker": speaker, "sentences": count("synthesis"), "recordings": count("recording"),
              "fault_free": mean("fault_free"),
              "recording_speaker_identified": mean("speaker_identified", "recording"),
              "speaker_identified": mean("speaker_identified"),
              "copy_synthesis_mcd_db": mean("mcd_db", "copy-synthesis"),
              "griffin_lim_mcd_db": mean("mcd_db", "griffin-lim"),
              "copy_synthesis_mos": mean("naturalness_mos", "copy-synthesis"),
              "griffin_lim_mos": mean("naturalness_mos", "griffin-lim"),
              "base_speaker_similarity": mean("speaker_similarity", "base-speaker"),
              "base_speaker_mos": mean("naturalness_mos", "base-speaker")}
    for name, metric in (("cer", "cer"), ("similarity", "speaker_similarity"),
                         ("mos", "naturalness_mos")):
        values[name], values["recording_" + name] = mean(metric), mean(metric, "recording")
    values["cer_difference"] = _combine(values, "cer", lambda a, b: a - b)
    values["similarity_ratio"] = _combine(values, "similarity", lambda a, b: a / b)
    values["mos_ratio"] = _combine(values, "mos", lambda a, b: a / b)
    values["nearest_speaker"], values["nearest_speaker_cosine"] = nearest_speaker or (None, None)
    return Summary(**values)


def _combine(values, name, function):
    """function(figure of the synthesis, that of the recordings), or None if one is missing."""
    pair = values[name], values["recording_" + name]
    return None if None in pair else function(*pair)


def list_columns(summaries):
    """The COLUMNS that have a value."""
    return [column for column in COLUMNS
            if any(getattr(each, column.value) is not None for each in summaries)]


def format_value(value, column):
    """A value of a column, a number or a name, as text."""
    if value is None:
        return "–"
    return value if isinstance(value, str) else "%.*f" % (column.decimals, value)


def format_summaries(summaries):
    """Yield the lines of a table with a row for each Summary."""
    cells = [["speaker"] + [each.speaker for each in summaries]]
    for column in list_columns(summaries):
        for field, label in ((column.value, column.short),
                             (column.reference, column.reference_short)):
            if field:
                cells.append([label] + [format_value(getattr(each, field), column)
                                        for each in summaries])
    widths = [max(map(len, column)) for column in cells]
    for row in zip(*cells):
        yield "  ".join(cell.rjust(width) for cell, width in zip(row, widths))
