"""Import TensorFlow: 1.3.0 as it is, or 2.x as compat.v1 in graph mode.

All other modules import `tf` from here and use only APIs that both versions have. TensorFlow itself
is imported at the first use of `tf`: synthesis with an exported voice does without it.
"""
import contextlib
import functools
import importlib.util
import json
import os
import re
import warnings

from common import resources
from common.errors import InputError

STDERR_FD = 2

# TensorFlow's mixed precision would compute these in bfloat16 too, which saves no time. Sums of
# thousands of bfloat16 values, such as losses, moments and bias gradients, are wrong by per cents.
FLOAT32_OPERATIONS = (
    "Add,AddN,AddV2,BiasAdd,BiasAddGrad,BiasAddV1,Div,Elu,EluGrad,Erf,Exp,Expm1,Inv,InvGrad,L2Loss,"
    "Log,Log1p,LogSoftmax,Maximum,Mean,Minimum,Mul,Neg,Pow,Prod,RealDiv,Reciprocal,ReciprocalGrad,"
    "Relu,ReluGrad,Rsqrt,RsqrtGrad,Select,SelectV2,Sigmoid,SigmoidGrad,Softmax,Softplus,"
    "SoftplusGrad,Sqrt,SqrtGrad,Square,SquaredDifference,Sub,Sum,Tanh,TanhGrad")


@contextlib.contextmanager
def _discard_stderr():
    """Discard what C++ code writes to stderr. Python exceptions still propagate."""
    saved, null = os.dup(STDERR_FD), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, STDERR_FD)
    try:
        yield
    finally:
        os.dup2(saved, STDERR_FD)
        os.close(saved)
        os.close(null)


@functools.lru_cache(maxsize=1)
def _import_tensorflow():
    """The module tensorflow of 1.3.0, or tensorflow.compat.v1. Raises InputError without either."""
    # 3 hides errors too: TensorFlow logs each kernel that oneDNN lacks as an error
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # oneDNN is off by default on some processors. TensorFlow's other kernels take three times as
    # long where the rows of a transposed matrix lie 16 KB apart, as in a decoder LSTM of 1,024
    # units
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    if importlib.util.find_spec("tensorflow") is None:
        raise InputError("TensorFlow is not installed; only synthesis on the CPU does without it, "
                         "with a voice that `python -m training.export` of this version wrote")
    # TensorFlow logs before it reads the log level
    with warnings.catch_warnings(), _discard_stderr():
        warnings.simplefilter("ignore", FutureWarning)  # from NumPy, about 1.3.0's dtype tables
        import tensorflow
    if tensorflow.__version__.startswith("1."):
        # as 2.x does itself; otherwise 1.3.0 cannot differentiate a graph with this operation
        tensorflow.NotDifferentiable("StatelessRandomUniform")
        return tensorflow
    v1 = tensorflow.compat.v1
    v1.logging.set_verbosity(v1.logging.ERROR)          # no deprecation warnings
    v1.disable_eager_execution()
    v1.disable_resource_variables()                     # for the checkpoint keys of 1.3.0
    v1.disable_control_flow_v2()                        # for the while_loop of 1.3.0
    return v1


class _LazyModule(object):
    def __getattr__(self, name):
        return getattr(_import_tensorflow(), name)


tf = _LazyModule()


def stack():
    """The stack by its TensorFlow: "faithful" (1.3.0) or "present-day"."""
    return "faithful" if tf.__version__.startswith("1.") else "present-day"


def stateless_random_uniform(shape, seed):
    """Uniform float32 in [0, 1), determined by `seed`, int64 [2]; the same on both stacks.

    The operation has no state, so there is none to save in checkpoints.
    """
    inputs = [tf.convert_to_tensor(shape, tf.int32), tf.convert_to_tensor(seed, tf.int64)]
    # create_op, because the Python function has a different name in each version
    return tf.get_default_graph().create_op(
        "StatelessRandomUniform", inputs, [tf.float32]).outputs[0]


def load_variables(session, values):
    """Load values, [(variable, array)].

    In one run, because TensorFlow prunes the whole graph before each run of other operations.
    """
    values = list(values)
    session.run([variable.initializer for variable, _ in values],
                {variable.initializer.inputs[1]: value for variable, value in values})


def trace_events(metadata):
    """The events of a tf.RunMetadata with a full trace, in Chrome's trace format."""
    tf.Session          # imports TensorFlow, of which the next line has no public path
    from tensorflow.python.client import timeline
    trace = timeline.Timeline(metadata.step_stats).generate_chrome_trace_format(
        show_dataflow=False)
    return json.loads(trace)["traceEvents"]


def is_lost_host(error):
    """Whether an exception of TensorFlow means that another host is lost."""
    if isinstance(error, tf.errors.InternalError):
        # a reset connection in TensorFlow 1.3.0, whose gRPC says {…"description":"OS Error"…}
        return '"description":"OS Error"' in str(error)
    return isinstance(error, (tf.errors.AbortedError, tf.errors.CancelledError,
                              tf.errors.DeadlineExceededError, tf.errors.UnavailableError))


def error_reason(error):
    """The message of a TensorFlow exception in one line, without the node that raised it."""
    message = re.search(r"([^\n]+)\n\t \[\[", str(error))
    return message.group(1) if message else str(error).split("\n")[0]


def gpu_names(session):
    """The names of the GPUs that a session can use."""
    devices = session.list_devices()
    for device in devices:
        # 1.3.0 has an object there, and would print a line when it is deleted
        if hasattr(device.memory_limit_bytes, "disown"):
            device.memory_limit_bytes.disown()
    return [device.name for device in devices if device.device_type == "GPU"]


def session_config(threads=0, cpu_towers=1):
    """The tf.ConfigProto of create_session, with `cpu_towers` towers that share the threads."""
    intra_op, inter_op = threads, threads
    if cpu_towers > 1:
        threads = threads or resources.available_cpus()
        intra_op, inter_op = max(1, threads // cpu_towers), min(threads, cpu_towers)
    config = tf.ConfigProto(intra_op_parallelism_threads=intra_op,
                            inter_op_parallelism_threads=inter_op, allow_soft_placement=True)
    config.gpu_options.allow_growth = True
    return config


def create_session(threads=0, mixed_precision=False, tower_devices=()):
    """A tf.Session on the default graph that allocates GPU memory as needed.

    `threads` limits intra-op and inter-op parallelism; 0 leaves both to TensorFlow. Towers on the
    CPU, for which `tower_devices` contains None (nn.towers), share the threads. With
    `mixed_precision`, matrix products and convolutions on the CPU are computed in bfloat16;
    variables, sums and losses stay float32. Raises InputError where that is not supported.
    """
    config = session_config(threads, list(tower_devices).count(None))
    if mixed_precision:
        if stack() == "faithful":
            raise InputError("--mixed-precision: TensorFlow %s does not support it; TensorFlow 2 "
                             "does" % tf.__version__)
        if not {"avx512_bf16", "amx_bf16"} & resources.cpu_flags():
            raise InputError("--mixed-precision: this CPU has no bfloat16 instructions "
                             "(AVX512_BF16 or AMX); leave the option out")
        for name in ("INFERLIST_REMOVE", "CLEARLIST_REMOVE", "DENYLIST_ADD"):
            os.environ["TF_AUTO_MIXED_PRECISION_GRAPH_REWRITE_" + name] = FLOAT32_OPERATIONS
        options = config.graph_options.rewrite_options
        options.auto_mixed_precision_onednn_bfloat16 = options.ON
    return tf.Session(config=config)
