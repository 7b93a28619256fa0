"""The waveform of an utterance whose chunks are generated piece by piece, in any interleaving."""
import numpy as np

import audio
from wavenet_vocoder.chunks import crossfade, split_into_chunks, validate_mel


class ChunkedStream(object):
    """The `chunks` of a mel [frames, mels], to be generated, and the samples that result from them.

    Raises InputError for an invalid mel.
    """

    def __init__(self, mel, speaker_id, key, hp):
        validate_mel(mel, hp, "mel")
        self.chunks = split_into_chunks(mel, speaker_id, key, hp)
        self._hop = hp.hop_length
        self._inv_preemphasis = audio.InvPreemphasis(hp.wavenet_preemphasis)
        # of each chunk: samples that were generated, not yet returned; the frame where they begin
        self._pending = [np.zeros(0, np.float32) for _ in self.chunks]
        self._frames = [chunk.start for chunk in self.chunks]
        self._current, self._tail = 0, None

    @property
    def is_complete(self):
        return self._current == len(self.chunks)

    def add(self, index, samples):
        """Add the next samples [frames·hop] of a chunk.

        Returns the samples of the waveform that follow those returned before, float32, possibly
        none. All together are those of wavegen.generate_waveforms.
        """
        self._pending[index] = np.concatenate([self._pending[index], samples])
        ready = []
        while not self.is_complete and index == self._current:
            ready += self._take(index)
            chunk = self.chunks[index]
            if self._frames[index] < chunk.end:
                break
            self._current, index = index + 1, index + 1
        ready = np.concatenate(ready) if ready else np.zeros(0, np.float32)
        return np.float32(self._inv_preemphasis(ready)) if len(ready) else ready

    def _take(self, index):
        """[samples] of the pending frames of the current chunk that end up in the waveform."""
        chunk, taken = self.chunks[index], []
        # warm-up, cross-fade, middle and tail are handled separately
        for end in (chunk.keep_start, chunk.keep_start + 1, chunk.keep_end, chunk.end):
            start = self._frames[index]
            count = min(end - start, len(self._pending[index]) // self._hop)
            if count <= 0:
                continue
            samples, self._pending[index] = np.split(self._pending[index], [count * self._hop])
            self._frames[index] += count
            if start == chunk.keep_end:
                self._tail = samples
            elif start >= chunk.keep_start:
                is_first = start == chunk.keep_start and index
                taken.append(crossfade(self._tail, samples) if is_first else samples)
        return taken
