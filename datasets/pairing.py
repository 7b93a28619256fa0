"""Which transcript belongs to which recording of a corpus folder: by name, and by nothing else."""
import os
import unicodedata
from collections import namedtuple

ENDINGS = (".wav", ".flac")

# reasons for which one of the two is skipped
NO_TRANSCRIPT = "has no transcript"
NO_RECORDING = "has no recording"
_RECORDING_ABSENT = "there is no recording %s in the corpus folder"


def without_recording(reason):
    """Whether a transcript was skipped for this reason: nothing is recorded that it belongs to."""
    return reason == NO_RECORDING or reason.startswith(_RECORDING_ABSENT.split("%s")[0])

# id: the recording's path in its corpus, without ending; audio: path to open; text: its transcript,
# as written; where: file and line of the transcript
Utterance = namedtuple("Utterance", "id audio text where")


class Pairing(object):
    """The recordings under `folder`, `utterances` paired so far, and `skipped`: (name, reason).

    A transcript names one of the recordings that were found, so that none lies outside the folder.
    """

    def __init__(self, folder):
        self._on_disk = paths_within(folder, ENDINGS)
        self._paired = set()
        self.utterances, self.skipped = [], []

    def recordings(self):
        return sorted(self._on_disk)

    def pair(self, names, text, where):
        """Give a transcript to the recording that one of `names`, the likeliest first, is of."""
        key = next((_key(name) for name in names if _key(name) in self._on_disk), None)
        if key is None:
            self.skipped.append((where, _RECORDING_ABSENT % names[0]))
        else:
            self._paired.add(key)
            self.utterances.append(
                Utterance(os.path.splitext(key)[0], self._on_disk[key], text, where))

    def result(self):
        """(utterances, skipped), with the recordings that have no transcript among the latter."""
        return self.utterances, self.skipped + [
            (key, NO_TRANSCRIPT) for key in self.recordings() if key not in self._paired]


def paths_within(folder, endings):
    """Path relative to the folder, composed → path to open, of the files with one of the endings.

    Composed (NFC), for disks and archives from a Mac hold Hangul decomposed, transcripts do not.
    """
    paths = (os.path.join(place, name) for place, _, names in os.walk(folder) for name in names)
    return {_key(os.path.relpath(path, folder)): path for path in paths
            if path.lower().endswith(endings)}


def _key(path):
    return unicodedata.normalize("NFC", os.path.normpath(path))
