"""The training loop that both trainers run: batches in, checkpoints and figures out."""
import os
import signal
import sys
import threading

from common.errors import InputError
from nn import compat
from training import memory_estimate
from training.prefetch import prefetch
from training.progress import OverheadMeter, Profiler, Progress
from training.trainer import Interrupted, Trainer


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

    def check(self):
        """Raise Interrupted where a signal has come."""
        if self.status is not None:
            raise Interrupted

    def __exit__(self, *_):
        for number, handler in self.before.items():
            signal.signal(number, handler)


def train(run, options, optimizer, figures, items, feed, padding, needs, evaluate):
    """Train until step `--steps`, from the run's newest checkpoint or from the start.

    run        a Run that is locked; it is released at the end
    options    those of command_line.Parser.add_training
    optimizer  an Optimizer                         figures   {name: scalar tensor} for TensorBoard
    items(n)   the utterances of step n, counted from 0; feed(items, n), its feed_dict: functions of
               their arguments alone, so that a run that goes on sees the same batches as one that
               was never stopped
    padding(f)  the share of the feed_dict f that is padding
    needs      the memory_estimate.Needs of the longest batch
    evaluate(session, journal, n, check)    writes what there is to see and hear after n steps, and
               returns a score, the higher the better, by which the best checkpoint is chosen; it
               calls check() between its parts, and lets pass what that raises
    Returns the exit status: 0, or 130/143 after Ctrl-C/SIGTERM, with everything saved. Raises
    InputError or OSError, with everything saved that can be, where the data, the disk or the
    numbers do not let it go on.
    """
    steps = options.steps or run.hp.train_steps
    name = os.path.basename(os.path.abspath(run.folder))

    def batch(step):
        utterances = items(step)
        feed_dict = feed(utterances, step)
        return utterances, feed_dict, padding(feed_dict)

    try:
        with compat.session(options.threads) as session, Interrupt() as interrupt:
            trainer = Trainer(run, session, optimizer, figures, needs)
            trainer.begin(options.init_from)
            if trainer.done and _evaluates(run.hp, trainer.done, steps):
                trainer.evaluate(evaluate, interrupt.check, again=False)
            if trainer.done >= steps and interrupt.status is None:
                print("%s is at step %d already; --steps says how far to go"
                      % (run.folder, trainer.done))
                return 0
            print(memory_estimate.sentence(needs))
            with Progress(name, trainer.done, steps) as bar:
                trainer.say = bar.say
                if options.profile:
                    trainer.profiler = Profiler(run.path("profile.json"), options.profile, bar.say)
                try:
                    while trainer.done < steps and interrupt.status is None:
                        _stretch(trainer, batch, steps, evaluate, interrupt, bar)
                except (InputError, OSError):
                    trainer.rescue()
                    raise
                finally:
                    if trainer.profiler:
                        trainer.profiler.close()
            trainer.journal.close()
    finally:
        run.release()
    if interrupt.status:
        print("interrupted: saved at step %d; the same command goes on from there" % trainer.saved,
              file=sys.stderr)
    return interrupt.status or 0


def _stretch(trainer, batch, steps, evaluate, interrupt, bar):
    """Train up to `steps`, or to an interruption, or until the run has gone back."""
    hp = trainer.run.hp
    overhead = OverheadMeter()
    for utterances, feed_dict, padded in prefetch(batch, range(trainer.done, steps), overhead.add_wait):
        overhead.add_padding(padded)
        if not trainer.learn(utterances, feed_dict):
            return
        bar.at(trainer.done, trainer.loss(), **overhead.shares())
        if trainer.done % hp.summary_interval == 0:
            trainer.record(overhead.shares())
            overhead.reset()
        evaluating = _evaluates(hp, trainer.done, steps)
        stopping = interrupt.status is not None
        # before an evaluation, too: one that a signal cuts is made again from there
        if trainer.done % hp.checkpoint_interval == 0 or evaluating or stopping:
            if not trainer.save():
                return
        if evaluating and not stopping:
            trainer.evaluate(evaluate, interrupt.check)
        # a signal that came after `stopping` was looked up is left to the next step, which saves
        if interrupt.status is not None and trainer.saved == trainer.done:
            return


def _evaluates(hp, step, steps):
    return step % hp.eval_interval == 0 or step == steps
