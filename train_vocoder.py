"""Train WaveNet, mel → waveform, on stores that preprocess.py made.

    python train_vocoder.py --data data/kss --logdir logs/kss-vocoder --preset reference

The same command goes on where a run stopped. Watch it with: tensorboard --logdir logs
"""
import numpy as np

import audio
from common import command_line
from datasets import batches
from doctor.device_selection import select_device
from training import gta, loop, memory_estimate, training_plots
from training.start import start
from wavenet_vocoder.wavegen import generate_waveforms
from wavenet_vocoder.wavenet_training_graph import TrainingGraph

SHOWN = 2           # utterances of each kind that every evaluation copies
SHOWN_SECONDS = 2   # as much of each


def evaluation(run, model, training, held_out):
    """The function that the loop calls to show what the network has learnt."""
    hp = run.hp
    size = hp.wavenet_batch_size
    validated = [held_out[i:i + size] for i in range(0, len(held_out), size)]
    shown = [("held-out", item) for item in held_out[:SHOWN]]
    shown += [("seen", item) for item in training[:SHOWN]]

    def evaluate(session, journal, step, check):
        random = np.random.RandomState(hp.seed)         # the same segments at every evaluation
        losses = []
        for items in validated:
            check()
            losses.append(session.run(model.validation_loss, model.make_feed_dict(items, random)))
        figures = {"validation/loss": np.average(losses, weights=[len(part) for part in validated])}
        frames = SHOWN_SECONDS * hp.sample_rate // hp.hop_length
        mels = [item.store.load_mel(item.row)[:frames] for _, item in shown]
        copies = generate_waveforms(model.vocoder(session), mels, [item.speaker_id for _, item in shown],
                          [hp.seed] * len(shown), hp, lambda samples: check())
        distances = {}
        for (kind, item), mel, copy in zip(shown, mels, copies):
            check()
            copied = audio.melspectrogram(copy, hp)
            distances.setdefault(kind, []).append(np.mean(np.abs(copied - mel)))
            name = journal.name(kind, item)
            journal.sound(step, name, copy, hp.sample_rate,
                          "synthetic speech, step %d of %s" % (step, run.folder), item.row.text)
            journal.picture(step, name + "/mel", training_plots.mels_png(
                [mel, copied], ["condition: " + item.row.text, "copy-synthesis"], hp.max_abs_value))
        figures.update({kind + "/mel_distance": np.mean(values)
                        for kind, values in distances.items()})
        journal.figures(step, figures)
        return -figures["validation/loss"]

    return evaluate


def main(arguments):
    parser = command_line.Parser(prog="train_vocoder.py", description=__doc__.split("\n")[0])
    parser.add_training_options()
    parser.add_argument("--gta", metavar="RUN",
                        help="learn from the mels that this run of train_tacotron.py predicts, as "
                             "synthesis will give them")
    options = parser.parse_args(arguments)
    select_device(options.device)
    run, training, held_out = start(options, "vocoder", lambda run, stores: gta.predicted(
        run, stores, options.gta))
    hp = run.hp
    model = TrainingGraph(hp, run.n_speaker_embeddings, options.threads)
    sampler = batches.BatchSampler(training, hp.wavenet_batch_size, hp.batches_per_group, hp.seed)
    return loop.train(run, options, model.optimizer, {},
                      sampler.batch_items, lambda items, step: model.make_feed_dict(
                          items, np.random.RandomState([hp.seed, step])), model.padding_fraction,
                      memory_estimate.vocoder(hp),
                      evaluation(run, model, training, held_out))


if __name__ == "__main__":
    command_line.run_program(main)
