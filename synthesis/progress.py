"""The progress bar of synthesis."""
import time

from tqdm import tqdm


class Progress(tqdm):
    """A progress bar in seconds of audio, with the remaining time and the speed of the vocoder.

    `n_symbols` is the number of symbols of all lines. From it, the duration of the lines that have
    no mel yet is estimated.
    """

    def __init__(self, n_symbols):
        super(Progress, self).__init__(
            total=1, bar_format="{percentage:3.0f}%|{bar}| {desc} [{elapsed}<{remaining}]")
        self.n_symbols, self.started_symbols, self.started_seconds = n_symbols, 0, 0.0
        self.vocoder_seconds, self.last_time = 0.0, 0.0

    def start_batch(self, seconds, n_symbols):
        """To be called before the vocoder: the mels of these symbols last `seconds`."""
        self.last_time = time.time()
        self.started_seconds += seconds
        self.started_symbols += n_symbols
        self.total = self.started_seconds * self.n_symbols / self.started_symbols

    def add_audio(self, seconds):
        """To be called when the vocoder has generated another `seconds` of audio."""
        now = time.time()
        self.vocoder_seconds += now - self.last_time
        self.last_time = now
        seconds_done = self.n + seconds
        self.total = max(self.total, seconds_done)      # not less because of rounding
        self.set_description_str("%.1f of about %.1f s of audio, %.2f × real time" % (
            seconds_done, self.total, seconds_done / max(self.vocoder_seconds, 1e-3)),
            refresh=False)
        self.update(seconds)
