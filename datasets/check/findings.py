"""Derives findings from measurements: what is wrong with an utterance and what to do about it."""
from collections import Counter, OrderedDict, namedtuple

import numpy as np

# Actions. DROP: it harms training; LOOK: listen to it; NOTE: for information only
DROP, LOOK, NOTE = "drop", "look", "note"

# type: a key of FINDING_TYPES; id: of the utterance; action: DROP, LOOK or NOTE; reason: a sentence
Finding = namedtuple("Finding", "type id action reason")

# measurements: None if the recording could not be measured; error: then the reason, otherwise None
CheckedRecording = namedtuple("CheckedRecording", "item transcript measurements error")

# text: normalised, without unreadable characters; jamo: str, without spaces and punctuation;
# unreadable: [(column, characters)]
Transcript = namedtuple("Transcript", "text jamo unreadable")

# Korean is read at 10 to 15 jamo per second; fast speech reaches about 20.
_FASTEST, _SLOWEST = 25.0, 4.0      # limits of what is possible [jamo/s]; the slowest plus 0.5 s
_OUTLIER = 3.5                      # robust z-score
EDGE = -12.0                        # level of the first or last 25 ms relative to speech [dB]
_EDGE_SILENCE = 0.75                # silence before or after speech [s]
_EDGE_SILENCE_KEPT = 0.5            # the part of it that is not trimmed [s]
# (limit of LOOK, limit of DROP). If DROP has the lower limit, low values are bad.
_TEXT_Z = 2.5, 4.0                  # robust z-score of the amount of text for the sound
_CLIPPING = 3, 10                   # number of clipped places
_NOISE = 20.0, 15.0                 # speech over noise floor [dB]
_PAUSE = 1.0, 2.0                   # silence within speech [s]
_MIXING_LOSS = 6.0                  # by which channels that cancel are quieter than unrelated ones
_QUIET = -40.0                      # level of speech [dB of full scale]
_SHORTEST, _LONGEST = 0.4, 15.0     # usual durations [s]
_MIN_SAMPLE = 9     # smallest number of recordings in which outliers can be detected

# {type: its consequence for training, what to do, and the limits}
FINDING_TYPES = OrderedDict([
    ("unreadable file", "preprocessing skips them; replace the file"),
    ("empty transcript", "preprocessing skips them; write down what is spoken"),
    ("unreadable characters", "preprocessing skips them; write down in Hangul what is spoken"),
    ("too much text", "the transcript is longer than the speech: speech is missing, or the "
                      "transcript belongs to another recording; listen from z-score %g, drop from "
                      "%g" % _TEXT_Z),
    ("too little text", "the transcript is shorter than the speech, or belongs to another "
                        "recording; listen from z-score -%g, drop from -%g" % _TEXT_Z),
    ("same recording", "one recording under several names: it counts twice, or a transcript is "
                       "wrong"),
    ("clipping", "the vocoder learns the distortion; listen from %d clipped places, drop from %d"
                 % _CLIPPING),
    ("noise", "the models learn the noise with the voice; listen below %g dB, drop below %g dB"
              % _NOISE),
    ("cut at the edge", "begins or ends within a sound: above %g dB" % EDGE),
    ("long pause", "attention fails at long pauses; listen from %g s, drop from %g s" % _PAUSE),
    ("silence around", "silence teaches the model to wait; drop if it is too loud to be trimmed "
                       "and longer than %g s" % _EDGE_SILENCE_KEPT),
    ("channels cancel", "the average of the channels, which training uses, is %g dB or more below "
                        "that of unrelated channels" % _MIXING_LOSS),
    ("level", "quieter than the others, or below %g dB: more noise, less resolution" % _QUIET),
    ("sample rate or channels", "differs from most of the corpus: another microphone or source"),
    ("duration", "differs from the others; %g to %g s are usual" % (_SHORTEST, _LONGEST)),
])

