"""Evaluate Tacotron 2 during training: losses, alignment metrics, pictures and audio."""
import os

import numpy as np

import audio
import korean
from common import files
from datasets.batches import BatchItem
from datasets.store import ManifestRow
from tacotron2.alignment_metrics import measure_alignment
from training import training_plots, verdict

MEASURED = 16       # utterances of each group that the metrics are computed on
SHOWN = 3           # utterances of these with pictures and audio

_SENTENCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sentences.txt")


class TacotronEvaluator(object):
    """Evaluates a tacotron2 TrainingGraph on held-out and training items, and new sentences."""

    def __init__(self, run, graph, train_items, held_out_items, max_steps):
        self.run, self.graph, self.max_steps = run, graph, max_steps
        self.held_out_items = held_out_items
        self.recorded = (("held-out", held_out_items[:MEASURED]), ("seen", train_items[:MEASURED]))
        self.groups = (("sentences", evaluation_sentences(run)),) + self.recorded
        self.pairs = pair_with_other_texts(held_out_items, train_items, MEASURED)
        mels = [item.store.load_mel(item.row) for item, _ in self.pairs]
        # the error of a prediction that is always the mean frame
        self.mel_variance = float(np.concatenate(mels).var(0).mean())

    def evaluate(self, session, log, step, check):
        """Log everything. Returns the alignment score of free-running held-out utterances."""
        graph, seed, scores = self.graph, self.run.hp.seed, {}
        log.add_scalars(step, "validation", self._validation_losses(session, step, check))
        for group, items in self.groups:
            check()
            outputs = graph.synthesizer.infer(session, [item.text_ids for item in items],
                                              [item.speaker_id for item in items],
                                              [seed] * len(items))
            metrics = free_running_metrics(outputs, items)
            scores[group] = alignment_score(metrics)
            log.add_scalars(step, group, metrics)
            for item, output in list(zip(items, outputs))[:SHOWN if items[0].store else None]:
                check()
                self._show(log, step, group, item, output)
        for group, items in self.recorded:
            check()
            outputs = session.run(graph.validation_outputs, graph.make_feed_dict(items, step))
            log.add_scalars(step, group + "-forced", teacher_forced_metrics(outputs, items))
        verdict.report_verdict(self.run, step, self.max_steps)
        return scores["held-out"]

    def _validation_losses(self, session, step, check):
        losses, weights, batch_size = [], [], self.run.hp.batch_size
        for start in range(0, len(self.held_out_items), batch_size):
            check()
            items = self.held_out_items[start:start + batch_size]
            losses.append(session.run(self.graph.validation_losses,
                                      self.graph.make_feed_dict(items, step)))
            weights.append(len(items))
        means = {name: np.average(values, weights=weights)
                 for name, values in zip(losses[0]._fields, zip(*losses))}
        error, swapped_error = (session.run(self.graph.validation_losses.mel_before, feed_dict)
                                for feed_dict in self.graph.swapped_text_feeds(self.pairs, step))
        return dict(means, text_gain=text_gain(error, swapped_error),
                    unexplained=error / self.mel_variance)

    def _show(self, log, step, group, item, output):
        hp, name = self.run.hp, log.utterance_name(group, item)
        log.add_image(step, name + "/alignment", training_plots.alignment_png(
            output.alignment, text_symbols(item), item.row.text))
        if item.store:
            log.add_image(step, name + "/mel", training_plots.mels_png(
                [item.store.load_mel(item.row), output.mel],
                ["recording: " + item.row.text, "synthesis"], hp.max_abs_value))
        log.add_audio(step, name, audio.griffin_lim(output.mel, hp), hp.sample_rate, item.row.text)


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


def alignment_score(metrics):
    """The quality of free-running alignments, from 0 to 1; it selects the best checkpoint."""
    return float(metrics["focus"] * metrics["coverage"] * metrics["stopped"])


def pair_with_other_texts(held_out_items, train_items, count):
    """`count` pairs of a held-out item and an item with another text; few items are repeated."""
    candidates = held_out_items + train_items
    pairs = [(held_out_items[i % len(held_out_items)], candidates[(i + 1) % len(candidates)])
             for i in range(count)]
    return [(item, other) for item, other in pairs if item.text_ids != other.text_ids] or pairs[:1]


def text_gain(error, swapped_error):
    """By which fraction the mel error is smaller with the right text than with another one.

    Only this shows that the text is used: guided attention gives a diagonal for any text, and a
    teacher-forced decoder can predict the next frame without a text.
    """
    return float(1 - error / max(swapped_error, 1e-9))


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
