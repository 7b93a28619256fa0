"""Korean text → text as read → conjoining jamo → symbol ids. Pure Python."""
from korean.letters import shown, to_ids, to_jamo
from korean.lexicon import load as load_lexicon
from korean.pronunciation import pronounced
from korean.reading import Reader, Reading
from korean.reading import from_dict as reader_from_dict
from korean.rules import VERSION
from korean.symbols import END, JAMO, PADDING, SYMBOLS, UnreadableText

__all__ = ["END", "JAMO", "PADDING", "SYMBOLS", "Reader", "Reading", "UnreadableText", "VERSION",
           "load_lexicon", "pronounced", "reader_from_dict", "shown", "to_ids", "to_jamo"]
