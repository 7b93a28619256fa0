"""Korean text → text as read → conjoining jamo → symbol ids. Pure Python."""
from korean.letters import shown, to_ids, to_jamo
from korean.reading import VERSION, read
from korean.symbols import END, JAMO, PADDING, SYMBOLS, UnreadableText

__all__ = ["END", "JAMO", "PADDING", "SYMBOLS", "UnreadableText", "VERSION", "read", "shown",
           "to_ids", "to_jamo"]
