"""Reading a run's checkpoints: to go on, to speak, to start another run.

They are found by their names, not by TensorFlow's file `checkpoint`, which tells where they lay
when they were written: a run folder can be moved and copied. Where the newest is damaged, the
user is told, and the one before it serves.
"""
import errno
import glob
import json
import os
import re
import shutil
import sys

from common import files
from common.errors import InputError
from nn import compat
from nn.compat import tf

AVERAGE = "/ExponentialMovingAverage"       # what TensorFlow adds to the name of a weight


def list_checkpoints(run):
    """The run's checkpoints as Saver names them, oldest first."""
    found = [name[:-len(".index")] for name in glob.glob(os.path.join(
        glob.escape(run.folder), "model-*.index")) if re.search(r"model-\d+\.index$", name)]
    return sorted(found, key=lambda path: int(path.rpartition("-")[2]))


def read_best(run):
    """What best.json tells of the run's best checkpoint, or None where there is none yet."""
    path = os.path.join(run.folder, "best.json")
    if not os.path.exists(path):
        return None
    stored = files.read_json(path)
    if not (isinstance(stored, dict) and type(stored.get("step")) is int and
            isinstance(stored.get("score"), (int, float))):
        raise InputError("%s: should hold a step and a score; delete it to have the best "
                         "checkpoint chosen anew" % path)
    return stored if os.path.exists(best_path(run, stored) + ".index") else None


def best_path(run, stored):
    return os.path.join(run.folder, "best-%d" % stored["step"])


def restore_latest(session, saver, run):
    """Restore everything from the run's newest checkpoint that can be read.

    Returns (what the trainer knew besides, a dict; the damaged ones that are newer), or (None, [])
    where there is no checkpoint yet. Raises InputError where none can be read.
    """
    damaged = []

    def restore(path):
        state = _state(path)
        saver.restore(session, path)
        return state

    if not list_checkpoints(run):
        return None, []
    return _first_readable(list_checkpoints(run), restore, damaged), damaged


def restore_trained_weights(session, run, of_best=False):
    """Fill the session's graph with a trained run's weights, their averages where it keeps them.

    They are the newest, or the best by validation. Returns the step they are of. Raises InputError
    where there is no checkpoint or none can be read.
    """
    def take(path):
        reader = tf.train.NewCheckpointReader(path)
        shapes = reader.get_variable_to_shape_map()
        wanted = {v.op.name + AVERAGE if v.op.name + AVERAGE in shapes else v.op.name: v
                  for v in tf.global_variables()}
        missing = [name for name, v in wanted.items()
                   if shapes.get(name) != v.get_shape().as_list()]
        if missing:
            raise InputError("%s: has no %s of the shape that run.json asks for"
                             % (path, ", ".join(sorted(missing)[:3])))
        tf.train.Saver(wanted).restore(session, path)
        return int(reader.get_tensor("global_step"))

    return _first_readable(_trained(run, of_best), take)


def read_trained_weights(run, names, of_best=False):
    """({name: array} of those `names` that a trained run has, averages where it keeps them; their
    step), without a graph. Raises InputError as restore_trained_weights does.
    """
    def take(path):
        reader = tf.train.NewCheckpointReader(path)
        there = reader.get_variable_to_shape_map()
        stored = {name: name + AVERAGE if name + AVERAGE in there else name for name in names}
        return ({name: reader.get_tensor(key) for name, key in stored.items() if key in there},
                int(reader.get_tensor("global_step")))

    return _first_readable(_trained(run, of_best), take)


def read_newest(run, take):
    """take(path) of the newest of the run's checkpoints that can be read.

    `take` fails as TensorFlow's readers do where one cannot. Raises InputError where none can, or
    there is none.
    """
    return _first_readable(_trained(run), take)


def _trained(run, of_best=False):
    """The paths of the checkpoints that will do, oldest first; InputError where there is none."""
    if of_best:
        stored = read_best(run)
        if not stored:
            raise InputError("%s: no checkpoint is known as the best yet; the first validation "
                             "makes one" % run.folder)
        return [best_path(run, stored)]
    if not list_checkpoints(run):
        raise InputError("%s: has no checkpoint yet; train_%s.py writes the first"
                         % (run.folder, run.model_type))
    return list_checkpoints(run)


def _first_readable(candidates, take, damaged=None):
    """take(path) of the newest of `candidates` that can be read; the user is told of the others."""
    for number, path in enumerate(reversed(candidates), 1):
        try:
            # 1.3.0 would say so, too, and then crash
            if not glob.glob(glob.escape(path) + ".data-*"):
                raise OSError("its .data file is missing")
            return take(path)
        except InputError:
            raise
        except (tf.errors.OpError, RuntimeError, ValueError, IndexError, OSError) as problem:
            sentence = "%s: the checkpoint cannot be read (%s)" % (
                path, compat.reason(problem))
        if number == len(candidates):
            raise InputError(sentence + "; and no other is there")
        print("warning: %s; using the one before it" % sentence, file=sys.stderr)
        if damaged is not None:
            damaged.append(path)


def _state(path):
    """What lies beside a checkpoint; nothing, where a version wrote it that kept nothing there."""
    if not os.path.exists(path + ".json"):
        return {}
    with open(path + ".json", encoding="utf-8") as file:
        state = json.load(file)
    if not isinstance(state, dict):
        raise ValueError("its .json is no object")
    return state


class CheckpointWriteError(InputError):
    """A checkpoint could not be written; those before it are as they were."""


def save_checkpoint(session, saver, run, step, state, keep):
    """Write the checkpoint of `step` with `state`, a dict for JSON; keep the newest `keep`.

    Raises CheckpointWriteError, and leaves what was there, where the disk does not take it.
    """
    written = _write(session, saver, run, "model", step, state)
    there = list_checkpoints(run)
    for path in there[:-keep]:
        if path != written:
            _remove(path)
    try:
        # not for us: for whoever asks tf.train.latest_checkpoint
        tf.train.update_checkpoint_state(run.folder, written, list_checkpoints(run))
    except (tf.errors.OpError, OSError):
        pass


def save_best_checkpoint(session, saver, run, step, score, figures):
    """Keep the weights of `step` as the run's best if none before had a score as high."""
    before = read_best(run)
    if before and not score > before["score"]:
        return
    written = _write(session, saver, run, "best", step, {})
    files.write_json(run.path("best.json"), {"step": step, "score": score, "figures": figures})
    for path in _found(run, "best"):
        if path != written:
            _remove(path)


def remove_leftovers(run):
    """Remove what a trainer left unfinished that was killed; call it with the run locked."""
    shutil.rmtree(os.path.join(run.folder, "saving"), ignore_errors=True)
    best = read_best(run)
    for path in _found(run, "best"):
        if not best or path != best_path(run, best):
            _remove(path)
    complete = set(list_checkpoints(run)) | set(_found(run, "best"))
    leavings = glob.glob(os.path.join(glob.escape(run.folder), "*.part"))
    leavings += glob.glob(os.path.join(glob.escape(run.folder), "eval", "*.part"))
    for path in glob.glob(os.path.join(glob.escape(run.folder), "*-*")):
        part = re.match(r"(.*(?:model|best)-\d+)\.(?:data-\d+-of-\d+|json)$", path)
        if part and part.group(1) not in complete:
            leavings.append(path)
    for path in leavings:
        os.remove(path)


def set_aside_damaged(run, path):
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
        there = list_checkpoints(run)
        raise CheckpointWriteError("%s: the checkpoint of step %d cannot be written (%s); %s; make room, and "
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
