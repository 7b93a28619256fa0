"""Train Tacotron 2, jamo → mel spectrogram, on the output of preprocess.py.

    python preprocess.py --corpus corpora/kss --out data/kss
    python train_tacotron.py --data data/kss --logdir logs/kss-tacotron --preset reference
    tensorboard --logdir logs

Repeat the command to resume training. Repeat --data to train on several speakers.
"""
import korean
from common import command_line
from datasets import batches
from datasets.store import load_store
from doctor.device_selection import select_device
from nn.compat import tf
from tacotron2.tacotron_training_graph import TrainingGraph
from training import cluster, loop, memory_estimate, run_start, verdict
from training.consent import add_consent_option
from training.evaluators import TacotronEvaluator


def main(arguments):
    parser = command_line.Parser(prog="train_tacotron.py", description=__doc__.split("\n")[0])
    parser.add_training_options()
    add_consent_option(parser)
    options = parser.parse_args(arguments)
    select_device(options.device)
    return cluster.run(train, options, "tacotron")


def train(options, hosts):
    """Train on `hosts`, a cluster.OneHost or cluster.Chief. Returns the exit status."""
    stores = [load_store(folder) for folder in options.data]
    run = run_start.create_or_resume_run(options.logdir, "tacotron", stores, options.preset,
                                         options.hparams, options.freeze, options.init_from,
                                         options.consent)
    train_items, held_out_items = batches.split_train_validation(stores, run.validation_hash_limit)
    print("%d utterances to train on, %d held out; speakers: %s"
          % (len(train_items), len(held_out_items), ", ".join(run.speakers)))
    max_steps = options.steps or run.hp.train_steps
    run.hp = hp = verdict.with_early_evaluation(run.hp, max_steps)

    tf.set_random_seed(hp.seed)
    tower_devices = hosts.tower_devices(hp.batch_size)
    graph = TrainingGraph(hp, len(korean.SYMBOLS), run.n_speaker_embeddings, tower_devices)
    scalars = {name: loss for name, loss in graph.losses._asdict().items() if name != "total"}

    sampler = batches.BatchSampler(train_items, hp.batch_size, hp.batches_per_group, hp.seed)

    def get_batch(step):
        items = sampler.batch_items(step)
        return items, graph.make_feed_dict(items, step)

    evaluator = TacotronEvaluator(run, graph, train_items, held_out_items, max_steps)
    estimate = memory_estimate.estimate_tacotron(hp, train_items, tower_devices)
    return loop.train(run, options, hosts, graph, scalars, get_batch, estimate, evaluator.evaluate,
                      speaker_loss=evaluator.speaker_loss)


if __name__ == "__main__":
    command_line.run_program(main)
