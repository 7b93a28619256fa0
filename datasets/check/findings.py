"""Derives findings from measurements: what is wrong with a recording and what to do about it."""
from collections import Counter, OrderedDict, namedtuple

import numpy as np

# Actions. DROP: harms training; LOOK: listen, and correct it if necessary; NOTE: for information
DROP, LOOK, NOTE = "drop", "look", "note"

# type: a key of FINDING_TYPES; id: of the utterance; action: DROP, LOOK or NOTE; reason: a sentence
Finding = namedtuple("Finding", "type id action reason")

# Everything that is known about an utterance: its CheckItem, its Transcript, its Measurements or
# None, and the reason why the recording could not be measured or None.
CheckedRecording = namedtuple("CheckedRecording", "item transcript measurements error")

# text: normalised, without unreadable characters; jamo: its Hangul letters, a string;
# unreadable: [(column, character)]
Transcript = namedtuple("Transcript", "text jamo unreadable")

# type → its consequence for training
FINDING_TYPES = OrderedDict([
    ("unreadable file", "preprocessing skips them; replace the file"),
    ("empty transcript", "preprocessing skips them; write down what is spoken"),
    ("unreadable characters", "preprocessing skips them; write down in Hangul what is spoken"),
    ("too much text", "the transcript is longer than the speech: speech is missing, or the "
                      "transcript belongs to another recording"),
    ("too little text", "the transcript is shorter than the speech, or belongs to another "
                        "recording"),
    ("same recording", "one recording under several names: it counts twice, or a transcript is "
                       "wrong"),
    ("clipping", "the vocoder learns the distortion"),
    ("noise", "the models learn the noise with the voice"),
    ("cut at the edge", "begins or ends within a sound"),
    ("long pause", "attention fails at long pauses"),
    ("silence around", "silence that is not trimmed teaches the model to wait"),
    ("channels cancel", "the average of the channels, which is used, loses the voice"),
    ("level", "much quieter than the others: more noise, lower resolution"),
    ("sample rate or channels", "differs from most of the corpus: another microphone or source"),
    ("duration", "differs from most of the corpus"),
])

# name → (value, meaning)
LIMITS = OrderedDict([
    # Korean is read at 10 to 15 jamo per second; fast speech reaches about 20
    ("fastest", (25.0, "jamo per second: faster speech is impossible")),
    ("slowest", (4.0, "jamo per second, plus half a second: slower speech is impossible")),
    ("rate_look", (2.5, "robust z-score of jamo per second from which to listen")),
    ("rate_drop", (4.0, "robust z-score of jamo per second from which to drop")),
    ("z", (3.5, "robust z-score of other measurements that counts as an outlier")),
    ("flat_look", (3, "clipped places from which to listen")),
    ("flat_drop", (10, "clipped places from which to drop")),
    ("clipping_score", (1.0, "similarity of the highest samples above which they were clipped")),
    ("snr_drop", (15.0, "speech over noise floor [dB] below which to drop")),
    ("snr_look", (20.0, "speech over noise floor [dB] below which to listen")),
    ("edge", (-12.0, "level of the first or last 25 ms relative to speech [dB]")),
    ("pause_look", (1.0, "silence within speech [s] from which to listen")),
    ("pause_drop", (2.0, "silence within speech [s] from which to drop")),
    ("silence", (0.75, "silence before or after speech [s] that is reported")),
    ("silence_kept", (0.5, "part of it that is not trimmed [s] from which to drop")),
    ("mixing_loss", (6.0, "level lost by averaging the channels [dB]")),
    ("quiet", (-40.0, "level of speech [dB of full scale]")),
    ("shortest", (0.4, "shortest usual duration [s]")),
    ("longest", (15.0, "longest usual duration [s]")),
])
_LIMIT = {name: value for name, (value, _) in LIMITS.items()}
_MIN_SAMPLE = 9     # fewest recordings among which outliers can be detected


def find_findings(recordings, duplicates):
    """All Findings of a list of CheckedRecordings, ordered by type, id and reason.

    `duplicates` are lists of CheckedRecordings with the same sound.
    """
    measured = [recording for recording in recordings if recording.measurements]
    findings = [finding for recording in recordings for finding in _check_transcript(recording)]
    for recording, z in zip(measured, text_z_scores(measured)):
        findings += _check_speaking_rate(recording, z)
    for group in duplicates:
        findings += _check_duplicates(group)
    for recording in measured:
        findings += _check_sound(recording.item, recording.measurements)
    findings += list(_find_cut_edges(measured)) + list(_find_outliers(measured))
    order = list(FINDING_TYPES)
    return sorted(set(findings), key=lambda finding: (order.index(finding.type), finding.id,
                                                      finding.reason))


