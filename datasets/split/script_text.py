"""A script: the text that was read, as units of words with their letters as spoken."""
import difflib
import re
from collections import namedtuple

from common import files
from common.errors import InputError
from korean.hangul import split_into_letters

# What a unit ends with, and the cost of a cut there, in letters that do not match
LINE, SENTENCE, PHRASE, WORD = 0.0, 0.0, 0.5, 1.5

# The smallest part that can be cut out. text: as written, one or more words; letters: as spoken,
# see `spoken_letters`; line: number of the line; cut_cost: LINE, SENTENCE, PHRASE or WORD
ScriptUnit = namedtuple("ScriptUnit", "text letters line cut_cost")

# units: [ScriptUnit]; lines: the lines as spoken, in Hangul
Script = namedtuple("Script", "units lines")

_NOT_SPOKEN = re.compile("[^가-힣]")


def spoken_letters(text):
    """The letters of Hangul, without the silent initial ㅇ: 책을 and 채글 are the same."""
    syllables = _NOT_SPOKEN.sub("", text)
    return "".join(letters[letters[0] == "ㅇ":]
                   for letters in map(split_into_letters, syllables))


def read_script(path, normalizer):
    """The Script in a UTF-8 text file. Raises InputError if it contains no readable text."""
    files.check_utf8_name(path)
    units, lines = [], []
    for number, line in enumerate(files.read_lines(path), 1):
        if line.strip():
            spoken = normalizer.normalize_line(line, "%s:%d" % (path, number)).text
            lines.append(spoken)
            units += _units_of_line(line.split(), spoken.split(), number)
    if not any(unit.letters for unit in units):
        raise InputError("%s: contains no text; should be the text that was read, in UTF-8" % path)
    return Script(units, lines)


def _units_of_line(written, spoken, number):
    """ScriptUnits of words as written and as spoken, which may differ in number."""
    units = []
    matcher = difflib.SequenceMatcher(None, [_NOT_SPOKEN.sub("", word) or word for word in written],
                                      [_NOT_SPOKEN.sub("", word) for word in spoken], False)
    for _, first, last, spoken_first, spoken_last in matcher.get_opcodes():
        pairs = [(written[first:last], spoken[spoken_first:spoken_last])]
        if last - first == spoken_last - spoken_first:
            pairs = [([word], [read]) for word, read in zip(*pairs[0])]
        for words, read in pairs:
            text, letters = " ".join(words), spoken_letters("".join(read))
            if units and not (letters and text):
                # a dash, or words that are read without being written: part of the word before
                text, letters = (units[-1][0] + " " + text).strip(), units[-1][1] + letters
                units.pop()
            units.append((text, letters))
    return [ScriptUnit(text, letters, number, _cut_cost(text) if index < len(units) - 1 else LINE)
            for index, (text, letters) in enumerate(units)]


def _cut_cost(text):
    mark = text.rstrip("\"'”’)]」』")[-1:]
    return SENTENCE if mark in tuple(".?!…") else PHRASE if mark in tuple(",;:·") else WORD
