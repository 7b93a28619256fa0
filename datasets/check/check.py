"""A folder → everything that is known of it: a Report."""
import os
import signal
from collections import Counter, OrderedDict, namedtuple
from concurrent.futures import ProcessPoolExecutor, as_completed

from common import files
from common.errors import InputError
from datasets import corpus, pairing
from datasets import store as stores
from datasets.batches import split_train_validation
from datasets.check import copies
from datasets.check import findings as rules
from datasets.check import measures
from datasets.check.reading import PLACES, reading

# folder; format: "kss" … or "store"; recordings: list of Recording; findings: list of Finding;
# drop: id → reasons, ordered; without_transcript: names; without_recording, skipped: (name,
# reason); same_text: (text, ids); overlap: (text, training ids, held-out ids) or None for a corpus;
# jamo: place → {jamo: how often}; hp
Report = namedtuple("Report", "folder format recordings findings drop without_transcript "
                    "without_recording skipped same_text overlap jamo hp")


def report(folder, format, hp, workers, progress):
    """The Report on a corpus folder or an example store.

    `progress(iterable, total, unit)` yields what is in the iterable. Raises InputError where the
    folder is neither.
    """
    if format == "auto" and stores.is_store(folder):
        format, entries, skipped, overlap = _of_store(folder, hp)
    else:
        format, entries, skipped = _of_corpus(folder, format)
        overlap = None
    recordings = _recordings(entries, hp, workers, progress)
    heard = [one for one in recordings if one.measures]
    same = _copies(heard, workers, progress)
    found = rules.findings(recordings, same)
    told = {pairing.NO_TRANSCRIPT: []}
    for name, reason in skipped:
        told.setdefault(reason, []).append(name)
    return Report(
        folder=folder, format=format, recordings=recordings, findings=found, drop=_drop(found),
        without_transcript=told[pairing.NO_TRANSCRIPT],
        without_recording=[one for one in skipped if pairing.without_recording(one[1])],
        skipped=[one for one in skipped if one[1] != pairing.NO_TRANSCRIPT
                 and not pairing.without_recording(one[1])],
        same_text=_same_text(recordings, same), overlap=overlap, jamo=_jamo(recordings), hp=hp)


def _of_corpus(folder, format):
    found = corpus.read_corpus(folder, format)
    entries = [measures.Entry(one.id, one.text, one.audio, None, None) for one in found.utterances]
    return found.format, entries, found.skipped


def _of_store(folder, hp):
    store = stores.load_store(folder)
    if not store.utterances:
        raise InputError("%s: holds no utterances" % folder)
    entries = [measures.Entry(row.id, row.written, os.path.join(folder, row.file), row,
                              store.audio_settings["sample_rate"]) for row in store.utterances]
    return "store", entries, _left_out(folder), _overlap(store, hp)


def _left_out(folder):
    """What preprocessing left out of a store: (name, reason)."""
    path = os.path.join(folder, "skipped.txt")
    if not os.path.exists(path):
        return []
    return [tuple(line.rpartition(": ")[::2]) if line.endswith(pairing.NO_TRANSCRIPT)
            else tuple(line.partition(": ")[::2]) for line in files.read_lines(path)]


def _overlap(store, hp):
    """Texts on both sides of the split that training makes: (text, training ids, held-out ids)."""
    if len(store.utterances) < 2:
        return []
    sides = [{}, {}]
    for texts, items in zip(sides, split_train_validation([store], hp.validation_fraction)):
        for item in items:
            texts.setdefault(item.row.text, []).append(item.row.id)
    training, held_out = sides
    return [(text, training[text], held_out[text])
            for text in sorted(set(training) & set(held_out))]


def _recordings(entries, hp, workers, progress):
    jobs = [(entry, hp) for entry in entries]
    made = {}
    for position, (one, problem) in _results(_measured, jobs, workers, progress, "recording"):
        entry = entries[position]
        made[position] = rules.Recording(entry, reading(entry.text), one, problem)
    return [made[position] for position in range(len(entries))]


def _measured(job):
    try:
        return measures.measured(*job), None
    except InputError as problem:
        return None, str(problem)


def _copies(heard, workers, progress):
    """Lists of Recordings that are one sound. What cannot be read any more is no copy."""
    pairs = copies.candidates([one.measures for one in heard])
    jobs = [tuple(heard[i] for i in pair) for pair in pairs]
    same = [pairs[position]
            for position, is_same in _results(_same, jobs, workers, progress, "pair") if is_same]
    return [[heard[i] for i in group] for group in copies.groups(len(heard), same)]


def _same(pair):
    if pair[0].measures.content == pair[1].measures.content:
        return True
    try:
        return copies.same_sound([one.entry for one in pair])
    except InputError:
        return False


def _results(function, jobs, workers, progress, unit):
    """Yield (position, function(job)) of each job as it is done, in `workers` processes."""
    if workers == 1 or len(jobs) < 2:
        for position, job in enumerate(progress(jobs, len(jobs), unit)):
            yield position, function(job)
        return
    with ProcessPoolExecutor(min(workers, len(jobs))) as pool:
        futures = {pool.submit(_in_process, function, job): i for i, job in enumerate(jobs)}
        try:
            for future in progress(as_completed(futures), len(jobs), unit):
                yield futures[future], future.result()
        except BaseException:
            for future in futures:
                future.cancel()
            raise


def _in_process(function, job):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that gave out the work
    return function(job)


def _drop(found):
    """id → its reasons to be left out, one sentence, in the order of ids."""
    reasons = {}
    for one in found:
        if one.action == rules.DROP:
            reasons.setdefault(one.id, []).append("%s: %s" % (one.kind, one.reason))
    return OrderedDict((one, "; ".join(reasons[one])) for one in sorted(reasons))


def _same_text(recordings, same):
    """(text, ids of different recordings of it)."""
    copy = {one.entry.id for group in same for one in group[1:]}
    texts = OrderedDict()
    for one in recordings:
        if one.reading.jamo and one.entry.id not in copy:
            texts.setdefault(one.reading.read, []).append(one.entry.id)
    return [(text, ids) for text, ids in texts.items() if len(ids) > 1]


def _jamo(recordings):
    counts = Counter("".join(one.reading.jamo for one in recordings if one.measures))
    return OrderedDict((place, OrderedDict((letter, counts[letter]) for letter in letters))
                       for place, letters in PLACES.items())
