"""Train a run that is killed (kill -9) KILLS times, and the same run without interruption.

    kill_training.py MODEL KILLS SEED FOLDER OPTION…

MODEL is tacotron or vocoder, FOLDER is the folder of the uninterrupted run, and the options are
those of the trainer. The graph is built once. Forked processes train; each is killed at a random
moment, every second one while it writes a checkpoint. Prints the last step of both runs.
"""
import os
import random
import signal
import sys
import time

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.dirname(TESTS), TESTS]

from conftest import unoptimized_session

import train_tacotron
import train_vocoder
from training import checkpoint, loop

model, kills, seed, uninterrupted_folder = (sys.argv[1], int(sys.argv[2]), int(sys.argv[3]),
                                            sys.argv[4])
original_train = loop.train


def fork_training(run, options, arguments):
    """Start a process that trains without evaluations. Returns its id."""
    process = os.fork()
    if not process:
        status = 1
        try:
            status = original_train(run, options, *(arguments[:-1] + (lambda *_: None,)))
        finally:
            sys.stderr.flush()
            os._exit(status)
    return process


def train_and_kill(run, options, *arguments, **_):
    """Replaces loop.train: kills the run, finishes it, and trains the uninterrupted run."""
    def last_step():
        return max([int(path.rpartition("-")[2]) for path in checkpoint.list_checkpoints(run)]
                   + [0])

    rng = random.Random(seed)
    saving = os.path.join(run.folder, "saving")
    for number in range(kills):
        first_step, process = last_step(), fork_training(run, options, arguments)
        if number % 2:
            while not os.path.exists(saving):
                time.sleep(0.0005)
            time.sleep(rng.uniform(0, 0.02))
        else:
            # every fourth kill is in the middle of training, not at its start
            while number % 4 == 0 and last_step() < first_step + 2:
                time.sleep(0.0005)
            time.sleep(rng.uniform(0, 0.3))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    options.steps = last_step() + 3
    statuses = [os.waitpid(fork_training(run, options, arguments), 0)[1]]
    run.folder = uninterrupted_folder
    run.save()
    statuses.append(os.waitpid(fork_training(run, options, arguments), 0)[1])
    assert statuses == [0, 0], statuses
    print("last step", options.steps)


loop.compat.create_session = unoptimized_session
loop.train = train_and_kill
{"tacotron": train_tacotron, "vocoder": train_vocoder}[model].main(sys.argv[5:])
