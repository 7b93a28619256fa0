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

from helpers.forked_process import fork, last_step, with_trainer

model, kills, seed, uninterrupted_folder = (sys.argv[1], int(sys.argv[2]), int(sys.argv[3]),
                                            sys.argv[4])


def train_and_kill(run, options, train):
    """Kill the training, finish it, and train the uninterrupted run."""
    rng = random.Random(seed)
    saving = os.path.join(run.folder, "saving")
    for number in range(kills):
        first_step, process = last_step(run), fork(train)
        if number % 2:
            while not os.path.exists(saving):
                time.sleep(0.0005)
            time.sleep(rng.uniform(0, 0.02))
        else:
            # every fourth kill is in the middle of training, not at its start
            while number % 4 == 0 and last_step(run) < first_step + 2:
                time.sleep(0.0005)
            time.sleep(rng.uniform(0, 0.3))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    options.steps = last_step(run) + 3
    statuses = [os.waitpid(fork(train), 0)[1]]
    run.release()
    run.folder = uninterrupted_folder
    run.save()
    statuses.append(os.waitpid(fork(train), 0)[1])
    assert statuses == [0, 0], statuses
    print("last step", options.steps)


with_trainer(model, sys.argv[5:], train_and_kill)
