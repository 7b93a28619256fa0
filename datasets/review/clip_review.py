"""The clips of a corpus, and what a review changes in its folder.

    transcripts         in the files that the corpus format reads, the original beside it as .orig
    exclude.txt         the dropped clips, which preprocess.py leaves out
    reviewed.tsv        the ids of the accepted and dropped clips, one a line
    confidence.tsv      only read: id, tab, confidence; clips of low confidence come first
"""
import os
import threading
from collections import namedtuple

import korean
from common import files
from common.errors import InputError
from common.folder_lock import FolderLock
from datasets.corpus import change_exclude_list, exclude_utterances, read_corpus
from datasets.formats import FORMATS
from datasets.transcript_edits import clean_text
from datasets.transcripts import EXCLUDE_LIST, read_table

REVIEWED, CONFIDENCE = "reviewed.tsv", "confidence.tsv"
_DROP_REASON = "dropped in the review"


class ChangedElsewhere(InputError):
    """Another page has changed the text of this clip."""


# confidence: float, or None if it is unknown
Clip = namedtuple("Clip", "id text confidence reviewed dropped")


class ClipReview(object):
    """The review of the corpus in `folder`. Its methods may be called by several threads.

    Clips are numbered from 0 in the order of review: by confidence, those without first; then by
    id. `skipped` is [(name, reason)] of what is not a clip; `normalizer`, with the user's lexicon,
    reads the texts. Raises InputError if the folder is not
    a corpus of this format, or is being reviewed by another process.
    """

    def __init__(self, folder, format="auto", lexicon=None):
        corpus = read_corpus(folder, format)
        self.normalizer = korean.TextNormalizer(lexicon=lexicon)
        self.folder, self.format = folder, corpus.format
        self._lock = threading.Lock()
        self.skipped = list(corpus.skipped)
        self._exclude_list = os.path.join(folder, EXCLUDE_LIST)
        self._ids = {utterance.id for utterance in corpus.utterances}
        self._confidences = self._read_confidences()
        self._utterances = sorted(corpus.utterances, key=lambda utterance: (
            self._confidences.get(utterance.id, -1.0), utterance.id))
        self._dropped = set()
        if os.path.exists(self._exclude_list):
            self._dropped.update(exclude_utterances(corpus.utterances, self._exclude_list)[1])
        self._reviewed = self._ids & set(self._read_reviewed())
        self.n_corrected = 0    # texts that were changed since the start
        self._folder_lock = _lock_folder(folder)

    def close(self):
        """Let other processes review the folder."""
        self._folder_lock.close()

    def clips(self):
        """All Clips in the order of review."""
        with self._lock:
            return [self._clip(number) for number in range(len(self._utterances))]

    def counts(self):
        """{"total", "reviewed", "dropped"}"""
        with self._lock:
            return {"total": len(self._utterances), "reviewed": len(self._reviewed),
                    "dropped": len(self._dropped)}

    def audio_path(self, number):
        """Path of the recording. Raises IndexError if there is no such clip."""
        return self._utterances[number].audio_path

    def accept(self, number, text, previous):
        """Store the text of a clip, which is no longer dropped. Returns the Clip.

        `previous` is the text that the user has seen. Raises ChangedElsewhere if it is not the
        current one, and InputError if the text cannot be stored.
        """
        text = clean_text(text)
        with self._lock:
            utterance = self._utterances[number]
            if utterance.text not in (previous, text):
                raise ChangedElsewhere("the text was changed in another window")
            if text != utterance.text:
                FORMATS[self.format].write_text(self.folder, utterance, text)
                self._utterances[number] = utterance._replace(text=text)
                self.n_corrected += 1
            if utterance.id in self._dropped:
                change_exclude_list(self._exclude_list, self._ids, utterance.id)
                self._dropped.discard(utterance.id)
            self._mark_reviewed(utterance.id)
            return self._clip(number)

    def drop(self, number):
        """List a clip as excluded. Returns the Clip."""
        with self._lock:
            utterance_id = self._utterances[number].id
            if utterance_id not in self._dropped:
                change_exclude_list(self._exclude_list, self._ids, utterance_id, _DROP_REASON)
                self._dropped.add(utterance_id)
            self._mark_reviewed(utterance_id)
            return self._clip(number)

    def _clip(self, number):
        utterance = self._utterances[number]
        return Clip(utterance.id, utterance.text, self._confidences.get(utterance.id),
                    utterance.id in self._reviewed, utterance.id in self._dropped)

    def _mark_reviewed(self, utterance_id):
        if utterance_id in self._reviewed:
            return
        with files.atomic_write(os.path.join(self.folder, REVIEWED), "w",
                                encoding="utf-8") as file:
            file.writelines(line + "\n" for line in sorted(self._reviewed | {utterance_id}))
        self._reviewed.add(utterance_id)

    def _read_reviewed(self):
        path = os.path.join(self.folder, REVIEWED)
        return files.read_lines(path) if os.path.exists(path) else []

    def _read_confidences(self):
        """{id: confidence}; lines that are not an id and a number are added to `skipped`."""
        path, confidences = os.path.join(self.folder, CONFIDENCE), {}
        if os.path.exists(path):
            for location, fields in read_table(path, (2,), self.skipped, separator="\t"):
                try:
                    value = float(fields[1])
                except ValueError:
                    value = -1.0
                if 0 <= value <= 1:
                    confidences[fields[0]] = value
                else:
                    self.skipped.append((location, "the confidence is %.20r; should be a number "
                                         "from 0 to 1" % fields[1]))
        return confidences


def _lock_folder(folder):
    if not os.access(folder, os.W_OK):
        raise InputError("%s: cannot be written; corrections are stored in the corpus folder"
                         % folder)
    return FolderLock(folder, "is being reviewed by another process; open its page, or end it "
                      "first")
