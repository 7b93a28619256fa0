"""Evaluate WaveNet during training: validation loss, and copy-synthesis of a few utterances."""
import numpy as np

import audio
from training import training_plots
from wavenet_vocoder.wavegen import generate_waveforms

SHOWN = 2           # utterances of each group that are copied
SHOWN_SECONDS = 2   # how much of each


class VocoderEvaluator(object):
    """Evaluates a wavenet_vocoder TrainingGraph on held-out and training items."""

    def __init__(self, run, graph, train_items, held_out_items):
        self.run, self.graph, self.held_out_items = run, graph, held_out_items
        self.shown = [("held-out", item) for item in held_out_items[:SHOWN]]
        self.shown += [("seen", item) for item in train_items[:SHOWN]]

    def evaluate(self, session, log, step, check):
        """Log everything. Returns the negative validation loss."""
        loss = self._validation_loss(session, check)
        for group, distance in self._copy_synthesis(session, log, step, check).items():
            log.add_scalars(step, group, {"mel_distance": distance})
        log.add_scalars(step, "validation", {"loss": loss})
        return -loss

    def _validation_loss(self, session, check):
        losses, weights, batch_size = [], [], self.run.hp.wavenet_batch_size
        random = np.random.RandomState(self.run.hp.seed)    # the same segments in every evaluation
        for start in range(0, len(self.held_out_items), batch_size):
            check()
            items = self.held_out_items[start:start + batch_size]
            losses.append(session.run(self.graph.validation_loss,
                                      self.graph.make_feed_dict(items, random)))
            weights.append(len(items))
        return np.average(losses, weights=weights)

    def _copy_synthesis(self, session, log, step, check):
        """Log waveforms from the mels of recordings. Returns {group: mean mel distance}."""
        hp = self.run.hp
        n_frames = SHOWN_SECONDS * hp.sample_rate // hp.hop_length
        mels = [item.store.load_mel(item.row)[:n_frames] for _, item in self.shown]
        waveforms = generate_waveforms(
            self.graph.vocoder(session), mels, [item.speaker_id for _, item in self.shown],
            [hp.seed] * len(self.shown), hp, lambda samples: check())
        distances = {}
        for (group, item), mel, waveform in zip(self.shown, mels, waveforms):
            check()
            copied_mel = audio.melspectrogram(waveform, hp)
            distances.setdefault(group, []).append(np.mean(np.abs(copied_mel - mel)))
            name = log.utterance_name(group, item)
            log.add_audio(step, name, waveform, hp.sample_rate, item.row.text)
            log.add_image(step, name + "/mel", training_plots.mels_png(
                [mel, copied_mel], ["condition: " + item.row.text, "copy-synthesis"],
                hp.max_abs_value))
        return {group: np.mean(values) for group, values in distances.items()}
