"""A trained voice, from its run folders alone: jamo ids → waveform."""
import copy
import functools
import os
import sys
from collections import namedtuple

import audio
import korean
from common.errors import InputError
from korean.utterances import add_final_punctuation, split_into_utterances
from nn import compat
from nn.compat import tf
from tacotron2.synthesizer import Synthesizer
from training import checkpoint
from training import run_folder
from wavenet_vocoder import philox, wavegen
from wavenet_vocoder.engine import binding
from wavenet_vocoder.engine.vocoder import NativeVocoder
from wavenet_vocoder.engine.weights import validate_weights, variable_shapes

GRIFFIN_LIM = "griffin-lim"
# the voice that speaks where none is named
DEMO_VOICE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "voices", "demo")
PARTS = ("tacotron", "vocoder")     # the runs in a voice's folder

# samples: [frames·hop] in [-1, 1]; mel: [frames, mels]; alignment: [steps, jamo];
# stopped: the stop token fired, not the limit
Utterance = namedtuple("Utterance", "samples mel alignment stopped")


class Silent(object):
    """A progress that nobody is shown."""

    def expect(self, seconds, symbols):
        pass

    def made(self, seconds):
        pass


class Voice(object):
    """Tacotron2 and vocoder of two runs, loaded and ready to speak as `speaker` (a name or None:
    the first), from their newest checkpoints, or from the `best` by validation.

    `vocoder_folder` may be GRIFFIN_LIM. `precision` and `threads` are the engine's. Where not
    `trained`, the weights are those that a training would begin with. Raises InputError where the
    runs are missing, damaged, do not fit together or do not know the speaker.
    """

    def __init__(self, tacotron_folder, vocoder_folder, speaker=None, best=False,
                 precision="auto", threads=0, trained=True):
        tacotron = run_folder.load_run(tacotron_folder, "tacotron")
        self.hp, self.normalizer, self.runs = tacotron.hp, tacotron.normalizer, (tacotron, None)
        self.vocoder, self.vocoder_description = None, GRIFFIN_LIM  # what generates waveforms; whose
        weights = _newest if trained and not best else _best if trained else _initial
        if vocoder_folder != GRIFFIN_LIM:
            vocoder = run_folder.load_run(vocoder_folder, "vocoder")
            run_folder.require_same_audio_settings(tacotron, vocoder)
            self.runs, self.vocoder_hp = (tacotron, vocoder), vocoder.hp
        self._take(speaker or tacotron.speakers[0])
        if self.runs[1]:
            self.vocoder, step = _vocoder(vocoder, weights, precision, threads)
            self.vocoder_description = _described(vocoder_folder, step)
        self.tacotron, self.tacotron_session, step = _loaded(tacotron, lambda: Synthesizer(
            tacotron.hp, len(korean.SYMBOLS), tacotron.n_speaker_embeddings), weights)
        self.tacotron_description = _described(tacotron_folder, step)

    @property
    def speakers(self):
        """The names of all that the voice can speak as."""
        return self.runs[0].speakers

    @property
    def description(self):
        return "%s, %s, speaker %s" % (self.tacotron_description, self.vocoder_description,
                                       self.speakers[self.speaker])

    def with_speaker(self, name):
        """The same voice with another of its speakers."""
        other = copy.copy(self)
        other._take(name)
        return other

    def _take(self, name):
        tacotron, vocoder = self.runs
        self.speaker = tacotron.speaker_id(name)
        # a vocoder of one voice is asked for no name: it speaks whatever mel it is given
        if vocoder:
            self.vocoder_speaker = vocoder.speaker_id(name) if len(vocoder.speakers) > 1 else 0

    def ids(self, text, normalizer=None):
        """The symbol ids of each part of a text as read that is spoken at once."""
        parts = split_into_utterances(text)
        if self.runs[0].punctuated:
            parts = add_final_punctuation(parts)
        return [korean.to_ids((normalizer or self.normalizer).to_jamo(part)) for part in parts]

    def speak(self, ids, seed, progress=Silent()):
        """Lines as lists of ids → an Utterance each, the same whatever other lines are there.

        `progress` is told how long they are, expect(seconds, symbols), and what is made of that,
        made(seconds).
        """
        lines = [self.line(each, seed) for each in ids]
        frames = sum(len(line.mel) for line in lines)
        progress.expect(frames * self.hp.hop_length / float(self.hp.sample_rate), sum(map(len, ids)))
        waves = self.waves(ids, [line.mel for line in lines], seed, progress)
        return [Utterance(samples, line.mel, line.alignment, line.stopped)
                for samples, line in zip(waves, lines)]

    def stream(self, ids, seed):
        """The samples that `speak` gives a line, in parts as they are made."""
        mel = self.line(ids, seed).mel
        if not self.vocoder:
            return iter([audio.griffin_lim(mel, self.hp)])
        return wavegen.stream_waveform(self.vocoder, mel, self.vocoder_speaker, philox.make_key(seed, ids),
                                self.vocoder_hp)

    def line(self, ids, seed):
        """The tacotron2.synthesizer.MelOutput of a line: its mel and alignment."""
        # by itself: in a batch of another shape a sum is rounded otherwise in its last bit
        return self.tacotron.infer(self.tacotron_session, [ids], [self.speaker], [seed])[0]

    def waves(self, ids, mels, seed, progress=Silent()):
        """What the vocoder makes of mels of lines of these ids: samples [frames · hop] each."""
        rate = float(self.hp.sample_rate)
        if self.vocoder:
            return wavegen.generate_waveforms(self.vocoder, mels, [self.vocoder_speaker] * len(mels),
                                      [philox.make_key(seed, line) for line in ids], self.vocoder_hp,
                                      lambda samples: progress.made(samples / rate))
        waves = []
        for mel in mels:
            waves.append(audio.griffin_lim(mel, self.hp))
            progress.made(len(waves[-1]) / rate)
        return waves


