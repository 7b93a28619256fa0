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
from common.arrays import write_npz
from common.errors import ConflictingOutput, InputError
from common.parallel import Failure, map_in_order
from datasets.store import (EXAMPLES_FOLDER, MANIFEST_FORMAT, SKIPPED_FILE, Example, Manifest,
                            ManifestRow, is_store, load_store, read_example, write_manifest)
from hparams import RENAMED

# to be increased when the code changes the arrays of the same recording and settings
_ARRAYS_VERSION = 1
# of example_file_name, and their temporary files
_ARRAYS_FILE = re.compile(r"[0-9A-Za-z._-]{1,60}-[0-9a-f]{16}\.npz(\.[0-9]+\.part)?")
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
    Raises ConflictingOutput if `folder` has a store with other settings or of another corpus,
    InputError if it has files of other programs or no utterance can be used. The folder must be
    locked.
    """
    files.remove_temporary_files(folder, r"manifest\.json|skipped\.txt")
    _check_no_foreign_files(folder)
    if is_store(folder):
        store = load_store(folder)
        _check_same_settings(store, speaker, hp, normalizer)
        _check_same_corpus(store, utterances)
    os.makedirs(os.path.join(folder, EXAMPLES_FOLDER), exist_ok=True)
    jobs, rule_counts, skipped = _normalize_transcripts(utterances, normalizer)
    if not is_store(folder):
        # the worker processes are copies of this one: they need not import and compute this again
        audio.melspectrogram(np.zeros(hp.hop_length), hp)
    results = list(map_in_order(functools.partial(_build_row, folder, hp), jobs, workers,
                                "utterance"))
    rows = [result for result in results if not isinstance(result, Failure)]
    skipped += [(job.utterance.id, result.reason) for job, result in zip(jobs, results)
                if isinstance(result, Failure)]
    if not rows:
        raise InputError("none of %d utterances can be used%s" % (
            len(utterances), "".join("; %s: %s" % item for item in skipped[:3])))
    write_manifest(folder, Manifest(
        format=MANIFEST_FORMAT, audio=hp.audio_settings(), preparation=preparation_settings(hp),
        symbols=list(korean.SYMBOLS), reader=normalizer.as_dict(), speaker=speaker,
        utterances=sorted(rows, key=lambda row: row.id)))
    _remove_unused_arrays(os.path.join(folder, EXAMPLES_FOLDER), rows)
    return BuildResult(load_store(folder), rule_counts, skipped)


def _check_no_foreign_files(folder):
    names = os.listdir(folder)
    if EXAMPLES_FOLDER in names:
        names = os.listdir(os.path.join(folder, EXAMPLES_FOLDER))
        foreign = [os.path.join(EXAMPLES_FOLDER, name) for name in sorted(names)
                   if not (_ARRAYS_FILE.fullmatch(name) or name.startswith("."))]
    else:
        foreign = [name for name in (SKIPPED_FILE,) if name in names]
    if foreign:
        raise InputError("%s: contains files that preprocess.py did not write (%s); choose another "
                         "--out, or move them elsewhere" % (folder, ", ".join(foreign[:3])))


def _check_same_settings(store, speaker, hp, normalizer):
    old = dict(store.audio_settings, speaker=store.speaker,
               pronounce=store.normalizer.pronounce, **store.preparation)
    new = dict(hp.audio_settings(), speaker=speaker, pronounce=normalizer.pronounce,
               **preparation_settings(hp))
    differences = ["%s is %s in the store and %s here" % (name, old.get(name), new.get(name))
                   for name in sorted(set(old) | set(new)) if old.get(name) != new.get(name)]
    if differences:
        raise ConflictingOutput("%s: contains a store with other settings (%s); choose another "
                                "--out" % (store.folder, ", ".join(differences)))


def _check_same_corpus(store, utterances):
    """Raise ConflictingOutput if none of these utterances has a recording of the store."""
    ids, hashes = ({getattr(row, field) for row in store.utterances} for field in ("id", "source"))
    # those of the same id first: usually, one hash is enough
    for utterance in sorted(utterances, key=lambda utterance: utterance.id not in ids):
        with contextlib.suppress(InputError):
            if audio.recording_sha1(utterance.audio_path) in hashes:
                return
    if hashes:
        raise ConflictingOutput(
            "%s: contains the store of another corpus, which has the speaker %s, too: the corpus "
            "has none of its %d recordings; choose another --out, or, if all recordings have "
            "changed, remove the store" % (store.folder, store.speaker, len(hashes)))


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
    """The ManifestRow of an utterance, after writing its arrays if necessary; or a Failure."""
    utterance = job.utterance
    try:
        source = audio.recording_sha1(utterance.audio_path)
        file = "%s/%s" % (EXAMPLES_FOLDER, example_file_name(utterance.id, source, hp))
        path = os.path.join(folder, file)
        try:
            example = read_example(path)
        except InputError:
            example = make_example(path, utterance.audio_path, hp)
        else:       # an earlier version may have used it
            audio.check_recording(utterance.audio_path)
    except InputError as error:
        return Failure(str(error))
    return ManifestRow(id=utterance.id, text=job.text, written=utterance.text, jamo=job.jamo,
                       frames=len(example.mel), samples=len(example.audio), file=file,
                       source=source)


def make_example(path, recording, hp):
    """Write the arrays of a recording to `path` and return them as an Example.

    Raises InputError if the recording cannot be used.
    """
    samples = audio.pad_to_hop(audio.load_recording(recording, hp), hp)
    example = Example(audio=samples, mel=audio.melspectrogram(samples, hp))
    write_npz(path, example._asdict())
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
        if name not in used and _ARRAYS_FILE.fullmatch(name):
            with contextlib.suppress(FileNotFoundError):
                os.remove(os.path.join(folder, name))
