"""The line that shows how far a training is."""
import sys
import time

from tqdm import tqdm

tqdm.monitor_interval = 0       # its thread compares our times with those of another clock


class Progress(tqdm):
    """A bar on stderr from step `done` to step `steps`.

    It reads a clock that nobody sets: when that of the machine jumps, pace and time left stay.
    """

    def __init__(self, name, done, steps):
        super(Progress, self).__init__(total=steps, initial=done, unit="step", file=sys.stderr,
                                       desc=name)
        self._time = time.monotonic
        self.start_t = self.last_print_t = self._time()

    def at(self, step, loss, waiting_share, padding_share):
        """Show that `step` is done, a loss, and the shares of waiting and of padding."""
        self.set_postfix_str("loss %.4f, waiting %.0f %%, padding %.0f %%" % (
            loss, 100 * waiting_share, 100 * padding_share), refresh=False)
        if step < self.n:       # the run went back
            self.n = self.last_print_n = step
            self.refresh()
        else:
            self.update(step - self.n)

    def say(self, sentence):
        """Print a line of its own on stderr."""
        self.write(sentence, file=sys.stderr)