def speaking_rate(recording):
    """Jamo per second of speech, without pauses and silence."""
    return len(recording.transcript.jamo) / max(0.01, recording.measurements.speech_seconds)


def robust_z_scores(values):
    """Deviation from the median in standard deviations; all 0 for small samples.

    The standard deviation is estimated from the median absolute deviation, which outliers do not
    increase. It is at least 0.01, for synthetic corpora.
    """
    values = np.asarray(values, float)
    if len(values) < _MIN_SAMPLE:
        return np.zeros(len(values))
    median = np.median(values)
    return (values - median) / max(0.01, 1.4826 * np.median(np.abs(values - median)))


def text_z_scores(recordings):
    """Robust z-score of the amount of text for the sound; 0 for recordings without jamo.

    The amount of sound is the geometric mean of its duration and its number of loudness peaks: fast
    speakers produce more peaks per second, so that a missing half of the text is noticed in fast
    speech, too. Short texts vary more, so deviations are divided by sqrt(1 + 10 / jamo), which was
    fitted to read speech.
    """
    indices = [i for i, recording in enumerate(recordings) if recording.transcript.jamo]
    logs = np.log([speaking_rate(recordings[i]) for i in indices])
    logs += np.log([max(0.01, recordings[i].measurements.speech_seconds)
                    / recordings[i].measurements.syllable_peaks for i in indices]) / 2
    spread = np.sqrt([1 + 10 / len(recordings[i].transcript.jamo) for i in indices])
    scores = np.zeros(len(recordings))
    if indices:
        scores[indices] = robust_z_scores((logs - np.median(logs)) / spread)
    return scores


def _check_transcript(recording):
    utterance_id, transcript = recording.item.id, recording.transcript
    if recording.error:
        yield Finding("unreadable file", utterance_id, DROP, recording.error)
    if not recording.item.text.strip():
        yield Finding("empty transcript", utterance_id, DROP, "the transcript is empty")
    elif transcript.unreadable:
        yield Finding("unreadable characters", utterance_id, DROP, "no reading for " + ", ".join(
            "%r (U+%04X, column %d)" % (character, ord(character), column)
            for column, character in transcript.unreadable[:5])
            + (" and %d more" % (len(transcript.unreadable) - 5)
               if len(transcript.unreadable) > 5 else ""))
    elif not transcript.jamo:
        yield Finding("empty transcript", utterance_id, DROP, "the transcript contains no Hangul")


def _check_speaking_rate(recording, z):
    n_jamo, seconds = len(recording.transcript.jamo), recording.measurements.speech_seconds
    if not n_jamo or recording.transcript.unreadable:
        return
    reason = "%d jamo in %.2f s of speech with %s of loudness: %.1f per second (z %+.1f)" % (
        n_jamo, seconds, format_count(recording.measurements.syllable_peaks, "peak"),
        speaking_rate(recording), z)
    too_fast = n_jamo > _LIMIT["fastest"] * seconds
    too_slow = seconds > 0.5 + n_jamo / _LIMIT["slowest"]
    for name, sign, impossible in (("too much text", 1, too_fast),
                                   ("too little text", -1, too_slow)):
        if impossible or z * sign > _LIMIT["rate_look"]:
            drop = impossible or z * sign > _LIMIT["rate_drop"]
            yield Finding(name, recording.item.id, DROP if drop else LOOK, reason)


def _check_duplicates(group):
    """If all transcripts agree, the first recording is kept; otherwise none."""
    texts = {recording.transcript.text for recording in group}
    for index, recording in enumerate(group):
        others = [other for other in group if other is not recording]
        names = ", ".join(other.item.id for other in others)
        same_file = any(other.measurements.sha1 == recording.measurements.sha1 for other in others)
        relation = "the same file as" if same_file else "the same sound as"
        if len(texts) > 1:
            yield Finding("same recording", recording.item.id, DROP, "%s %s, with another "
                          "transcript: one of them is wrong" % (relation, names))
        elif index:
            yield Finding("same recording", recording.item.id, DROP,
                          "%s %s, which is kept" % (relation, group[0].item.id))


