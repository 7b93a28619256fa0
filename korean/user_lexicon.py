"""A user's lexicon: readings of single words, applied before all rules."""
import re
import unicodedata

from common import files
from common.errors import InputError
from korean.rules.rule import rule
from korean.symbols import PUNCTUATION

_HANGUL = re.compile("[가-힣][가-힣 %s]*" % re.escape(PUNCTUATION))


def load_lexicon(path):
    """{as written: as read} of a TSV file with two columns.

    A line that begins with # and has no tab is a comment. Raises InputError with file and line.
    """
    entries = {}
    for number, line in enumerate(files.read_lines(path), 1):
        if not line.strip() or line.startswith("#") and "\t" not in line:
            continue
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) != 2 or not all(fields):
            raise InputError("%s:%d: should have two columns: as written, a tab, as read"
                             % (path, number))
        written, read = check_entry(fields[0], fields[1], "%s:%d" % (path, number))
        if entries.get(written, read) != read:
            raise InputError("%s:%d: %r is read as %r here and as %r above"
                             % (path, number, written, read, entries[written]))
        entries[written] = read
    return entries


def check_entry(written, read, location):
    """(written, read) in composed form. Raises InputError if `read` is not Hangul."""
    written, read = (unicodedata.normalize("NFC", word) for word in (written, read))
    if not written or not _HANGUL.fullmatch(read):
        raise InputError("%s: %r is read as %r; the reading should be Hangul"
                         % (location, written, read))
    return written, read


def lexicon_rules(entries):
    """A tuple with the rule that reads the words of a lexicon, longest first; () without words.

    A word that begins or ends with a Latin letter or digit does not match inside a longer one.
    """
    words = sorted(entries, key=lambda word: (-len(word), word))
    return (rule("lexicon", "|".join(map(_word_pattern, words)),
                 lambda match: entries[match.group()]),) if words else ()


def _word_pattern(word):
    lookbehind = "(?<![0-9A-Za-z])(?<![0-9][.,])" if re.match("[0-9A-Za-z]", word) else ""
    lookahead = "(?![0-9A-Za-z]|[.,][0-9])" if re.search("[0-9A-Za-z]$", word) else ""
    return lookbehind + re.escape(word) + lookahead
