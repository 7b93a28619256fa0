"""A store whose mels are those that a Tacotron2 predicted for its recordings, and not their own.

A vocoder that learns from them hears what synthesis will give it (arXiv 1712.05884, section 2.4).
"""
import os

import numpy as np

from common import files
from common.errors import InputError
from datasets.store import Store


class Predicted(Store):
    """The Store `recorded` with the mels in the folder `predictions`, an .npy an utterance."""

    def __init__(self, recorded, predictions):
        self.__dict__.update(vars(recorded))
        self.recorded = recorded
        self.predictions = predictions

    def arrays(self, row):
        """The Example of a row: its audio, with the mel that was predicted.

        Raises InputError where one is missing, damaged or of another shape than the row says.
        """
        path = self._path(row)
        try:
            mel = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError) as problem:
            raise InputError("%s: cannot be read (%s); delete it to have it predicted again"
                             % (path, problem))
        if mel.shape != (row.frames, self.audio["n_mels"]) or mel.dtype != np.float32:
            raise InputError("%s: holds a mel of shape %s, and should hold one of %s; delete it to "
                             "have it predicted again"
                             % (path, mel.shape, (row.frames, self.audio["n_mels"])))
        return self.recorded.arrays(row)._replace(mel=mel)

    def has(self, row):
        return os.path.exists(self._path(row))

    def keep(self, row, mel):
        """Write the mel that was predicted for a row, float32 [frames, mels]."""
        with files.whole(self._path(row)) as out:
            np.save(out, mel)

    def _path(self, row):
        return os.path.join(self.predictions,
                            os.path.splitext(os.path.basename(row.file))[0] + ".npy")
