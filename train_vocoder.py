"""Train WaveNet, mel spectrogram → waveform, on the output of preprocess.py.

    python preprocess.py --corpus corpora/kss --out data/kss
    python train_vocoder.py --data data/kss --logdir logs/kss-vocoder --preset reference
    tensorboard --logdir logs

Repeat the command to resume training. Repeat --data to train on several speakers.
"""
import numpy as np

from common import command_line
from datasets import batches
from datasets.store import load_store
from doctor.device_selection import select_device
from nn.compat import tf
from training import cluster, gta, loop, memory_estimate, run_start
from training.consent import add_consent_option
from training.evaluators import VocoderEvaluator
from wavenet_vocoder.wavenet_training_graph import TrainingGraph


def main(arguments):
    parser = command_line.Parser(prog="train_vocoder.py", description=__doc__.split("\n")[0])
    parser.add_training_options()
    add_consent_option(parser)
    parser.add_argument("--mixed-precision", action="store_true",
                        help="on a CPU with bfloat16 instructions, compute matrix products and "
                             "convolutions in bfloat16 (TensorFlow 2 on one host only)")
    parser.add_argument("--gta", metavar="RUN",
                        help="train on the mels that this run of train_tacotron.py predicts, which "
                             "are like those in synthesis (ground-truth aligned)")
    parser.add_argument("--scheduler", metavar="tcp://HOST:PORT",
                        help="address of a Dask scheduler, whose workers on other hosts predict "
                             "the mels of --gta; see docs/dask.md")
    options = parser.parse_args(arguments)
    select_device(options.device)
    return cluster.run(train, options, "vocoder")


def train(options, hosts):
    """Train on `hosts`, a cluster.OneHost or cluster.Chief. Returns the exit status."""
    stores = [load_store(folder) for folder in options.data]
    run = run_start.create_or_resume_run(options.logdir, "vocoder", stores, options.preset,
                                         options.hparams, options.freeze, options.init_from,
                                         options.consent)
    tower_devices = hosts.tower_devices(run.hp.wavenet_batch_size)
    stores = gta.replace_mels(run, stores, options.gta, options.scheduler, options.threads,
                              tower_devices)
    train_items, held_out_items = batches.split_train_validation(stores, run.validation_hash_limit)
    print("%d utterances to train on, %d held out; speakers: %s"
          % (len(train_items), len(held_out_items), ", ".join(run.speakers)))
    hp = run.hp

    tf.set_random_seed(hp.seed)
    graph = TrainingGraph(hp, run.n_speaker_embeddings, options.threads, tower_devices)

    sampler = batches.BatchSampler(train_items, hp.wavenet_batch_size, hp.batches_per_group,
                                   hp.seed)

    def get_batch(step):
        items = sampler.batch_items(step)
        return items, graph.make_feed_dict(items, np.random.RandomState([hp.seed, step]))

    evaluator = VocoderEvaluator(run, graph, train_items, held_out_items)
    estimate = memory_estimate.estimate_vocoder(hp, tower_devices)
    return loop.train(run, options, hosts, graph, {}, get_batch, estimate, evaluator.evaluate,
                      speaker_loss=evaluator.speaker_loss,
                      mixed_precision=options.mixed_precision)


if __name__ == "__main__":
    command_line.run_program(main)
