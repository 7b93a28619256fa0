"""Train a run that is killed (kill -9) again and again, and beside it one that never is.

kill_often.py KIND KILLS SEED SCRATCH_FOLDER OPTIONS…, with the trainer's own options last. The
graph is built once; each life of the run is a process forked from here, and killed at a random
moment: every second time as a checkpoint is being written. Says the step that both runs reach.
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

kind, kills, seed, whole = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
train = loop.train


def life(run, options, rest):
    """A process that trains, by its number."""
    process = os.fork()
    if not process:
        status = 1
        try:
            status = train(run, options, *(rest[:-1] + (lambda *_: None,)))     # no evaluation
        finally:
            sys.stderr.flush()
            os._exit(status)
    return process


def killed_again_and_again(run, options, *rest):
    def reached():
        return max([int(path.rpartition("-")[2]) for path in checkpoint.list_checkpoints(run)] + [0])

    chance = random.Random(seed)
    saving = os.path.join(run.folder, "saving")
    for number in range(kills):
        before, process = reached(), life(run, options, rest)
        if number % 2:
            while not os.path.exists(saving):
                time.sleep(0.0005)
            time.sleep(chance.uniform(0, 0.02))
        else:
            # every fourth time at work, not still at its start
            while number % 4 == 0 and reached() < before + 2:
                time.sleep(0.0005)
            time.sleep(chance.uniform(0, 0.3))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    options.steps = reached() + 3
    statuses = [os.waitpid(life(run, options, rest), 0)[1]]
    run.folder = whole
    run.save()
    statuses.append(os.waitpid(life(run, options, rest), 0)[1])
    assert statuses == [0, 0], statuses
    print("reached", options.steps)


loop.compat.session = unoptimized_session
loop.train = killed_again_and_again
{"tacotron": train_tacotron, "vocoder": train_vocoder}[kind].main(sys.argv[5:])
