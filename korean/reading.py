"""Written text → text as read: Hangul syllables, single spaces, the punctuation of the symbols."""
import re
import sys
import unicodedata
from collections import namedtuple

from common.errors import InputError
from korean import lexicon as lexicons
from korean.letters import to_jamo
from korean.pronunciation import pronounced
from korean.rules import PIPELINE, VERSION, marks
from korean.rules.rule import Change, Text
from korean.symbols import PUNCTUATION, UnreadableText

# text: as read; changes: list of Change in the order of the rules; unreadable: list of
# (column, character) that were left out
Reading = namedtuple("Reading", "text changes unreadable")

_PLAIN = re.compile("[가-힣 %s]*" % re.escape(PUNCTUATION))
_OTHER = re.compile("[^가-힣\\s%s]" % re.escape(PUNCTUATION))
_SOUNDLESS = ("S", "M", "Cf", "Cc", "Cn", "Co", "P")    # Unicode categories that nobody reads aloud


class Reader(object):
    """Reads text by the rules, a user's lexicon (as written → as read) before them.

    With `pronounce`, a model is given the standard pronunciation of what was read. `version` is
    that of the rules by which what belongs to this reader was read once; it reads by today's.
    Raises InputError for a lexicon that is not read as Hangul.
    """

    def __init__(self, pronounce=False, lexicon=None, version=VERSION):
        self.pronounce, self.version = pronounce, version
        self.lexicon = dict(lexicons.checked(written, read, "lexicon")
                            for written, read in (lexicon or {}).items())
        self._own = lexicons.as_rule(self.lexicon) if self.lexicon else None

    def read(self, text, strict=False):
        """The Reading of one line, its text composed (NFC), without space at either end.

        A character that cannot be read is left out and reported, or with `strict` raises
        UnreadableText. Columns count composed characters from 1 on.
        """
        text = unicodedata.normalize("NFC", text)
        if self._own is None and _PLAIN.fullmatch(text):
            return Reading(marks.tidy(text), [], [])
        line = Text(text)
        if self._own:
            line.apply(self._own)
        for concerns, rules in PIPELINE:
            if line.holds(concerns):
                for rule in rules:
                    line.apply(rule)
        unreadable = _left_out(line) if _OTHER.search(line.text) else []
        if strict and unreadable:
            column, character = unreadable[0]
            raise UnreadableText(character, column)
        return Reading(marks.tidy(_OTHER.sub("", line.text)), line.changes, unreadable)

    def read_line(self, text, where, strict=False):
        """The Reading of the line `where` (file:line); what cannot be read is told on stderr.

        With `strict` it is an InputError that names the place.
        """
        try:
            reading = self.read(text, strict)
        except UnreadableText as problem:
            raise InputError("%s, %s" % (where, problem))
        for column, character in reading.unreadable:
            print("warning: %s, %s; it is left out" % (where, UnreadableText(character, column)),
                  file=sys.stderr)
        return reading

    def jamo(self, text):
        """A text as read → the conjoining jamo that a model is given."""
        return to_jamo(pronounced(text) if self.pronounce else text)

    def as_dict(self):
        """What a manifest or a run keeps of a reader."""
        return {"version": self.version, "pronounce": self.pronounce, "lexicon": self.lexicon}


def from_dict(stored, source):
    """The reader that `as_dict` gave, from the file `source`. InputError where it is damaged."""
    fits = (isinstance(stored, dict) and set(stored) == {"version", "pronounce", "lexicon"} and
            type(stored["version"]) is int and type(stored["pronounce"]) is bool and
            isinstance(stored["lexicon"], dict) and
            all(isinstance(read, str) for read in stored["lexicon"].values()))
    if not fits:
        raise InputError("%s: reader should hold version, pronounce and lexicon" % source)
    return Reader(**stored)


def _left_out(line):
    """[(column, character)] that no rule could read. What has no sound by its kind is a Change."""
    unreadable = []
    for match in _OTHER.finditer(line.text):
        column, character = line.columns[match.start()], match.group()
        if unicodedata.category(character).startswith(_SOUNDLESS):
            line.changes.append(Change("soundless", column, character, ""))
        else:
            unreadable.append((column, character))
    return unreadable
