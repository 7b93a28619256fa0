"""Builds an example store from a corpus in parallel. Computes only what is missing or changed."""
import contextlib
import functools
import hashlib
import json
import os
import re
from collections import Counter, namedtuple

import numpy as np

import audio
import korean
from common import files
from common.errors import InputError
from datasets.parallel import run_parallel
from datasets.store import (EXAMPLES_FOLDER, MANIFEST_FORMAT, Example, Manifest, ManifestRow,
                            is_store, load_store, read_example, write_manifest)
from hparams import RENAMED

# to be increased when the code changes the arrays of the same recording and settings
_ARRAYS_VERSION = 1
_OLD_NAMES = {new: old for old, new in RENAMED.items()}

# rule_counts: {name of a rule of the text normaliser: number of transcripts that it changed};
# skipped: [(name, reason)]
BuildResult = namedtuple("BuildResult", "store rule_counts skipped")

# the input of a worker process
_Job = namedtuple("_Job", "utterance text jamo")


def build_store(folder, utterances, speaker, hp, normalizer, workers):
    """Make the store in `folder` contain exactly these transcripts.Utterances: a BuildResult.

    Arrays are written first, then the manifest; then unused arrays are removed. After an
    interruption, the store is the old or the new one, and the next call uses the finished arrays.
    Raises InputError if `folder` has a store with other settings, or no utterance can be used.
    """
    _check_same_settings(folder, speaker, hp, normalizer)
    os.makedirs(os.path.join(folder, EXAMPLES_FOLDER), exist_ok=True)
    jobs, rule_counts, skipped = _normalize_transcripts(utterances, normalizer)
    results = run_parallel(functools.partial(_build_row, folder, hp), jobs, workers, "utterance")
    rows = [row for row, _ in results if row]
    skipped += [(job.utterance.id, reason) for job, (row, reason) in zip(jobs, results) if not row]
    if not rows:
        raise InputError("none of %d utterances can be used%s" % (
            len(utterances), "".join("; %s: %s" % item for item in skipped[:3])))
    write_manifest(folder, Manifest(
        format=MANIFEST_FORMAT, audio=hp.audio_settings(), preparation=preparation_settings(hp),
        symbols=list(korean.SYMBOLS), reader=normalizer.as_dict(), speaker=speaker,
        utterances=sorted(rows, key=lambda row: row.id)))
    _remove_unused_arrays(os.path.join(folder, EXAMPLES_FOLDER), rows)
    return BuildResult(load_store(folder), rule_counts, skipped)


def _check_same_settings(folder, speaker, hp, normalizer):
    if not is_store(folder):
        return
    store = load_store(folder)
    old = dict(store.audio_settings, speaker=store.speaker,
               pronounce=store.normalizer.pronounce, **store.preparation)
    new = dict(hp.audio_settings(), speaker=speaker, pronounce=normalizer.pronounce,
               **preparation_settings(hp))
    differences = ["%s is %s in the store and %s here" % (name, old.get(name), new.get(name))
                   for name in sorted(set(old) | set(new)) if old.get(name) != new.get(name)]
    if differences:
        raise InputError("%s: contains a store with other settings (%s); choose another --out"
                         % (folder, ", ".join(differences)))


def _normalize_transcripts(utterances, normalizer):
    """([_Job], rule counts, skipped) of the utterances."""
    jobs, rule_counts, skipped = [], Counter(), []
    for utterance in utterances:
        try:
            normalized = normalizer.normalize(utterance.text, strict=True)
        except korean.UnreadableText as error:
            # leaving out the character would teach the model to skip what is spoken there
            skipped.append((utterance.location, str(error)))
            continue
        jamo = normalizer.to_jamo(normalized.text)
        if any(letter in korean.JAMO for letter in jamo):
            jobs.append(_Job(utterance, normalized.text, jamo))
            rule_counts.update({change.rule for change in normalized.changes})
        else:
            skipped.append((utterance.location, "the transcript of %s contains no readable text"
                            % utterance.id))
    return jobs, rule_counts, skipped


def _build_row(folder, hp, job):
    """(ManifestRow, None) after writing the arrays of an utterance if necessary; (None, reason)."""
    utterance = job.utterance
    try:
        source = hashlib.sha1(files.read_bytes(utterance.audio_path)).hexdigest()
        file = "%s/%s" % (EXAMPLES_FOLDER, example_file_name(utterance.id, source, hp))
        path = os.path.join(folder, file)
        try:
            example = read_example(path)
        except InputError:
            example = make_example(path, utterance.audio_path, hp)
    except InputError as error:
        return None, str(error)
    return ManifestRow(id=utterance.id, text=job.text, written=utterance.text, jamo=job.jamo,
                       frames=len(example.mel), samples=len(example.audio), file=file,
                       source=source), None


def make_example(path, recording, hp):
    """Write the arrays of a recording to `path` and return them as an Example.

    Raises InputError if the recording cannot be used.
    """
    samples = audio.pad_to_hop(audio.load_recording(recording, hp), hp)
    example = Example(audio=samples, mel=audio.melspectrogram(samples, hp))
    with files.atomic_write(path) as file:
        np.savez(file, **example._asdict())
    return example


def preparation_settings(hp):
    """The settings, besides hp.audio_settings(), that change the arrays of a recording."""
    return {"trim_top_db": hp.trim_top_db, "trim_margin": hp.trim_margin,
            "rescaling_max": hp.rescaling_max}


def example_file_name(utterance_id, source, hp):
    """A file name for the arrays of an utterance, valid in every file system.

    It contains a hash of the id, the recording (`source` is its SHA-1) and all settings, so a file
    of this name does not have to be computed again.
    """
    # with the setting names of the first version, so that the arrays of old stores are found
    settings = [{_OLD_NAMES.get(name, name): value for name, value in group.items()}
                for group in (hp.audio_settings(), preparation_settings(hp))]
    content = json.dumps([utterance_id, source] + settings + [_ARRAYS_VERSION], sort_keys=True)
    readable = re.sub("[^0-9A-Za-z._-]", "_", utterance_id)[-60:]
    return "%s-%s.npz" % (readable, hashlib.sha1(content.encode()).hexdigest()[:16])


def _remove_unused_arrays(folder, rows):
    """Remove arrays of removed or changed recordings, and temporary files of killed runs."""
    used = {os.path.basename(row.file) for row in rows}
    for name in os.listdir(folder):
        if name not in used and name.endswith((".npz", ".part")):
            with contextlib.suppress(FileNotFoundError):
                os.remove(os.path.join(folder, name))
