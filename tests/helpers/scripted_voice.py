"""A voice without networks: each utterance has the alignment that a test chooses."""
import zlib

import numpy as np

import korean
from common.hparam_set import create_hparams
from korean.utterances import add_final_punctuation, split_into_utterances
from tacotron2.synthesizer import MelOutput

STEPS_PER_SYMBOL = 2


def diagonal(n_symbols):
    """The alignment of an utterance without fault: two steps per symbol, [steps, symbols]."""
    return np.repeat(np.eye(n_symbols, dtype=np.float32), STEPS_PER_SYMBOL, 0)


class ScriptedVoice(object):
    """Has the interface of synthesis.voice.Voice that lines are written with.

    predict(ids, noise_seed, window) → (alignment, stopped); the default has no fault. The samples
    of an utterance are noise that depends on its ids and its mel, whose values are noise_seed.
    """
    description, speakers = "scripted", ["one"]

    def __init__(self, predict=None, supports_window=True):
        self.hp, self.normalizer = create_hparams("tiny"), korean.TextNormalizer()
        self.supports_window, self.calls = supports_window, []
        self._predict = predict or (lambda ids, noise_seed, window: (diagonal(len(ids)), True))

    def split_text(self, text, report=None):
        return self.punctuate(split_into_utterances(text, report))

    def punctuate(self, utterances):
        return add_final_punctuation(utterances)

    def to_ids(self, utterance):
        return korean.to_ids(korean.to_jamo(utterance))

    def predict_mel(self, ids, noise_seed, window=None):
        text = "".join(korean.SYMBOLS[symbol_id] for symbol_id in ids[:-1])
        self.calls.append((text, noise_seed, window))
        alignment, stopped = self._predict(ids, noise_seed, window)
        mel = np.full([len(alignment), self.hp.n_mels], noise_seed, np.float32)
        return MelOutput(mel, alignment, stopped)

    def generate_waveforms(self, text_ids, mels, seed, progress=None):
        for mel in mels:
            if progress:
                progress.add_audio(len(mel) * self.hp.hop_length / float(self.hp.sample_rate))
        return [self._noise(ids, mel, seed) for ids, mel in zip(text_ids, mels)]

    def stream_waveform(self, ids, mel, seed):
        return iter(np.array_split(self._noise(ids, mel, seed), 3))

    def _noise(self, ids, mel, seed):
        key = zlib.crc32(np.array(list(ids) + [mel[0, 0], seed], np.float64).tobytes())
        return np.random.RandomState(key & 0xFFFFFFFF).uniform(
            -0.5, 0.5, len(mel) * self.hp.hop_length).astype(np.float32)