# (type, field of Measurements, limits, reason). Only the first of a type that applies is reported.
_SOUND_CHECKS = [
    ("clipping", "flat_runs", _CLIPPING,
     "the wave is clipped at %(flat_runs)d places, %(clipped_fraction).2g of all samples"),
    ("clipping", "clipping_score", (1.0, np.inf), "the highest samples are nearly equal, as if the "
     "wave had been clipped before it was resampled or compressed"),
    ("noise", "snr_db", _NOISE,
     "speech is only %(snr_db).0f dB above the noise floor of %(noise_floor_db).0f dB"),
    ("long pause", "longest_pause", _PAUSE,
     "%(longest_pause).2f s of silence at %(longest_pause_start).2f s"),
    ("channels cancel", "mixing_loss_db", (_MIXING_LOSS, _MIXING_LOSS),
     "averaging the %(channels)d channels loses %(mixing_loss_db).0f dB"),
    ("level", "speech_db", (_QUIET, -np.inf), "speech is at %(speech_db).0f dB of full scale"),
    ("duration", "seconds", (_LONGEST, np.inf), "%(seconds).2f s, unusually long"),
    ("duration", "seconds", (_SHORTEST, -np.inf), "%(seconds).2f s, unusually short"),
]


def collect_findings(recordings, duplicates):
    """All Findings of a list of CheckedRecordings, ordered by type, id and reason.

    `duplicates` is a list of lists of CheckedRecordings with the same sound.
    """
    measured = [recording for recording in recordings if recording.measurements]
    findings = [finding for recording in recordings for finding in _check_transcript(recording)]
    with_text = [recording for recording in measured if recording.transcript.jamo]
    if with_text:
        for recording, z_score in zip(with_text, text_z_scores(with_text)):
            findings += _check_amount_of_text(recording, z_score)
    for group in duplicates:
        findings += _check_duplicates(group)
    for recording in measured:
        findings += _check_sound(recording.item.id, recording.measurements)
        findings += _check_silences(recording.item.id, recording.measurements)
    reported = {(finding.type, finding.id) for finding in findings}
    findings += [finding for finding in _find_outliers(measured)
                 if (finding.type, finding.id) not in reported]
    findings += list(_find_cut_edges(measured)) + list(_find_unusual_formats(measured))
    order = list(FINDING_TYPES)
    return sorted(findings, key=lambda finding: (order.index(finding.type), finding.id,
                                                 finding.reason))


def speaking_rate(recording):
    """Jamo per second of speech, without pauses and silence. NaN without jamo."""
    return (len(recording.transcript.jamo) or np.nan) / max(
        0.01, recording.measurements.speech_seconds)


def robust_z_scores(values):
    """Deviations from the median in standard deviations; all 0 for small samples.

    The standard deviation is estimated from the median absolute deviation, which outliers hardly
    change. It is at least 0.01, because values in synthetic corpora may be equal.
    """
    values = np.asarray(values, float)
    if len(values) < _MIN_SAMPLE:
        return np.zeros(len(values))
    median = np.median(values)
    return (values - median) / max(0.01, 1.4826 * np.median(np.abs(values - median)))


def text_z_scores(recordings):
    """Robust z-scores of the jamo per amount of sound; all recordings must have jamo.

    The amount of sound is the geometric mean of its duration and its number of loudness peaks. Fast
    speech has more peaks per second, so half a text is detected in fast speech, too. The ratio
    varies more for short texts, so deviations are divided by sqrt(1 + 10 / jamo), which was fitted
    to read speech.
    """
    n_jamo = np.array([len(recording.transcript.jamo) for recording in recordings])
    sound = np.sqrt([max(0.01, recording.measurements.speech_seconds)
                     * recording.measurements.syllable_peaks for recording in recordings])
    log_ratios = np.log(n_jamo / sound)
    return robust_z_scores((log_ratios - np.median(log_ratios)) / np.sqrt(1 + 10 / n_jamo))


def _check_transcript(recording):
    utterance_id, transcript = recording.item.id, recording.transcript
    if recording.error:
        yield Finding("unreadable file", utterance_id, DROP, recording.error)
    if not recording.item.text.strip():
        yield Finding("empty transcript", utterance_id, DROP, "the transcript is empty")
    elif transcript.unreadable:
        yield Finding("unreadable characters", utterance_id, DROP, "no reading for " + ", ".join(
            "%.20r (U+%04X, column %d)" % (characters, ord(characters[0]), column)
            for column, characters in transcript.unreadable))
    elif not transcript.jamo:
        yield Finding("empty transcript", utterance_id, DROP, "the transcript contains no Hangul")


