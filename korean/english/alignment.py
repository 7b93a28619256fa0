"""Which letters of a word stand for which of its sounds.

The dictionary writes every weak vowel AH0; what Koreans hear in it is the letter: the cheapest
way to share out the letters among the sounds tells which one it was.
"""
from korean.english.sounds import VOWELS, Sound

_SPELLINGS = {sound: frozenset(letters.split()) for sound, letters in {
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

# What it costs, in votes against, that a sound is unwritten or a letter silent. The figures only
# have to rank: a silent e is common, an unwritten consonant is nearly always a mistake.
_UNWRITTEN = {"Y": 0.1, "AH": 0.8, "S": 1.0, "Z": 1.0, "W": 1.0}
_UNWRITTEN_OTHER, _SILENT_E, _SILENT_OTHER, _ODD_VOWEL = 2.5, 0.3, 1.0, 1.5
_LONGEST = 4


def align(word, phonemes):
    """The sounds of a lower-case word; their letters, put together, are the word.

    phonemes: ARPAbet, vowels with their stress digit. Silent letters go to the sound before them.
    """
    names = [name.rstrip("012") for name in phonemes]
    stresses = [int(name[-1]) if name[-1].isdigit() else 0 for name in phonemes]
    return [Sound(name, stress, word[start:end])
            for name, stress, (start, end) in zip(names, stresses, _shares(word, names))]


def _shares(word, names):
    """[start, end) of each sound's letters: the cheapest path through sounds x letters."""
    row = {0: (0.0, ())}  # letters used so far -> (cost, ends of the sounds so far)
    for name in names:
        following = {}
        for start, (cost, ends) in row.items():
            for end in range(start, min(start + _LONGEST, len(word)) + 1):
                _keep(following, end, cost + _sound_cost(name, word[start:end]), ends + (end,))
        row = _with_silent_letters(word, following)
    _, ends = row[len(word)] if len(word) in row else min(row.values())
    ends = ends[:-1] + (len(word),)
    return list(zip((0,) + ends[:-1], ends))


def _with_silent_letters(word, row):
    for end in range(len(word)):
        if end in row:
            cost, ends = row[end]
            silent = _SILENT_E if word[end] == "e" else _SILENT_OTHER
            _keep(row, end + 1, cost + silent, ends[:-1] + (end + 1,))
    return row


def _keep(row, end, cost, ends):
    if end not in row or cost < row[end][0]:
        row[end] = (cost, ends)


def _sound_cost(name, letters):
    if not letters:
        return _UNWRITTEN.get(name, _UNWRITTEN_OTHER)
    if letters in _SPELLINGS[name]:
        return 0.0
    odd = name in VOWELS and letters[0] in "aeiouy"
    return (_ODD_VOWEL if odd else _UNWRITTEN_OTHER) + _SILENT_OTHER * (len(letters) - 1)
