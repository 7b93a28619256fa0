"""The training loop that both trainers run: batches in, checkpoints and figures out."""
import os
import signal
import sys
import threading

import numpy as np
from tqdm import tqdm

import tf1
from hparams import InputError
from tf1 import tf
from training import checkpoint, run as runs
from training.feeding import ahead
from training.journal import Journal


class Interrupt(object):
    """Within it, Ctrl-C and SIGTERM only set `status`: the step under way is finished first."""

    def __enter__(self):
        self.status = None
        self.before = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self.before[number] = signal.signal(number, self._note)
        return self

    def _note(self, number, frame):
        self.status = 128 + number

    def __exit__(self, *_):
        for number, handler in self.before.items():
            signal.signal(number, handler)


def train(run, options, optimizer, figures, feed, evaluate):
    """Train until step `--steps`, from the run's newest checkpoint or from the start.

    options    those of command_line.Parser.add_training
    optimizer  an Optimizer                         figures   {name: scalar tensor} for TensorBoard
    feed(n)    the feed_dict of step n, a function of n alone, so that a run that goes on sees the
               same batches as one that was never stopped
    evaluate(session, journal, n)   writes what there is to see and hear after n steps
    Returns the exit status: 0, or 130/143 after Ctrl-C/SIGTERM, with everything saved.
    """
    hp, steps = run.hp, options.steps or run.hp.steps
    other = options.init_from and runs.load(options.init_from, run.kind)
    saver = tf.train.Saver(max_to_keep=hp.keep_checkpoints)
    with tf1.session(options.threads) as session, Interrupt() as interrupt:
        session.run(tf.global_variables_initializer())
        if not checkpoint.go_on(session, saver, run) and other:
            checkpoint.take_weights(session, other)
        done = int(session.run(optimizer.step))
        if done >= steps:
            print("%s is at step %d already; --steps says how far to go" % (run.folder, done))
            return 0
        journal = Journal(run, done)
        wanted = dict(figures, loss=optimizer.train, learning_rate=optimizer.rate,
                      gradient_norm=optimizer.gradient_norm)
        saved, recent = done, []
        bar = tqdm(total=steps, initial=done, unit="step", file=sys.stderr,
                   desc=os.path.basename(os.path.abspath(run.folder)))
        with bar:
            for step, feed_dict in enumerate(ahead(feed, range(done, steps)), done + 1):
                got = session.run(wanted, feed_dict)
                if not np.isfinite(got["loss"]):
                    raise InputError("%s: the loss is %s at step %d; go on from the checkpoint of "
                                     "step %d with a lower --hparams %slearning_rate"
                                     % (run.folder, got["loss"], step, saved,
                                        "" if run.kind == "tacotron" else "wavenet_"))
                recent.append(got["loss"])
                bar.update()
                bar.set_postfix(loss="%.4f" % np.mean(recent[-100:]), refresh=False)
                stopping = interrupt.status is not None
                if step % hp.summary_every == 0:
                    journal.training(step, got, recent)
                    recent = []
                if step % hp.checkpoint_every == 0 or step == steps or stopping:
                    checkpoint.save(session, saver, run, step)
                    saved = step
                if stopping:
                    break
                if step % hp.evaluate_every == 0 or step == steps:
                    evaluate(session, journal, step)
        journal.close()
        if interrupt.status:
            print("interrupted: saved at step %d; the same command goes on from there" % saved,
                  file=sys.stderr)
        return interrupt.status or 0
