"""The systems that are compared on every sentence, and the files of an evaluation.

    OUT/settings.json                                    what was evaluated
        sentences/SPEAKER-NAME/recording.wav, world.wav …   one WAV per system
                               synthesis.npz, untrained.npz …   Tacotron 2's mel and alignment
"""
import os
import zipfile
import zlib
from collections import OrderedDict, namedtuple

import numpy as np

import audio
from common import files
from common.arrays import write_npz
from common.errors import InputError
from evaluation import world
from tacotron2.synthesizer import MelOutput
from training.run_folder import SOFTWARE_NAME

FORMAT = 3
System = namedtuple("System", "label description")
# ordered from the best expected quality to the worst
SYSTEMS = OrderedDict([
    ("recording", System("recording", "the recording: the upper bound")),
    ("world", System("WORLD", "analysis and resynthesis of the recording by the WORLD vocoder")),
    ("copy-synthesis", System("copy synthesis", "the voice's WaveNet on the recording's mel")),
    ("griffin-lim", System("Griffin-Lim", "Griffin-Lim on the recording's mel")),
    ("synthesis", System("synthesis", "text to speech with the whole voice")),
    ("base-speaker", System("base speaker", "text to speech with the base voice: its speaker whose "
                                            "recordings are most similar to those of the "
                                            "evaluated speaker")),
    ("untrained", System("untrained", "both networks with initial weights: WaveNet on the "
                                      "recording's mel, scaled to its level; Tacotron 2 on the "
                                      "text")),
    ("noise", System("noise", "white noise at the level of the recording: the lower bound")),
])
SYNTHESIZED = ("synthesis", "base-speaker", "untrained")    # with mel and alignment of a Tacotron 2

# name: name of its folder; speaker: of the recording; text: normalised; text_ids: symbol ids
Sentence = namedtuple("Sentence", "name speaker text text_ids")


def prepare_output_folder(out, settings):
    """Create the folder of an evaluation, or raise InputError if it has one with other settings."""
    os.makedirs(out, exist_ok=True)
    path = os.path.join(out, "settings.json")
    settings = dict(settings, format=FORMAT)
    # sentences without settings.json are of an older format
    if not os.path.exists(path) and not os.path.exists(os.path.join(out, "sentences")):
        files.write_json(path, settings)
    stored = files.read_json(path) if os.path.exists(path) else {}
    differences = sorted(name for name in settings if stored.get(name) != settings[name])
    if differences:
        raise InputError("--out %s: has an evaluation with other values of %s; choose another "
                         "folder or delete it" % (out, ", ".join(differences)))


def sentence_folder(out, sentence):
    return os.path.join(out, "sentences", sentence.name)


def wav_path(out, sentence, system):
    return os.path.join(sentence_folder(out, sentence), system + ".wav")


def is_complete(out, sentence, has_recording):
    return os.path.exists(wav_path(out, sentence, _last_written(has_recording)))


def _last_written(has_recording):
    return "recording" if has_recording else "synthesis"


def available_systems(out, sentence):
    """The names of the SYSTEMS that have a WAV of the sentence."""
    return [system for system in SYSTEMS if os.path.exists(wav_path(out, sentence, system))]


def synthesize_baselines(example, hp, with_noise=True):
    """{system: samples} of the systems without a network, from a datasets.store.Example."""
    samples = {"recording": example.audio, "griffin-lim": audio.griffin_lim(example.mel, hp)}
    if with_noise:
        samples["noise"] = match_rms(white_noise(example.audio), example.audio)
    if world.is_available():
        samples["world"] = world.resynthesize(example.audio, hp.sample_rate)
    return samples


def white_noise(samples):
    """White noise, float32 of the same length. The samples are its seed, so it is reproducible."""
    random = np.random.RandomState(zlib.crc32(samples.tobytes()) & 0xFFFFFFFF)
    return random.standard_normal(len(samples)).astype(np.float32)


def match_rms(samples, recording):
    """Samples scaled to the RMS level of the recording."""
    def rms(each):
        return np.sqrt(np.mean(np.float64(each) ** 2))
    return (samples * (rms(recording) / max(rms(samples), 1e-9))).astype(np.float32)


def write_wavs(out, sentence, samples, hp, comment):
    """Write {system: samples}. The last file marks the sentence complete."""
    os.makedirs(sentence_folder(out, sentence), exist_ok=True)
    last = _last_written("recording" in samples)
    for system in sorted(samples, key=lambda name: name == last):
        origin = "a recording" if system == "recording" else "synthetic; %s: %s" % (
            comment, SYSTEMS[system].label)
        with files.atomic_write(wav_path(out, sentence, system)) as file:
            audio.write_wav(file, samples[system], hp.sample_rate,
                            "%s; text: %s" % (origin, sentence.text), SOFTWARE_NAME)


def write_mel_output(out, sentence, system, output):
    """Write a tacotron2.synthesizer.MelOutput into the sentence's folder, which is created."""
    os.makedirs(sentence_folder(out, sentence), exist_ok=True)
    write_npz(_mel_output_path(out, sentence, system),
              dict(mel=output.mel, alignment=output.alignment, stopped=np.array(output.stopped)))


def read_mel_output(out, sentence, system):
    """The stored MelOutput, or None. Raises InputError if the file is damaged."""
    path = _mel_output_path(out, sentence, system)
    if not os.path.exists(path):
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return MelOutput(arrays["mel"], arrays["alignment"], bool(arrays["stopped"]))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError("%s: cannot be read (%s); delete its folder and run the same command again"
                         % (path, error))


def _mel_output_path(out, sentence, system):
    return os.path.join(sentence_folder(out, sentence), system + ".npz")
