"""Checks a corpus folder or an example store: all results as a CheckReport."""
import os
from collections import Counter, OrderedDict, namedtuple

import korean
from common import files
from common.errors import InputError
from datasets.batches import split_train_validation
from datasets.check import duplicates
from datasets.check.findings import (DROP, CheckedRecording, Transcript,
                                     find_findings)
from datasets.check.measurements import CheckItem, measure_recording
from datasets.corpus import read_corpus
from datasets.parallel import run_parallel
from datasets.store import is_store, load_store
from datasets.transcripts import NO_TRANSCRIPT, lacks_recording
from korean.symbols import FINALS, INITIALS, VOWELS

CheckReport = namedtuple("CheckReport", [
    "folder",
    "format",               # name of a corpus format, or "store"
    "recordings",           # list of CheckedRecording
    "findings",             # list of Finding
    "drop",                 # {id: reasons} of the utterances to leave out, sorted
    "without_transcript",   # names of recordings
    "without_recording",    # [(name of a transcript, reason)]
    "skipped",              # [(name, reason)] of everything else that was skipped
    "same_text",            # [(text, ids)] of texts that were recorded more than once
    "overlap",              # [(text, training ids, validation ids)]; None for a corpus
    "jamo_counts",          # position in the syllable → {jamo: occurrences}
    "hp"])

_JAMO_POSITIONS = OrderedDict([("initial", INITIALS), ("vowel", VOWELS), ("final", FINALS)])
_NORMALIZER = korean.TextNormalizer()


def check_folder(folder, format, hp, workers):
    """The CheckReport on a corpus folder or an example store. Raises InputError if neither."""
    if format == "auto" and is_store(folder):
        format, items, skipped, overlap = _read_store(folder, hp)
    else:
        corpus = read_corpus(folder, format)
        format, skipped, overlap = corpus.format, corpus.skipped, None
        items = [CheckItem(utterance.id, utterance.text, utterance.audio_path, None, None)
                 for utterance in corpus.utterances]
    recordings = _measure(items, hp, workers)
    groups = _find_duplicates([recording for recording in recordings if recording.measurements],
                              workers)
    findings = find_findings(recordings, groups)
    return CheckReport(
        folder=folder, format=format, recordings=recordings, findings=findings,
        drop=_reasons_to_drop(findings),
        without_transcript=[name for name, reason in skipped if reason == NO_TRANSCRIPT],
        without_recording=[item for item in skipped if lacks_recording(item[1])],
        skipped=[item for item in skipped
                 if item[1] != NO_TRANSCRIPT and not lacks_recording(item[1])],
        same_text=_find_same_text(recordings, groups), overlap=overlap,
        jamo_counts=_count_jamo(recordings), hp=hp)


def parse_transcript(text):
    """The Transcript of a written text."""
    normalized = _NORMALIZER.normalize(text)
    jamo = "".join(letter for letter in korean.to_jamo(normalized.text) if letter in korean.JAMO)
    return Transcript(normalized.text, jamo, normalized.unreadable)


def _read_store(folder, hp):
    """("store", CheckItems, skipped, overlap)."""
    store = load_store(folder)
    if not store.utterances:
        raise InputError("%s: contains no utterances" % folder)
    items = [CheckItem(row.id, row.written, os.path.join(folder, row.file), row,
                       store.audio_settings["sample_rate"]) for row in store.utterances]
    return "store", items, _read_skipped(folder), _find_overlap(store, hp)


def _read_skipped(folder):
    """[(name, reason)] of skipped.txt, if the store has one."""
    path = os.path.join(folder, "skipped.txt")
    if not os.path.exists(path):
        return []
    # the name of a recording may contain a colon
    return [tuple(line.rpartition(": ")[::2]) if line.endswith(NO_TRANSCRIPT)
            else tuple(line.partition(": ")[::2]) for line in files.read_lines(path)]


def _find_overlap(store, hp):
    """[(text, training ids, validation ids)] of texts on both sides of the split for training."""
    if len(store.utterances) < 2:
        return []
    training, validation = {}, {}
    for ids_by_text, items in zip((training, validation),
                                  split_train_validation([store], hp.validation_fraction)):
        for item in items:
            ids_by_text.setdefault(item.row.text, []).append(item.row.id)
    return [(text, training[text], validation[text])
            for text in sorted(set(training) & set(validation))]


def _measure(items, hp, workers):
    recordings = [None] * len(items)
    jobs = [(item, hp) for item in items]
    for index, (measurements, error) in run_parallel(_try_to_measure, jobs, workers, "recording"):
        item = items[index]
        recordings[index] = CheckedRecording(item, parse_transcript(item.text), measurements, error)
    return recordings


def _try_to_measure(job):
    """(Measurements, None) or (None, reason)."""
    try:
        return measure_recording(*job), None
    except InputError as error:
        return None, str(error)


def _find_duplicates(recordings, workers):
    """Lists of CheckedRecordings with the same sound."""
    pairs = duplicates.find_candidates([recording.measurements for recording in recordings])
    jobs = [(recordings[i], recordings[j]) for i, j in pairs]
    confirmed = [pairs[index]
                 for index, is_same in run_parallel(_is_same_sound, jobs, workers, "pair")
                 if is_same]
    return [[recordings[i] for i in group]
            for group in duplicates.group_pairs(len(recordings), confirmed)]


def _is_same_sound(pair):
    if pair[0].measurements.sha1 == pair[1].measurements.sha1:
        return True
    try:
        return duplicates.is_same_sound([recording.item for recording in pair])
    except InputError:      # the file has become unreadable
        return False


def _reasons_to_drop(findings):
    reasons = {}
    for finding in findings:
        if finding.action == DROP:
            reasons.setdefault(finding.id, []).append("%s: %s" % (finding.type, finding.reason))
    return OrderedDict((utterance_id, "; ".join(reasons[utterance_id]))
                       for utterance_id in sorted(reasons))


def _find_same_text(recordings, duplicate_groups):
    """[(text, ids)] of texts with several recordings, not counting duplicates."""
    copies = {recording.item.id for group in duplicate_groups for recording in group[1:]}
    ids = OrderedDict()
    for recording in recordings:
        if recording.transcript.jamo and recording.item.id not in copies:
            ids.setdefault(recording.transcript.text, []).append(recording.item.id)
    return [(text, same) for text, same in ids.items() if len(same) > 1]


def _count_jamo(recordings):
    counts = Counter("".join(recording.transcript.jamo for recording in recordings
                             if recording.measurements))
    return OrderedDict((position, OrderedDict((letter, counts[letter]) for letter in letters))
                       for position, letters in _JAMO_POSITIONS.items())
