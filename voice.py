"""A trained voice, from its run folders alone: jamo ids → waveform."""
import functools
import os
from collections import namedtuple

import audio
import korean
import tf1
from hparams import InputError
from tacotron2.inference import Synthesizer
from tf1 import tf
from training import checkpoint, run as runs
from wavenet_vocoder import inference, noise
from wavenet_vocoder.engine import library, weights
from wavenet_vocoder.engine.vocoder import Engine

GRIFFIN_LIM = "griffin-lim"

# samples: [frames·hop] in [-1, 1]; mel: [frames, mels]; alignment: [steps, jamo];
# stopped: the stop token fired, not the limit
Utterance = namedtuple("Utterance", "samples mel alignment stopped")


class Voice(object):
    """Tacotron2 and vocoder of two runs, loaded and ready to speak as `speaker` (a name or None),
    from their newest checkpoints, or from the `best` by validation.

    `vocoder_folder` may be GRIFFIN_LIM. `precision` and `threads` are the engine's. Raises
    InputError where the runs are missing, damaged, do not fit together or do not know the speaker.
    """

    def __init__(self, tacotron_folder, vocoder_folder, speaker=None, best=False,
                 precision="auto", threads=0):
        tacotron = runs.load(tacotron_folder, "tacotron")
        self.hp, self.reader = tacotron.hp, tacotron.reader
        self.speaker = tacotron.speaker_id(speaker)
        name = tacotron.speakers[self.speaker]
        self.begin = None               # what inference.generate draws a waveform from
        if vocoder_folder != GRIFFIN_LIM:
            vocoder = runs.load(vocoder_folder, "vocoder")
            runs.require_fitting(tacotron, vocoder)
            # a vocoder of one voice is asked for no name: it speaks whatever mel it is given
            self.vocoder_speaker = vocoder.speaker_id(name) if len(vocoder.speakers) > 1 else 0
            self.vocoder_hp = vocoder.hp
            self.begin, step = _vocoder(vocoder, best, precision, threads)
            spoken_by = _described(vocoder_folder, step)
        else:
            spoken_by = GRIFFIN_LIM
        self.tacotron, self.tacotron_session, step = _loaded(tacotron, lambda: Synthesizer(
            tacotron.hp, len(korean.SYMBOLS), tacotron.speaker_rows), best)
        self.description = "%s, %s, speaker %s" % (_described(tacotron_folder, step), spoken_by,
                                                   name)

    def speak(self, ids, seed, progress):
        """Lines as lists of ids → an Utterance each, the same whatever other lines are there.

        `progress` is told how long they are, expect(seconds, symbols), and what is made of that,
        made(seconds).
        """
        lines = [self._mel(line, seed) for line in ids]
        frames = sum(len(line.mel) for line in lines)
        progress.expect(frames * self.hp.hop / float(self.hp.sample_rate), sum(map(len, ids)))
        waves = self._waves(ids, [line.mel for line in lines], seed, progress)
        return [Utterance(samples, line.mel, line.alignment, line.stopped)
                for samples, line in zip(waves, lines)]

    def stream(self, ids, seed):
        """The samples that `speak` gives a line, in parts as they are made."""
        mel = self._mel(ids, seed).mel
        if not self.begin:
            return iter([audio.griffin_lim(mel, self.hp)])
        return inference.stream(self.begin, mel, self.vocoder_speaker, noise.key(seed, ids),
                                self.vocoder_hp)

    def _mel(self, ids, seed):
        # by itself: in a batch of another shape a sum is rounded otherwise in its last bit
        return self.tacotron.speak(self.tacotron_session, [ids], [self.speaker], [seed])[0]

    def _waves(self, ids, mels, seed, progress):
        rate = float(self.hp.sample_rate)
        if self.begin:
            return inference.generate(self.begin, mels, [self.vocoder_speaker] * len(mels),
                                      [noise.key(seed, line) for line in ids], self.vocoder_hp,
                                      lambda samples: progress.made(samples / rate))
        waves = []
        for mel in mels:
            waves.append(audio.griffin_lim(mel, self.hp))
            progress.made(len(waves[-1]) / rate)
        return waves


def _vocoder(run, best, precision, threads):
    """(what inference.generate draws from, the step of the weights): the native engine, or where
    it cannot be had, TensorFlow.
    """
    if not library.library():
        if precision not in ("auto", "float32"):
            raise InputError("--precision %s: only the native engine has it" % precision)
        vocoder, session, step = _loaded(run, lambda: inference.Vocoder(
            run.hp, run.speaker_rows), best)
        return functools.partial(vocoder.begin, session), step
    values, step = checkpoint.trained_values(run, weights.shapes(run.hp, run.speaker_rows), best)
    values = weights.checked(values, run.hp, run.speaker_rows, run.folder)
    return Engine(values, run.hp, threads, precision).begin, step


def _loaded(run, build, best):
    """(what build() made in a graph of its own, a session with the run's weights, their step)"""
    with tf.Graph().as_default():
        built = build()
        session = tf1.session()
        return built, session, checkpoint.take_trained(session, run, best)


def _described(folder, step):
    return "%s at step %d" % (os.path.basename(os.path.abspath(folder)), step)
