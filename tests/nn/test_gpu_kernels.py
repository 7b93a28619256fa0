"""On a GPU, the GPU computes the networks, and the steps of their loops leave the data there.

For TensorFlow 1.3.0, tests/docker/test_image_containers.py has the first of these tests.
"""
import pytest
from helpers import gpu_kernels

from nn import compat
from nn.compat import tf

pytestmark = pytest.mark.skipif(compat.stack() == "faithful",
                                reason="gpu_kernels.txt has the kernels of TensorFlow 2")


@pytest.fixture(scope="module")
def kernels():
    return gpu_kernels.KernelList()


@pytest.fixture(scope="module")
def graphs():
    return dict(gpu_kernels.build_graphs())


def test_every_node_has_a_gpu_kernel(kernels, graphs):
    for description, graph in graphs.items():
        assert gpu_kernels.nodes_without_kernel(graph, kernels.find) == [], description


def test_nothing_but_random_seeds_is_pinned_to_the_cpu(graphs):
    for graph in graphs.values():
        for op in filter(gpu_kernels.is_pinned, graph.get_operations()):
            assert {output.dtype.base_dtype for output in op.outputs} <= {tf.int32, tf.int64}


def test_a_decoder_step_copies_nothing_but_the_decision_to_stop(kernels, graphs):
    for description, graph in graphs.items():
        if description.startswith("Tacotron 2"):
            copied = [tensor for tensors in kernels.copied_tensors(graph).values()
                      for tensor in tensors]
            assert [graph.get_tensor_by_name(name).op.type for name in copied] == ["Any"]


def test_a_generated_sample_copies_nothing_but_its_indices(kernels, graphs):
    for description, graph in graphs.items():
        if description.startswith("WaveNet"):
            copied, = kernels.copied_tensors(graph).values()
            assert len(copied) <= 3, copied
            assert {graph.get_tensor_by_name(name).dtype for name in copied} == {tf.int32}


def test_a_node_without_a_kernel_in_a_loop_is_found(kernels):
    """Also if it would be allowed outside the loop."""
    with tf.Graph().as_default() as graph:
        tf.while_loop(lambda text: False, lambda text: tf.string_join([text, text]),
                      [tf.constant("a")])
    nodes = gpu_kernels.nodes_without_kernel(graph, kernels.find)
    assert any("StringJoin" in node for node in nodes)


@pytest.mark.skipif(not tf.test.is_built_with_cuda(), reason="this TensorFlow has no GPU kernels")
def test_the_list_of_kernels_is_that_of_the_installed_tensorflow():
    with open(gpu_kernels.KERNEL_LIST, encoding="ascii") as file:
        assert file.read().splitlines() == [line.rstrip() for line in gpu_kernels.list_kernels()]


def test_a_layer_of_wavenet_is_few_nodes_in_training(graphs):
    """On a GPU, each of them is a kernel launch."""
    names = [op.name for op in graphs["WaveNet, logistics, transposed"].get_operations()
             if op.type not in ("Const", "Identity")]
    forward = [name for name in names if name.startswith("wavenet/layer_02/")
               and "/kernel" not in name and "/bias" not in name]       # the variables
    backward = [name for name in names if name.startswith("gradients/wavenet/layer_02/")]
    assert 10 < len(forward) < 30
    assert 10 < len(backward) < 40
