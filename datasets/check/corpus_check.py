"""Checks a corpus folder or an example store: all results as a CheckReport."""
import functools
import os
from collections import Counter, OrderedDict, namedtuple

import korean
from common import files
from common.errors import InputError
from common.parallel import Failure, map_in_order
from datasets.check import duplicates
from datasets.check.findings import DROP, CheckedRecording, Transcript, collect_findings
from datasets.check.measurements import CheckItem, measure_recording, read_samples
from datasets.corpus import exclude_utterances, read_corpus
from datasets.speaker_groups import find_speaker_groups
from datasets.store import is_store, load_store
from datasets.transcripts import EXCLUDE_LIST, NO_TRANSCRIPT
from korean.symbols import FINALS, INITIALS, VOWELS

CheckReport = namedtuple("CheckReport", [
    "folder",
    "format",               # name of a corpus format, or "store"
    "recordings",           # list of CheckedRecording
    "measured",             # those of them that have measurements
    "findings",             # list of Finding
    "drop",                 # {id: reasons} of the utterances to leave out, sorted
    "skipped",              # [(name, reason)] of what did not become an utterance
    "same_text",            # [{"text", "ids"}] of texts that were recorded more than once
    "speaker_groups",       # SpeakerGroups if the recordings seem to have two speakers, or None
    "jamo_counts",          # {position in the syllable: {jamo: occurrences}}
    "hp"])

_JAMO_POSITIONS = OrderedDict([("initial", INITIALS), ("vowel", VOWELS), ("final", FINALS)])


def check_folder(folder, format, hp, workers, lexicon=None):
    """The CheckReport on a folder. Raises InputError if it is no corpus and no example store.

    `lexicon` is that of preprocess.py, a dict; a store has its own.
    """
    normalizer = korean.TextNormalizer(lexicon=lexicon)
    if format == "auto" and is_store(folder):
        format = "store"
        items, skipped, normalizer = _read_store(folder)
    else:
        corpus = read_corpus(folder, format)
        format, utterances, skipped = corpus.format, corpus.utterances, corpus.skipped
        own_list = os.path.join(folder, EXCLUDE_LIST)
        if os.path.exists(own_list):
            # preprocess.py leaves them out: they are no duplicates of others
            utterances, excluded, _ = exclude_utterances(utterances, own_list)
            skipped = skipped + [(name, "is listed in " + own_list) for name in excluded]
        if not utterances:
            raise InputError("%s: excludes all utterances of the corpus" % own_list)
        items = [CheckItem(utterance.id, utterance.text, utterance.audio_path, None, None)
                 for utterance in utterances]
    checked = map_in_order(functools.partial(_check_item, hp, normalizer), items, workers,
                           "recording")
    recordings = [CheckedRecording(item, parse_transcript(item.text, normalizer), None,
                                   result.reason)
                  if isinstance(result, Failure) else result
                  for item, result in zip(items, checked)]
    measured = [recording for recording in recordings if recording.measurements]
    groups = _find_duplicates(measured, workers)
    findings = collect_findings(recordings, groups)
    return CheckReport(
        folder, format, recordings, measured, findings, _reasons_to_drop(findings), skipped,
        _find_same_text(recordings, groups), _find_speaker_groups(measured),
        _count_jamo(measured), hp)


def _check_item(hp, normalizer, item):
    """The CheckedRecording of a CheckItem."""
    measurements = error = None
    try:
        measurements = measure_recording(item, hp)
    except InputError as exception:
        error = str(exception)
    return CheckedRecording(item, parse_transcript(item.text, normalizer), measurements, error)


def parse_transcript(text, normalizer):
    """The Transcript of a text as written."""
    normalized = normalizer.normalize(text)
    jamo = "".join(letter for letter in korean.to_jamo(normalized.text) if letter in korean.JAMO)
    return Transcript(normalized.text, jamo, normalized.unreadable)


def _read_store(folder):
    """(CheckItems, skipped, normalizer) of an example store."""
    store = load_store(folder)
    if not store.utterances:
        raise InputError("%s: contains no utterances" % folder)
    items = [CheckItem(row.id, row.written, os.path.join(folder, row.file), row,
                       store.audio_settings["sample_rate"]) for row in store.utterances]
    return items, _read_skipped(folder), store.normalizer


def _read_skipped(folder):
    """[(name, reason)] of skipped.txt, if the store has one."""
    path = os.path.join(folder, "skipped.txt")
    if not os.path.exists(path):
        return []
    # split at the first colon; but the name of a recording may contain one
    return [line.rpartition(": ")[::2] if line.endswith(NO_TRANSCRIPT)
            else line.partition(": ")[::2] for line in files.read_lines(path)]


def _find_duplicates(measured, workers):
    """Lists of two or more CheckedRecordings with the same sound."""
    pairs = duplicates.find_candidates([recording.measurements for recording in measured])
    jobs = [(measured[i].item, measured[j].item) for i, j in pairs]
    confirmed = [pair for pair, is_same in zip(pairs, map_in_order(
        duplicates.is_same_sound, jobs, workers, "pair")) if is_same is True]
    return [[measured[i] for i in group]
            for group in duplicates.group_pairs(len(measured), confirmed)]


def _find_speaker_groups(measured):
    items = {recording.item.id: recording.item for recording in measured}

    def load_samples(utterance_id):
        channels, rate, _ = read_samples(items[utterance_id])
        return channels.mean(axis=1), rate

    return find_speaker_groups(list(items), load_samples) if items else None


def _reasons_to_drop(findings):
    """{id: reasons} of the utterances to drop, sorted by id."""
    reasons = {}
    for finding in findings:
        if finding.action == DROP:
            reasons.setdefault(finding.id, []).append("%s: %s" % (finding.type, finding.reason))
    return OrderedDict((utterance_id, "; ".join(reasons[utterance_id]))
                       for utterance_id in sorted(reasons))


def _find_same_text(recordings, duplicate_groups):
    """Texts with several recordings, not counting duplicates: [{"text", "ids"}]."""
    copies = {recording.item.id for group in duplicate_groups for recording in group[1:]}
    ids = OrderedDict()
    for recording in recordings:
        if recording.transcript.jamo and recording.item.id not in copies:
            ids.setdefault(recording.transcript.text, []).append(recording.item.id)
    return [{"text": text, "ids": same_text}
            for text, same_text in ids.items() if len(same_text) > 1]


def _count_jamo(measured):
    counts = Counter("".join(recording.transcript.jamo for recording in measured))
    return OrderedDict((position, OrderedDict((letter, counts[letter]) for letter in letters))
                       for position, letters in _JAMO_POSITIONS.items())
