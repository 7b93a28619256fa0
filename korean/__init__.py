"""The text front end: text → text as read → conjoining jamo → symbol ids. Pure Python."""
from korean.normalizer import NormalizedText, TextNormalizer
from korean.pronunciation import pronounce
from korean.rules import VERSION
from korean.symbols import (END, JAMO, PADDING, SYMBOLS, UnreadableText, symbol_labels, to_ids,
                            to_jamo)
from korean.user_lexicon import load_lexicon

__all__ = ["END", "JAMO", "NormalizedText", "PADDING", "SYMBOLS", "TextNormalizer",
           "UnreadableText", "VERSION", "load_lexicon", "pronounce", "symbol_labels", "to_ids",
           "to_jamo"]
