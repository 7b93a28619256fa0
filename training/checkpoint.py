"""Write and read the checkpoints of a run.

    model-N.data-00000-of-00001, model-N.json, model-N.index    after N steps; the newest are kept
    best-N.…                                                    the best by validation so far
    best.json                                                   its step, score and figures

A checkpoint is written to the folder saving/ and flushed to disk, then its files are renamed, the
.index last: a checkpoint that has an .index is complete. The .json beside it holds the trainer's
state that is not in variables.

Checkpoints are found by file name, not by TensorFlow's file `checkpoint`, which has absolute paths:
a run folder may be moved. If the newest checkpoint is damaged, the one before it is used.
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

EMA_SUFFIX = "/ExponentialMovingAverage"    # TensorFlow appends it to the name of a variable


class CheckpointWriteError(InputError):
    """A checkpoint could not be written; the earlier ones are intact."""


# Reading

def list_checkpoints(run, prefix="model"):
    """The paths of the run's complete checkpoints without file extension, oldest first."""
    paths = [path[:-len(".index")] for path in glob.glob(
        os.path.join(glob.escape(run.folder), prefix + "-*.index"))
        if re.search(r"%s-\d+\.index$" % prefix, path)]
    return sorted(paths, key=lambda path: int(path.rpartition("-")[2]))


def read_best(run):
    """The content of best.json, a dict, or None if there is no best checkpoint yet."""
    path = os.path.join(run.folder, "best.json")
    if not os.path.exists(path):
        return None
    content = files.read_json(path)
    if not (isinstance(content, dict) and type(content.get("step")) is int and
            isinstance(content.get("score"), (int, float))):
        raise InputError("%s: should hold a step and a score; delete it, and the next evaluation "
                         "chooses the best checkpoint anew" % path)
    return content if os.path.exists(_best_path(run, content) + ".index") else None


def restore_latest(session, saver, run):
    """Restore all variables from the run's newest readable checkpoint.

    Returns (the trainer's state as a dict, paths of newer checkpoints that are damaged), or
    (None, []) if there is no checkpoint. Raises InputError if none can be read.
    """
    def restore(path):
        state = _read_trainer_state(path)
        saver.restore(session, path)
        return state, paths[paths.index(path) + 1:]

    paths = list_checkpoints(run)
    return _read_newest_of(paths, restore) if paths else (None, [])


def restore_trained_weights(session, run, best=False):
    """Load a run's weights into the session's graph: their moving averages, if it has any.

    From the newest checkpoint, or the best by validation. Returns its step. Raises InputError if
    there is none or it cannot be read.
    """
    def restore(path):
        reader = tf.train.NewCheckpointReader(path)
        shapes = reader.get_variable_to_shape_map()
        variables = {_average_name(v.op.name, shapes): v for v in tf.global_variables()}
        missing = [name for name, v in variables.items()
                   if shapes.get(name) != v.get_shape().as_list()]
        if missing:
            raise InputError("%s: has no %s of the shape that follows from run.json"
                             % (path, ", ".join(sorted(missing)[:3])))
        tf.train.Saver(variables).restore(session, path)
        return int(reader.get_tensor("global_step"))

    return read_newest(run, restore, best)


def read_trained_weights(run, names, best=False):
    """({name: array}, step) of a run's weights, as restore_trained_weights, but without a graph.

    Names that the checkpoint does not have are left out.
    """
    def read(path):
        reader = tf.train.NewCheckpointReader(path)
        shapes = reader.get_variable_to_shape_map()
        return ({name: reader.get_tensor(_average_name(name, shapes))
                 for name in names if _average_name(name, shapes) in shapes},
                int(reader.get_tensor("global_step")))

    return read_newest(run, read, best)


def read_newest(run, read, best=False):
    """read(path) of the newest readable checkpoint, or of the best one.

    `read` raises the errors of TensorFlow's readers if the checkpoint is damaged. Raises InputError
    if there is no checkpoint or none can be read.
    """
    if best:
        content = read_best(run)
        if not content:
            raise InputError("%s: has no best checkpoint yet; the first evaluation writes it"
                             % run.folder)
        return _read_newest_of([_best_path(run, content)], read)
    if not list_checkpoints(run):
        raise InputError("%s: has no checkpoint yet; train_%s.py writes the first"
                         % (run.folder, run.model_type))
    return _read_newest_of(list_checkpoints(run), read)


def _read_newest_of(paths, read):
    """read(path) of the last of `paths` that is readable; warns of the others on stderr."""
    for number, path in enumerate(reversed(paths), 1):
        try:
            # TensorFlow 1.3.0 reports a missing data file, too, but crashes afterwards
            if not glob.glob(glob.escape(path) + ".data-*"):
                raise OSError("its .data file is missing")
            return read(path)
        except InputError:
            raise
        except (tf.errors.OpError, RuntimeError, ValueError, IndexError, OSError) as error:
            message = "%s: the checkpoint cannot be read (%s)" % (path, compat.error_reason(error))
        if number == len(paths):
            raise InputError(message + "; there is no other")
        print("warning: %s; using the one before it" % message, file=sys.stderr)


