"""A process of a TensorFlow cluster, as others see it: does it answer, and what does it say?

Each process has a text that the others can read and write: the chief's is its description, and that
of another process is set when the training has ended.
"""
import contextlib

from nn import compat
from nn.compat import tf

ANSWER_SECONDS = 5      # a process answers within milliseconds
SLOW_SECONDS = 30       # where no other process waits for the answer


class NoAnswer(Exception):
    """The process has not answered in time, or has no text yet."""


class ClusterTask(object):
    """All methods raise NoAnswer."""

    def __init__(self, job, index, address):
        self.job, self.index, self.address = job, index, address
        self.device = "/job:%s/task:%d" % (job, index)

    def __str__(self):
        return "%s %d (%s)" % (self.job, self.index, self.address)

    def count_gpus(self, seconds=None):
        """The number of its GPUs. No training step delays the answer."""
        with self._session(seconds) as session:
            return len(compat.gpu_names(session))

    def read_text(self):
        """Its text, a string. The operations of a training step may delay the answer."""
        with self._session() as session:
            return session.run(self._text_variable().value()).decode("utf-8")

    def write_text(self, text):
        """Set its text."""
        with self._session(SLOW_SECONDS) as session:
            session.run(tf.assign(self._text_variable(), text).op)

    def _text_variable(self):
        with tf.device(self.device):        # sessions share variables of the same device and name
            return tf.Variable("", dtype=tf.string, collections=[], name="text_of_task")

    @contextlib.contextmanager
    def _session(self, seconds=None):
        """A session in a new graph that only this process computes."""
        config = tf.ConfigProto(device_filters=[self.device],
                                operation_timeout_in_ms=1000 * (seconds or ANSWER_SECONDS))
        try:
            with tf.Graph().as_default(), tf.Session("grpc://" + self.address,
                                                     config=config) as session:
                yield session
        except tf.errors.OpError as error:
            raise NoAnswer(error)
