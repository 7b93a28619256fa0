"""One sentence on every rung of the ladder from its recording down to noise.

    OUT/sentences/SPEAKER-NAME/recording.wav, world.wav …   what is listened to and measured
                               synthesis.npz                Tacotron 2's mel and alignment
                               untrained.npz                the same, as a training begins with it
"""
import os
import zipfile
import zlib
from collections import OrderedDict, namedtuple

import numpy as np

import audio
from common import files
from common.errors import InputError
from evaluation import world
from tacotron2.inference import Line
from training.run_folder import SOFTWARE_NAME

# the order in which they are expected, best first
SYSTEMS = OrderedDict([
    ("recording", "recording"), ("world", "WORLD"), ("wavenet", "WaveNet"),
    ("griffin-lim", "Griffin-Lim"), ("synthesis", "synthesis"), ("untrained", "untrained"),
    ("noise", "noise")])
MEANINGS = OrderedDict([
    ("recording", "the recording itself: the ceiling"),
    ("world", "WORLD's resynthesis of the recording: a vocoder without learning"),
    ("wavenet", "the voice's WaveNet, on the recording's mel"),
    ("griffin-lim", "Griffin-Lim, on the same mel"),
    ("synthesis", "the whole voice, from the text"),
    ("untrained", "both networks as a training begins with them: WaveNet on the recording's mel, "
                  "as loud as the recording, and Tacotron 2 from the text"),
    ("noise", "white noise as loud as the recording: the floor"),
])

# name: of its folder; speaker: the name of who speaks it; text: as read; ids: of its symbols
Sentence = namedtuple("Sentence", "name speaker text ids")


def folder(out, sentence):
    return os.path.join(out, "sentences", sentence.name)


def wav(out, sentence, system):
    return os.path.join(folder(out, sentence), system + ".wav")


def is_made(out, sentence):
    return os.path.exists(wav(out, sentence, "recording"))


def made_systems(out, sentence):
    """Those of SYSTEMS that the sentence was brought into sound by."""
    return [system for system in SYSTEMS if os.path.exists(wav(out, sentence, system))]


def without_network(recorded, hp):
    """{system: samples} of a datasets.example.Example: what no network is needed for."""
    made = {"recording": recorded.audio, "griffin-lim": audio.griffin_lim(recorded.mel, hp),
            "noise": as_loud(noise(recorded.audio), recorded.audio)}
    if world.is_there():
        made["world"] = world.resynthesised(recorded.audio, hp.sample_rate)
    return made


def noise(samples):
    """White noise, as many samples; the same for the same recording."""
    random = np.random.RandomState(zlib.crc32(samples.tobytes()) & 0xFFFFFFFF)
    return random.standard_normal(len(samples)).astype(np.float32)


def as_loud(samples, recording):
    """Samples with the recording's effective level."""
    def effective(each):
        return np.sqrt(np.mean(np.float64(each) ** 2))
    return (samples * (effective(recording) / max(effective(samples), 1e-9))).astype(np.float32)


def keep(out, sentence, made, hp, comment):
    """Write {system: samples}, the recording last: where it is, all are."""
    for system in sorted(made, key=lambda name: name == "recording"):
        said = "a recording" if system == "recording" else "synthetic; %s: %s" % (
            comment, SYSTEMS[system])
        with files.whole(wav(out, sentence, system)) as file:
            audio.write_wav(file, made[system], hp.sample_rate,
                            "%s; text: %s" % (said, sentence.text), SOFTWARE_NAME)


def keep_line(out, sentence, system, line):
    """Write a tacotron2.inference.Line; the folder of the sentence is made."""
    os.makedirs(folder(out, sentence), exist_ok=True)
    with files.whole(_line_path(out, sentence, system)) as file:
        np.savez(file, mel=line.mel, alignment=line.alignment, stopped=np.array(line.stopped))


def line(out, sentence, system):
    """The Line that was kept, None where none was. Raises InputError where it is damaged."""
    path = _line_path(out, sentence, system)
    if not os.path.exists(path):
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return Line(arrays["mel"], arrays["alignment"], bool(arrays["stopped"]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as problem:
        raise InputError("%s: cannot be read (%s); delete its folder to have the sentence spoken "
                         "again" % (path, problem))


def _line_path(out, sentence, system):
    return os.path.join(folder(out, sentence), system + ".npz")
