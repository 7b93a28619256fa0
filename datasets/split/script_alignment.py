"""Finds the words of a script that each clip contains, from what a recogniser heard in the clips.

Dynamic programming over the clips: a clip has consecutive units of the script, or it is not in the
script; units between two clips may be skipped. Costs are counted in letters (Hangul) that differ.
"""
from collections import namedtuple

import numpy as np

# What was heard in a clip. letters: see script_text.spoken_letters; seconds: of speech
HeardClip = namedtuple("HeardClip", "letters seconds")

# The place of a clip in the script. first, last: units [first, last); error: letters that differ,
# relative to the longer of heard and written letters, in [0, 1]
ScriptPlace = namedtuple("ScriptPlace", "first last error")

_SKIPPED_LETTER = 0.8       # a letter of the script that is in no clip
_SKIPPED_PASSAGE = 3.0
_UNSCRIPTED_LETTER = 0.7    # a letter of a clip that is not in the script
_UNSCRIPTED_CLIP = 3.0
_EARLIER = 1e-3             # of two readings of a passage, the earlier one is left out
_RATE_DEVIATION = 0.2       # of the letters per second of a clip, relative
_RATE_COST = 0.25           # per squared standard deviation
_MAX_STARTS = 1500          # places in the script that are followed at the same time
_SIMILAR = ("ㄱㅋㄲ", "ㄷㅌㄸㅅㅆㅈㅊ", "ㅂㅍㅃ", "ㅈㅊㅉ", "ㅅㅆ", "ㄴㅁㅇ", "ㄴㄹ", "ㅐㅔㅒㅖ", "ㅓㅗ", "ㅡㅜㅓ",
            "ㅚㅙㅞㅔ", "ㅟㅢㅣ", "ㅑㅏ", "ㅕㅓ", "ㅛㅗ", "ㅠㅜ")
_FIRST_LETTER, _N_LETTERS = ord("ㄱ"), 64       # compatibility jamo


def align_clips(clips, units):
    """[ScriptPlace or None] of the HeardClips, in order, in a list of ScriptUnits."""
    search = _ScriptSearch(units, _letters_per_second(clips))
    for number, clip in enumerate(clips):
        search.add_clip(clip, _EARLIER * number / len(clips))
    return search.best_places()


def find_anywhere(letters, script_letters):
    """(error, start, end) of the part of `script_letters` that is most like `letters`."""
    codes = _codes(script_letters)
    row, starts = np.zeros(len(codes) + 1), np.arange(len(codes) + 1)
    positions = np.arange(len(codes) + 1)
    for letter in _codes(letters):
        replaced = row[:-1] + _DIFFERENCES[letter, codes]
        use = replaced <= row[1:] + 1
        row = np.concatenate([[row[0] + 1], np.where(use, replaced, row[1:] + 1)])
        starts = np.concatenate([[starts[0]], np.where(use, starts[:-1], starts[1:])])
        shifted = np.minimum.accumulate(row - positions)
        origin = np.maximum.accumulate(np.where(row - positions == shifted, positions, 0))
        row, starts = shifted + positions, starts[origin]
    end = int(row.argmin())
    start = int(starts[end])
    return row[end] / max(1, len(letters), end - start), start, end


def _letters_per_second(clips):
    rates = [len(clip.letters) / clip.seconds for clip in clips if len(clip.letters) > 10]
    return float(np.median(rates)) if rates else 12.0


def _codes(letters):
    return np.array([ord(letter) - _FIRST_LETTER for letter in letters], int)


def _letter_differences():
    """Costs [letters, letters] of a replaced letter: half for those that sound alike."""
    costs = np.ones((_N_LETTERS, _N_LETTERS), np.float32)
    for group in _SIMILAR:
        indices = _codes(group)
        costs[np.ix_(indices, indices)] = 0.5
    np.fill_diagonal(costs, 0)
    return costs


_DIFFERENCES = _letter_differences()


