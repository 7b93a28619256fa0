"""What a new run takes from the weights of another: --init-from.

A weight of the same name and shape is taken as it is. Rows of the tables of speakers and symbols
are taken by name, so that another set of speakers, in another order, or a grown table of symbols
keeps what the other run knows. Where the other run has no table of speakers and the new one has,
its kernels get rows for a speaker's channels that start at zero: at first all speakers sound as
the one did. The optimiser starts anew.
"""
import re

import numpy as np

import korean
from nn.compat import tf
from tacotron2 import tacotron
from training import checkpoint
from wavenet_vocoder import wavenet

_TABLES = re.compile(r"/(speakers?|symbols)/table$")
_SPEAKER_ROWS = {"tacotron": tacotron.speaker_row_offsets, "vocoder": wavenet.speaker_row_offsets}


def take_weights(session, run, origin):
    """Start the weights in the session, those of `run`, from the newest ones of the Run `origin`.

    Its averages, where it keeps them: what it speaks with. Returns a line that tells what was
    taken and what not. Raises InputError where there is no checkpoint that can be read.
    """
    def take(path):
        reader = tf.train.NewCheckpointReader(path)
        there = reader.get_variable_to_shape_map()
        told = {}
        for variable in _weights():
            name = variable.op.name
            averaged = name + checkpoint.EMA_SUFFIX
            value, how = None, "started anew"
            if name in there:
                value, how = _fitted(reader.get_tensor(averaged if averaged in there else name),
                                     variable, run, origin)
            told.setdefault(how, []).append(name)
            if value is not None:
                _load(session, variable, value)
        return int(reader.get_tensor("global_step")), told

    step, told = checkpoint.read_newest(origin, take)
    tables = _tables_told(run, origin) if "by name" in told else []
    return "; ".join(["%d of %d weights are taken from step %d of %s" % (
        sum(len(names) for how, names in told.items() if how != "started anew"),
        sum(map(len, told.values())), step, origin.folder)] + tables + [
            "%s: %s" % (how, ", ".join(sorted(told[how])))
            for how in ("given rows for speakers", "started anew") if how in told])


def _weights():
    """What makes the network: what is trained, and the running moments of batch norm."""
    return tf.trainable_variables() + [variable for variable in tf.global_variables()
                                       if re.search(r"/moving_(mean|variance)$", variable.op.name)]


def _fitted(value, variable, run, origin):
    """(the value that the variable starts with, or None; how it came about)."""
    shape, name = tuple(variable.get_shape().as_list()), variable.op.name
    table = _TABLES.search(name)
    if table and value.shape[1:] == shape[1:]:
        if table.group(1) == "symbols":
            return _rows(value, origin.symbols, run.symbols), "by name"
        return _rows(value, origin.speakers, run.speakers, value.mean(0)), "by name"
    if value.shape == shape:
        return value, "as it is"
    first = next((row for end, row in _SPEAKER_ROWS[run.model_type](run.hp).items()
                  if name.endswith("/" + end)), None)
    if (run.has_speaker_embedding and not origin.has_speaker_embedding and first is not None
            and first <= len(value) < shape[0] and value.shape[1:] == shape[1:]):
        grown = np.zeros(shape, value.dtype)
        grown[:first] = value[:first]
        grown[first + shape[0] - len(value):] = value[first:]
        return grown, "given rows for speakers"
    return None, "started anew"


def _rows(table, had, wanted, new=None):
    """The rows of `wanted` names from a table of `had` names; a new one is `new`, or like others.

    What is like others has their spread around their mean, so that new symbols differ at once.
    """
    random = np.random.RandomState(len(had))
    rows = []
    for name in wanted:
        if name in had:
            rows.append(table[had.index(name)])
        else:
            rows.append(new if new is not None else
                        table.mean(0) + table.std(0) * random.standard_normal(table.shape[1]))
    return np.array(rows, table.dtype)


def _load(session, variable, value):
    variable.load(value, session)
    for other in tf.global_variables():
        if other.op.name == variable.op.name + checkpoint.EMA_SUFFIX:
            other.load(value, session)


def _tables_told(run, origin):
    """Phrases on speakers and symbols, none where both runs have the same."""
    told = []
    if run.has_speaker_embedding and origin.has_speaker_embedding:
        kept = [name for name in run.speakers if name in origin.speakers]
        new = [name for name in run.speakers if name not in origin.speakers]
        left = [name for name in origin.speakers if name not in run.speakers]
        told += ["speakers kept: " + ", ".join(kept)] if kept else []
        told += ["started from the mean of %s: %s" % (", ".join(origin.speakers), ", ".join(new))
                 ] if new else []
        told += ["left behind: " + ", ".join(left)] if left else []
    new = [symbol for symbol in run.symbols if symbol not in origin.symbols]
    if new:
        told.append("new symbols: " + " ".join(korean.symbol_labels(new)))
    return told
