"""A folder of recordings with transcripts, in whichever of the known formats it is."""
import os
from collections import OrderedDict, namedtuple

from common.errors import InputError
from datasets import folder as loose
from datasets import kss, ljspeech, recognition

# in the order they are tried: the last takes any folder with a recording and a .txt beside it
FORMATS = OrderedDict([("kss", kss), ("ljspeech", ljspeech), ("recognition", recognition),
                       ("folder", loose)])

# utterances: list of Utterance, sorted by id; skipped: list of (name, reason)
Corpus = namedtuple("Corpus", "format utterances skipped")


def read_corpus(folder, format="auto"):
    """The Corpus in `folder`.

    Raises InputError where the folder is missing or empty, the format is unknown or is not what the
    folder holds, or not one recording has a transcript.
    """
    if format not in FORMATS and format != "auto":
        raise InputError("--format %s: there are auto, %s" % (format, ", ".join(FORMATS)))
    if not os.path.isdir(folder):
        raise InputError("%s: there is no such folder; a corpus is a folder with recordings and "
                         "transcripts" % folder)
    if not os.listdir(folder):
        raise InputError("%s: the folder is empty" % folder)
    name = format if format != "auto" else _recognised(folder)
    if not FORMATS[name].recognise(folder):
        raise InputError("%s: is no corpus of the format %s, which is: %s"
                         % (folder, name, _description(name)))
    utterances, skipped = FORMATS[name].read(folder)
    utterances, repeated = _unique(sorted(utterances, key=lambda utterance: utterance.id))
    skipped = skipped + repeated
    if not utterances:
        raise InputError("%s: of the format %s, but no recording with a transcript is in it%s" % (
            folder, name, "".join("; %s: %s" % one for one in skipped[:3])))
    return Corpus(name, utterances, skipped)


def _recognised(folder):
    for name, reader in FORMATS.items():
        if reader.recognise(folder):
            return name
    raise InputError("%s: is of none of the formats that can be read: %s" % (
        folder, "; ".join("%s (%s)" % (name, _description(name)) for name in FORMATS)))


def _description(name):
    return FORMATS[name].__doc__.splitlines()[0]


def _unique(utterances):
    first, repeated = OrderedDict(), []
    for utterance in utterances:
        if utterance.id in first:
            repeated.append((utterance.where, "%s has a transcript already, in %s"
                             % (utterance.id, first[utterance.id].where)))
        else:
            first[utterance.id] = utterance
    return list(first.values()), repeated
