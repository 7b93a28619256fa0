"""From measures to findings: what is wrong with which recording, and what to do about it."""
from collections import Counter, OrderedDict, namedtuple

import numpy as np

# DROP: worse than no example; LOOK: listen, and mend it or not; NOTE: nothing has to be done
DROP, LOOK, NOTE = "drop", "look", "note"

# kind: one of KINDS; id: of the utterance; action: DROP, LOOK or NOTE; reason: a sentence
Finding = namedtuple("Finding", "kind id action reason")

# entry, reading and measures (or None) of one utterance; problem: why it could not be read, or None
Recording = namedtuple("Recording", "entry reading measures problem")

# kind → what it means for training
KINDS = OrderedDict([
    ("unreadable file", "preprocessing leaves them out; get the file again"),
    ("empty transcript", "preprocessing leaves them out; write what is said"),
    ("unreadable characters", "preprocessing leaves them out; write what is said in Hangul"),
    ("too much text", "the transcript says more than is heard: speech is missing, or it is that "
                      "of another recording"),
    ("too little text", "more is heard than the transcript says, or it is that of another "
                        "recording"),
    ("same recording", "one recording under several names: it counts twice, or a transcript is "
                       "wrong"),
    ("clipping", "the wave is cut flat; the vocoder learns to do so"),
    ("noise", "the model learns the noise with the voice"),
    ("cut at the edge", "begins or ends in the middle of a sound"),
    ("long pause", "attention loses its place where nothing is heard for long"),
    ("silence around", "what is not cut off teaches the model to wait"),
    ("channels cancel", "their mixture, which is what is used, loses the voice"),
    ("level", "far quieter than the others: more of the room, fewer bits of voice"),
    ("sample rate or channels", "unlike most of the corpus: another microphone, or another source"),
    ("duration", "unlike most of the corpus"),
])

LIMITS = OrderedDict([
    # Korean is read at 10 to 15 jamo a second; hasty speech reaches some 20
    ("fastest", (25.0, "jamo a second that can be spoken")),
    ("slowest", (4.0, "jamo a second, and half a second more, that speech takes at most")),
    ("rate_look", (2.5, "robust z of text over sound from which on to listen")),
    ("rate_drop", (4.0, "robust z of text over sound from which on to drop")),
    ("z", (3.5, "robust z of other figures that counts as unlike the rest")),
    ("flat_look", (3, "places where the wave is flat from which on to listen")),
    ("flat_drop", (10, "places where the wave is flat from which on to drop")),
    ("tops", (1.0, "alikeness of the highest samples above which they were cut flat once")),
    ("snr_drop", (15.0, "speech over noise floor [dB] below which to drop")),
    ("snr_look", (20.0, "speech over noise floor [dB] below which to listen")),
    ("edge", (-12.0, "level of the first or last 25 ms over that of speech [dB]")),
    ("pause_look", (1.0, "silence within speech [s] from which on to listen")),
    ("pause_drop", (2.0, "silence within speech [s] from which on to drop")),
    ("silence", (0.75, "silence before or after speech [s] that is told")),
    ("silence_kept", (0.5, "of it left by preprocessing [s] from which on to drop")),
    ("cancelled", (6.0, "dB lost by mixing the channels")),
    ("quiet", (-40.0, "level of speech [dB of full scale]")),
    ("shortest", (0.4, "s")),
    ("longest", (15.0, "s")),
])
_L = {name: value for name, (value, _) in LIMITS.items()}
_FEW = 8  # recordings, up to which no figure is called unlike the others


def robust_z(values):
    """How many standard deviations each value lies from the median; all 0 where there are few.

    The deviation is estimated by the median of absolute deviations, so that what is wrong does
    not widen it; it is at least a hundredth, for corpora that a machine spoke.
    """
    values = np.asarray(values, float)
    if len(values) <= _FEW:
        return np.zeros(len(values))
    median = np.median(values)
    return (values - median) / max(0.01, 1.4826 * np.median(np.abs(values - median)))


def rate(recording):
    """Jamo a second of speech, pauses and silence left out."""
    return len(recording.reading.jamo) / max(0.01, recording.measures.spoken)


