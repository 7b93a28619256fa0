"""Start a new run from the weights of another (--init-from).

Weights of the same name and shape are copied. The rows of the speaker and symbol embeddings are
copied by name, so that the speakers and symbols may be others or in another order. If only the new
run has a speaker embedding, the kernels that take it as input get rows of zeros for it: at first
all speakers sound like the one of the other run. A frame projection for fewer outputs_per_step gets
the columns of the first frames. The optimizer starts anew.
"""
import re

import numpy as np

import korean
from nn import compat
from nn.compat import tf
from tacotron2 import tacotron
from tacotron2.outputs_per_step import outputs_per_step_at
from training import checkpoint
from wavenet_vocoder import wavenet

_EMBEDDING_NAME = re.compile(r"/(speakers?|symbols)/table$")
_SPEAKER_ROW_OFFSETS = {"tacotron": tacotron.speaker_row_offsets,
                        "vocoder": wavenet.speaker_row_offsets}
_FRAME_PROJECTION = "decoder/frames/"
COPIED, BY_NAME, CUT = "copied", "copied by name", "cut to fewer frames per step"
EXTENDED, NEW = "extended by rows for speakers", "started anew"


def initialise_from(session, run, source, speaker_loss=None):
    """Load the trained weights of the Run `source` into the session of the Run `run`.

    If `run` adapts `source` to new speakers, each of them starts from the embedding with the least
    speaker_loss(session, speaker id). Returns a sentence on what was copied and what was not.
    Raises InputError if no checkpoint can be read.
    """
    variables = {v.op.name: v for v in tf.global_variables()}
    names = [v.op.name for v in tf.trainable_variables()]
    names += [name for name in variables if re.search(r"/moving_(mean|variance)$", name)]
    weights, step = checkpoint.read_trained_weights(source, names)
    names_by_method, values = {}, []
    for name in names:
        value, method = None, NEW
        if name in weights:
            value, method = _fit(weights[name], variables[name], run, source)
        names_by_method.setdefault(method, []).append(name)
        if value is not None:
            values += [(variables[target], value) for target in (name, name + checkpoint.EMA_SUFFIX)
                       if target in variables]
    compat.load_variables(session, values)
    phrases = ["%d of %d weights are copied from step %d of %s" % (
        len(names) - len(names_by_method.get(NEW, [])), len(names), step, source.folder)]
    if BY_NAME in names_by_method:
        phrases += _describe_embeddings(run, source)
    table = next((name for name in names_by_method.get(BY_NAME, [])
                  if _EMBEDDING_NAME.search(name).group(1) != "symbols"), None)
    if run.base and table:
        phrases += _select_embeddings(session, run, source, table, weights[table], speaker_loss)
    trained_r, first_r = (outputs_per_step_at(source.hp, step - 1), outputs_per_step_at(run.hp, 0))
    if CUT in names_by_method and trained_r != first_r:
        phrases.append("that run still has %d outputs_per_step, this one %d: let it train on first"
                       % (trained_r, first_r))
    phrases += ["%s: %s" % (method, ", ".join(sorted(names_by_method[method])))
                for method in (EXTENDED, NEW) if method in names_by_method]
    return "; ".join(phrases)


def _fit(value, variable, run, source):
    """(initial value of the variable or None, method) for a `value` of the run `source`."""
    shape, name = tuple(variable.get_shape().as_list()), variable.op.name
    embedding = _EMBEDDING_NAME.search(name)
    if embedding and value.shape[1:] == shape[1:]:
        if embedding.group(1) == "symbols":
            return _rows_by_name(value, source.symbols, run.symbols), BY_NAME
        return _rows_by_name(value, source.speakers, run.speakers, value.mean(0)), BY_NAME
    if value.shape == shape:
        return value, COPIED
    if _FRAME_PROJECTION in name and value.shape[:-1] == shape[:-1] and value.shape[-1] > shape[-1]:
        return value[..., :shape[-1]], CUT
    offset = next((row for suffix, row in _SPEAKER_ROW_OFFSETS[run.model_type](run.hp).items()
                   if name.endswith("/" + suffix)), None)
    if (run.has_speaker_embedding and not source.has_speaker_embedding and offset is not None
            and offset <= len(value) < shape[0] and value.shape[1:] == shape[1:]):
        extended = np.zeros(shape, value.dtype)
        extended[:offset] = value[:offset]
        extended[offset + shape[0] - len(value):] = value[offset:]
        return extended, EXTENDED
    return None, NEW


def _select_embeddings(session, run, source, name, rows, speaker_loss):
    """Give each new speaker the embedding with the least loss: that of a speaker, or their mean.

    The loss rates the voices of `source`, whose embedding `name` has the rows [speakers, channels],
    by how well they predict recordings of the new speaker. Returns phrases.
    """
    tables = [v for v in tf.global_variables() if v.op.name in (name, name + checkpoint.EMA_SUFFIX)]
    candidates = list(zip(source.speakers, rows)) + [("mean", rows.mean(0))]
    values, phrases = session.run(tables[0]), []

    def load(speaker_id, row):
        values[speaker_id] = row
        compat.load_variables(session, [(table, values) for table in tables])

    for speaker_id, speaker in enumerate(run.speakers):
        if speaker not in source.speakers:
            losses = []
            for _, row in candidates:
                load(speaker_id, row)
                losses.append(float(speaker_loss(session, speaker_id)))
            best = int(np.argmin(losses))
            load(speaker_id, candidates[best][1])
            phrases.append("embedding of %s: that of %s (loss %.4f; mean of all %.4f)"
                           % (speaker, candidates[best][0], losses[best], losses[-1]))
    return phrases


def _rows_by_name(table, source_names, names, new_row=None):
    """An embedding table for `names` from the `table` of `source_names`, [names, channels].

    Rows of new names are `new_row`, or random with the mean and deviation of the table, so that new
    symbols differ from each other.
    """
    random = np.random.RandomState(len(source_names))
    rows = []
    for name in names:
        if name in source_names:
            rows.append(table[source_names.index(name)])
        else:
            rows.append(new_row if new_row is not None else
                        table.mean(0) + table.std(0) * random.standard_normal(table.shape[1]))
    return np.array(rows, table.dtype)


def _describe_embeddings(run, source):
    """Phrases on the speakers and symbols that the two runs do not have in common."""
    phrases = []
    if run.has_speaker_embedding and source.has_speaker_embedding:
        old, new = source.speakers, run.speakers
        changes = [("speakers kept", [name for name in new if name in old])]
        if not run.base:        # else _select_embeddings describes the new speakers
            changes += [("started from the mean of " + ", ".join(old),
                         [name for name in new if name not in old]),
                        ("speakers dropped", [name for name in old if name not in new])]
        for title, names in changes:
            if names:
                phrases.append("%s: %s" % (title, ", ".join(names)))
    new_symbols = [symbol for symbol in run.symbols if symbol not in source.symbols]
    if new_symbols:
        phrases.append("new symbols: " + " ".join(korean.symbol_labels(new_symbols)))
    return phrases
