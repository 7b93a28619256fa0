"""What each clip says: from a recogniser, and from the script if there is one."""
from collections import namedtuple

import numpy as np

from common.errors import InputError
from common.progress_bar import tqdm
from datasets.split.script_alignment import HeardClip, align_clips, find_anywhere
from datasets.split.script_text import spoken_letters
from datasets.split.work_folder import hash_of

# text: "" if it is unknown; problem: why the clip should not be used, or None; heard: the words
# that were recognised; score: confidence of the recogniser, or with a script the fraction of the
# letters that match, in [0, 1]
Transcription = namedtuple("Transcription", "text problem heard score")

# A part of the script that no clip contains. first_line, last_line: numbers of lines; text
SkippedPassage = namedtuple("SkippedPassage", "first_line last_line text")

MIN_CONFIDENCE = 0.85   # mean of the words, weighted with their length
_SAVE_INTERVAL = 20     # clips
# A clip is misread if its error exceeds _BASE_ERROR + _RELATIVE_ERROR · mean error, within limits:
# the recogniser makes few errors on clear speech and many on noisy speech.
_BASE_ERROR, _RELATIVE_ERROR, _MAX_ERROR = 0.25, 3.0, 0.5
_REPEATED_ERROR = 0.35  # of a clip and a part of the script that another clip contains
_READ_BEFORE = "repeated", "out of order"
_MIN_MATCHING = 0.5     # of the letters heard, that match; otherwise the script is another one
_SHOWN = 3              # passages in the message


def hear_clips(names, read_clip, create_recognizer, script, work):
    """{name: [[word, confidence]]} of the clips, from `work` where they were recognised before.

    read_clip(name) returns (samples, sample rate).
    """
    lines = script.lines if script else []
    table_name = "words-" + hash_of(*lines)
    heard = work.table(table_name)
    missing = [name for name in names if name not in heard]
    if missing:
        recognize = create_recognizer(lines)
        try:
            for number, name in enumerate(tqdm(missing, desc="recognise", unit="clip",
                                               disable=None), 1):
                heard[name] = [list(word) for word in recognize(*read_clip(name))]
                if number % _SAVE_INTERVAL == 0:
                    work.save_table(table_name, heard)
        finally:
            work.save_table(table_name, heard)
    return heard


def transcribe_without_script(words):
    """The Transcription of [[word, confidence]]."""
    text, letters = " ".join(word for word, _ in words), sum(len(word) for word, _ in words)
    confidence = sum(confidence * len(word) for word, confidence in words) / max(1, letters)
    problem = None
    if not words:
        problem = "nothing recognised"
    elif confidence < MIN_CONFIDENCE:
        problem = "not confident"
    return Transcription("" if problem else text, problem, text, confidence)


def transcribe_with_script(clips, script, source):
    """([Transcription] of the clips, [SkippedPassage]).

    clips: [(name, seconds of speech, [[word, confidence]])] in the order of reading. Raises
    InputError, which names the best and the worst passages, if the script is of other recordings;
    `source` is the name of the script.
    """
    heard = [" ".join(word for word, _ in words) for _, _, words in clips]
    letters = [spoken_letters(text) for text in heard]
    places = align_clips([HeardClip(clip_letters, seconds) for clip_letters, (_, seconds, _)
                          in zip(letters, clips)], script.units)
    _check_same_text(places, letters, clips, heard, script, source)
    limit = _error_limit(places)
    used = _used_letters(places, limit, script.units)
    result = []
    for place, clip_letters, text in zip(places, letters, heard):
        if place and place.error <= limit:
            result.append(Transcription(_text_of(script.units[place.first:place.last]), None, text,
                                        1 - place.error))
        else:
            result.append(Transcription(
                "", _describe_mismatch(place, clip_letters, script.units, used), text,
                1 - place.error if place else 0.0))
    return result, _skipped_passages(
        [place for place, one in zip(places, result) if not (one.problem or "").startswith(
            _READ_BEFORE)], script.units)


def _text_of(units):
    return " ".join(unit.text for unit in units)


def _error_limit(places):
    errors = [place.error for place in places if place]
    return min(_MAX_ERROR, _BASE_ERROR + _RELATIVE_ERROR * np.mean(errors or [0]))


def _used_letters(places, limit, units):
    """bool [letters of the script]: whether a clip that is used contains them."""
    starts = np.concatenate([[0], np.cumsum([len(unit.letters) for unit in units])])
    used = np.zeros(starts[-1], bool)
    for place in places:
        if place and place.error <= limit:
            used[starts[place.first]:starts[place.last]] = True
    return used


def _describe_mismatch(place, letters, units, used):
    """Why a clip does not have the text of the script that follows: misread, repeated …"""
    if not letters:
        return "nothing recognised"
    error, start, end = find_anywhere(letters, "".join(unit.letters for unit in units))
    starts = np.concatenate([[0], np.cumsum([len(unit.letters) for unit in units])])
    in_place = place and start < starts[place.last] and starts[place.first] < end
    if error <= _REPEATED_ERROR and end > start and not in_place:
        lines = [unit.line for unit in units for _ in unit.letters]
        repeated = used[start:end].mean() > 0.5
        return "%s: line %d of the script" % (_READ_BEFORE[0 if repeated else 1], lines[start])
    if place:
        return "misread: “%s” (line %d of the script)" % (
            _text_of(units[place.first:place.last]), units[place.first].line)
    return "not in the script"


def _skipped_passages(places, units):
    """The SkippedPassages between the places; those of misread clips are not skipped."""
    covered = np.zeros(len(units), bool)
    for place in places:
        if place:
            covered[place.first:place.last] = True
    passages, first = [], None
    for index, is_covered in enumerate(covered.tolist() + [True]):
        if not is_covered and first is None:
            first = index
        elif is_covered and first is not None:
            passages.append(SkippedPassage(units[first].line, units[index - 1].line,
                                           _text_of(units[first:index])))
            first = None
    return passages


def _check_same_text(places, letters, clips, heard, script, source):
    total = sum(map(len, letters))
    matching = sum((1 - place.error) * len(clip_letters) for place, clip_letters
                   in zip(places, letters) if place)
    if total and matching >= _MIN_MATCHING * total:
        return
    ranked = sorted(((place.error, index) for index, place in enumerate(places) if place))
    passages = ["%s: heard “%s”, line %d of the script is “%s”" % (
        clips[index][0], heard[index], script.units[places[index].first].line,
        _text_of(script.units[places[index].first:places[index].last])) for _, index in ranked]
    raise InputError(
        "%s: is not the text of these recordings: %d %% of what was heard matches%s" % (
            source, round(100 * matching / max(1, total)),
            "; best: %s; worst: %s" % ("; ".join(passages[:_SHOWN]), "; ".join(
                passages[_SHOWN:][-_SHOWN:])) if passages else ""))
