"""Train Tacotron2, jamo → mel, on stores that preprocess.py made.

    python train_tacotron.py --data data/kss --logdir logs/kss-tacotron --preset reference

The same command goes on where a run stopped. Watch it with: tensorboard --logdir logs
"""

import numpy as np

import audio
import korean
from common import command_line
from datasets import batches
from doctor.device_selection import select_device
from tacotron2.training_graph import Model
from training import loop, memory_estimate, tacotron_evaluation, training_plots, verdict
from training.start import start
from training.tacotron_evaluation import evaluation_sentences, spelt

SHOWN = 3           # recorded lines that every evaluation shows and lets hear; it measures MEASURED
MEASURED = 16


def evaluation(run, model, training, held_out, steps):
    """The function that the loop calls to show what the network has learnt.

    It returns how well held-out lines are aligned that are spoken freely: higher is better.
    """
    hp = run.hp
    validated = [held_out[i:i + hp.batch_size] for i in range(0, len(held_out), hp.batch_size)]
    recorded = (("held-out", held_out[:MEASURED]), ("seen", training[:MEASURED]))
    kinds = (("sentences", evaluation_sentences(run)),) + recorded
    pairs = tacotron_evaluation.pairs(held_out, training, MEASURED)
    spread = tacotron_evaluation.spread([item.store.mel(item.row) for item, _ in pairs])

    def evaluate(session, journal, step, check):
        journal.figures(step, validation(session, step, check))
        scores = {}
        for kind, items in kinds:
            check()
            spoken = model.synthesizer.speak(session, [item.ids for item in items],
                                             [item.speaker for item in items],
                                             [hp.seed] * len(items))
            figures = tacotron_evaluation.free_running(spoken, items)
            scores[kind] = tacotron_evaluation.score(figures)
            journal.figures(step, named(kind, figures))
            for item, line in list(zip(items, spoken))[:SHOWN if items[0].store else None]:
                check()
                show(journal, step, journal.name(kind, item), item, line)
        for kind, items in recorded:
            check()
            journal.figures(step, named(kind + "-forced", tacotron_evaluation.teacher_forced(
                session.run(model.spoken, model.feed(items, step)), items)))
        verdict.tell(run, step, steps)
        return scores["held-out"]

    def validation(session, step, check):
        parts = []
        for items in validated:
            check()
            parts.append(session.run(model.validation, model.feed(items, step)))
        weights = [len(items) for items in validated]
        figures = {name: np.average(values, weights=weights)
                   for name, values in zip(parts[0]._fields, zip(*parts))}
        error, swapped = (session.run(model.validation.mel_before, feed)
                          for feed in model.feeds_swapped(pairs, step))
        return named("validation", dict(
            figures, text_gain=tacotron_evaluation.text_gain(error, swapped), unexplained=error / spread))

    def show(journal, step, name, item, line):
        journal.picture(step, name + "/alignment", training_plots.alignment_png(
            line.alignment, spelt(item), item.row.text))
        if item.store:
            journal.picture(step, name + "/mel", training_plots.mels_png(
                [item.store.mel(item.row), line.mel], ["recording: " + item.row.text, "synthesis"],
                hp.max_abs_value))
        journal.sound(step, name, audio.griffin_lim(line.mel, hp), hp.sample_rate,
                      "synthetic speech, step %d of %s" % (step, run.folder), item.row.text)

    return evaluate


def named(group, figures):
    return {group + "/" + name: value for name, value in figures.items()}


def main(arguments):
    parser = command_line.Parser(prog="train_tacotron.py", description=__doc__.split("\n")[0])
    parser.add_training()
    options = parser.parse_args(arguments)
    select_device(options.device)
    run, training, held_out = start(options, "tacotron")
    steps = options.steps or run.hp.train_steps
    run.hp = hp = verdict.in_time(run.hp, steps)
    model = Model(hp, len(korean.SYMBOLS), run.n_speaker_embeddings)
    order = batches.Order(training, hp.batch_size, hp.batches_per_group, hp.seed)
    parts = {name: part for name, part in model.losses._asdict().items() if name != "total"}
    return loop.train(run, options, model.optimizer, parts,
                      order.batch, model.feed, model.padding, memory_estimate.tacotron(hp, training),
                      evaluation(run, model, training, held_out, steps))


if __name__ == "__main__":
    command_line.run(main)