def text_z(recordings):
    """Robust z of how much text there is for the sound: of each, and 0 for those without jamo.

    The sound is measured twice, in seconds and in peaks of loudness, and the geometric mean of both
    is taken: who speaks fast makes more peaks a second, so that half a text shows in fast speech,
    too. A short text says little (its last vowel is long, its edges are a guess), so the deviation
    allowed grows as sqrt(1 + 10 / jamo): fitted by eye to read speeches.
    """
    spoken = [i for i, one in enumerate(recordings) if one.reading.jamo]
    logs = np.log([rate(recordings[i]) for i in spoken])
    logs += np.log([max(0.01, recordings[i].measures.spoken) / recordings[i].measures.peaks
                    for i in spoken]) / 2
    spread = np.sqrt([1 + 10 / len(recordings[i].reading.jamo) for i in spoken])
    found = np.zeros(len(recordings))
    if spoken:
        found[spoken] = robust_z((logs - np.median(logs)) / spread)
    return found


def findings(recordings, copies):
    """All Findings: those of a kind together, in the order of KINDS, then by id.

    `copies` are lists of Recordings that are one sound.
    """
    found = [one for recording in recordings for one in _of_transcript(recording)]
    heard = [recording for recording in recordings if recording.measures]
    for recording, z in zip(heard, text_z(heard)):
        found += _of_rate(recording, z)
    for group in copies:
        found += _of_copies(group)
    for recording in heard:
        found += _of_sound(recording)
    found += list(_cut(heard)) + list(_unlike(heard))
    order = list(KINDS)
    return sorted(set(found), key=lambda one: (order.index(one.kind), one.id, one.reason))


def _of_transcript(recording):
    entry, text = recording.entry, recording.reading
    if recording.problem:
        yield Finding("unreadable file", entry.id, DROP, recording.problem)
    if not entry.text.strip():
        yield Finding("empty transcript", entry.id, DROP, "the transcript is empty")
    elif text.unreadable:
        yield Finding("unreadable characters", entry.id, DROP, "no reading for " + ", ".join(
            "%r (U+%04X, column %d)" % (character, ord(character), column)
            for column, character in text.unreadable[:5])
            + (" and %d more" % (len(text.unreadable) - 5) if len(text.unreadable) > 5 else ""))
    elif not text.jamo:
        yield Finding("empty transcript", entry.id, DROP, "the transcript holds no Hangul")


def _of_rate(recording, z):
    jamo, spoken = len(recording.reading.jamo), recording.measures.spoken
    if not jamo or recording.reading.unreadable:
        return
    said = "%d jamo in %.2f s of speech with %s of loudness: %.1f a second (z %+.1f)" % (
        jamo, spoken, counted(recording.measures.peaks, "peak"), rate(recording), z)
    impossible = jamo > _L["fastest"] * spoken
    endless = spoken > 0.5 + jamo / _L["slowest"]
    for kind, sign, beyond in (("too much text", 1, impossible), ("too little text", -1, endless)):
        if beyond or z * sign > _L["rate_look"]:
            sure = beyond or z * sign > _L["rate_drop"]
            yield Finding(kind, recording.entry.id, DROP if sure else LOOK, said)


def _of_copies(group):
    """The first of copies with one text stays; with several, nobody can tell which is right."""
    texts = {one.reading.read for one in group}
    for position, one in enumerate(group):
        others = ", ".join(other.entry.id for other in group if other is not one)
        same_bytes = any(other.measures.content == one.measures.content
                         for other in group if other is not one)
        how = "the same file as" if same_bytes else "the same sound as"
        if len(texts) > 1:
            yield Finding("same recording", one.entry.id, DROP,
                          "%s %s, with another transcript: one of them is wrong" % (how, others))
        elif position:
            yield Finding("same recording", one.entry.id, DROP,
                          "%s %s, which stays" % (how, group[0].entry.id))