def _average_name(name, shapes):
    """The name of a variable's moving average, if the checkpoint has it, or its own name."""
    return name + EMA_SUFFIX if name + EMA_SUFFIX in shapes else name


def _best_path(run, content):
    return os.path.join(run.folder, "best-%d" % content["step"])


def _read_trainer_state(path):
    """The content of the .json beside a checkpoint; {} for versions that did not write one."""
    if not os.path.exists(path + ".json"):
        return {}
    with open(path + ".json", encoding="utf-8") as file:
        state = json.load(file)
    if not isinstance(state, dict):
        raise ValueError("its .json should hold an object")
    return state


# Writing

def save_checkpoint(session, saver, run, step, state, keep):
    """Write the checkpoint of `step` with the trainer's `state`; delete all but the newest `keep`.

    Raises CheckpointWriteError if it cannot be written.
    """
    path = _write(session, saver, run, "model", step, state)
    for old_path in list_checkpoints(run)[:-keep]:
        if old_path != path:
            _delete(old_path)
    try:
        # for users of tf.train.latest_checkpoint
        tf.train.update_checkpoint_state(run.folder, path, list_checkpoints(run))
    except (tf.errors.OpError, OSError):
        pass


def save_best_checkpoint(session, saver, run, step, score, figures):
    """Write the checkpoint of `step` as the best one if its score is higher than all before."""
    best = read_best(run)
    if best and not score > best["score"]:
        return
    path = _write(session, saver, run, "best", step, {})
    files.write_json(run.path("best.json"), {"step": step, "score": score, "figures": figures})
    for old_path in list_checkpoints(run, "best"):
        if old_path != path:
            _delete(old_path)


def delete_leftovers(run):
    """Delete the unfinished files of a trainer that was killed. The run must be locked."""
    shutil.rmtree(os.path.join(run.folder, "saving"), ignore_errors=True)
    best = read_best(run)
    for path in list_checkpoints(run, "best"):
        if not best or path != _best_path(run, best):
            _delete(path)
    complete = set(list_checkpoints(run)) | set(list_checkpoints(run, "best"))
    folder = glob.escape(run.folder)
    leftovers = glob.glob(os.path.join(folder, "*.part"))
    leftovers += glob.glob(os.path.join(folder, "eval", "*.part"))
    for path in glob.glob(os.path.join(folder, "*-*")):
        match = re.match(r"(.*(?:model|best)-\d+)\.(?:data-\d+-of-\d+|json)$", path)
        if match and match.group(1) not in complete:
            leftovers.append(path)
    for path in leftovers:
        os.remove(path)


def set_aside_damaged(run, path):
    """Rename the files of a damaged checkpoint to damaged-…, so that it is not listed any more."""
    for file in _files_of(path):
        os.replace(file, os.path.join(run.folder, "damaged-" + os.path.basename(file)))


def _write(session, saver, run, prefix, step, state):
    """Write the files of a checkpoint. Returns its path without file extension."""
    folder = os.path.join(run.folder, "saving")
    temporary_path = os.path.join(folder, "%s-%d" % (prefix, step))
    path = os.path.join(run.folder, "%s-%d" % (prefix, step))
    try:
        os.makedirs(folder, exist_ok=True)
        saver.save(session, temporary_path, write_meta_graph=False, write_state=False)
        with open(temporary_path + ".json", "w", encoding="utf-8") as out:
            json.dump(state, out)
        for file in _files_of(temporary_path):
            files.fsync_path(file)
        _delete(path)       # a damaged one of the same step, whose .index must not meet new data
        for file in _files_of(temporary_path):
            os.replace(file, os.path.join(run.folder, os.path.basename(file)))
        files.fsync_path(run.folder)
    except (tf.errors.OpError, OSError) as error:
        paths = list_checkpoints(run)
        raise CheckpointWriteError(
            "%s: the checkpoint of step %d cannot be written (%s); %s; free some disk space and "
            "repeat the command to resume the run" % (
                run.folder, step, _write_error_reason(error),
                "the latest is %s" % os.path.basename(paths[-1]) if paths else
                "there is none before it"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return path


def _write_error_reason(error):
    """The system's error message, in one line."""
    if isinstance(error, OSError):
        return error.strerror
    if isinstance(error, tf.errors.ResourceExhaustedError):
        return os.strerror(errno.ENOSPC)        # the message of 1.3.0 has only the file name
    for number in (errno.EFBIG, errno.EDQUOT, errno.EACCES, errno.EROFS):
        if os.strerror(number) in str(error):
            return os.strerror(number)
    return compat.error_reason(error)


def _files_of(path):
    """The existing files of a checkpoint, the .index last."""
    return glob.glob(glob.escape(path) + ".data-*") + [
        path + extension for extension in (".json", ".index") if os.path.exists(path + extension)]


def _delete(path):
    # the .index first: without it there is no checkpoint
    for file in reversed(_files_of(path)):
        os.remove(file)
