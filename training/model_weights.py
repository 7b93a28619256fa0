"""The weights of a run's network, by variable name, without building its graph."""
import numpy as np

import korean
from common.errors import InputError
from tacotron2 import tacotron_weights
from training import checkpoint, exported_run
from wavenet_vocoder import upsampling
from wavenet_vocoder.engine import weights as wavenet_weights

# Which weights: those of the newest checkpoint, of the checkpoint with the best validation score,
# or random ones, as before training.
NEWEST, BEST, INITIAL = "newest", "best", "initial"
MAX_WEIGHTS = 1 << 28       # the preset `reference` has a tenth of them


def load_weights(run, which=NEWEST):
    """({variable name: float32 array}, step) of all variables that synthesis uses.

    Raises InputError if there is no checkpoint, or it does not fit to run.json.
    """
    shapes = weight_shapes(run)
    if which == INITIAL:
        return create_initial_weights(shapes, run.hp), 0
    return checkpoint.read_validated_weights(run, shapes, which == BEST)


def weight_shapes(run):
    """{variable name: shape} of all variables that synthesis uses."""
    if run.model_type == "tacotron":
        return tacotron_weights.variable_shapes(run.hp, len(korean.SYMBOLS),
                                                run.n_speaker_embeddings)
    return wavenet_weights.variable_shapes(run.hp, run.n_speaker_embeddings)


def create_initial_weights(shapes, hp):
    """Random weights as the layers in nn/layers.py initialise them: {variable name: array}.

    The upsampling interpolates between the frames, like the one of a trained network.
    """
    random, weights = np.random.RandomState(hp.seed), {}
    for name, shape in sorted(shapes.items()):
        if name.endswith("/table"):
            weights[name] = random.normal(0, 0.3, shape)
        elif "upsampling" in name:
            is_subpixel = hp.wavenet_upsample_type == "subpixel"
            weights[name] = upsampling.initial_kernel(
                shape[3] if is_subpixel else shape[0] // 2, hp.wavenet_upsample_type)
        elif name.endswith("/kernel"):          # Glorot and Bengio, 2010, equation 16
            n_taps = np.prod(shape[:-2])
            limit = (6.0 / (n_taps * (shape[-2] + shape[-1]))) ** 0.5
            weights[name] = random.uniform(-limit, limit, shape)
        else:
            weights[name] = np.full(shape, name.endswith(("gamma", "moving_variance", "scale")))
    return {name: value.astype(np.float32) for name, value in weights.items()}


def check_sizes(run):
    """Raise InputError if the network of run.json is larger than any that can be trained.

    An exported run must have as many arrays as layers: otherwise, a wrong number of layers could
    exhaust the memory with their names.
    """
    hp = run.hp
    counts = {"tacotron": (hp.encoder_n_convolutions, hp.postnet_n_convolutions),
              "vocoder": (hp.wavenet_layers,)}[run.model_type]
    if exported_run.is_exported(run.folder):
        n_arrays = exported_run.count_arrays(run.folder)
        if max(counts) > n_arrays:
            raise InputError("%s: run.json says that the network has %d layers, but %s has only %d "
                             "arrays" % (run.folder, max(counts), exported_run.WEIGHTS, n_arrays))
    n_weights = sum(count_values(shape) for shape in weight_shapes(run).values())
    if n_weights > MAX_WEIGHTS:
        raise InputError("%s: by its hyper-parameters, the network has %.3g weights; at most %.3g "
                         "are possible" % (run.folder, n_weights, MAX_WEIGHTS))


def count_values(shape):
    """The number of values of an array, of any size: Python's integers do not overflow."""
    n_values = 1
    for length in shape:
        n_values *= length
    return n_values
