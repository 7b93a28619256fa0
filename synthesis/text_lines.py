"""Normalises the lines of a text file for a voice."""
import sys
from collections import namedtuple

import korean
from common.errors import InputError
from common.progress_bar import tqdm
from common.repeated_messages import RepeatedMessages
from synthesis.utterance_faults import abbreviate

MANY_CHARACTERS = 20000     # from this number on, there is a progress bar

# text: normalised; starts_paragraph: whether a line without speech is before it
SpokenLine = namedtuple("SpokenLine", "text starts_paragraph")


def create_normalizer(voice_normalizer, lexicon=None):
    """A voice's korean.TextNormalizer with a user's lexicon, which takes precedence.

    Prints a note on stderr if the voice was trained with another version of the rules.
    """
    if voice_normalizer.version != korean.VERSION:
        print("note: the voice was trained with version %d of the text normalizer; this is "
              "version %d" % (voice_normalizer.version, korean.VERSION), file=sys.stderr)
    return korean.TextNormalizer(voice_normalizer.pronounce,
                                 dict(voice_normalizer.lexicon, **(lexicon or {})))


def normalize_lines(path, lines, normalizer, strict=False):
    """The texts of the spoken_lines of a file."""
    messages = RepeatedMessages()
    texts = [line.text for line in spoken_lines(path, lines, normalizer, messages, strict)]
    messages.print_rest()
    return texts


def spoken_lines(path, lines, normalizer, messages, strict=False):
    """The SpokenLines of the lines of a file, without empty lines. `path` is for messages.

    Unreadable characters, and lines with nothing to pronounce such as "* * *", are skipped with a
    warning to `messages`, a RepeatedMessages. Raises InputError if all lines are skipped, and, if
    `strict`, instead of a warning.
    """
    spoken, starts_paragraph, n_characters = [], False, sum(map(len, lines))
    with tqdm(total=n_characters, desc="reading", unit="character", leave=False,
              disable=n_characters < MANY_CHARACTERS) as bar:
        for number, line in enumerate(lines, 1):
            location = "%s:%d" % (path, number)
            text = normalizer.normalize_line(
                line, location, strict,
                lambda message: messages.add("characters that are left out", message)).text
            if any(symbol in korean.JAMO for symbol in korean.to_jamo(text)):
                spoken.append(SpokenLine(text, starts_paragraph))
                starts_paragraph = False
            else:
                if line.strip():
                    problem = "%s: %r has nothing to pronounce" % (location,
                                                                   abbreviate(line.strip()))
                    if strict:
                        raise InputError("%s; remove the line" % problem)
                    messages.add("lines that are left out", "warning: %s; it is left out" % problem)
                starts_paragraph = bool(spoken)
            bar.update(len(line))
    if not spoken:
        raise InputError("%s: has no line to pronounce" % path)
    return spoken
