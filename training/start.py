"""What both trainers do before their first step."""
from datasets import batches
from datasets.store import load_store
from nn.compat import tf
from training import run_folder


def start(options, kind, to_learn_from=lambda run, stores: stores):
    """(run, utterances to train on, those held out) that a trainer's options ask for.

    They are of to_learn_from(run, stores), which may exchange stores for others of the same rows.
    Raises InputError where data, run folder and options do not fit together, or TensorFlow cannot
    compute where they ask.
    """
    stores = [load_store(folder) for folder in options.data]
    changes = options.hparams
    if options.freeze:
        changes += ",freeze=" + "+".join(sorted(options.freeze.replace(",", "+").split("+")))
    run = run_folder.create_or_resume_run(options.logdir, kind, stores, options.preset, changes,
                              options.init_from)
    training, held_out = batches.split(to_learn_from(run, stores), run.hp.validation_fraction)
    print("%d utterances to train on, %d held out; speakers: %s"
          % (len(training), len(held_out), ", ".join(run.speakers)))
    tf.set_random_seed(run.hp.seed)
    return run, training, held_out
