"""A trained voice, from its run folders alone: jamo ids → waveform."""
import os
from collections import namedtuple

import audio
import korean
import tf1
from tacotron2.inference import Synthesizer
from tf1 import tf
from training import checkpoint, run as runs
from wavenet_vocoder.inference import Vocoder

GRIFFIN_LIM = "griffin-lim"

# samples: [frames·hop] in [-1, 1]; mel: [frames, mels]; alignment: [steps, jamo];
# stopped: the stop token fired, not the limit
Utterance = namedtuple("Utterance", "samples mel alignment stopped")


class Voice(object):
    """Tacotron2 and vocoder of two runs, loaded and ready to speak as `speaker` (a name or None),
    from their newest checkpoints, or from the `best` by validation.

    `vocoder_folder` may be GRIFFIN_LIM. Raises InputError where the runs are missing, damaged, do
    not fit together or do not know the speaker.
    """

    def __init__(self, tacotron_folder, vocoder_folder, speaker=None, best=False):
        tacotron = runs.load(tacotron_folder, "tacotron")
        self.hp, self.reader = tacotron.hp, tacotron.reader
        self.speaker = tacotron.speaker_id(speaker)
        name = tacotron.speakers[self.speaker]
        self.vocoder = None
        if vocoder_folder != GRIFFIN_LIM:
            vocoder = runs.load(vocoder_folder, "vocoder")
            runs.require_fitting(tacotron, vocoder)
            # a vocoder of one voice is asked for no name: it speaks whatever mel it is given
            self.vocoder_speaker = vocoder.speaker_id(name) if len(vocoder.speakers) > 1 else 0
            self.vocoder, self.vocoder_session, step = _loaded(vocoder, lambda: Vocoder(
                vocoder.hp, vocoder.speaker_rows), best)
            spoken_by = _described(vocoder_folder, step)
        else:
            spoken_by = GRIFFIN_LIM
        self.tacotron, self.tacotron_session, step = _loaded(tacotron, lambda: Synthesizer(
            tacotron.hp, len(korean.SYMBOLS), tacotron.speaker_rows), best)
        self.description = "%s, %s, speaker %s" % (_described(tacotron_folder, step), spoken_by,
                                                   name)

    def speak(self, ids, seed, progress):
        """Lines as lists of ids → an Utterance each, the same whatever other lines are there (but
        for the rounding of WaveNet's sums, which run over all lines at once).

        progress(seconds) is called as audio is made.
        """
        # one at a time: in a batch of another shape a sum is rounded otherwise in its last bit
        lines = [self.tacotron.speak(self.tacotron_session, [line], [self.speaker], [seed])[0]
                 for line in ids]
        waves = self._waves([line.mel for line in lines], seed, progress)
        return [Utterance(samples, line.mel, line.alignment, line.stopped)
                for samples, line in zip(waves, lines)]

    def _waves(self, mels, seed, progress):
        rate = float(self.hp.sample_rate)
        if self.vocoder:
            count = len(mels)
            return self.vocoder.generate(self.vocoder_session, mels,
                                         [self.vocoder_speaker] * count, [seed] * count,
                                         lambda samples: progress(samples / rate))
        waves = []
        for mel in mels:
            waves.append(audio.griffin_lim(mel, self.hp))
            progress(len(waves[-1]) / rate)
        return waves


def _loaded(run, build, best):
    """(what build() made in a graph of its own, a session with the run's weights, their step)"""
    with tf.Graph().as_default():
        built = build()
        session = tf1.session()
        return built, session, checkpoint.take_trained(session, run, best)


def _described(folder, step):
    return "%s at step %d" % (os.path.basename(os.path.abspath(folder)), step)
