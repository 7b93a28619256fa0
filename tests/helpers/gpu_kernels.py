"""Which nodes of the project's graphs have a GPU kernel, on a machine without a GPU.

    python gpu_kernels.py               list the nodes that TensorFlow 1.3.0 has no GPU kernel for
                                        but should; it has to be tensorflow-gpu
    python gpu_kernels.py --list FILE   write the GPU kernels of TensorFlow 2; it has to be
                                        tensorflow, because tensorflow-cpu has none

TensorFlow 1.3.0 is asked for the kernel of each node. TensorFlow 2 lists its kernels, and those of
the release that the project uses are in gpu_kernels.txt, one per line: operation, types, and after
a colon the arguments in host memory.
"""
import collections
import os
import sys

from common.files import atomic_write
from common.hparam_set import create_hparams
from nn import compat
from nn.compat import tf
from tacotron2 import attention, tacotron_training_graph
from wavenet_vocoder import wavegen, wavenet_training_graph

KERNEL_LIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gpu_kernels.txt")
TYPES = {"bool", "int32", "int64", "float32", "string", "resource"}     # the types in the graphs

# types: {attribute: type}; host: names of the arguments and results that are in host memory
Kernel = collections.namedtuple("Kernel", "types host")


def build_graphs():
    """Yield (description, tf.Graph) for training and synthesis with each attention type, output
    distribution and upsampling.
    """
    for attention_type in sorted(attention.ATTENTION_TYPES):
        changes = "attention_type=" + attention_type
        if attention_type == "monotonic":       # and what else changes the graph
            changes += ",teacher_forcing_ratio=0.5,outputs_per_step_schedule=3x2"
        with tf.Graph().as_default() as graph:
            tacotron_training_graph.TrainingGraph(create_hparams("tiny", changes), 20, 2)
        yield "Tacotron 2, %s attention" % attention_type, graph
    for distribution, upsampling in (("logistics", "transposed"), ("gaussian", "subpixel"),
                                     ("mulaw", "transposed")):
        hp = create_hparams("tiny", "wavenet_output_distribution=%s,wavenet_upsample_type=%s" % (
            distribution, upsampling))
        with tf.Graph().as_default() as graph:
            wavenet_training_graph.TrainingGraph(hp, 2, 1)
            with tf.variable_scope(tf.get_variable_scope(), reuse=True):
                wavegen.GraphVocoder(hp, 2)
        yield "WaveNet, %s, %s" % (distribution, upsampling), graph


def nodes_without_kernel(graph, has_kernel):
    """Descriptions of the nodes that a GPU should compute and cannot; has_kernel(op) → bool."""
    return ["%s (%s) in %s" % (op.name, op.type, loop_name(op) or "no loop")
            for op in graph.get_operations()
            if not is_pinned(op) and not may_run_on_cpu(op) and not has_kernel(op)]


def may_run_on_cpu(op):
    """Whether an operation needs no GPU kernel: once per step, on a few bytes."""
    if loop_name(op):
        return False
    types = {tensor.dtype.base_dtype for tensor in list(op.inputs) + list(op.outputs)}
    # assertions with their texts; the int64 step; a number that the host may feed
    return (op.type == "Assert" or tf.string in types or types == {tf.int64}
            or op.type == "PlaceholderWithDefault" and op.outputs[0].get_shape().ndims == 0)


def is_pinned(op):
    """Whether the project places an operation on the CPU: those that make random seeds."""
    return "CPU" in op.device.upper()


def loop_name(op):
    """The name of the while loop that an operation is in, or ""."""
    context = op._get_control_flow_context()
    context = context.GetWhileContext() if context else None
    return context.name if context else ""


def finds_kernel(op):
    """Whether TensorFlow 1.3.0 finds a GPU kernel for an operation."""
    from tensorflow.python import pywrap_tensorflow
    node = type(op.node_def)()
    node.CopyFrom(op.node_def)
    node.device = "/gpu:0"
    return bool(pywrap_tensorflow.TryFindKernelClass(node.SerializeToString()))


