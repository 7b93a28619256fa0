"""Evaluate a network during training: validation losses, metrics, pictures and audio."""
import os
from collections import OrderedDict

import numpy as np

import audio
import korean
from common import files
from datasets.batches import BatchItem
from datasets.store import ManifestRow
from tacotron2.alignment_metrics import measure_alignment
from tacotron2.alignment_plot import alignment_png
from training import adaptation, training_plots, verdict
from wavenet_vocoder.wavegen import generate_waveforms

MEASURED = 16       # utterances of each group that the alignment metrics are computed on
RATED = 8           # utterances of a new speaker that the embeddings of other speakers are rated on
SHOWN = 3           # utterances of these with pictures and audio
COPIED = 2          # utterances of each group that WaveNet synthesises from their recorded mels
COPIED_SECONDS = 2  # how much of each

_SENTENCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sentences.txt")


class TacotronEvaluator(object):
    """Evaluates a tacotron2 TrainingGraph on held-out and training items, and new sentences."""

    def __init__(self, run, graph, train_items, held_out_items, max_steps):
        self.run, self.graph, self.max_steps = run, graph, max_steps
        self.train_items = train_items = one_of_each_text_first(train_items)
        self.held_out_items = held_out_items = one_of_each_text_first(
            adaptation.items_of_new_speakers(run, held_out_items))
        self.recorded = (("held-out", held_out_items[:MEASURED]), ("seen", train_items[:MEASURED]))
        self.groups = (("sentences", evaluation_sentences(run)),) + self.recorded
        self.pairs = pair_with_other_texts(held_out_items, train_items, MEASURED)
        mels = [item.store.load_mel(item.row) for item, _ in self.pairs]
        # the error of a prediction that is always the mean frame
        self.mel_variance = float(np.concatenate(mels).var(0).mean())

    def evaluate(self, session, log, step, check):
        """Log everything. Returns the score of free-running held-out alignments, from 0 to 1.

        With early stopping, and in an adaptation, the score is the negative mel error: a run that
        aligns from its first step on overfits the mels before the alignment suffers.
        """
        graph, seed, scores = self.graph, self.run.hp.seed, {}
        losses = self._validation_losses(session, step, check)
        log.add_scalars(step, "validation", losses)
        for group, items in self.groups:
            check()
            outputs = graph.synthesizer.infer(session, [item.text_ids for item in items],
                                              [item.speaker_id for item in items],
                                              [seed] * len(items))
            metrics = free_running_metrics(outputs, items)
            scores[group] = float(metrics["focus"] * metrics["coverage"] * metrics["stopped"])
            log.add_scalars(step, group, metrics)
            for item, output in list(zip(items, outputs))[:SHOWN if items[0].store else None]:
                check()
                self._show(log, step, group, item, output)
        for group, items in self.recorded:
            check()
            outputs = session.run(graph.validation_outputs, graph.make_validation_feed(items, step))
            log.add_scalars(step, group + "-forced", teacher_forced_metrics(outputs, items))
        if self.run.base:
            adaptation.report_adaptation(self.run, step, self.max_steps, log.latest)
        else:
            verdict.report_verdict(self.run, step, self.max_steps)
        # of an adaptation also if it goes on without early stopping: its best checkpoint stays
        return (-losses["mel"] if self.run.base or self.run.hp.early_stopping_patience
                else scores["held-out"])

    def speaker_loss(self, session, speaker_id):
        """The mel error of the current weights on recordings of a speaker."""
        items = _items_of_speaker(self.train_items + self.held_out_items, speaker_id)
        return session.run(self.graph.validation_losses.mel,
                           self.graph.make_validation_feed(items, 0))

    def _validation_losses(self, session, step, check):
        graph = self.graph
        means = _mean_losses(session, graph.validation_losses, self.held_out_items,
                             self.run.hp.batch_size,
                             lambda items: graph.make_validation_feed(items, step), check)
        error, swapped_error = (session.run(graph.validation_losses.mel_before, feed_dict)
                                for feed_dict in graph.swapped_text_feeds(self.pairs, step))
        # by which fraction the mel error is smaller with the right text than with another one: only
        # this shows that the text is used. Guided attention gives a diagonal for any text, and a
        # teacher-forced decoder can predict the next frame without a text
        text_gain = float(1 - error / max(swapped_error, 1e-9))
        return dict(zip(graph.validation_losses._fields, means), text_gain=text_gain,
                    unexplained=error / self.mel_variance)

    def _show(self, log, step, group, item, output):
        hp, name = self.run.hp, log.utterance_name(group, item)
        log.add_image(step, name + "/alignment", alignment_png(
            output.alignment, text_symbols(item), item.row.text))
        if item.store:
            log.add_image(step, name + "/mel", training_plots.mels_png(
                [item.store.load_mel(item.row), output.mel],
                ["recording: " + item.row.text, "synthesis"], hp.max_abs_value))
        log.add_audio(step, name, audio.griffin_lim(output.mel, hp), hp.sample_rate, item.row.text)


