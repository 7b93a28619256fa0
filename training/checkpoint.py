"""Reading a run's checkpoints: to go on, to speak, to start another run.

They are found by their names, not by TensorFlow's file `checkpoint`, which tells where they lay
when they were written: a run folder can be moved and copied. Where the newest is damaged, the
user is told, and the one before it serves.
"""
import glob
import json
import os
import re
import sys

from common import files
from common.errors import InputError
from nn import compat
from nn.compat import tf

AVERAGE = "/ExponentialMovingAverage"       # what TensorFlow adds to the name of a weight


def paths(run):
    """The run's checkpoints as Saver names them, oldest first."""
    found = [name[:-len(".index")] for name in glob.glob(os.path.join(
        glob.escape(run.folder), "model-*.index")) if re.search(r"model-\d+\.index$", name)]
    return sorted(found, key=lambda path: int(path.rpartition("-")[2]))


def best(run):
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


def go_on(session, saver, run):
    """Restore everything from the run's newest checkpoint that can be read.

    Returns (what the trainer knew besides, a dict; the damaged ones that are newer), or (None, [])
    where there is no checkpoint yet. Raises InputError where none can be read.
    """
    damaged = []

    def restore(path):
        state = _state(path)
        saver.restore(session, path)
        return state

    if not paths(run):
        return None, []
    return _first_readable(paths(run), restore, damaged), damaged


def take_trained(session, run, of_best=False):
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


def trained_values(run, names, of_best=False):
    """({name: array} of those `names` that a trained run has, averages where it keeps them; their
    step), without a graph. Raises InputError as take_trained does.
    """
    def take(path):
        reader = tf.train.NewCheckpointReader(path)
        there = reader.get_variable_to_shape_map()
        stored = {name: name + AVERAGE if name + AVERAGE in there else name for name in names}
        return ({name: reader.get_tensor(key) for name, key in stored.items() if key in there},
                int(reader.get_tensor("global_step")))

    return _first_readable(_trained(run, of_best), take)


def with_newest(run, take):
    """take(path) of the newest of the run's checkpoints that can be read.

    `take` fails as TensorFlow's readers do where one cannot. Raises InputError where none can, or
    there is none.
    """
    return _first_readable(_trained(run), take)


def _trained(run, of_best=False):
    """The paths of the checkpoints that will do, oldest first; InputError where there is none."""
    if of_best:
        stored = best(run)
        if not stored:
            raise InputError("%s: no checkpoint is known as the best yet; the first validation "
                             "makes one" % run.folder)
        return [best_path(run, stored)]
    if not paths(run):
        raise InputError("%s: has no checkpoint yet; train_%s.py writes the first"
                         % (run.folder, run.kind))
    return paths(run)


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
