"""The lines of a text and the files that each of them becomes.

    OUT/0001.json                   its utterances with their times, attempts and faults
    OUT/0001.wav                    marks the line as written
    OUT/0001-alignment.png          or -alignment-1.png …, one per utterance; drawn last
    OUT/0001.part-0001.wav, .json   while a long line is in progress: its first utterances
"""
import hashlib
import os
from collections import namedtuple

import audio
from common import files
from common.errors import InputError
from common.progress_bar import tqdm
from synthesis.pauses import PARAGRAPH_PAUSE, SENTENCE_PAUSE, pause_after
from synthesis.text_lines import MANY_CHARACTERS

MAX_PART_UTTERANCES = 16
MAX_COMMENT_TEXT = 1000     # characters of a text in the metadata
_CUT_MARK = "… (SHA-256 "   # of audio.fit_comment
_UTTERANCE_TYPES = {"text": str, "start": float, "end": float, "faults": str}

# stem: path of its files without extension; line_stem: the same, or that of the whole line if this
# is a part of a long one; text: normalised; utterances: their texts; first: index of the first of
# them in the whole line; comment: metadata of its WAV; pause: seconds of silence before it
Line = namedtuple("Line", "stem line_stem text utterances first comment pause")


def create_lines(spoken_lines, voice, out, seed):
    """The Lines of text_lines.SpokenLines, whose files in the folder `out` are 0001, 0002 …"""
    lines, n_characters = [], sum(len(line.text) for line in spoken_lines)
    with tqdm(total=n_characters, desc="splitting", unit="character", leave=False,
              disable=n_characters < MANY_CHARACTERS) as bar:
        for number, (text, starts_paragraph) in enumerate(spoken_lines, 1):
            stem = os.path.join(out, "%04d" % number)
            lines.append(Line(stem, stem, text, voice.split_text(text, bar.update), 0,
                              create_comment(voice, seed, "text: " + _abbreviate(text)),
                              0 if number == 1 else
                              PARAGRAPH_PAUSE if starts_paragraph else SENTENCE_PAUSE))
    return lines


def create_comment(voice, seed, content):
    """The metadata of an audio file."""
    return audio.fit_comment("synthetic speech; voice: %s; seed %d; %s"
                             % (voice.description, seed, content))


def split_into_parts(line):
    """[line], or Lines of at most MAX_PART_UTTERANCES utterances."""
    starts = range(0, len(line.utterances), MAX_PART_UTTERANCES)
    if len(starts) == 1:
        return [line]
    return [line._replace(
        stem="%s.part-%04d" % (line.stem, number), first=start,
        utterances=line.utterances[start:start + MAX_PART_UTTERANCES],
        comment=audio.fit_comment("%s; part %d" % (line.comment, number)),
        pause=pause_after(line.utterances[start - 1]) if start else 0)
            for number, start in enumerate(starts, 1)]


def is_written(line, max_attempts):
    """Whether the files of a line exist, and more attempts are not allowed now than for them.

    Damaged files of the same line count as missing. Raises InputError if a WAV with another text,
    voice or seed exists.
    """
    path = line.stem + ".wav"
    if not os.path.exists(path):
        return False
    comment, record = _read_comment(path), _read_undamaged_record(line)
    # Earlier versions wrote comments that were too long to be read.
    has_no_comment = comment is None or not comment and _CUT_MARK in line.comment
    if comment != line.comment and not (has_no_comment and record and line.utterances == [
            utterance["text"] for utterance in record["utterances"]]):
        raise InputError("%s: %s; choose another --out, or move it away" % (
            path, "is damaged" if comment is None else "exists with another text, voice or seed"))
    return not (record is None or comment is None or audio.is_truncated(path)
                or _has_fault(record) and record["max_attempts"] < max_attempts)


def read_record(line):
    """The content of a line's .json. Lines of earlier versions have none; they have no fault.

    Raises InputError if the file is damaged.
    """
    path = line.stem + ".json"
    if not os.path.exists(path):
        end = audio.read_wav_info(line.stem + ".wav")[1]
        return {"max_attempts": 1, "utterances": [
            {"text": line.text, "start": 0.0, "end": end, "attempts": [], "faults": ""}]}
    record = files.read_json_object(path, {"max_attempts": (int,), "utterances": (list,)})
    if record["max_attempts"] < 1 or not isinstance(is_plotted(record), bool):
        raise InputError("%s: max_attempts is %.60r, plotted is %.60r; move the files of this line "
                         "away" % (path, record["max_attempts"], record.get("plotted")))
    for utterance in record["utterances"]:
        if not (isinstance(utterance, dict) and _UTTERANCE_TYPES.items() <= {
                name: type(value) for name, value in utterance.items()}.items()
                and 0 <= utterance["start"] <= utterance["end"] < float("inf")):
            raise InputError("%s: utterance %.60r is damaged; move the files of this line away"
                             % (path, utterance))
    return record


def write_record(line, utterances, max_attempts, plotted):
    """`plotted`: whether the plots of the line are complete."""
    files.write_json(line.stem + ".json", {"max_attempts": max_attempts, "utterances": utterances,
                                           "plotted": plotted})


def is_plotted(record):
    """Whether the plots of a line are complete; earlier versions drew them first."""
    return record.get("plotted", True)


def has_fault(line):
    """Whether the alignment of a written line has a fault."""
    return _has_fault(read_record(line))


def _has_fault(record):
    return any(utterance["faults"] for utterance in record["utterances"])


def _read_comment(path):
    """The comment of a WAV file, None if it is damaged."""
    try:
        return audio.read_wav_info(path)[0]
    except InputError:
        return None


def _read_undamaged_record(line):
    try:
        return read_record(line)
    except InputError:
        return None


def _abbreviate(text):
    if len(text) <= MAX_COMMENT_TEXT:
        return text
    return "%s… (%d characters, SHA-256 %s)" % (
        text[:MAX_COMMENT_TEXT // 2], len(text), hashlib.sha256(text.encode("utf-8")).hexdigest())