class VocoderEvaluator(object):
    """Evaluates a wavenet_vocoder TrainingGraph on held-out and training items."""

    def __init__(self, run, graph, train_items, held_out_items):
        self.run, self.graph = run, graph
        self.train_items = train_items = one_of_each_text_first(train_items)
        self.held_out_items = held_out_items = one_of_each_text_first(
            adaptation.items_of_new_speakers(run, held_out_items))
        self.copied = [("held-out", item) for item in held_out_items[:COPIED]]
        self.copied += [("seen", item) for item in train_items[:COPIED]]

    def evaluate(self, session, log, step, check):
        """Log everything. Returns the negative validation loss."""
        loss = self._validation_loss(session, self.held_out_items, check)
        for group, distance in self._copy_synthesis(session, log, step, check).items():
            log.add_scalars(step, group, {"mel_distance": distance})
        log.add_scalars(step, "validation", {"loss": loss})
        return -loss

    def speaker_loss(self, session, speaker_id):
        """The loss of the current weights on recordings of a speaker."""
        return self._validation_loss(session, _items_of_speaker(
            self.train_items + self.held_out_items, speaker_id))

    def _validation_loss(self, session, items, check=lambda: None):
        hp = self.run.hp
        random = np.random.RandomState(hp.seed)     # the same segments in every evaluation
        items = items * -(-MEASURED // len(items))      # several segments of each, if they are few
        loss, = _mean_losses(session, [self.graph.validation_loss], items, hp.wavenet_batch_size,
                             lambda batch: self.graph.make_feed_dict(batch, random), check)
        return loss

    def _copy_synthesis(self, session, log, step, check):
        """Log waveforms from the mels of recordings. Returns {group: mean mel distance}."""
        hp = self.run.hp
        n_frames = COPIED_SECONDS * hp.sample_rate // hp.hop_length
        mels = [item.store.load_mel(item.row)[:n_frames] for _, item in self.copied]
        waveforms = generate_waveforms(
            self.graph.vocoder(session), mels, [item.speaker_id for _, item in self.copied],
            [hp.seed] * len(self.copied), hp, lambda samples: check())
        distances = {}
        for (group, item), mel, waveform in zip(self.copied, mels, waveforms):
            check()
            copied_mel = audio.melspectrogram(waveform, hp)
            distances.setdefault(group, []).append(np.mean(np.abs(copied_mel - mel)))
            name = log.utterance_name(group, item)
            log.add_audio(step, name, waveform, hp.sample_rate, item.row.text)
            log.add_image(step, name + "/mel", training_plots.mels_png(
                [mel, copied_mel], ["condition: " + item.row.text, "copy-synthesis"],
                hp.max_abs_value))
        return {group: np.mean(values) for group, values in distances.items()}


def one_of_each_text_first(items):
    """The items in another order: one item of each text, the speakers taking turns; then a second
    item of each text; and so on. The first few are different sentences, whoever reads them.
    """
    texts = OrderedDict()
    for item in items:
        texts.setdefault(tuple(item.text_ids), []).append(item)
    turns = []
    for number, of_text in enumerate(texts.values()):
        first = number % len(of_text)
        turns += [(turn, number, item)
                  for turn, item in enumerate(of_text[first:] + of_text[:first])]
    return [item for _, _, item in sorted(turns, key=lambda turn: turn[:2])]


def _items_of_speaker(items, speaker_id):
    return [item for item in items if item.speaker_id == speaker_id][:RATED]


def _mean_losses(session, losses, items, batch_size, make_feed_dict, check):
    """The means of a list of loss tensors over all items; calls check() before each batch."""
    values, sizes = [], []
    for start in range(0, len(items), batch_size):
        check()
        batch = items[start:start + batch_size]
        values.append(session.run(losses, make_feed_dict(batch)))
        sizes.append(len(batch))
    return [np.average(losses_of_batches, weights=sizes) for losses_of_batches in zip(*values)]


def evaluation_sentences(run):
    """A BatchItem, without recording, of each line of sentences.txt; the speakers take turns.

    They are the same for every corpus, run and step, so that runs can be compared by ear, and no
    training set contains them.
    """
    items = []
    for number, written in enumerate(files.read_lines(_SENTENCES)):
        text = run.normalizer.normalize(written).text
        jamo = run.normalizer.to_jamo(text)
        row = ManifestRow(str(number + 1), text, written, jamo, None, None, None, None)
        items.append(BatchItem(None, row, number % len(run.speakers), korean.to_ids(jamo)))
    return items


def text_symbols(item):
    """The symbols of a BatchItem's text, list of strings."""
    return [korean.SYMBOLS[number] for number in item.text_ids]


def free_running_metrics(outputs, items):
    """{name: mean} of free-running synthesis, given as synthesizer.MelOutputs, of the items' texts.

    The alignment_metrics.AlignmentMetrics, and `stopped`, the share that stopped by itself. For
    items with a recording also `stopped_at`, the length as a fraction of the recording's, and
    `duration_off`, the mean of its absolute difference from 1.
    """
    metrics = _mean_alignment_metrics([output.alignment for output in outputs], items)
    stopped = [output.stopped for output in outputs]
    if items[0].row.frames is None:
        return dict(metrics, stopped=np.mean(stopped))
    duration = np.array([float(len(output.mel)) / item.row.frames
                         for output, item in zip(outputs, items)])
    return dict(metrics, duration_off=np.mean(np.abs(duration - 1)),
                **_stop_metrics(stopped, duration))


def teacher_forced_metrics(outputs, items):
    """The same without `duration_off`, of a batch of tacotron.TacotronOutputs, as arrays."""
    stop_steps = [np.flatnonzero(logits[:steps] > 0)
                  for logits, steps in zip(outputs.stop_logits, outputs.n_steps)]
    positions = [float(fired[0] + 1) / steps if len(fired) else 0.0
                 for fired, steps in zip(stop_steps, outputs.n_steps)]
    alignments = [outputs.alignments[row, :steps, :len(item.text_ids)]
                  for row, (item, steps) in enumerate(zip(items, outputs.n_steps))]
    return dict(_mean_alignment_metrics(alignments, items),
                **_stop_metrics([len(fired) > 0 for fired in stop_steps], positions))


def pair_with_other_texts(held_out_items, train_items, count):
    """`count` pairs of a held-out item and an item with another text; few items are repeated.

    The items must have at least two texts.
    """
    candidates, pairs = held_out_items + train_items, []
    for i in range(count):
        item = held_out_items[i % len(held_out_items)]
        following = (candidates[(i + 1 + k) % len(candidates)] for k in range(len(candidates)))
        pairs.append((item, next(other for other in following if other.text_ids != item.text_ids)))
    return pairs


def _mean_alignment_metrics(alignments, items):
    metrics = [measure_alignment(alignment, [s in korean.JAMO for s in text_symbols(item)])
               for alignment, item in zip(alignments, items)]
    return {name: np.mean(values) for name, values in zip(metrics[0]._fields, zip(*metrics))}


def _stop_metrics(stopped, positions):
    metrics = {"stopped": np.mean(stopped)}
    if any(stopped):
        metrics["stopped_at"] = np.mean([position for position, fired in zip(positions, stopped)
                                         if fired])
    return metrics
