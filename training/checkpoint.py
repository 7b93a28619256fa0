"""Write and read the checkpoints of a run.

    model-N.data-00000-of-00001, model-N.json, model-N.index    after N steps; the newest are kept
    best-N.…                                                    the best by validation so far
    best.json                                                   its step, score and figures

A checkpoint is written to the folder saving/ and flushed to the disk, then its files are moved, the
.index last: a checkpoint that has an .index is complete. Its .json holds the part of the trainer's
state that is not in variables.

Checkpoints are found by file name, not by TensorFlow's file `checkpoint`, which has absolute paths:
a run folder may be moved. If the newest checkpoint is damaged, the one before it is used.
"""
import contextlib
import errno
import glob
import json
import os
import re
import shutil
import sys
import tempfile

from common import files
from common.arrays import validate_arrays
from common.errors import InputError
from nn import compat
from nn.compat import tf
from training import exported_run, loss_guard
from training.early_stopping import has_same_measure

EMA_SUFFIX = "/ExponentialMovingAverage"    # TensorFlow appends it to the name of a variable


class CheckpointWriteError(InputError):
    """A checkpoint could not be written; the earlier ones are intact."""


# Reading

def list_checkpoints(run, prefix="model"):
    """The paths of the run's complete checkpoints without file extension, oldest first."""
    matches = [re.match(prefix + r"-(\d{1,18})\.index$", name) for name in os.listdir(run.folder)]
    steps = sorted(int(match.group(1)) for match in matches
                   if match and os.path.isfile(os.path.join(run.folder, match.group())))
    return [os.path.join(run.folder, "%s-%d" % (prefix, step)) for step in steps]


def read_best(run):
    """The content of best.json, a dict, or None if there is no best checkpoint yet."""
    path = os.path.join(run.folder, "best.json")
    if not os.path.exists(path):
        return None
    content = files.read_json_object(path, {"step": (int,), "score": (int, float)})
    return content if os.path.exists(_best_path(run, content) + ".index") else None


def validation_figures(run, best=False):
    """{name: value} of the validation of the weights that synthesis uses; {} before the first.

    These are the newest weights; with `best` or early stopping, those of the best checkpoint.
    """
    content = (read_best(run) if best or run.hp.early_stopping_patience else None) or {}
    figures = content.get("figures")
    if not isinstance(figures, dict):
        return run.validation_figures()
    return {name: value for name, value in figures.items()
            if name.startswith("validation/") and type(value) in (int, float)}


def restore_latest(session, saver, run):
    """Restore all variables from the run's newest readable checkpoint. The run must be locked.

    Returns the trainer's state as a dict, or None if there is no checkpoint. The files of newer
    checkpoints, which are damaged, are renamed to damaged-…. Raises InputError if none can be read.
    """
    def restore(path):
        state = {}
        # earlier versions wrote none for any checkpoint
        if has_states or os.path.exists(path + ".json"):
            state = files.read_json_object(path + ".json", {})
            loss_guard.check_state(state.get("health", {}))
            if not (_are_numbers(state.get("recent", [])) and
                    _are_numbers([state.get("minutes", 0)])):
                raise ValueError("its .json file is damaged")
        with _path_for_tensorflow(path) as plain_path:
            _restore_variables(session, saver, plain_path)
        return path, state

    paths = list_checkpoints(run)
    if not paths:
        return None
    has_states = any(os.path.exists(path + ".json") for path in paths)
    restored_path, state = _read_newest_of(paths, restore)
    for damaged_path in paths[paths.index(restored_path) + 1:]:
        for file in _files_of(damaged_path):
            os.replace(file, os.path.join(run.folder, "damaged-" + os.path.basename(file)))
    return state


