"""Several attempts at an utterance whose alignment has a fault, of which the best is kept."""
import copy
from collections import namedtuple

from korean.utterances import split_near
from synthesis import utterance_faults
from wavenet_vocoder import philox

FIRST_ATTEMPT, OTHER_NOISE, FORWARD_WINDOW, SPLIT = (
    "first attempt", "other noise", "forward window", "split")
# The attention may reach from one symbol before to four symbols after its furthest position.
WINDOW = (1, 4)
DEFAULT_ATTEMPTS = 4

# text: of an utterance, or of a part of one that was split; output: tacotron2.synthesizer.MelOutput
Part = namedtuple("Part", "text ids output faults")
# parts: [Part]; remedy: the kind of the attempt that was kept; steps: a description of each attempt
Prediction = namedtuple("Prediction", "parts remedy steps")


class Predictor(object):
    """Predicts the mels of utterances with a synthesis.voice.Voice, in up to max_attempts attempts.

    The second attempt has other noise in the pre-net. The third one restricts the attention to a
    window that only moves forwards, if the attention type allows it. The last one splits the
    utterance; its parts get as many attempts again. The result depends only on the text of the
    utterance, the voice, the seed and max_attempts.
    """

    def __init__(self, voice, seed, max_attempts=DEFAULT_ATTEMPTS):
        self.voice, self.seed, self.max_attempts = voice, seed, max_attempts
        self._rate = None

    def with_seed(self, seed):
        """A Predictor with another seed, which knows the speech rate of the voice already."""
        self._seconds_per_letter()
        other = copy.copy(self)
        other.seed = seed
        return other

    def predict(self, text, should_stop=lambda: False):
        """The Prediction of the text of one utterance.

        When should_stop() is true, no remedy is tried; each part of a split still gets its first
        attempt.
        """
        best, remedy, steps = None, None, []
        for number in range(1, self.max_attempts + 1):
            if best and should_stop():
                break
            kind = self._kind(number)
            parts = (self._split(text, best, should_stop) if kind == SPLIT else
                     [self._attempt(text, number)])
            if not parts:
                break
            steps.append("%s: %s" % (kind, describe_faults(parts) or "no fault"))
            if best is None or _severity(parts) < _severity(best):
                best, remedy = parts, kind
            if not _severity(best):
                break
        return Prediction(best, remedy, steps)

    def _kind(self, number):
        if number == 1:
            return FIRST_ATTEMPT
        if number == self.max_attempts and number >= DEFAULT_ATTEMPTS:
            return SPLIT
        return FORWARD_WINDOW if number > 2 and self.voice.supports_window else OTHER_NOISE

    def _attempt(self, text, number):
        """A Part that is the whole utterance."""
        ids = self.voice.to_ids(text)
        seed = self.seed if number == 1 else philox.make_key(self.seed, [number])
        window = WINDOW if self._kind(number) == FORWARD_WINDOW else None
        output = self.voice.predict_mel(ids, seed % 2 ** 32, window)
        return Part(text, ids, output, utterance_faults.find_faults(
            output, ids, self._seconds_per_step(output), self._seconds_per_letter()))

    def _split(self, text, parts, should_stop):
        """The Parts of the utterance, split near the first fault of `parts`; [] if too short."""
        word_number = min(utterance_faults.first_word(fault, parts[0].ids)
                          for fault in parts[0].faults)
        texts = split_near(text, word_number)
        return [part for text in self.voice.punctuate(texts)
                for part in self.predict(text, should_stop).parts] if texts else []

    def _seconds_per_step(self, output):
        hp = self.voice.hp
        return len(output.mel) * hp.hop_length / float(hp.sample_rate) / len(output.alignment)

    def _seconds_per_letter(self):
        """The speech rate of the voice, measured on a fixed text; None if that has a fault."""
        if self._rate is None:
            ids = self.voice.to_ids(utterance_faults.RATE_TEXT)
            output = self.voice.predict_mel(ids, utterance_faults.RATE_SEED)
            self._rate = (utterance_faults.seconds_per_letter(
                output, ids, self._seconds_per_step(output)),)
        return self._rate[0]


def describe_faults(parts):
    """A phrase that names the faults of Parts and the words; "" if there is none."""
    return ", ".join(utterance_faults.describe(part.faults, part.text, part.ids)
                     for part in parts if part.faults)


def _severity(parts):
    return sum(utterance_faults.severity(part.faults) for part in parts)
