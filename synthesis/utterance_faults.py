"""The faults of a synthesized utterance, found in its alignment and its duration."""
from collections import namedtuple

import numpy as np

import korean
from tacotron2 import alignment_metrics

# kind: one of the constants below; positions: int [n], the symbols where it happens; may be empty
Fault = namedtuple("Fault", "kind positions")

SKIP, REPEAT, STALL = "skips", "repeats", "stalls at"       # followed by words
MISSED_STOP, TOO_FAST, TOO_SLOW = "misses the stop token", "is too fast", "is too slow"

MAX_STAY_SECONDS = 1.0      # the attention stalls if it stays longer at a symbol; pauses take 0.5
MAX_RATE_RATIO = 2.0        # seconds per symbol, relative to the voice's own, either way
# At both ends of an utterance and at each punctuation mark there may be so much silence.
SILENCE_SECONDS = 0.5
# The voice's own rate is measured on this text, which is without numbers, pauses or rare sounds.
RATE_TEXT = "오늘 아침에는 바람이 조금 불었지만 하늘은 맑고 날씨는 따뜻했습니다."
RATE_SEED = 1
_NOWHERE = np.array([], int)


def find_faults(output, ids, seconds_per_step, seconds_per_letter=None):
    """The Faults of a tacotron2.synthesizer.MelOutput of symbol ids, [] if there are none.

    `seconds_per_letter` is that of the voice, or None if it is unknown. Skips, repetitions and
    missed stops are those of evaluation.measure.
    """
    is_letter = _is_letter(ids)
    faults = [Fault(SKIP, alignment_metrics.skipped_letters(output.alignment, is_letter)),
              Fault(REPEAT, alignment_metrics.repeated_letters(output.alignment, is_letter)),
              Fault(STALL, _stalled_positions(output.alignment, seconds_per_step))]
    faults = [fault for fault in faults if len(fault.positions)]
    if not output.stopped:
        faults.append(Fault(MISSED_STOP, _NOWHERE))
    if seconds_per_letter:
        faults += _rate_faults(len(output.alignment) * seconds_per_step, is_letter,
                               seconds_per_letter)
    return faults


def severity(faults):
    """A number that is larger for worse faults, 0 without any: the number of faulty symbols."""
    return sum(max(1, len(fault.positions)) for fault in faults)


def seconds_per_letter(output, ids, seconds_per_step):
    """The speech rate of an utterance without faults, else None."""
    if find_faults(output, ids, seconds_per_step):
        return None
    seconds = len(output.alignment) * seconds_per_step
    return seconds / np.count_nonzero(_is_letter(ids))


def describe(faults, text, ids):
    """A phrase such as "skips 나무, is too fast"; `text` and `ids` are those of the utterance."""
    return ", ".join(" ".join([fault.kind] + _faulty_words(fault, text, ids)) for fault in faults)


def abbreviate(text):
    """At most 40 characters of a text."""
    return text if len(text) <= 40 else text[:39] + "…"


def first_word(fault, ids):
    """The index of the first word in which a fault happens, or else of the middle one."""
    numbers = _word_numbers(ids)
    return numbers[fault.positions[0]] if len(fault.positions) else numbers[-1] // 2


def _faulty_words(fault, text, ids):
    """[the words in which a fault happens], [] if it has no position."""
    words, numbers = text.split(" "), _word_numbers(ids)[fault.positions]
    # with the standard pronunciation, there may be fewer or more spaces
    faulty = [words[number] for number in np.unique(numbers) if number < len(words)]
    return [abbreviate(" ".join(faulty[:5] + ["…"] * (len(faulty) > 5)))] if faulty else []


def _word_numbers(ids):
    """The index of the word of each symbol, int [symbols]."""
    return np.cumsum([korean.SYMBOLS[symbol_id] == " " for symbol_id in ids])


def _is_letter(ids):
    return np.array([korean.SYMBOLS[symbol_id] in korean.JAMO for symbol_id in ids])


def _stalled_positions(alignment, seconds_per_step):
    """The symbols that have the largest weight for more than MAX_STAY_SECONDS without a break."""
    path = alignment.argmax(1)
    starts = np.flatnonzero(np.diff(path, prepend=-1)) if len(path) else path
    stays = np.diff(np.append(starts, len(path))) * seconds_per_step
    return np.unique(path[starts[stays > MAX_STAY_SECONDS]])


def _rate_faults(seconds, is_letter, seconds_per_letter):
    """[], or the Fault of an utterance that lasts too short or too long for its letters."""
    expected = np.count_nonzero(is_letter) * seconds_per_letter
    silence = SILENCE_SECONDS * (1 + np.count_nonzero(~is_letter))
    if seconds < expected / MAX_RATE_RATIO:
        return [Fault(TOO_FAST, _NOWHERE)]
    if seconds > expected * MAX_RATE_RATIO + silence:
        return [Fault(TOO_SLOW, _NOWHERE)]
    return []