def _of_sound(recording):
    entry, of = recording.entry, recording.measures
    if of.flat >= _L["flat_look"]:
        yield Finding("clipping", entry.id, DROP if of.flat >= _L["flat_drop"] else LOOK,
                      "the wave is flat at %d places, %.2f %% of all samples"
                      % (of.flat, 100 * of.clipped))
    elif of.tops > _L["tops"]:
        yield Finding("clipping", entry.id, LOOK, "the highest samples are all alike, as if the "
                      "wave had been cut flat before it was resampled or coded")
    if of.snr < _L["snr_look"]:
        yield Finding("noise", entry.id, DROP if of.snr < _L["snr_drop"] else LOOK,
                      "speech lies only %.0f dB over the noise floor of %.0f dB"
                      % (of.snr, of.floor_db))
    if of.pause > _L["pause_look"]:
        yield Finding("long pause", entry.id, DROP if of.pause > _L["pause_drop"] else LOOK,
                      "%.2f s of silence at %.2f s" % (of.pause, of.pause_at))
    for place, silence, kept in (("before", of.start, of.start_kept),
                                 ("after", of.end, of.end_kept)):
        if silence > _L["silence"]:
            stays = kept > _L["silence_kept"]
            yield Finding("silence around", entry.id, DROP if stays else NOTE,
                          "%.2f s %s speech; %s" % (silence, place, (
                              "preprocessing leaves %.2f s of it: it is too loud to be cut" % kept
                              if stays else "preprocessing cuts it off")))
    if of.cancelled > _L["cancelled"]:
        yield Finding("channels cancel", entry.id, DROP,
                      "mixing the %d channels loses %.0f dB" % (of.channels, of.cancelled))
    if of.speech_db < _L["quiet"]:
        yield Finding("level", entry.id, LOOK, "speech is at %.0f dB of full scale" % of.speech_db)
    if of.seconds < _L["shortest"] or of.seconds > _L["longest"]:
        yield Finding("duration", entry.id, LOOK, "%.2f s; %.1f to %.0f s are usual"
                      % (of.seconds, _L["shortest"], _L["longest"]))


def _cut(recordings):
    """Told only where it is rare: some corpora, and some machines, begin with the first sound."""
    for place, level in (("begins", "first_db"), ("ends", "last_db")):
        # what is no louder than the noise floor is cut off no sound
        cut = [one for one in recordings if getattr(one.measures, level) > _L["edge"]
               and getattr(one.measures, level) + one.measures.snr > 6]
        if len(cut) <= max(1, 0.1 * len(recordings)):
            for one in cut:
                yield Finding("cut at the edge", one.entry.id, LOOK, "%s only %.0f dB below the "
                              "level of speech" % (place, -getattr(one.measures, level)))


def _unlike(recordings):
    """What is only wrong beside the others."""
    for one, z in zip(recordings, robust_z([one.measures.snr for one in recordings])):
        if z < -_L["z"] and one.measures.snr >= _L["snr_look"]:
            yield Finding("noise", one.entry.id, LOOK, "speech lies %.0f dB over the noise floor, "
                          "far less than in the others (z %+.1f)" % (one.measures.snr, z))
    for one, z in zip(recordings, robust_z([one.measures.speech_db for one in recordings])):
        if z < -_L["z"] and one.measures.speech_db >= _L["quiet"]:
            yield Finding("level", one.entry.id, LOOK, "speech is at %.0f dB of full scale, far "
                          "below the others (z %+.1f)" % (one.measures.speech_db, z))
    seconds = [np.log(one.measures.seconds) for one in recordings]
    for one, z in zip(recordings, robust_z(seconds)):
        if abs(z) > _L["z"] and _L["shortest"] <= one.measures.seconds <= _L["longest"]:
            yield Finding("duration", one.entry.id, NOTE, "%.2f s, far from the others (z %+.1f)"
                          % (one.measures.seconds, z))
    kinds = Counter((one.measures.rate, one.measures.channels) for one in recordings)
    if kinds:
        (usual_rate, usual_channels), _ = max(kinds.items(), key=lambda item: (item[1], item[0]))
        for one in recordings:
            if (one.measures.rate, one.measures.channels) != (usual_rate, usual_channels):
                yield Finding("sample rate or channels", one.entry.id, LOOK,
                              "%d Hz, %s; most have %d Hz, %s" % (
                                  one.measures.rate, channels(one.measures.channels),
                                  usual_rate, channels(usual_channels)))


def channels(count):
    return counted(count, "channel")


def counted(count, thing):
    """The number and the thing, in the plural unless there is one."""
    return "%d %s%s" % (count, thing, "" if count == 1 else "s")
