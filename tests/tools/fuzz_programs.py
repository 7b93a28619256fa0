"""The programs that fuzz_inputs calls, as {name: main}. Imports them all."""
import sys

import numpy as np
from helpers.scripted_voice import ScriptedVoice

import datasets.__main__
import korean.__main__
import preprocess
import synthesize
import train_tacotron
import train_vocoder
from datasets import batches
from nn.compat import tf
from tacotron2.loss import Losses
from training import export

# imported by the programs when they need them; here once for all cases
import librosa.filters                      # noqa: F401
import scipy.signal                         # noqa: F401
from matplotlib import figure               # noqa: F401
from matplotlib.backends import backend_agg     # noqa: F401


tf.Graph        # imports TensorFlow


class ReadOnlyGraph(object):
    """Stands for a TrainingGraph: batches are read, but nothing is computed."""

    def __init__(self, hp, *_):
        self.hp = hp
        self.losses = Losses(*[0.0] * len(Losses._fields))

    def make_feed_dict(self, items, step):
        if isinstance(step, int):
            return batches.make_text_batch(items, self.hp, self.hp.outputs_per_step)
        return batches.make_audio_batch(items, self.hp, 0, step)


def read_batches(run, options, hosts, graph, scalars, get_batch, *_, **__):
    """Stands for training.loop.train: reads three batches, as a run of three steps would."""
    for step in range(3):
        get_batch(step)
    run.release()
    return 0


def _train_without_graph(program):
    def main(arguments):
        # in a process of its own, so nothing has to be restored
        program.TrainingGraph, program.loop.train = ReadOnlyGraph, read_batches
        for name in ("TacotronEvaluator", "VocoderEvaluator"):
            setattr(program, name, EvaluatorStub)
        return program.main(arguments)
    return main


class EvaluatorStub(object):
    """Stands for an evaluator, which needs the graph."""
    evaluate = speaker_loss = None

    def __init__(self, *_):
        pass


def _scripted(arguments):
    """synthesize.py with a voice that has no network."""
    synthesize.Voice = lambda *_, **__: ScriptedVoice()
    synthesize.resolve_run_folders = lambda *_: ("", "")
    np.random.seed(0)
    return synthesize.main(arguments)


PROGRAMS = {"preprocess": preprocess.main, "datasets": datasets.__main__.main,
            "korean": korean.__main__.main, "synthesize": synthesize.main, "scripted": _scripted,
            "export": export.main, "train_tacotron": _train_without_graph(train_tacotron),
            "train_vocoder": _train_without_graph(train_vocoder)}