def _restore_variables(session, saver, path):
    """Restore all variables. Moving averages that the checkpoint lacks start as its weights."""
    reader = tf.train.NewCheckpointReader(path)
    names = [v.op.name for v in tf.global_variables()]
    if all(reader.has_tensor(name) for name in names if name.endswith(EMA_SUFFIX)):
        saver.restore(session, path)
        return
    stored_names = [name[:-len(EMA_SUFFIX)] if name.endswith(EMA_SUFFIX) and
                    not reader.has_tensor(name) else name for name in names]
    compat.load_variables(session, zip(tf.global_variables(),
                                       map(reader.get_tensor, stored_names)))


def restore_trained_weights(session, run, best=False):
    """Load the weights of read_trained_weights into the session's graph. Returns their step.

    Also raises InputError if the checkpoint lacks a variable of the graph.
    """
    variables = tf.global_variables()
    weights, step = read_trained_weights(run, [v.op.name for v in variables], best)
    missing = [v.op.name for v in variables if v.op.name not in weights or
               list(weights[v.op.name].shape) != v.get_shape().as_list()]
    if missing:
        raise InputError("%s: the checkpoint of step %d has no %s of the shape that follows from "
                         "run.json" % (run.folder, step, ", ".join(sorted(missing)[:3])))
    compat.load_variables(session, [(v, weights[v.op.name]) for v in variables])
    return step


def read_trained_weights(run, names, best=False):
    """({name: array}, step) of a run's weights: their moving averages, if it has any.

    From the newest readable checkpoint, or the best by validation if `best` or the run stops early
    (early_stopping_patience), as its newest ones are overfitted. An exported run has only one.
    Names that the checkpoint does not have are left out. Raises InputError if there is no
    checkpoint or none can be read.
    """
    if exported_run.is_exported(run.folder) and not best:
        return exported_run.read_exported_weights(run.folder, names)

    def read(path):
        with _path_for_tensorflow(path) as plain_path:
            reader = tf.train.NewCheckpointReader(plain_path)
            _check_size(reader, path)
            weights = {}
            for name in names:
                for stored_name in (name + EMA_SUFFIX, name):
                    if reader.has_tensor(stored_name):
                        weights[name] = reader.get_tensor(stored_name)
                        break
            return weights, int(reader.get_tensor("global_step"))

    paths = [] if best else list_checkpoints(run)
    content = read_best(run) if best or run.hp.early_stopping_patience else None
    if content:
        paths.append(_best_path(run, content))
    if not paths:
        raise InputError("%s: has no %scheckpoint yet; train_%s.py writes the first"
                         % (run.folder, "best " if best else "", run.model_type))
    return _read_newest_of(paths, read)


def read_validated_weights(run, shapes, best=False):
    """read_trained_weights of all names of {name: shape}, as float32.

    Also raises InputError if one is missing, not finite or of another shape.
    """
    if exported_run.is_exported(run.folder) and not best:
        weights, step = exported_run.read_exported_weights(run.folder, shapes, shapes)
    else:
        weights, step = read_trained_weights(run, shapes, best)
    return validate_arrays(weights, shapes, run.folder), step


def _read_newest_of(paths, read):
    """read(path) of the last of `paths` that is readable; warns of the others on stderr.

    `read` raises the errors of TensorFlow's readers if the checkpoint is damaged.
    """
    for number, path in enumerate(reversed(paths), 1):
        try:
            # TensorFlow 1.3.0 reports a missing data file, too, but crashes afterwards
            data = glob.glob(glob.escape(path) + ".data-*")
            if not (data and all(map(os.path.isfile, data))):
                raise OSError("its .data file is missing")
            return read(path)
        # InputError, of its .json file, is a ValueError
        except (tf.errors.OpError, RuntimeError, ValueError, IndexError, OSError) as error:
            message = "%s: the checkpoint cannot be read (%s)" % (path, compat.error_reason(error))
        if number == len(paths):
            raise InputError(message + "; there is no other: restore its files, or train again in "
                             "another folder")
        print("warning: %s; using the one before it" % message, file=sys.stderr)


def _are_numbers(value):
    return isinstance(value, list) and all(type(item) in (int, float) for item in value)