class KernelList(object):
    """The kernels in a file that `--list` wrote."""

    def __init__(self, path=KERNEL_LIST):
        self._kernels = collections.defaultdict(list)
        with open(path, encoding="ascii") as file:
            for line in file:
                signature, _, host = line.partition(":")
                operation, types = signature.split()[0], signature.split()[1:]
                self._kernels[operation].append(
                    Kernel(dict(pair.split("=") for pair in types), host.split()))

    def find(self, op):
        """The Kernel of an operation, or None."""
        for kernel in self._kernels[op.type]:
            if all(self._attribute_types(op, name) <= {value}
                   for name, value in kernel.types.items()):
                return kernel
        return None

    @staticmethod
    def _attribute_types(op, name):
        value = op.get_attr(name)
        values = value if isinstance(value, list) else [value]
        return {tf.as_dtype(item).base_dtype.name for item in values}

    def copied_tensors(self, graph):
        """{loop: names of the tensors that each iteration copies between the GPU and the host}"""
        copied = collections.defaultdict(set)
        for op in graph.get_operations():
            loop = loop_name(op)
            if not loop or op.type in ("Enter", "RefEnter"):    # these run once
                continue
            for tensor, in_host in zip(op.inputs, self._in_host(op, op.op_def.input_arg)):
                source = tensor.op
                if in_host != self._in_host(source, source.op_def.output_arg)[tensor.value_index]:
                    copied[loop].add(tensor.name)
        return copied

    def _in_host(self, op, arguments):
        """Whether each input or output of an operation is in host memory."""
        kernel, in_host = None if is_pinned(op) else self.find(op), []
        for argument in arguments:
            n_tensors = 1
            if argument.number_attr:
                n_tensors = op.get_attr(argument.number_attr)
            elif argument.type_list_attr:
                n_tensors = len(op.get_attr(argument.type_list_attr))
            in_host += [kernel is None or argument.name in kernel.host] * n_tensors
        return in_host


def list_kernels():
    """The lines of gpu_kernels.txt, from the installed TensorFlow 2."""
    tf.Session          # imports TensorFlow, of which the next line has no public path
    from tensorflow.python.framework import kernels
    host_arguments = {}
    # a kernel for DEFAULT is used on every device that has none of its own
    for device in ("GPU", "DEFAULT"):
        for kernel in kernels.get_all_registered_kernels().kernel:
            types = {constraint.name: [tf.as_dtype(value).name
                                       for value in constraint.allowed_values.list.type]
                     for constraint in kernel.constraint if constraint.allowed_values.list.type}
            if (kernel.device_type == device and not kernel.label
                    and all(set(names) <= TYPES for names in types.values())):
                assert all(len(names) == 1 for names in types.values()), kernel
                signature = " ".join([kernel.op] + ["%s=%s" % (name, names[0])
                                                    for name, names in sorted(types.items())])
                host_arguments.setdefault(signature, sorted(kernel.host_memory_arg))
    return ["%s : %s" % (signature, " ".join(host_arguments[signature]))
            for signature in sorted(host_arguments)]


def main(arguments):
    if arguments[:1] == ["--list"]:
        with atomic_write(arguments[1]) as file:
            file.write("".join(line.rstrip() + "\n" for line in list_kernels()).encode("ascii"))
        return
    assert compat.stack() == "faithful", "TensorFlow %s: see --list" % tf.__version__
    failed = False
    for description, graph in build_graphs():
        nodes = nodes_without_kernel(graph, finds_kernel)
        print("%s: %d nodes, %d without a GPU kernel" % (
            description, len(graph.get_operations()), len(nodes)))
        print("".join("    %s\n" % node for node in nodes), end="", flush=True)
        failed |= bool(nodes)
    sys.exit(int(failed))


if __name__ == "__main__":
    main(sys.argv[1:])