def _check_amount_of_text(recording, z_score):
    n_jamo, seconds = len(recording.transcript.jamo), recording.measurements.speech_seconds
    if recording.transcript.unreadable:
        return
    reason = "%d jamo in %.2f s of speech with %s of loudness: %.1f per second (z-score %.1f)" % (
        n_jamo, seconds, format_count(recording.measurements.syllable_peaks, "peak"),
        speaking_rate(recording), z_score)
    for finding_type, score, is_impossible in (
            ("too much text", z_score, n_jamo > _FASTEST * seconds),
            ("too little text", -z_score, seconds > 0.5 + n_jamo / _SLOWEST)):
        action = DROP if is_impossible else _choose_action(score, _TEXT_Z)
        if action:
            yield Finding(finding_type, recording.item.id, action, reason)


def _choose_action(value, limits):
    """DROP or LOOK if the value reaches that limit, otherwise None."""
    look, drop = limits
    sign = 1 if drop >= look else -1
    if sign * value >= sign * drop:
        return DROP
    return LOOK if sign * value >= sign * look else None


def _check_duplicates(group):
    """If all transcripts agree, the first recording is kept, otherwise none."""
    agree = len({recording.transcript.text for recording in group}) == 1
    for recording in group[1:] if agree else group:
        others = [other for other in group if other is not recording]
        same_file = any(other.measurements.sha1 == recording.measurements.sha1 for other in others)
        yield Finding("same recording", recording.item.id, DROP, "the same %s as %s, %s" % (
            "file" if same_file else "sound",
            group[0].item.id if agree else ", ".join(other.item.id for other in others),
            "which is kept" if agree else "with another transcript: one of them is wrong"))


def _check_sound(utterance_id, measured):
    findings = OrderedDict()
    for finding_type, field, limits, reason in _SOUND_CHECKS:
        action = _choose_action(getattr(measured, field), limits)
        if action:
            findings.setdefault(finding_type, Finding(finding_type, utterance_id, action,
                                                      reason % measured._asdict()))
    return findings.values()


def _check_silences(utterance_id, measured):
    for side, silence, kept in (
            ("before", measured.leading_silence, measured.leading_kept),
            ("after", measured.trailing_silence, measured.trailing_kept)):
        if silence > _EDGE_SILENCE:
            action = DROP if kept > _EDGE_SILENCE_KEPT else NOTE
            yield Finding("silence around", utterance_id, action,
                          "%.2f s %s speech; preprocessing keeps %.2f s of it"
                          % (silence, side, kept))


def _find_outliers(recordings):
    """Recordings that are much noisier or quieter than the others, or of another duration."""
    snr, level, seconds = (np.array([getattr(recording.measurements, field)
                                     for recording in recordings])
                           for field in ("snr_db", "speech_db", "seconds"))
    for finding_type, action, values, z_scores, reason in (
            ("noise", LOOK, snr, -robust_z_scores(snr),
             "speech is %.0f dB above the noise floor, much less than in the others"),
            ("level", LOOK, level, -robust_z_scores(level),
             "speech is at %.0f dB of full scale, far below the others"),
            ("duration", NOTE, seconds, np.abs(robust_z_scores(np.log(seconds))),
             "%.2f s, far from the others")):
        for index in np.flatnonzero(z_scores > _OUTLIER):
            yield Finding(finding_type, recordings[index].item.id, action, "%s (z-score %.1f)"
                          % (reason % values[index], z_scores[index]))


def _find_cut_edges(recordings):
    """Findings only if few edges are cut: some corpora, and synthetic speech, have no silence."""
    for verb, field in (("begins", "first_db"), ("ends", "last_db")):
        levels = [getattr(recording.measurements, field) for recording in recordings]
        # an edge near the noise floor does not cut a sound
        cut = [(recording, level) for recording, level in zip(recordings, levels)
               if level > EDGE and level + recording.measurements.snr_db > 6]
        if len(cut) <= max(1, 0.1 * len(recordings)):
            for recording, level in cut:
                yield Finding("cut at the edge", recording.item.id, LOOK,
                              "%s only %.0f dB below the level of speech" % (verb, -level))


def _find_unusual_formats(recordings):
    formats = [format_audio(recording.measurements.sample_rate, recording.measurements.channels)
               for recording in recordings]
    usual = max(formats, key=Counter(formats).get, default=None)
    for recording, audio_format in zip(recordings, formats):
        if audio_format != usual:
            yield Finding("sample rate or channels", recording.item.id, LOOK,
                          "%s; most have %s" % (audio_format, usual))


def format_audio(sample_rate, channels):
    return "%d Hz, %s" % (sample_rate, format_count(channels, "channel"))


def format_count(count, noun):
    """The count with the noun, in the plural unless the count is 1."""
    return "%d %s%s" % (count, noun, "" if count == 1 else "s")
