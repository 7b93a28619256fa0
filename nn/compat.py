"""The one place that chooses a TensorFlow: 1.3.0, or 2.x through compat.v1 in graph mode.

Everybody else writes `from tf1 import tf` and uses only what both have: a name that one of them
lacks does not occur outside this file.
"""
import contextlib
import json
import os
import re
import warnings

STDERR = 2      # its number to the system


@contextlib.contextmanager
def _silence():
    """What C++ code writes on stderr meanwhile is lost; Python's exceptions are not."""
    kept, nowhere = os.dup(STDERR), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDERR)
    try:
        yield
    finally:
        os.dup2(kept, STDERR)
        os.close(kept)
        os.close(nowhere)


# its C++ side greets on stderr, and calls an error what oneDNN leaves to the other kernels
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# oneDNN's kernels, which it leaves out on some processors: its other ones take three times as long
# where the rows of a transposed matrix lie 16 KB apart, as those of a decoder LSTM of 1,024 units
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
with warnings.catch_warnings(), _silence():             # it greets before it reads its level
    warnings.simplefilter("ignore", FutureWarning)      # NumPy on 1.3.0's own dtype tables
    import tensorflow as _tensorflow
    from tensorflow.python.client import timeline as _timeline  # no public name has it

VERSION = _tensorflow.__version__

if VERSION.startswith("1."):
    STACK = "faithful"
    tf = _tensorflow
else:
    STACK = "present-day"
    tf = _tensorflow.compat.v1
    tf.logging.set_verbosity(tf.logging.ERROR)          # what follows is deprecated, and meant
    tf.disable_eager_execution()
    tf.disable_resource_variables()                     # the same checkpoint keys as 1.3.0
    tf.disable_control_flow_v2()                        # while_loop as 1.3.0 runs it


def stateless_random_uniform(shape, seed):
    """float32 in [0, 1) of that shape: a function of `seed`, int64 [2], the same on both stacks.

    The operation keeps no state, which no checkpoint could hold: nothing has to be restored.
    """
    inputs = [tf.convert_to_tensor(shape, tf.int32), tf.convert_to_tensor(seed, tf.int64)]
    # both TensorFlows have the operation, each under another name in Python
    return tf.get_default_graph().create_op("StatelessRandomUniform", inputs, [tf.float32]).outputs[0]


def trace_events(metadata):
    """The events of Chrome's trace format that a tf.RunMetadata of a full trace tells of."""
    written = _timeline.Timeline(metadata.step_stats).generate_chrome_trace_format(
        show_dataflow=False)
    return json.loads(written)["traceEvents"]


def error_reason(problem):
    """What an exception of TensorFlow's says, in one line: not where in the graph it happened."""
    before_node = re.search(r"([^\n]+)\n\t \[\[", str(problem))
    return before_node.group(1) if before_node else str(problem).split("\n")[0]


def create_session(threads=0):
    """A session on the default graph that takes GPU memory as it needs it.

    `threads` bounds what one operation and the graph use; 0 leaves it to TensorFlow.
    """
    config = tf.ConfigProto(intra_op_parallelism_threads=threads,
                            inter_op_parallelism_threads=threads, allow_soft_placement=True)
    config.gpu_options.allow_growth = True
    return tf.Session(config=config)
