"""What the page shows of a finished speech: mel spectrograms and alignments."""
import base64
from collections import namedtuple

import numpy as np

import korean
from korean.symbols import symbol_labels


class Utterance(namedtuple("Utterance", "text start seconds symbols mel alignment "
                                        "symbol_times fault")):
    """text: as read; start, seconds: in the speech; symbols: [label]; mel [frames, n_mels] and
    alignment [steps, symbols]: uint8, where 255 is the largest value; symbol_times: seconds from
    the start of the utterance; fault: a phrase or None.
    """

    @property
    def n_bytes(self):
        return self.mel.nbytes + self.alignment.nbytes + 16 * len(self.symbols)


def create_utterance(part, start, seconds, hp, fault):
    """The Utterance of an attempts.Part."""
    mel, alignment = part.output.mel, part.output.alignment
    return Utterance(
        part.text, start, seconds,
        symbol_labels([korean.SYMBOLS[symbol_id] for symbol_id in part.ids]),
        _to_bytes((mel / hp.max_abs_value + 1) / 2), _to_bytes(alignment),
        _first_attended(alignment, seconds / max(1, len(alignment))), fault)


def describe(speech):
    """The JSON object of a finished Speech."""
    hp = speech.served.hp
    return {"sample_rate": hp.sample_rate, "hop_length": hp.hop_length,
            "seconds": speech.n_samples / float(hp.sample_rate),
            "utterances": [_describe(utterance) for utterance in speech.utterances]}


def _describe(utterance):
    frames, n_mels = utterance.mel.shape
    return {"text": utterance.text, "start": utterance.start, "seconds": utterance.seconds,
            "symbols": utterance.symbols, "mel": _base64(utterance.mel), "frames": frames,
            "n_mels": n_mels, "alignment": _base64(utterance.alignment),
            "steps": len(utterance.alignment), "symbol_times": utterance.symbol_times,
            "fault": utterance.fault}


def _first_attended(alignment, seconds_per_step):
    """When each symbol is first attended; one that never is has the time of the next one."""
    path = alignment.argmax(1)
    times, first = [0.0] * alignment.shape[1], len(path)
    for symbol in reversed(range(alignment.shape[1])):
        steps = np.flatnonzero(path == symbol)
        first = min(first, int(steps[0])) if len(steps) else first
        times[symbol] = first * seconds_per_step
    return times


def _to_bytes(values):
    """Values in [0, 1] as uint8."""
    return np.uint8(np.round(255 * np.clip(values, 0, 1)))


def _base64(array):
    return base64.b64encode(array.tobytes()).decode("ascii")
