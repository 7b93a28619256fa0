"""The valid inputs that fuzz_cases damages: recordings, a store, two runs, a voice, speech."""
import io
import os
import shutil
import sys

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.dirname(TESTS), TESTS]

import soundfile
from conftest import SENTENCES, harmonic_tone, train, write_recording
from helpers.scripted_voice import ScriptedVoice

EXTENSIONS = ("wav", "flac")


class Samples(object):
    """Paths of the sample inputs, and the bytes of a short recording in each format."""

    def __init__(self, folder):
        self.folder = folder
        self.store, self.voice = (os.path.join(folder, name) for name in ("store", "voice"))
        self.speech, self.speech_text = os.path.join(folder, "speech"), "\n".join(SENTENCES[:3])
        self.runs = {model: os.path.join(folder, model) for model in ("tacotron", "vocoder")}
        self.recordings = {}
        for extension in EXTENSIONS:
            output = io.BytesIO()
            soundfile.write(output, harmonic_tone(0.35), 16000, format=extension.upper())
            self.recordings[extension] = output.getvalue()


def create_samples(folder, store=None, runs=None):
    """The Samples in `folder`, which are created, except for a `store` and `runs` that exist.

    runs: {"tacotron": path, "vocoder": path}.
    """
    import preprocess
    from common.repeated_messages import RepeatedMessages
    from synthesis import speech_output, spoken_lines
    from synthesis.attempts import Predictor
    from synthesis.text_lines import SpokenLine
    from training import export
    samples = Samples(folder)
    if not store:
        corpus = os.path.join(folder, "one")
        for number, text in enumerate(SENTENCES):
            stem = os.path.join(corpus, "%02d" % number)
            write_recording(stem + ".wav", seconds=0.3 + 0.03 * number, pitch=110 + 3 * number)
            with open(stem + ".txt", "w", encoding="utf-8") as file:
                file.write(text)
        store = os.path.join(folder, "new-store")
        preprocess.main(["--corpus", corpus, "--out", store, "--preset", "tiny"])
    if not runs:
        runs = {model: os.path.join(folder, "new-" + model) for model in samples.runs}
        for model, path in runs.items():
            # with this learning rate, the stop token does not fire at once
            train(model, [store], path, "--preset", "tiny", "--steps", 6, "--hparams",
                  "checkpoint_interval=2,summary_interval=2,eval_interval=6,learning_rate=0.01")
    shutil.copytree(store, samples.store)
    for model, path in runs.items():
        shutil.copytree(path, samples.runs[model], ignore=shutil.ignore_patterns("events", "eval"))
    export.export_voice(runs["tacotron"], runs["vocoder"], samples.voice)
    voice = ScriptedVoice()
    lines = spoken_lines.create_lines(
        [SpokenLine(text, False) for text in SENTENCES[:3]], voice, samples.speech, 1)
    speech_output.write_wavs(lines, voice, samples.speech, Predictor(voice, 1), RepeatedMessages())
    return samples
