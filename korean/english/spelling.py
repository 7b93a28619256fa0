"""Letter-to-sound rules for words that no dictionary has: names, brands, coinages.

The rules are our own. They say how a Korean reads such a word at first sight: every vowel full,
by the letter's common value, and plain Latin values (a e i o u) in a word that is built and ends
like Italian or Japanese.
"""
import re

from korean.english.sounds import Sound

# What must fit where the reading stands -> phonemes; the first rule that fits is taken, and its
# letters are what it matches. C is a consonant, E the silent e of "cane" and "canes".
_RULES = [(re.compile(pattern.replace("C", "[bcdfghjklmnpqrstvwxz]")
                      .replace("E", "(?=[bcdfgklmnpstvz]es?$)")), phonemes.split())
          for pattern, phonemes in (
    ("(?<=[aeiouy]C)e(?=s?$)", ""),
    ("(?<=CC)e$", ""),
    ("air|are$", "EH R"), ("ai|ay", "EY"), ("au|aw", "AO"), ("a(?=l[lk])", "AO"),
    ("ar(?![aeiouyr])", "AA R"), ("(?:(?<=w)|(?<=qu))a(?=[stln])", "AA"), ("aE", "EY"),
    ("a$", "AH"),
    ("ee|ea", "IY"), ("eu|ew", "Y UW"), ("ey$", "IY"), ("eE", "IY"), ("er(?![aeiouyr])", "ER"),
    ("eigh", "EY"), ("ei", "AY"), ("e$", "IY"),
    ("igh", "AY"), ("ie$", "IY"), ("iE", "AY"), ("ir(?![aeiouyr])", "ER"), ("i$", "IY"),
    ("oo", "UW"), ("oa|oe$|ow$", "OW"), ("oi|oy", "OY"), ("ou|ow", "AW"),
    ("or(?![aeiouyr])|ore$", "AO R"), ("oE|o$|o(?=ld)", "OW"),
    ("ur(?![aeiouyr])", "ER"), ("(?<=g)u(?=[eiy])", ""), ("(?<=q)u", "W"),
    ("uE", "Y UW"), ("u(?=C?[aeiouy])|u$", "UW"),
    ("(?<![a-z])y(?=[aeiou])|(?<=[aeiou])y(?=[aeiou])", "Y"),
    ("(?<![aeiouy].)(?<![aeiouy]..)(?<![aeiouy]...)y$", "AY"), ("yE", "AY"), ("y$", "IY"),
    ("tch", "CH"), ("sch|sh", "SH"), ("ch(?=[rl])", "K"), ("ch", "CH"), ("ck|cq", "K"),
    ("cc?(?=[eiy])", "S"), ("cc?", "K"),
    ("dg(?=e)", "JH"), ("g(?=[ey])", "JH"), ("(?<![a-z])gh", "G"), ("gh(?=t)", ""),
    ("gn(?=e?$)|(?<![a-z])[gk]n", "N"), ("ph", "F"), ("(?<![a-z])ps", "S"), ("q", "K"),
    ("rh", "R"), ("sc(?=[eiy])", "S"), ("ss?ion|tion", "SH AH N"), ("th", "TH"), ("tz", "T S"),
    ("wh", "W"), ("(?<![a-z])wr", "R"), ("(?<![a-z])x", "Z"), ("x", "K S"), ("zh", "ZH"),
    ("ng(?=[aeiouylr])", "NG G"), ("ng", "NG"), ("n(?=[kqx]|c[^eiyh])", "NG"), ("mb$", "M"),
    ("h(?![aeiouy])", ""),
    ("a", "AE"), ("bb?", "B"), ("dd?", "D"), ("e", "EH"), ("ff?", "F"), ("gg?", "G"), ("h", "HH"),
    ("i", "IH"), ("j+", "JH"), ("kk?", "K"), ("ll?", "L"), ("mm?", "M"), ("nn?", "N"), ("o", "AA"),
    ("pp?", "P"), ("rr?", "R"), ("ss?", "S"), ("tt?", "T"), ("u", "AH"), ("vv?", "V"), ("w+", "W"),
    ("y", "IH"), ("zz?", "Z"))]

_LATIN_WORD = re.compile("(?:[^aeiou]{0,3}[aeiou])+$(?<=[aiou])")
_ENGLISH = re.compile("[^aeiou]y|ck|ee|oo|[tsw]h|w")
_LATIN = {"a": "AA", "e": "EH", "i": "IY", "o": "AO", "u": "UW"}


def sounds_of(word):
    """The sounds of a word of lower-case ASCII letters, each with its letters."""
    latin = _LATIN_WORD.match(word) and not _ENGLISH.search(word)
    sounds, at = [], 0
    while at < len(word):
        letters, phonemes = _next(word, at)
        if latin and word[at] in _LATIN:
            letters, phonemes = word[at], [_LATIN[word[at]]]
        sounds += [Sound(phoneme, 1, "" if place else letters)
                   for place, phoneme in enumerate(phonemes)]
        at += len(letters)
    return sounds


def _next(word, at):
    """(letters, phonemes) of the rule that fits first."""
    for pattern, phonemes in _RULES:
        match = pattern.match(word, at)
        if match:
            return match.group(), phonemes
    raise ValueError("%r is no lower-case ASCII letter" % word[at])
