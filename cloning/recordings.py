"""What clone.py finds at the path of the recordings."""
import os
from collections import namedtuple

import soundfile

from common.errors import InputError
from datasets.adaptation_data import ADVICE, MIN_CLIPS
from datasets.corpus import NoTranscripts, read_corpus
from datasets.corpus_files import OTHER_AUDIO_EXTENSIONS, list_files
from datasets.split.long_recording import LongRecording, find_recordings
from datasets.split.work_folder import NAME

MIN_SECONDS = 20        # less speech is not worth a training

# format: of a corpus with transcripts, or None for recordings that have to be split;
# count: recordings; seconds: their length in all
Found = namedtuple("Found", "format count seconds")


def find(path, script, corpus):
    """The Found at `path`. A `script` means that the recordings have to be split, into `corpus`.

    Raises InputError if there is no audio or not enough of it, or the transcripts are damaged.
    """
    found = None if script or os.path.isfile(path) else _find_corpus(path)
    if found is None:
        # where the split looks for recordings that were converted
        converted = os.path.join(corpus, NAME)
        os.makedirs(converted, exist_ok=True)
        sources = [LongRecording(name, converted) for name in find_recordings(path, corpus)]
        found = Found(None, len(sources), sum(source.seconds for source in sources))
    if found.seconds < MIN_SECONDS or (found.format and found.count < MIN_CLIPS):
        raise InputError("%s: %d recordings, %.1f seconds in all; that is too little to learn a "
                         "voice from; %s" % (path, found.count, found.seconds, ADVICE))
    return found


def _find_corpus(path):
    """The Found of a corpus with transcripts; None if the folder has no transcripts."""
    try:
        corpus = read_corpus(path)
    except NoTranscripts:
        _check_no_unread_transcripts(path)
        return None
    return Found(corpus.format, len(corpus.utterances),
                 sum(_seconds(utterance.audio_path) for utterance in corpus.utterances))


def _check_no_unread_transcripts(path):
    """Raise InputError if a recording that a corpus may not contain has a text beside it."""
    found, _ = list_files(path)
    for name in sorted(found):
        stem, extension = os.path.splitext(name)
        if extension.lower() in OTHER_AUDIO_EXTENSIONS and stem + ".txt" in found:
            raise InputError("%s: a recording with a transcript should be WAV or FLAC; convert it, "
                             "for example with ffmpeg -i x%s x.wav; or, if %s is the script of a "
                             "long recording, give it as --script"
                             % (os.path.join(path, name), extension, stem + ".txt"))


def _seconds(path):
    try:
        return soundfile.info(path).duration
    except RuntimeError:        # preprocess.py reports the damaged file
        return 0.0
