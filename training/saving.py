"""Writing a run's checkpoints: complete or absent, the newest few and the best one.

    model-N.data-00000-of-00001, model-N.json, model-N.index    where a run goes on after N steps
    best-N.…                                                    the best by validation so far
    best.json                                                   its step, score and figures

A checkpoint is written under saving/ and brought to the disk, then its files are renamed, the
.index last: where that is, all is. The .json beside it has what the trainer knows besides its
variables.
"""
import errno
import glob
import json
import os
import re
import shutil

from common import files
from common.errors import InputError
from nn import compat
from nn.compat import tf
from training import checkpoint


class CannotSave(InputError):
    """A checkpoint could not be written; those before it are as they were."""


def save(session, saver, run, step, state, keep):
    """Write the checkpoint of `step` with `state`, a dict for JSON; keep the newest `keep`.

    Raises CannotSave, and leaves what was there, where the disk does not take it.
    """
    written = _write(session, saver, run, "model", step, state)
    there = checkpoint.paths(run)
    for path in there[:-keep]:
        if path != written:
            _remove(path)
    try:
        # not for us: for whoever asks tf.train.latest_checkpoint
        tf.train.update_checkpoint_state(run.folder, written, checkpoint.paths(run))
    except (tf.errors.OpError, OSError):
        pass


def save_best(session, saver, run, step, score, figures):
    """Keep the weights of `step` as the run's best if none before had a score as high."""
    before = checkpoint.best(run)
    if before and not score > before["score"]:
        return
    written = _write(session, saver, run, "best", step, {})
    files.write_json(run.path("best.json"), {"step": step, "score": score, "figures": figures})
    for path in _found(run, "best"):
        if path != written:
            _remove(path)


def clean(run):
    """Remove what a trainer left unfinished that was killed; call it with the run locked."""
    shutil.rmtree(os.path.join(run.folder, "saving"), ignore_errors=True)
    best = checkpoint.best(run)
    for path in _found(run, "best"):
        if not best or path != checkpoint.best_path(run, best):
            _remove(path)
    complete = set(checkpoint.paths(run)) | set(_found(run, "best"))
    leavings = glob.glob(os.path.join(glob.escape(run.folder), "*.part"))
    leavings += glob.glob(os.path.join(glob.escape(run.folder), "eval", "*.part"))
    for path in glob.glob(os.path.join(glob.escape(run.folder), "*-*")):
        part = re.match(r"(.*(?:model|best)-\d+)\.(?:data-\d+-of-\d+|json)$", path)
        if part and part.group(1) not in complete:
            leavings.append(path)
    for path in leavings:
        os.remove(path)


def set_aside(run, path):
    """Rename a damaged checkpoint's files, so that it is no longer found."""
    for name in _files(path):
        os.replace(name, os.path.join(run.folder, "damaged-" + os.path.basename(name)))


def _write(session, saver, run, name, step, state):
    """Write and rename the files of a checkpoint; its path without ending."""
    folder = os.path.join(run.folder, "saving")
    temporary = os.path.join(folder, "%s-%d" % (name, step))
    path = os.path.join(run.folder, "%s-%d" % (name, step))
    try:
        os.makedirs(folder, exist_ok=True)
        saver.save(session, temporary, write_meta_graph=False, write_state=False)
        with open(temporary + ".json", "w", encoding="utf-8") as out:
            json.dump(state, out)
        for part in _files(temporary):
            files.to_disk(part)
        _remove(path)       # a damaged one of the same step: never its index with our data
        for part in _files(temporary):
            os.replace(part, os.path.join(run.folder, os.path.basename(part)))
        files.to_disk(run.folder)
    except (tf.errors.OpError, OSError) as problem:
        there = checkpoint.paths(run)
        raise CannotSave("%s: the checkpoint of step %d cannot be written (%s); %s; make room, and "
                         "the same command goes on" % (
                             run.folder, step, _reason(problem),
                             "the last is %s" % os.path.basename(there[-1]) if there
                             else "there is none before it"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return path


def _reason(problem):
    """What the system said, in one line."""
    if isinstance(problem, OSError):
        return problem.strerror
    if isinstance(problem, tf.errors.ResourceExhaustedError):
        return os.strerror(errno.ENOSPC)        # 1.3.0 names the file and nothing else
    for number in (errno.EFBIG, errno.EDQUOT, errno.EACCES, errno.EROFS):
        if os.strerror(number) in str(problem):
            return os.strerror(number)
    return compat.reason(problem)


def _found(run, name):
    return [path[:-len(".index")] for path in glob.glob(os.path.join(
        glob.escape(run.folder), name + "-*.index"))]


def _files(path):
    """The files of a checkpoint that are there, the index last."""
    found = glob.glob(glob.escape(path) + ".data-*")
    return found + [path + ending for ending in (".json", ".index")
                    if os.path.exists(path + ending)]


def _remove(path):
    for name in reversed(_files(path)):     # the index first: without it the rest is nothing
        os.remove(name)
