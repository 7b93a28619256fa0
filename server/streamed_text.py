"""A text that arrives in pieces of any size → parts that can be spoken before the rest is there."""
import re

from korean.hangul import count_syllables
from korean.utterances import MIN_SYLLABLES
from server import limits
from server.request_errors import RequestError
from synthesis.pauses import PARAGRAPH_PAUSE, SENTENCE_PAUSE

# no full stop after a digit: 2024. 3. 5. is one date
_SENTENCES = re.compile("(?s).*(?:(?:[?!…。？！]|(?<![0-9])\\.)['\"’”)\\]]*\\s|\n)")


class StreamedText(object):
    """`pause`: seconds of silence between the part taken last and the one before it."""

    def __init__(self):
        self._text, self._n_characters, self._last_part, self.pause = "", 0, "", 0.0

    def add(self, text):
        """Add a piece. Raises RequestError if the whole text is too long."""
        self._n_characters += len(text)
        if self._n_characters > limits.MAX_CHARACTERS:
            raise RequestError("the text has more than %d characters" % limits.MAX_CHARACTERS, 413,
                               "text_too_long")
        self._text += text

    def take_sentences(self):
        """All complete sentences, or "" while they are too short to be spoken alone."""
        match = _SENTENCES.match(self._text)
        if not match or count_syllables(match.group()) < MIN_SYLLABLES:
            return ""
        return self._take(match.end())

    def take_rest(self):
        """All that is left; "" if that is only space."""
        return self._take(len(self._text)) if self._text.strip() else ""

    def _take(self, end):
        part, self._text = self._text[:end], self._text[end:]
        if self._last_part:
            space = re.search("\\s*$", self._last_part).group() + re.match("\\s*", part).group()
            self.pause = PARAGRAPH_PAUSE if space.count("\n") > 1 else SENTENCE_PAUSE
        self._last_part = part
        return part
