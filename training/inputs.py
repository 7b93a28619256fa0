"""What the graphs of Tacotron2 are fed with, shaped as datasets.batches makes it."""
from datasets import batches
from tf1 import tf


def text_batch(hp):
    """A TextBatch of placeholders."""
    return batches.TextBatch(
        tf.placeholder(tf.int32, [None, None]), tf.placeholder(tf.int32, [None]),
        tf.placeholder(tf.int32, [None]), tf.placeholder(tf.float32, [None, None, hp.mels]),
        tf.placeholder(tf.int32, [None]))