def resolve_run_folders(voice, tacotron, vocoder):
    """The run folders that a user's options name: Tacotron2's, the vocoder's or GRIFFIN_LIM.

    Where none is named it is the demo voice, and stderr says so. Raises InputError where they do
    not say which.
    """
    if voice and (tacotron or vocoder):
        raise InputError("--voice names both models: leave out --tacotron and --vocoder")
    if not (voice or tacotron or vocoder) and os.path.isdir(DEMO_VOICE):
        print("voice: %s, as none is named" % os.path.relpath(DEMO_VOICE), file=sys.stderr)
        voice = DEMO_VOICE
    if voice:
        missing = [part for part in PARTS if not os.path.isdir(os.path.join(voice, part))]
        if missing:
            raise InputError("%s: is no voice: it has no folder %s; python -m training.export "
                             "makes one of two runs" % (voice, " and no folder ".join(missing)))
        return tuple(os.path.join(voice, part) for part in PARTS)
    if not (tacotron and vocoder):
        raise InputError("no voice: give --voice DIR, or --tacotron RUN and --vocoder RUN (or "
                         "--vocoder %s)" % GRIFFIN_LIM)
    return tacotron, vocoder


def report_default_speaker(voice, named):
    """Say on stderr who speaks where none of several was named."""
    if not named and len(voice.speakers) > 1:
        print("speaker: %s, as none is named; there are %s"
              % (voice.speakers[voice.speaker], ", ".join(voice.speakers)), file=sys.stderr)


def _vocoder(run, weights, precision, threads):
    """(the vocoder, the step of the weights): the native engine, or where
    it cannot be had, TensorFlow.
    """
    if not binding.load_library():
        if precision not in ("auto", "float32"):
            raise InputError("--precision %s: only the native engine has it" % precision)
        vocoder, session, step = _loaded(run, lambda: wavegen.GraphVocoder(
            run.hp, run.n_speaker_embeddings), weights)
        return vocoder.with_session(session), step
    values, step = weights.values(run, variable_shapes(run.hp, run.n_speaker_embeddings))
    values = validate_weights(values, run.hp, run.n_speaker_embeddings, run.folder)
    return NativeVocoder(values, run.hp, threads, precision), step


def _loaded(run, build, weights):
    """(what build() made in a graph of its own, a session with those weights, their step)"""
    with tf.Graph().as_default():
        tf.set_random_seed(run.hp.seed)
        built = build()
        session = compat.create_session()
        return built, session, weights.into(session, run)


def _initial_values(run, names):
    _, session, step = _loaded(run, lambda: wavegen.GraphVocoder(run.hp, run.n_speaker_embeddings), _initial)
    with session:
        return session.run({v.op.name: v for v in session.graph.get_collection(
            tf.GraphKeys.GLOBAL_VARIABLES) if v.op.name in names}), step


def _initialised(session, run):
    session.run(tf.global_variables_initializer())
    return 0


# into: (session, run) → the step of the weights that now fill its graph;
# values: (run, names) → ({name: array}, their step)
_Weights = namedtuple("_Weights", "into values")
_newest = _Weights(checkpoint.restore_trained_weights, checkpoint.read_trained_weights)
_best = _Weights(functools.partial(checkpoint.restore_trained_weights, best=True),
                 functools.partial(checkpoint.read_trained_weights, best=True))
_initial = _Weights(_initialised, _initial_values)


def _described(folder, step):
    return "%s at step %d" % (os.path.basename(os.path.abspath(folder)), step)
