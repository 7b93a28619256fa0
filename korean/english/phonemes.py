"""The phonemes of an English word, each with its letters: by CMUdict or by letter-to-sound rules.

CMUdict has AH0 for every weak vowel, but the Hangul depends on the letter. Dynamic programming
finds the alignment of letters and phonemes with the least cost.

The rules for words that are in no dictionary (names, brands, coinages) model how a Korean reads an
unknown word: without reduced vowels, each letter with its most common sound, and with Latin vowels
(a e i o u) if the word looks Italian or Japanese. The rules are our own.
"""
import re
from collections import namedtuple

ARPABET_VOWELS = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())

# name: ARPAbet without the stress digit. stress: 0 none, 1 primary, 2 secondary; 0 for a consonant.
# letters: the part of the word that it stands for, lower case; "" if it is not written (app-le).
Phoneme = namedtuple("Phoneme", "name stress letters")

_SPELLINGS = {name: frozenset(letters.split()) for name, letters in {
    "AA": "a o ah au aw e ea ow aa oh",
    "AE": "a ai au al",
    "AH": "a e i o u y ou oo oe ai eo ea ie au ah eau iou",
    "AO": "o a au aw augh ough ou oa oo al",
    "AW": "ou ow ough au",
    "AY": "i y igh ie eye uy ei ai aye eigh ye is",
    "EH": "e ea a ai ie ei ay u ue ae eo",
    "ER": "er ir ur or ar ear our re yr err urr irr orr arr ure oar olo eur eer r",
    "EY": "a ai ay ei ey ea eigh e et ee ae aigh",
    "IH": "i y e a u ui ie ee ea o ei ia ai",
    "IY": "e ee ea ie ei i y ey eo ae oe ay",
    "OW": "o oa ow oe ough ou oo eau ew au oh",
    "OY": "oi oy",
    "UH": "oo u ou o",
    "UW": "oo u ue ui ew ou o oe eu ough wo oup ieu iew",
    "B": "b bb", "CH": "ch tch t c cz ti che te", "D": "d dd ed", "DH": "th the",
    "F": "f ff ph gh pph", "G": "g gg gh gu gue x", "HH": "h wh j",
    "JH": "j g dg dj d gg ge gi di dge", "K": "c k ck ch cc q qu que x cq kk",
    "L": "l ll", "M": "m mm mb mn lm", "N": "n nn kn gn pn mn", "NG": "n ng ngue",
    "P": "p pp", "R": "r rr wr rh", "S": "s ss c sc ps st sw ce", "T": "t tt ed th pt bt te",
    "SH": "sh s ss c t ch sch sc ci ti si ssi shi sci ce xi che", "TH": "th", "V": "v f ph vv",
    "W": "w wh u o", "Y": "y i j e", "Z": "z zz s ss x ts", "ZH": "s z g si ti ge",
}.items()}

# Costs of a phoneme without letters, of a silent letter, and of a spelling not in _SPELLINGS. Only
# their order matters: a silent e is common, an unwritten consonant nearly always a mistake.
_UNWRITTEN_COSTS = {"Y": 0.1, "AH": 0.8, "S": 1.0, "Z": 1.0, "W": 1.0}
_UNWRITTEN_COST, _SILENT_E_COST, _SILENT_COST = 2.5, 0.3, 1.0
_UNUSUAL_VOWEL_COST, _UNUSUAL_CONSONANT_COST = 1.5, 2.5
_MAX_LETTERS = 4  # of one phoneme


def name_at(phonemes, index):
    """The name of the phoneme at `index`; None beyond either end."""
    return phonemes[index].name if 0 <= index < len(phonemes) else None


def is_vowel(phonemes, index):
    """Whether the phoneme at `index` is a vowel; False beyond either end."""
    return name_at(phonemes, index) in ARPABET_VOWELS


def letters_from(phonemes, index):
    """The letters of a word from the phoneme at `index` to its end."""
    return "".join(phoneme.letters for phoneme in phonemes[index:])


def align_letters(word, arpabet):
    """[Phoneme] of a lower-case word; the letters of all of them, joined, are the word.

    arpabet: its phonemes, vowels with a stress digit. Silent letters belong to the phoneme before.
    """
    names = [name.rstrip("012") for name in arpabet]
    stresses = [int(name[-1]) if name[-1].isdigit() else 0 for name in arpabet]
    return [Phoneme(name, stress, word[start:end])
            for name, stress, (start, end) in zip(names, stresses, _spans(word, names))]


def _spans(word, names):
    """[(start, end)] of each phoneme's letters: the cheapest path through phonemes × letters."""
    row = {0: (0.0, ())}  # number of letters used → (cost, ends of the phonemes so far)
    for name in names:
        next_row = {}
        for start, (cost, ends) in row.items():
            for end in range(start, min(start + _MAX_LETTERS, len(word)) + 1):
                _keep_cheaper(next_row, end, cost + _cost(name, word[start:end]), ends + (end,))
        _add_silent_letters(word, next_row)
        row = next_row
    _, ends = row[len(word)] if len(word) in row else min(row.values())
    ends = ends[:-1] + (len(word),)
    return list(zip((0,) + ends[:-1], ends))


def _add_silent_letters(word, row):
    """Add to a row the paths whose last phoneme also takes the silent letters after it."""
    for end in range(len(word)):
        if end in row:
            cost, ends = row[end]
            silent_cost = _SILENT_E_COST if word[end] == "e" else _SILENT_COST
            _keep_cheaper(row, end + 1, cost + silent_cost, ends[:-1] + (end + 1,))


def _keep_cheaper(row, end, cost, ends):
    if end not in row or cost < row[end][0]:
        row[end] = (cost, ends)


def _cost(name, letters):
    if not letters:
        return _UNWRITTEN_COSTS.get(name, _UNWRITTEN_COST)
    if letters in _SPELLINGS[name]:
        return 0.0
    is_vowel_letter = name in ARPABET_VOWELS and letters[0] in "aeiouy"
    return ((_UNUSUAL_VOWEL_COST if is_vowel_letter else _UNUSUAL_CONSONANT_COST)
            + _SILENT_COST * (len(letters) - 1))


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
