"""The progress bar of synthesis."""
from time import monotonic

from common.progress_bar import tqdm


class Progress(tqdm):
    """A progress bar in seconds of audio, with the remaining time and the speed of the vocoder.

    `n_symbols` is the number of symbols of all lines. From it, the duration of the lines that have
    no mel yet is estimated. The remaining time is not that of tqdm, which would count the time that
    the mels of a batch take for the first samples of the vocoder.
    """

    def __init__(self, n_symbols, disable=False):
        super(Progress, self).__init__(total=1, bar_format="{percentage:3.0f}%|{bar}| {desc}",
                                       disable=disable)
        self.n_symbols, self.started_symbols, self.started_seconds = n_symbols, 0, 0.0
        self.start_time = monotonic()
        self.vocoder_seconds, self.last_time = 0.0, 0.0

    def start_batch(self, seconds, n_symbols):
        """To be called before the vocoder: the mels of these symbols last `seconds`."""
        self.last_time = monotonic()
        self.started_seconds += seconds
        self.started_symbols += n_symbols
        self.total = self.started_seconds * self.n_symbols / self.started_symbols

    def add_audio(self, seconds):
        """To be called when the vocoder has generated another `seconds` of audio."""
        if self.disable:
            return
        now = monotonic()
        self.vocoder_seconds += now - self.last_time
        self.last_time = now
        seconds_done = self.n + seconds
        if not seconds_done:    # warm-up of the chunks, which is not part of the audio
            return
        self.total = max(self.total, seconds_done)      # not less because of rounding
        elapsed = now - self.start_time
        self.set_description_str("%.1f of about %.1f s of audio, %.2f × real time [%s<%s]" % (
            seconds_done, self.total, seconds_done / max(self.vocoder_seconds, 1e-3),
            self.format_interval(elapsed),
            self.format_interval(self.remaining_seconds(elapsed, seconds_done))), refresh=False)
        self.update(seconds)

    def remaining_seconds(self, elapsed, seconds_done):
        """How long the rest takes, if `seconds_done` of audio took `elapsed` seconds."""
        return ((self.total - seconds_done) * self.vocoder_seconds / seconds_done
                + (self.total - self.started_seconds) * (elapsed - self.vocoder_seconds)
                / self.started_seconds)