class _ScriptSearch(object):
    """The state of the search: the lowest cost of each place in the script after the clips so far.

    Places are unit boundaries 0 … len(units).
    """

    def __init__(self, units, rate):
        self.rate = rate
        self.codes = _codes("".join(unit.letters for unit in units))
        self.ends = np.concatenate([[0], np.cumsum([len(unit.letters) for unit in units])])
        self.cut_costs = np.array([0.0] + [unit.cut_cost for unit in units])
        self.costs = np.full(len(self.ends), np.inf)
        self.costs[0] = 0
        # arrays of each clip: sorted places; their places before a skipped passage; starts; errors
        self.steps = []

    def add_clip(self, clip, bias):
        costs, before = self._skip_passages()
        starts = np.argsort(costs, kind="stable")[:_MAX_STARTS]
        starts = np.sort(starts[np.isfinite(costs[starts])])
        # not in the script: the place stays
        best = np.full(len(self.ends), np.inf)
        best[starts] = costs[starts] + (1 + bias) * (
            _UNSCRIPTED_CLIP + _UNSCRIPTED_LETTER * len(clip.letters))
        origin, errors = np.arange(len(self.ends)), np.full(len(self.ends), np.nan)
        if len(clip.letters):
            for place, start, total, error in self._readings(clip, starts, costs):
                if total < best[place]:
                    best[place], origin[place], errors[place] = total, start, error
        places = np.flatnonzero(np.isfinite(best))
        if len(places) > _MAX_STARTS:
            places = np.sort(places[np.argsort(best[places], kind="stable")[:_MAX_STARTS]])
        self.steps.append((np.int32(places), np.int32(before[origin[places]]),
                           np.int32(origin[places]), errors[places]))
        self.costs = np.full(len(self.ends), np.inf)
        self.costs[places] = best[places]

    def _skip_passages(self):
        """(costs, origins) of the places after an optional skipped passage."""
        relative = self.costs - _SKIPPED_LETTER * self.ends
        lowest = np.minimum.accumulate(relative)
        indices = np.arange(len(self.ends))
        origin = np.maximum.accumulate(np.where(relative == lowest, indices, 0))
        skipped = lowest + _SKIPPED_LETTER * self.ends + _SKIPPED_PASSAGE
        return (np.minimum(self.costs, skipped),
                np.where(self.costs <= skipped, indices, origin))

    def _readings(self, clip, starts, costs):
        """Yield (place, start, total cost, error) of the clip read from each start."""
        expected = self.rate * clip.seconds
        width = int(1.8 * max(len(clip.letters), expected)) + 20
        windows = self.ends[starts][:, None] + np.arange(width)
        codes = np.concatenate([self.codes, np.full(width, _N_LETTERS - 1)])[
            np.minimum(windows, len(self.codes))]
        distances = _edit_distances(_codes(clip.letters), codes)       # [starts, width + 1]
        for row, start in enumerate(starts):
            last = np.searchsorted(self.ends, self.ends[start] + width, "right")
            places = np.arange(start + 1, last)
            lengths = self.ends[places] - self.ends[start]
            deviation = (lengths - expected) / (_RATE_DEVIATION * expected + 3)
            distance = distances[row, lengths]
            totals = costs[start] + distance + _RATE_COST * deviation ** 2 + self.cut_costs[places]
            errors = distance / np.maximum(1, np.maximum(lengths, len(clip.letters)))
            for item in zip(places, [start] * len(places), totals, errors):
                yield item

    def best_places(self):
        """The ScriptPlace, or None, of each clip on the cheapest path."""
        remaining = self.ends[-1] - self.ends
        place = int(np.argmin(self.costs + _SKIPPED_LETTER * remaining
                              + _SKIPPED_PASSAGE * (remaining > 0)))
        places = []
        for known, before, starts, errors in reversed(self.steps):
            index = np.searchsorted(known, place)
            places.append(None if np.isnan(errors[index]) else
                          ScriptPlace(int(starts[index]), place, float(errors[index])))
            place = int(before[index])
        return places[::-1]


def _edit_distances(heard, windows):
    """Edit distances [windows, width + 1] of `heard` to each beginning of windows [windows, width].
    """
    positions = np.arange(windows.shape[1] + 1, dtype=np.float32)
    row = np.tile(positions, (len(windows), 1))
    for letter in heard:
        replaced = row[:, :-1] + _DIFFERENCES[letter][windows]
        row[:, 1:] = np.minimum(replaced, row[:, 1:] + 1)
        row[:, 0] += 1
        row = np.minimum.accumulate(row - positions, axis=1) + positions
    return row
