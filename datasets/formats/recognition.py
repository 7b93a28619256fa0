"""a .json file with an object {path: text}, as speech recognisers write it

The paths may be relative to a folder that no longer exists: leading folders are removed until a
recording is found. If the text is a list of candidates, the first that is not empty is used.
"""
import glob
import json
import os
from collections import OrderedDict

from common import files
from common.errors import InputError
from datasets.corpus_files import AUDIO_EXTENSIONS
from datasets.transcript_edits import back_up, require_unchanged
from datasets.transcripts import UtteranceCollector


class _Pairs(list):
    """A JSON object as (name, value) pairs, so that a repeated name is reported and not lost."""


def read(folder):
    """(utterances, skipped) of all these files in the folder, or None."""
    files_with_transcripts, _ = load_transcripts(folder)
    if not files_with_transcripts:
        return None
    collector = UtteranceCollector(folder)
    for path, transcripts in files_with_transcripts:
        for name, text in transcripts:
            location = _location(path, name)
            candidates = text if isinstance(text, list) else [text]
            if all(isinstance(candidate, str) for candidate in candidates):
                collector.add(_path_suffixes(name), _first_text(candidates), location)
            else:
                collector.skipped.append((location, "the transcript is not text but %.40r"
                                          % (text,)))
    return collector.result()


def write_text(folder, utterance, text):
    """Replace the text of an Utterance that `read` returned; of a list of candidates, all."""
    for path, transcripts in load_transcripts(folder)[0]:
        names = [name for name, _ in transcripts if _location(path, name) == utterance.location]
        if not names:
            continue
        content = files.read_json(path, any_surrogates=True, object_pairs_hook=OrderedDict)
        if len(content) < len(transcripts):
            raise InputError("%s: contains a name twice; remove one of the lines" % path)
        value = content[names[0]]
        require_unchanged(utterance.location, _first_text(value) if isinstance(value, list)
                          else value, utterance.text)
        content[names[0]] = text
        back_up(path)
        with files.atomic_write(path, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
            file.write("\n")
        return
    require_unchanged(utterance.location, None, utterance.text)


def _location(path, name):
    return "%s: %s" % (os.path.basename(path), name)


def _first_text(candidates):
    return next((candidate for candidate in candidates if candidate.strip()), "")


def load_transcripts(folder):
    """([(path, [(recording, text)])] of the .json files, [(name, reason)] of damaged ones)."""
    transcripts, damaged = [], []
    for path in sorted(glob.glob(os.path.join(glob.escape(folder), "*.json"))):
        try:
            content = files.read_json(path, any_surrogates=True, object_pairs_hook=_Pairs)
        except InputError as error:
            damaged.append((os.path.basename(path), str(error).replace(path + ": ", "", 1)))
            continue
        if isinstance(content, _Pairs) and any(name.lower().endswith(AUDIO_EXTENSIONS)
                                               for name, _ in content):
            transcripts.append((path, content))
    return transcripts, damaged


def _path_suffixes(name):
    """The path, the path without its first folder, without its first two folders …"""
    folders = name.replace("\\", "/").split("/")
    return ["/".join(folders[start:]) for start in range(len(folders))]
