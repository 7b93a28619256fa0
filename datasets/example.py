"""One example on the disk: the audio and the mel of an utterance, in an .npz of its own."""
import hashlib
import json
import re
import zipfile
import zlib
from collections import namedtuple

import numpy as np

import audio
from common import files
from common.errors import InputError

_MAKING = 1  # counts up whenever the same recording and settings would give other arrays

# audio: float32 [frames * hop]; mel: float32 [frames, mels]
Example = namedtuple("Example", "audio mel")


def preparation(hp):
    """The settings that decide how a recording is cut and levelled, beside hp.audio_settings()."""
    return {"trim_top_db": hp.trim_top_db, "trim_margin": hp.trim_margin,
            "rescaling_max": hp.rescaling_max}


def file_name(utterance_id, source, hp):
    """A name for the arrays of an utterance that is safe in every file system.

    It differs where the id, the recording (its hash is `source`) or a setting differs: arrays of
    this name need not be made again.
    """
    content = json.dumps([utterance_id, source, hp.audio_settings(), preparation(hp), _MAKING],
                         sort_keys=True)
    readable = re.sub("[^0-9A-Za-z._-]", "_", utterance_id)[-60:]
    return "%s-%s.npz" % (readable, hashlib.sha1(content.encode()).hexdigest()[:16])


def make(path, recording, hp):
    """Write the arrays of a recording to `path`, and return them.

    Raises InputError where the recording is not fit for it.
    """
    samples = audio.whole_frames(audio.load(recording, hp), hp)
    made = Example(audio=samples, mel=audio.mel(samples, hp))
    with files.whole(path) as file:
        np.savez(file, **made._asdict())
    return made


def load(path):
    """The Example in the file. Raises InputError where it is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = Example(arrays["audio"], arrays["mel"])
    except FileNotFoundError:
        raise InputError("%s: is missing; run preprocess.py again" % path)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as problem:
        raise InputError("%s: is damaged (%s); delete it and run preprocess.py again"
                         % (path, problem))
    if not all(part.dtype == np.float32 and np.isfinite(part).all() for part in found):
        raise InputError("%s: should hold finite numbers of type float32" % path)
    return found
