"""a .json file that is an object of path: text, as speech recognisers leave it

The paths are relative to a folder that somebody had once; as many leading parts are dropped as it
takes to find the recording in this one. A list of candidates counts as its first that is not empty.
"""
import glob
import os

from common import files
from datasets.pairing import ENDINGS, Pairing


class _Pairs(list):
    """A JSON object as (name, value) pairs: names that come twice are kept, to be told of."""


def recognise(folder):
    """Raises InputError where a .json file in the folder is damaged."""
    return bool(_transcripts(folder))


def read(folder):
    """(utterances, skipped) of all such files in the folder."""
    pairing = Pairing(folder)
    for path, pairs in _transcripts(folder):
        for name, text in pairs:
            where = "%s: %s" % (os.path.basename(path), name)
            candidates = text if isinstance(text, list) else [text]
            if all(isinstance(one, str) for one in candidates):
                first = next((one for one in candidates if one.strip()), "")
                pairing.pair(_without_leading_parts(name), first, where)
            else:
                pairing.skipped.append((where, "the transcript is no text but %.40r" % (text,)))
    return pairing.result()


def _transcripts(folder):
    """(path, pairs) of each .json file in the folder that says something of recordings."""
    paths = sorted(glob.glob(os.path.join(glob.escape(folder), "*.json")))
    loaded = ((path, files.read_json(path, object_pairs_hook=_Pairs)) for path in paths)
    return [(path, content) for path, content in loaded if isinstance(content, _Pairs)
            and any(name.lower().endswith(ENDINGS) for name, _ in content)]


def _without_leading_parts(name):
    """The path, then what is left of it without one leading folder, two …"""
    parts = name.replace("\\", "/").split("/")
    return ["/".join(parts[start:]) for start in range(len(parts))]
