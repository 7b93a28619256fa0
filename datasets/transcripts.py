"""Matches transcripts with the recordings of a corpus folder, for all corpus formats."""
import os
import re
from collections import OrderedDict, namedtuple

from common import files
from common.errors import InputError
from datasets.corpus_files import (AUDIO_EXTENSIONS, OTHER_AUDIO_EXTENSIONS, list_files,
                                   normalize_path, printable)

# In a corpus folder: utterances that preprocess.py leaves out
EXCLUDE_LIST = "exclude.txt"

NO_TRANSCRIPT = "has no transcript"
NO_RECORDING = "has no recording"
_RECORDING_NOT_FOUND = "there is no recording "
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_READ = "is not read; convert it to WAV or FLAC"

# One recording and its transcript. id: path of the recording in its corpus, without extension;
# audio_path: path to open; text: transcript as written; location: file and line of the transcript
Utterance = namedtuple("Utterance", "id audio_path text location")


class UtteranceCollector(object):
    """Collects the utterances of a corpus folder. `skipped` is [(file or line, reason)].

    A transcript is matched only with recordings that exist in the folder, so that a path in a
    transcript cannot refer to a file outside it.
    """

    def __init__(self, folder):
        self._files, self.skipped = list_files(folder)
        self._paths = self.files(AUDIO_EXTENSIONS)
        self._utterances = OrderedDict()
        self._matched = set()

    def files(self, extensions):
        """{normalised path relative to the folder: path to open} of files with these extensions."""
        return {name: path for name, path in self._files.items()
                if name.lower().endswith(extensions)}

    def recordings(self):
        """Sorted paths of all recordings, relative to the folder."""
        return sorted(self._paths)

    def add(self, candidates, text, location):
        """Match a transcript with the first of the `candidates` (relative paths) that exists."""
        name = next((path for path in map(normalize_path, candidates) if path in self._paths), None)
        if name is None:
            self.skipped.append((printable(location), "%s%s in the corpus folder"
                                 % (_RECORDING_NOT_FOUND, printable(candidates[0]))))
        elif _SURROGATE.search(text):
            self._matched.add(name)
            self.skipped.append((printable(location), "the transcript contains half of a character "
                                 "(a surrogate)"))
        else:
            self._matched.add(name)
            utterance = Utterance(os.path.splitext(name)[0], self._paths[name], text, location)
            first = self._utterances.setdefault(utterance.id, utterance)
            if first is not utterance:
                self.skipped.append((location, "%s already has a transcript, in %s"
                                     % (first.id, first.location)))

    def result(self):
        """(utterances, skipped), including recordings that have no transcript or are not read."""
        not_read = [name for name in sorted(self.files(OTHER_AUDIO_EXTENSIONS))
                    if os.path.splitext(name)[0] not in self._utterances]
        return list(self._utterances.values()), self.skipped + [
            (name, NO_TRANSCRIPT) for name in self.recordings() if name not in self._matched
        ] + [(name, _NOT_READ) for name in not_read]


def lacks_recording(reason):
    """Whether a transcript was skipped because there is no recording of it."""
    return reason == NO_RECORDING or reason.startswith(_RECORDING_NOT_FOUND)


def read_table(path, field_counts, skipped, separator="|"):
    """Yield ("file:line", fields) of each line of a table with this separator between fields.

    Lines with another number of fields, and lines that are not UTF-8, are appended to `skipped`.
    """
    for number, line in enumerate(files.read_bytes(path).split(b"\n"), 1):
        location = "%s:%d" % (os.path.basename(path), number)
        try:
            fields = files.decode_utf8(line, location).strip().split(separator)
        except InputError:
            skipped.append((location, "is not UTF-8"))
            continue
        if len(fields) in field_counts:
            yield location, [field.strip() for field in fields]
        elif fields != [""]:
            skipped.append((location, "has %d fields; should have %s, separated by %s"
                            % (len(fields), " or ".join(map(str, field_counts)),
                               "tabs" if separator == "\t" else separator)))