@contextlib.contextmanager
def _path_for_tensorflow(path):
    """The path of a checkpoint, by a link without the characters that TensorFlow reads as pattern.

    It writes to such paths, but finds no checkpoint there.
    """
    if not re.search(r"[][*?\\]", path):
        yield path
        return
    folder, name = os.path.split(os.path.abspath(path))
    with tempfile.TemporaryDirectory() as temporary:
        link = os.path.join(temporary, "run")
        os.symlink(folder, link)
        yield os.path.join(link, name)


def _check_size(reader, path):
    """Raise ValueError if the arrays of a checkpoint are larger than its files, before any is read.

    It may be damaged, or made to exhaust the memory.
    """
    n_values = 0
    for shape in reader.get_variable_to_shape_map().values():
        size = 1
        for length in shape:
            size *= length      # of Python integers, which do not overflow
        n_values += size
    n_bytes = sum(map(os.path.getsize, glob.glob(glob.escape(path) + ".data-*")))
    if n_values > n_bytes:      # the smallest values have one byte
        raise ValueError("its arrays are larger than its files")


def _best_path(run, content):
    return os.path.join(run.folder, "best-%d" % content["step"])


# Writing

def save_checkpoint(session, saver, run, step, state, keep):
    """Write the checkpoint of `step` with the trainer's `state`; delete all but the newest `keep`.

    Raises CheckpointWriteError if it cannot be written.
    """
    path = _write(session, saver, run, "model", step, state)
    for old_path in list_checkpoints(run)[:-keep]:
        _delete(old_path)
    # for users of tf.train.latest_checkpoint
    with contextlib.suppress(tf.errors.OpError, OSError):
        tf.train.update_checkpoint_state(run.folder, path, list_checkpoints(run))


def save_best_checkpoint(session, saver, run, step, score, figures):
    """Write the checkpoint of `step` as the best one if its score is higher than all before.

    The first one of another measure replaces those before.
    """
    best = read_best(run)
    if best and has_same_measure(run.model_type, score, best["score"]) and (
            not score > best["score"]):
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
    # unlike glob, os.walk does not follow links, which could lead to files that are not of the run
    leftovers = [os.path.join(folder, name) for folder, _, names in os.walk(run.folder)
                 for name in names if name.endswith(".part")]
    for path in glob.glob(os.path.join(glob.escape(run.folder), "*-*")):
        match = re.match(r"(.*(?:model|best)-\d+)\.(?:data-\d+-of-\d+|json)$", path)
        if match and not os.path.exists(match.group(1) + ".index"):
            leftovers.append(path)
    for path in leftovers:
        os.remove(path)


def _write(session, saver, run, prefix, step, state):
    """Write the files of a checkpoint. Returns its path without file extension."""
    folder = os.path.join(run.folder, "saving")
    temporary_path = os.path.join(folder, "%s-%d" % (prefix, step))
    path = os.path.join(run.folder, "%s-%d" % (prefix, step))
    run.check_folder()
    try:
        if os.path.islink(folder):      # it could lead to any folder of the user
            os.remove(folder)
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
        if compat.is_lost_host(error):      # training.cluster starts again without it
            raise
        # the message of 1.3.0 for a full disk has only the file name
        is_full = isinstance(error, tf.errors.ResourceExhaustedError)
        reason = os.strerror(errno.ENOSPC) if is_full else compat.error_reason(error)
        paths = list_checkpoints(run)
        raise CheckpointWriteError(
            "%s: the checkpoint of step %d cannot be written (%s); %s; free some disk space and "
            "repeat the command to resume the run" % (
                run.folder, step, reason, "the latest is %s" % os.path.basename(paths[-1])
                if paths else "there is none before it"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return path


def _files_of(path):
    """The existing files of a checkpoint, the .index last."""
    return glob.glob(glob.escape(path) + ".data-*") + [
        path + extension for extension in (".json", ".index") if os.path.exists(path + extension)]


def _delete(path):
    # the .index first: without it there is no checkpoint
    for file in reversed(_files_of(path)):
        os.remove(file)
