"""A trained voice: the Tacotron 2 and the vocoder of two run folders, from symbol ids to audio."""
import copy
import importlib.util
import os
import sys
from collections import namedtuple

import numpy as np

import audio
import korean
from common.errors import InputError
from common.terminal import escape_controls
from korean.utterances import add_final_punctuation, split_into_utterances
from tacotron2.numpy_tacotron import NumpyTacotron
from tacotron2.outputs_per_step import outputs_per_step_at
from training import run_folder
from training.consent import describe_consent
from training.model_weights import BEST, INITIAL, NEWEST, load_weights
from wavenet_vocoder import philox, wavegen
from wavenet_vocoder.chunked_stream import ChunkedStream
from wavenet_vocoder.engine import binding
from wavenet_vocoder.engine.vocoder import NativeVocoder
from wavenet_vocoder.engine.weights import validate_weights
from wavenet_vocoder.numpy_wavenet import NumpyVocoder, report_slow_generation

GRIFFIN_LIM = "griffin-lim"
DEMO_VOICE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                          "voices", "demo")
# samples: float32 [frames * hop] in [-1, 1]; mel: [frames, n_mels]; alignment: [steps, symbols];
# stopped: whether the stop token was predicted before the limit of decoder steps
Utterance = namedtuple("Utterance", "samples mel alignment stopped")


class Voice(object):
    """The models of two run folders; `vocoder_folder` may be GRIFFIN_LIM.

    `speaker` is a name, or None for the first one; `weights` is NEWEST, BEST or INITIAL.
    `precision` and `threads` are those of WaveNet's native engine. The device "gpu" runs the
    Tacotron 2 in TensorFlow, any other in NumPy. TensorFlow is also needed to read the checkpoint
    of a run that was not exported. Raises InputError if a run is missing or damaged, if the audio
    settings of the runs differ, or if they have no such speaker.
    """

    def __init__(self, tacotron_folder, vocoder_folder, speaker=None, weights=NEWEST,
                 precision="auto", threads=0, device="auto"):
        if device == "gpu":
            # imported here, because it imports TensorFlow
            from doctor.device_selection import select_device
            select_device(device)
        self.tacotron_run = tacotron = run_folder.load_run(tacotron_folder, "tacotron")
        self.vocoder_run = self.vocoder = None
        self.hp, self.normalizer = tacotron.hp, tacotron.normalizer
        self.vocoder_description = GRIFFIN_LIM
        if vocoder_folder == GRIFFIN_LIM:
            _require_librosa()
        else:
            self.vocoder_run = run_folder.load_run(vocoder_folder, "vocoder")
            run_folder.require_same_audio_settings(tacotron, self.vocoder_run)
        self._set_speaker(speaker or tacotron.speakers[0])
        if self.vocoder_run:
            self.vocoder, step = _create_vocoder(self.vocoder_run, weights, precision, threads)
            self.vocoder_description = _describe(vocoder_folder, step)
        self._tacotron, step = _create_tacotron(tacotron, weights, device)
        self.tacotron_description = _describe(tacotron_folder, step)

    @property
    def speakers(self):
        return self.tacotron_run.speakers

    @property
    def speaker(self):
        return self.speakers[self._speaker_id]

    @property
    def description(self):
        consent = self.tacotron_run.consent or self.vocoder_run and self.vocoder_run.consent
        # escaped, because it is shown, and the metadata of a file cannot hold every character
        return escape_controls("%s, %s, speaker %s%s" % (
            self.tacotron_description, self.vocoder_description, self.speaker,
            describe_consent(consent)))

    def with_speaker(self, name):
        """The same voice with another of its speakers."""
        other = copy.copy(self)
        other._set_speaker(name)
        return other

    def _set_speaker(self, name):
        self._speaker_id = self.tacotron_run.speaker_id(name)
        if self.vocoder_run:
            # a vocoder of one speaker, or without embedding, serves all speakers of the Tacotron 2
            is_shared = (len(self.vocoder_run.speakers) == 1 or
                         not self.vocoder_run.has_speaker_embedding)
            self._vocoder_speaker_id = 0 if is_shared else self.vocoder_run.speaker_id(name)

    def split_text(self, text, report=None):
        """The utterances that a normalised text is split into, as texts.

        Calls report(number of characters) while it splits.
        """
        return self.punctuate(split_into_utterances(text, report))

    def punctuate(self, utterances):
        """The utterances of one text, with final punctuation if the voice was trained with it."""
        return add_final_punctuation(utterances) if self.tacotron_run.punctuated else utterances

    def to_ids(self, utterance):
        """The symbol ids of the text of an utterance."""
        return korean.to_ids(self.normalizer.to_jamo(utterance))

    def text_to_ids(self, text):
        """The symbol ids of each utterance that a normalised text is split into."""
        return [self.to_ids(utterance) for utterance in self.split_text(text)]

    def synthesize(self, text_ids, seed, progress=None):
        """One Utterance for each list of symbol ids; none depends on the others.

        `progress` is a synthesis.speech_output.Progress or None.
        """
        outputs = [self.predict_mel(ids, seed) for ids in text_ids]
        if progress:
            n_frames = sum(len(output.mel) for output in outputs)
            progress.start_batch(n_frames * self.hp.hop_length / float(self.hp.sample_rate),
                                 sum(map(len, text_ids)))
        waveforms = self.generate_waveforms(text_ids, [output.mel for output in outputs], seed,
                                            progress)
        return [Utterance(samples, output.mel, output.alignment, output.stopped)
                for samples, output in zip(waveforms, outputs)]

    @property
    def supports_window(self):
        """Whether `predict_mel` accepts a window."""
        return self._tacotron.supports_window

    def predict_mel(self, ids, noise_seed, window=None):
        """The tacotron2.synthesizer.MelOutput of one utterance; see NumpyTacotron.predict.

        noise_seed is the seed of the dropout in the pre-net. It may differ from the seed of the
        waveform, which `generate_waveforms` and `stream_waveform` take. The mel is limited to the
        range of recorded mels, which is all that a vocoder knows. Raises InputError if the mel is
        not finite.
        """
        output = self._tacotron.predict(ids, self._speaker_id, noise_seed, window)
        _require_finite(output.mel, self.tacotron_run)
        bound = self.hp.max_abs_value
        return output._replace(mel=np.clip(output.mel, -bound, bound))

    def generate_waveforms(self, text_ids, mels, seed, progress=None):
        """The samples, float32 [frames * hop] each, of mels [frames, n_mels].

        `text_ids` are the symbol ids of the utterances; with the seed, they seed the vocoder.
        """
        def report(n_samples):
            if progress:
                progress.add_audio(n_samples / float(self.hp.sample_rate))

        if self.vocoder:
            keys = [philox.make_key(seed, ids) for ids in text_ids]
            waveforms = wavegen.generate_waveforms(
                self.vocoder, mels, [self._vocoder_speaker_id] * len(mels), keys,
                self.vocoder_run.hp, report)
            for samples in waveforms:
                _require_finite(samples, self.vocoder_run)
            return waveforms
        waveforms = []
        for mel in mels:
            waveforms.append(audio.griffin_lim(mel, self.hp))
            report(len(waveforms[-1]))
        return waveforms

    def chunked_stream(self, ids, mel, seed):
        """The ChunkedStream whose chunks `vocoder` can generate together with those of others."""
        return ChunkedStream(mel, self._vocoder_speaker_id, philox.make_key(seed, ids),
                             self.vocoder_run.hp)

    def stream_waveform(self, ids, mel, seed):
        """Yield the samples of generate_waveforms in chunks, as soon as they are generated."""
        if not self.vocoder:
            return iter([audio.griffin_lim(mel, self.hp)])
        return map(self._checked_samples, wavegen.stream_waveform(
            self.vocoder, mel, self._vocoder_speaker_id, philox.make_key(seed, ids),
            self.vocoder_run.hp))

    def _checked_samples(self, samples):
        _require_finite(samples, self.vocoder_run)
        return samples


