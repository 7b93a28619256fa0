"""Which jamo, and which pairs of neighbouring jamo, the pronunciations of sentences contain."""
import unicodedata
from collections import Counter, namedtuple

import korean

# each: {jamo or pair of jamo: number of occurrences}
Counts = namedtuple("Counts", "jamo pairs")


def count_jamo(texts):
    """Counts of the jamo in the pronunciations of texts, and of their pairs within words."""
    jamo, pairs = Counter(), Counter()
    for text in texts:
        for word in unicodedata.normalize("NFD", korean.pronounce(text)).split():
            letters = [letter for letter in word if letter in korean.JAMO]
            jamo.update(letters)
            pairs.update(map("".join, zip(letters, letters[1:])))
    return Counts(jamo, pairs)


def coverage_report(counts):
    """Lines of text on how much of common Korean the Counts cover."""
    common = set(count_jamo(_common_syllables()).pairs)
    jamo = {letter for pair in common for letter in pair}
    lines = ["%d of %d jamo" % (len(jamo & set(counts.jamo)), len(jamo)),
             "%d of %d pairs within common syllables, %d pairs in all"
             % (len(common & set(counts.pairs)), len(common), len(counts.pairs))]
    for name, missing in (("jamo", jamo - set(counts.jamo)), ("pairs", common - set(counts.pairs))):
        if missing:
            lines.append("missing %s: %s" % (name, " ".join(
                "".join(korean.symbol_labels(item)) for item in sorted(missing))))
    rarest = sorted(jamo, key=lambda letter: (-counts.jamo[letter], letter))[-5:]
    lines.append("rarest: " + ", ".join("%s %d" % (korean.symbol_labels([letter])[0],
                                                   counts.jamo[letter]) for letter in rarest))
    return lines


def _common_syllables():
    """The 2,350 syllables of KS X 1001. EUC-KR has two bytes for them, and more for all others."""
    syllables = map(chr, range(ord("가"), ord("힣") + 1))
    return [syllable for syllable in syllables if len(syllable.encode("euc_kr", "ignore")) == 2]
