"""Text as written → text as read: Hangul syllables, single spaces and symbols.PUNCTUATION."""
import re
import sys
import unicodedata
from collections import namedtuple

from common.errors import InputError
from korean import user_lexicon
from korean.pronunciation import pronounce
from korean.rules import PIPELINE, VERSION, hanja, signs
from korean.rules.rule import JOINT, Change, RuleSequence, TextInProgress
from korean.symbols import PUNCTUATION, UnreadableText, to_jamo

# text: as read; changes: [Change] in the order of the rules; unreadable: [(column, characters)] of
# each run of characters that was left out
NormalizedText = namedtuple("NormalizedText", "text changes unreadable")

_NORMALIZED = re.compile("[가-힣 %s]*" % re.escape(PUNCTUATION))
_UNREADABLE_CHARACTER = re.compile("[^가-힣\\s%s]" % re.escape(PUNCTUATION))
# prefixes of Unicode categories: emoji and ornaments, modifiers, marks, control characters,
# punctuation; mathematical signs (Sm), currencies (Sc), letters and numbers are never silent
_SILENT_CATEGORIES = ("So", "Sk", "M", "Cf", "Cc", "P")


def _print_warning(message):
    print(message, file=sys.stderr)


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
        self._rules = RuleSequence(user_lexicon.lexicon_rules(self.lexicon)
                                   + (hanja.PRONOUNCED if pronounce else ()) + PIPELINE)

    def normalize(self, text, strict=False):
        """The NormalizedText of one line: composed (NFC), without spaces at either end.

        Characters that cannot be read are left out and reported in `unreadable`; with `strict`
        they raise UnreadableText. Columns count composed characters from 1.
        """
        text = unicodedata.normalize("NFC", text)
        if not self.lexicon and _NORMALIZED.fullmatch(text):
            # text that is normalized already must not change: its ":)" is not an emoticon
            return NormalizedText(signs.tidy(text), [], [])
        line = TextInProgress(text)
        line.apply(self._rules)
        unreadable = _find_unreadable(line)
        if strict and unreadable:
            column, characters = unreadable[0]
            raise UnreadableText(characters, column)
        return NormalizedText(signs.tidy(_UNREADABLE_CHARACTER.sub("", line.text)), line.changes,
                              unreadable)

    def normalize_line(self, text, location, strict=False, warn=_print_warning):
        """`normalize` for the line at `location` (file:line).

        Calls warn(message) for each run of characters that is left out; by default, it prints the
        message on stderr. With `strict`, the first such run raises InputError.
        """
        try:
            normalized = self.normalize(text, strict)
        except UnreadableText as problem:
            raise InputError("%s, %s" % (location, problem))
        for column, characters in normalized.unreadable:
            warn("warning: %s, %s; left out" % (location, UnreadableText(characters, column)))
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
    """[(column, characters)] that no rule could read. Adds a Change for each silent character."""
    runs, end = [], None
    for match in _UNREADABLE_CHARACTER.finditer(line.text):
        index, character = match.start(), match.group()
        if character == JOINT:
            continue
        column, after = line.spans[index]
        if unicodedata.category(character).startswith(_SILENT_CATEGORIES):
            line.changes.append(Change("silent", column, character, "", after))
        elif runs and column == end:
            runs[-1][1].append(character)
            end = after
        else:
            runs.append((column, [character]))
            end = after
    return [(column, "".join(characters)) for column, characters in runs]
