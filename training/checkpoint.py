"""Reading a run's checkpoints: to go on, to speak, to start another run.

They are found by their names, not by TensorFlow's file `checkpoint`, which tells where they lay
when they were written: a run folder can be moved and copied.
"""
import glob
import os
import re

from hparams import InputError
from tf1 import tf

AVERAGE = "/ExponentialMovingAverage"       # what TensorFlow adds to the name of a weight


def paths(run):
    """The run's checkpoints as Saver names them, oldest first."""
    found = [name[:-len(".index")] for name in glob.glob(os.path.join(
        glob.escape(run.folder), "model-*.index")) if re.search(r"model-\d+\.index$", name)]
    return sorted(found, key=lambda path: int(path.rpartition("-")[2]))


def save(session, saver, run, step):
    """Write the checkpoint of `step`; the oldest beyond the bound of `saver` goes."""
    saver.save(session, run.path("model"), global_step=step, write_meta_graph=False)


def go_on(session, saver, run):
    """Restore everything from the run's newest checkpoint; False where it has none yet."""
    there = paths(run)
    if there:
        _restore(session, saver, there[-1])
        saver.recover_last_checkpoints(there)
    return bool(there)


def take_trained(session, run):
    """Fill the session's graph with a trained run's weights, their averages where it keeps them.

    Returns the step they are of. Raises InputError where there is no checkpoint or it is damaged.
    """
    path, reader = _newest(run)
    shapes = reader.get_variable_to_shape_map()
    wanted = {v.op.name + AVERAGE if v.op.name + AVERAGE in shapes else v.op.name: v
              for v in tf.global_variables()}
    missing = [name for name, v in wanted.items() if shapes.get(name) != v.get_shape().as_list()]
    if missing:
        raise InputError("%s: has no %s of the shape that run.json asks for"
                         % (path, ", ".join(sorted(missing)[:3])))
    _restore(session, tf.train.Saver(wanted), path)
    return int(reader.get_tensor("global_step"))


def take_weights(session, other):
    """Set every weight of which the run `other` has one of the same name and shape; say so."""
    _, reader = _newest(other)
    shapes = reader.get_variable_to_shape_map()
    weights = [v for v in tf.global_variables() if "global_step" not in v.op.name]
    taken = [v for v in weights if shapes.get(v.op.name) == v.get_shape().as_list()]
    for variable in taken:
        variable.load(reader.get_tensor(variable.op.name), session)
    anew = [v.op.name for v in tf.trainable_variables() if v not in taken]
    print("%d of %d weights are taken from %s%s"
          % (len(tf.trainable_variables()) - len(anew), len(tf.trainable_variables()),
             other.folder, "; started anew: " + ", ".join(anew) if anew else ""))


def _newest(run):
    there = paths(run)
    if not there:
        raise InputError("%s: has no checkpoint yet; train_%s.py writes the first"
                         % (run.folder, run.kind))
    path = there[-1]
    try:
        return path, tf.train.NewCheckpointReader(path)
    except (tf.errors.OpError, RuntimeError) as problem:
        raise _damaged(path, problem)


def _restore(session, saver, path):
    try:
        saver.restore(session, path)
    except (tf.errors.OpError, ValueError) as problem:
        raise _damaged(path, problem)


def _damaged(path, problem):
    return InputError("%s: the checkpoint cannot be read (%s); move its files away to use the one "
                      "before it" % (path, str(problem).splitlines()[0]))
