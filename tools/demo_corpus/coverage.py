"""Which jamo, and which pairs of jamo beside each other, sentences hold as they are pronounced."""
import unicodedata
from collections import Counter, namedtuple

import korean

FIRST, LAST = 0x1100, 0x11C3        # conjoining jamo of present-day Korean and those between

# each: {jamo or pair: how often}
Counts = namedtuple("Counts", "jamo pairs")


def counted(texts):
    """Counts of the jamo of texts as they are pronounced, and of pairs within a word."""
    jamo, pairs = Counter(), Counter()
    for text in texts:
        for word in unicodedata.normalize("NFD", korean.pronounce(text)).split():
            letters = [letter for letter in word if FIRST <= ord(letter) < LAST]
            jamo.update(letters)
            pairs.update(a + b for a, b in zip(letters, letters[1:]))
    return Counts(jamo, pairs)


def everyday():
    """The pairs that are to be covered: those within the syllables of KS X 1001.

    Its 2,350 are the ones that Korean is commonly written with; here as they are pronounced alone.
    """
    syllables = [chr(code) for code in range(0xAC00, 0xD7A4) if _is_common(chr(code))]
    return set(counted(syllables).pairs)


def _is_common(syllable):
    try:
        return len(syllable.encode("euc_kr")) == 2      # longer: spelt out, not in the table
    except UnicodeEncodeError:
        return False


def told(counts):
    """Lines that tell what is covered."""
    wanted = everyday()
    sounds = {letter for pair in wanted for letter in pair}
    lines = ["%d of %d jamo" % (len(sounds & set(counts.jamo)), len(sounds)),
             "%d of %d pairs within common syllables, %d pairs in all"
             % (len(wanted & set(counts.pairs)), len(wanted), len(counts.pairs))]
    for what, missing in (("jamo", sounds - set(counts.jamo)),
                          ("pairs", wanted - set(counts.pairs))):
        if missing:
            lines.append("missing %s: %s" % (what, " ".join(
                "".join(korean.symbol_labels(item)) for item in sorted(missing))))
    rare = Counter({letter: counts.jamo[letter] for letter in sounds}).most_common()[-5:]
    lines.append("rarest: " + ", ".join("%s %d" % (korean.symbol_labels([letter])[0], count)
                                        for letter, count in rare))
    return lines
