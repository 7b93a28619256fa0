"""Letter-to-sound rules for words that are in no dictionary: names, brands, coinages.

They model how a Korean reads an unknown word: without reduced vowels, each letter with its most
common sound, and with Latin vowels (a e i o u) if the word looks Italian or Japanese. The rules are
our own.
"""
import re

from korean.english.letter_alignment import Phoneme

# (pattern, phonemes): the first pattern that matches at a letter gives the phonemes of its match. C
# is a consonant; E requires a consonant and a silent e to follow, as in "cane" and "canes".
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
_ENGLISH_SPELLING = re.compile("[^aeiou]y|ck|ee|oo|[tsw]h|w")
_LATIN_VOWELS = {"a": "AA", "e": "EH", "i": "IY", "o": "AO", "u": "UW"}

# the same for transliterations by Unidecode: long vowels are read as short, and r is never silent
_TRANSLITERATION_RULES = [(re.compile(pattern), phonemes.split()) for pattern, phonemes in [
    ("^i(?=[aou])|y(?=[aeiou])", "Y"), ("(?<=[a-z])i(?=y[aou])", ""), ("[iy]+", "IY"),
    ("a+", "AA"), ("e+", "EH"), ("o+", "AO"), ("u+", "UW"), ("shch", "SH CH"), ("sh", "SH"),
    ("ch", "CH"), ("zh", "ZH"), ("th", "T"), ("kh|h+", "HH"), ("ph", "F"),
    ("v+(?=[aeiouylmnr])", "V"), ("v+", "F"), ("r+(?=[aeiouy])", "R"), ("r+", "R AH0"),
    ("ng(?![aeiouy])", "NG"), ("n(?=[gk])", "NG")] + [
    (letter + "+", phonemes) for letter, phonemes in zip(
        "bcdfgjklmnpqstwxz", "B,K,D,F,G,JH,K,L,M,N,P,K,S,T,W,K S,Z".split(","))]]


def predict_phonemes(word, is_transliteration=False):
    """[Phoneme] of a word of lower-case ASCII letters, in English or a transliteration."""
    rules = _TRANSLITERATION_RULES if is_transliteration else _RULES
    has_latin_vowels = (not is_transliteration and _LATIN_WORD.match(word)
                        and not _ENGLISH_SPELLING.search(word))
    phonemes, index = [], 0
    while index < len(word):
        letters, names = _first_match(rules, word, index)
        if has_latin_vowels and word[index] in _LATIN_VOWELS:
            letters, names = word[index], [_LATIN_VOWELS[word[index]]]
        phonemes += [Phoneme(name.rstrip("0"), 0 if name.endswith("0") else 1,
                             "" if position else letters)
                     for position, name in enumerate(names)]
        index += len(letters)
    return phonemes


def _first_match(rules, word, index):
    """(letters, phoneme names) of the first rule that matches at `index`."""
    for pattern, names in rules:
        match = pattern.match(word, index)
        if match:
            return match.group(), names
    raise ValueError("%r is not a lower-case ASCII letter" % word[index])
