"""A corpus → an example store: in parallel, and only what is not there already."""
import contextlib
import hashlib
import os
import signal
from collections import Counter, namedtuple
from concurrent.futures import ProcessPoolExecutor, as_completed

import korean
from common import files
from common.errors import InputError
from datasets import store as stores

# changed: {rule: number of transcripts that it changed}; unfit: [(name, reason)] of what was
# left out
BuildResult = namedtuple("BuildResult", "store rule_counts skipped")

# what one process is asked to do: the row without its frames, the recording, and the folder
_Job = namedtuple("_Job", "utterance text jamo folder hp")


def build_store(folder, utterances, speaker, hp, normalizer, workers, progress):
    """Make the store in `folder` hold just these utterances, read by `normalizer`; an BuildResult.

    `progress(iterable, total)` yields what is in the iterable, a thing for each utterance done.
    Arrays come first, the manifest last and at once, what it no longer names goes after it: however
    this ends, the store is the old or the new one, and what was finished is not made again.
    Raises InputError where the folder holds a store of other settings, or no utterance is fit.
    """
    _check_same_kind(folder, speaker, hp, normalizer)
    try:
        os.makedirs(os.path.join(folder, stores.EXAMPLES_FOLDER), exist_ok=True)
    except OSError as problem:
        raise InputError("%s: no store can be made there (%s)" % (folder, problem.strerror))
    jobs, changed, skipped = _jobs(utterances, folder, hp, normalizer)
    rows, unfit = _done(jobs, workers, progress)
    skipped += unfit
    if not rows:
        raise InputError("not one of %d utterances can be used%s" % (
            len(utterances), "".join("; %s: %s" % one for one in skipped[:3])))
    manifest = stores.Manifest(
        format=stores.MANIFEST_FORMAT, audio=hp.audio_settings(), preparation=stores.preparation_settings(hp),
        symbols=list(korean.SYMBOLS), reader=normalizer.as_dict(), speaker=speaker,
        utterances=sorted(rows, key=lambda row: row.id))
    stores.write_manifest(folder, manifest)
    _remove_others(os.path.join(folder, stores.EXAMPLES_FOLDER), rows)
    return BuildResult(stores.load_store(folder), changed, skipped)


def _check_same_kind(folder, speaker, hp, normalizer):
    if not stores.is_store(folder):
        return
    found = stores.load_store(folder)
    there = dict(found.audio_settings, speaker=found.speaker,
                 pronounce=found.normalizer.pronounce, **found.preparation)
    here = dict(hp.audio_settings(), speaker=speaker, pronounce=normalizer.pronounce,
                **stores.preparation_settings(hp))
    differing = ["%s is %s there and %s here" % (name, there.get(name), here.get(name))
                 for name in sorted(set(there) | set(here)) if there.get(name) != here.get(name)]
    if differing:
        raise InputError("%s: holds a store of another kind (%s); choose another --out"
                         % (folder, ", ".join(differing)))


def _jobs(utterances, folder, hp, normalizer):
    jobs, changed, skipped = [], Counter(), []
    for utterance in utterances:
        try:
            reading = normalizer.normalize(utterance.text, strict=True)
        except korean.UnreadableText as problem:
            # a model would learn that what is said there has no letters
            skipped.append((utterance.where, str(problem)))
            continue
        letters = normalizer.to_jamo(reading.text)
        if any(letter in korean.JAMO for letter in letters):
            jobs.append(_Job(utterance, reading.text, letters, folder, hp))
            changed.update({change.rule for change in reading.changes})
        else:
            skipped.append((utterance.where, "the transcript of %s has nothing to read"
                            % utterance.id))
    return jobs, changed, skipped


def _done(jobs, workers, progress):
    """(rows, skipped) of the jobs. An exception that is no InputError is a defect and is raised."""
    rows, skipped = [], []
    if not jobs:
        return rows, skipped
    with ProcessPoolExecutor(min(workers, len(jobs))) as pool:
        futures = {pool.submit(_row, job): job.utterance for job in jobs}
        try:
            for future in progress(as_completed(futures), len(futures)):
                try:
                    rows.append(future.result())
                except InputError as problem:
                    skipped.append((futures[future].id, str(problem)))
        except BaseException:
            # leave at once, but let the examples that are being made be finished
            for future in futures:
                future.cancel()
            raise
    return rows, sorted(skipped)


def _row(job):
    """The manifest's row of an utterance, once its arrays are on the disk."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that gave out the work
    utterance = job.utterance
    source = hashlib.sha1(files.read_bytes(utterance.audio)).hexdigest()
    name = "%s/%s" % (stores.EXAMPLES_FOLDER, stores.example_file_name(utterance.id, source, job.hp))
    path = os.path.join(job.folder, name)
    try:
        arrays = stores.read_example(path)
    except InputError:
        arrays = stores.make_example(path, utterance.audio, job.hp)
    return stores.ManifestRow(id=utterance.id, text=job.text, written=utterance.text, jamo=job.jamo,
                      frames=len(arrays.mel), samples=len(arrays.audio), file=name, source=source)


def _remove_others(folder, rows):
    """Remove arrays that no row names: of gone or changed recordings, of runs that were killed."""
    kept = {os.path.basename(row.file) for row in rows}
    for name in os.listdir(folder):
        if name not in kept and name.endswith((".npz", ".part")):
            with contextlib.suppress(FileNotFoundError):
                os.remove(os.path.join(folder, name))