def resolve_run_folders(voice, tacotron, vocoder):
    """(Tacotron 2 run folder, vocoder run folder or GRIFFIN_LIM) of the options of a program.

    If all are None, the demo voice is used, with a note on stderr. Raises InputError if the options
    are contradictory or incomplete.
    """
    if voice and (tacotron or vocoder):
        raise InputError("--voice contains both models; leave out --tacotron and --vocoder")
    if not (voice or tacotron or vocoder) and os.path.isdir(DEMO_VOICE):
        print("voice: %s (default)" % os.path.relpath(DEMO_VOICE), file=sys.stderr)
        voice = DEMO_VOICE
    if voice:
        folders = [os.path.join(voice, name) for name in run_folder.MODEL_FOLDERS]
        missing = [folder for folder in folders if not os.path.isdir(folder)]
        if missing:
            raise InputError("%s: is not a voice: there is no folder %s; python -m training.export "
                             "creates a voice from two runs" % (voice, " and no ".join(missing)))
        return tuple(folders)
    if not (tacotron and vocoder):
        raise InputError("no voice: give --voice DIR, or --tacotron RUN and --vocoder RUN (or "
                         "--vocoder %s)" % GRIFFIN_LIM)
    return tacotron, vocoder


def report_default_speaker(voice, name):
    """Print the speaker on stderr if the user gave no `name` and the voice has several."""
    if not name and len(voice.speakers) > 1:
        print("speaker: %s (default; available: %s)" % (voice.speaker, ", ".join(voice.speakers)),
              file=sys.stderr)


def _require_finite(values, run):
    """Raise InputError if what the network of a run has computed is not finite."""
    if not np.isfinite(values).all():
        raise InputError("%s: its network computes NaN or infinite values; its weights are "
                         "damaged, or were trained with too high a learning rate" % run.folder)


def _create_tacotron(run, weights, device):
    """(network with the interface of NumpyTacotron, step of its weights)"""
    values, step = load_weights(run, weights)
    if device == "gpu":
        from tacotron2.synthesizer import GraphTacotron     # imports TensorFlow
        return GraphTacotron(values, step, run.hp, len(korean.SYMBOLS),
                             run.n_speaker_embeddings), step
    return NumpyTacotron(values, run.hp, outputs_per_step_at(run.hp, step - 1)), step


def _create_vocoder(run, weights, precision, threads):
    """(vocoder, step of its weights); in NumPy where the native engine is unavailable"""
    values, step = load_weights(run, weights)
    values = validate_weights(values, run.hp, run.n_speaker_embeddings, run.folder)
    if binding.load_library():
        return NativeVocoder(values, run.hp, threads, precision), step
    if precision not in ("auto", "float32"):
        raise InputError("--precision %s: only the native engine supports it" % precision)
    report_slow_generation()
    return NumpyVocoder(values, run.hp), step


def _require_librosa():
    if importlib.util.find_spec("librosa") is None:
        raise InputError("--vocoder %s: needs librosa, which requirements-speak.txt leaves out; "
                         "install requirements.txt or requirements-modern.txt" % GRIFFIN_LIM)


def _describe(folder, step):
    return "%s at step %d" % (os.path.basename(os.path.abspath(folder)), step)
