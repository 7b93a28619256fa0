"""Text as written → text as read: Hangul syllables, single spaces and symbols.PUNCTUATION."""
import re
import sys
import unicodedata
from collections import namedtuple

from common.errors import InputError
from korean import user_lexicon
from korean.pronunciation import pronounce
from korean.rules import PIPELINE, VERSION, signs
from korean.rules.rule import Change, TextInProgress
from korean.symbols import PUNCTUATION, UnreadableText, to_jamo

# text: as read; changes: [Change] in the order of the rules; unreadable: [(column, character)] of
# the characters that were left out
NormalizedText = namedtuple("NormalizedText", "text changes unreadable")

_NORMALIZED = re.compile("[가-힣 %s]*" % re.escape(PUNCTUATION))
_UNREADABLE_CHARACTER = re.compile("[^가-힣\\s%s]" % re.escape(PUNCTUATION))
# prefixes of Unicode categories
_SILENT_CATEGORIES = ("S", "M", "Cf", "Cc", "Cn", "Co", "P")


class TextNormalizer(object):
    """Normalizes text with a user's lexicon ({as written: as read}) and then with the rules.

    With `pronounce`, `to_jamo` gives the standard pronunciation. `version` only records which rules
    a store or run was made with: the current rules are always applied. Raises InputError for a
    lexicon entry that is not read as Hangul.
    """

    def __init__(self, pronounce=False, lexicon=None, version=VERSION):
        self.pronounce, self.version = pronounce, version
        self.lexicon = dict(user_lexicon.check_entry(written, read, "lexicon")
                            for written, read in (lexicon or {}).items())
        self._rules = user_lexicon.lexicon_rules(self.lexicon) + PIPELINE

    def normalize(self, text, strict=False):
        """The NormalizedText of one line: composed (NFC), without spaces at either end.

        A character that cannot be read is left out and reported in `unreadable`; with `strict` it
        raises UnreadableText. Columns count composed characters from 1.
        """
        text = unicodedata.normalize("NFC", text)
        if not self.lexicon and _NORMALIZED.fullmatch(text):
            # text that is normalized already must not change: its ":)" is not an emoticon
            return NormalizedText(signs.tidy(text), [], [])
        line = TextInProgress(text)
        line.apply(self._rules)
        unreadable = _find_unreadable(line)
        if strict and unreadable:
            column, character = unreadable[0]
            raise UnreadableText(character, column)
        return NormalizedText(signs.tidy(_UNREADABLE_CHARACTER.sub("", line.text)), line.changes,
                              unreadable)

    def normalize_line(self, text, location, strict=False):
        """`normalize` for the line at `location` (file:line).

        Prints a warning on stderr for each character that is left out. With `strict`, the first
        such character raises InputError.
        """
        try:
            normalized = self.normalize(text, strict)
        except UnreadableText as problem:
            raise InputError("%s, %s" % (location, problem))
        for column, character in normalized.unreadable:
            print("warning: %s, %s; it is left out" % (location, UnreadableText(character, column)),
                  file=sys.stderr)
        return normalized

    def to_jamo(self, text):
        """The conjoining jamo of a text as read; `to_ids` makes them the input of a model."""
        return to_jamo(pronounce(text) if self.pronounce else text)

    def as_dict(self):
        """The JSON object that a manifest or a run stores."""
        return {"version": self.version, "pronounce": self.pronounce, "lexicon": self.lexicon}

    @classmethod
    def from_dict(cls, stored, path):
        """The inverse of `as_dict`, for an object read from the file `path`.

        Raises InputError if the object is damaged.
        """
        if not (isinstance(stored, dict) and set(stored) == {"version", "pronounce", "lexicon"}
                and type(stored["version"]) is int and type(stored["pronounce"]) is bool
                and isinstance(stored["lexicon"], dict)
                and all(isinstance(read, str) for read in stored["lexicon"].values())):
            raise InputError("%s: reader is damaged; it should hold version, pronounce and lexicon"
                             % path)
        return cls(**stored)


def _find_unreadable(line):
    """[(column, character)] that no rule could read. Adds a Change for each silent character."""
    unreadable = []
    for match in _UNREADABLE_CHARACTER.finditer(line.text):
        column, character = line.columns[match.start()], match.group()
        if unicodedata.category(character).startswith(_SILENT_CATEGORIES):
            line.changes.append(Change("silent", column, character, ""))
        else:
            unreadable.append((column, character))
    return unreadable
