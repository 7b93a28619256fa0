"""What the steps since the last record spent on nothing: waiting for batches, and padding."""
import time

import numpy as np


class Pace(object):
    """`clock` gives seconds, and is never set back."""

    def __init__(self, clock=time.monotonic):
        self.clock = clock
        self.begin()

    def begin(self):
        """Forget what was before."""
        self._since, self._waited, self._padding = self.clock(), 0.0, []

    def waited(self, seconds):
        """Note the time that the loop stood still until a batch was there."""
        self._waited += seconds

    def padded(self, share):
        """Note the share of a batch that is padding."""
        self._padding.append(share)

    def shares(self):
        """{name: share from 0 to 1}: of all time on waiting, of the batches (mean) on padding."""
        return {"waiting_share": self._waited / max(self.clock() - self._since, 1e-9),
                "padding_share": float(np.mean(self._padding)) if self._padding else 0.0}