def _check_sound(item, measured):
    if measured.flat_runs >= _LIMIT["flat_look"]:
        yield Finding("clipping", item.id,
                      DROP if measured.flat_runs >= _LIMIT["flat_drop"] else LOOK,
                      "the wave is clipped at %d places, %.2f %% of all samples"
                      % (measured.flat_runs, 100 * measured.clipped_fraction))
    elif measured.clipping_score > _LIMIT["clipping_score"]:
        yield Finding("clipping", item.id, LOOK, "the highest samples are nearly equal, as if the "
                      "wave had been clipped before it was resampled or compressed")
    if measured.snr_db < _LIMIT["snr_look"]:
        yield Finding("noise", item.id, DROP if measured.snr_db < _LIMIT["snr_drop"] else LOOK,
                      "speech is only %.0f dB above the noise floor of %.0f dB"
                      % (measured.snr_db, measured.noise_floor_db))
    if measured.longest_pause > _LIMIT["pause_look"]:
        yield Finding("long pause", item.id,
                      DROP if measured.longest_pause > _LIMIT["pause_drop"] else LOOK,
                      "%.2f s of silence at %.2f s"
                      % (measured.longest_pause, measured.longest_pause_start))
    for side, silence, kept in (
            ("before", measured.leading_silence, measured.leading_kept),
            ("after", measured.trailing_silence, measured.trailing_kept)):
        if silence > _LIMIT["silence"]:
            drop = kept > _LIMIT["silence_kept"]
            yield Finding("silence around", item.id, DROP if drop else NOTE,
                          "%.2f s %s speech; %s" % (silence, side, (
                              "preprocessing keeps %.2f s of it: it is too loud to be trimmed"
                              % kept if drop else "preprocessing trims it")))
    if measured.mixing_loss_db > _LIMIT["mixing_loss"]:
        yield Finding("channels cancel", item.id, DROP, "averaging the %d channels loses %.0f dB"
                      % (measured.channels, measured.mixing_loss_db))
    if measured.speech_db < _LIMIT["quiet"]:
        yield Finding("level", item.id, LOOK,
                      "speech is at %.0f dB of full scale" % measured.speech_db)
    if measured.seconds < _LIMIT["shortest"] or measured.seconds > _LIMIT["longest"]:
        yield Finding("duration", item.id, LOOK, "%.2f s; %.1f to %.0f s are usual"
                      % (measured.seconds, _LIMIT["shortest"], _LIMIT["longest"]))


def _find_cut_edges(recordings):
    """Reported only if rare: some corpora, and synthetic speech, begin with the first sound."""
    for verb, field in (("begins", "first_db"), ("ends", "last_db")):
        levels = [getattr(recording.measurements, field) for recording in recordings]
        # an edge near the noise floor does not cut a sound
        cut = [(recording, level) for recording, level in zip(recordings, levels)
               if level > _LIMIT["edge"] and level + recording.measurements.snr_db > 6]
        if len(cut) <= max(1, 0.1 * len(recordings)):
            for recording, level in cut:
                yield Finding("cut at the edge", recording.item.id, LOOK,
                              "%s only %.0f dB below the level of speech" % (verb, -level))


def _find_outliers(recordings):
    """Findings that depend on the other recordings."""
    for recording, z in _outliers(recordings, lambda measured: measured.snr_db):
        if z < 0 and recording.measurements.snr_db >= _LIMIT["snr_look"]:
            yield Finding("noise", recording.item.id, LOOK, "speech is %.0f dB above the noise "
                          "floor, much less than in the others (z %+.1f)"
                          % (recording.measurements.snr_db, z))
    for recording, z in _outliers(recordings, lambda measured: measured.speech_db):
        if z < 0 and recording.measurements.speech_db >= _LIMIT["quiet"]:
            yield Finding("level", recording.item.id, LOOK, "speech is at %.0f dB of full scale, "
                          "far below the others (z %+.1f)" % (recording.measurements.speech_db, z))
    for recording, z in _outliers(recordings, lambda measured: np.log(measured.seconds)):
        if _LIMIT["shortest"] <= recording.measurements.seconds <= _LIMIT["longest"]:
            yield Finding("duration", recording.item.id, NOTE, "%.2f s, far from the others "
                          "(z %+.1f)" % (recording.measurements.seconds, z))
    formats = Counter(map(_audio_format, recordings))
    if formats:
        usual, _ = max(formats.items(), key=lambda item: (item[1], item[0]))
        for recording in recordings:
            if _audio_format(recording) != usual:
                yield Finding("sample rate or channels", recording.item.id, LOOK, "%s; most have %s"
                              % (format_audio(*_audio_format(recording)), format_audio(*usual)))


def _outliers(recordings, value):
    """(recording, z-score) of the recordings whose value(measurements) is an outlier."""
    scores = robust_z_scores([value(recording.measurements) for recording in recordings])
    return [(recording, z) for recording, z in zip(recordings, scores) if abs(z) > _LIMIT["z"]]


def _audio_format(recording):
    return recording.measurements.sample_rate, recording.measurements.channels


def format_audio(sample_rate, channels):
    return "%d Hz, %s" % (sample_rate, format_count(channels, "channel"))


def format_count(count, noun):
    """The count with the noun, in the plural unless the count is 1."""
    return "%d %s%s" % (count, noun, "" if count == 1 else "s")
