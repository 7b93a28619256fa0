"""The training loop of both trainers."""
import contextlib
import os
import sys

from common.errors import InputError
from common.signals import ending_signals, handle_signals
from nn import compat
from training import memory_estimate
from training.prefetch import prefetch
from training.progress import OverheadMeter, Profiler, ProgressBar
from training.trainer import Trainer


class Interrupted(Exception):
    """Ends an evaluation early after a signal."""


class SignalCatcher(object):
    """A context in which signals like Ctrl-C only set `exit_status`, so that a step can finish."""

    def __enter__(self):
        self.exit_status = None
        self._context = handle_signals(self._handle, ending_signals())
        self._context.__enter__()
        return self

    def _handle(self, number, frame):
        self.exit_status = 128 + number

    def check(self):
        """Raise Interrupted if a signal has arrived."""
        if self.exit_status is not None:
            raise Interrupted

    def __exit__(self, *error):
        return self._context.__exit__(*error)


def train(run, options, hosts, graph, scalars, get_batch, estimate, evaluate, speaker_loss=None,
          mixed_precision=False):
    """Train from the run's latest checkpoint, or from the start, until step `--steps`.

    Ends earlier if early_stopping.stop_message demands it.

    run         a locked Run; its lock is released at the end
    options     those of command_line.Parser.add_training_options
    hosts       the cluster.OneHost or cluster.Chief
    graph       a TrainingGraph of either model: `optimizer`, `tower_devices`,
                `padding_fraction(feed_dict)`
    scalars     {name: scalar tensor} to log, besides loss, learning rate and gradient norm
    get_batch   step, from 0 → (utterances, feed_dict). It depends on the step alone, so that a
                resumed run sees the same batches as an uninterrupted one
    estimate    the MemoryEstimate of the longest batch
    evaluate    (session, log, step, check) → score or None. It logs figures, pictures and audio;
                the highest score determines the best checkpoint. It calls check() often, which
                raises Interrupted after a signal
    speaker_loss    (session, speaker id) → loss on recordings of the speaker
    mixed_precision see compat.create_session

    Returns the exit status: 0, or 128 + the number of the signal that ended it (Ctrl-C: 130).
    Raises InputError or OSError if the data, the disk or the loss prevent further training. In all
    cases the run is saved if possible.
    """
    max_steps = options.steps or run.hp.train_steps
    try:
        with hosts.session(mixed_precision, graph.tower_devices) as session, \
                SignalCatcher() as signals:
            profiler = Profiler(run.path("profile.json"), options.profile or 0)
            trainer = Trainer(run, session, graph, scalars, estimate, profiler)
            trainer.start(options.init_from, speaker_loss)
            if (trainer.step and _is_evaluation_step(run.hp, trainer.step, max_steps)
                    and not trainer.log.evaluated):
                _evaluate(trainer, evaluate, signals)
            if trainer.step >= max_steps and signals.exit_status is None:
                print("%s is at step %d already; --steps is the step to reach"
                      % (run.folder, trainer.step))
                return 0
            if trainer.stop_message and signals.exit_status is None:
                print("%s is finished: %s; to go on, repeat the command with --hparams "
                      "early_stopping_patience=0" % (run.folder, trainer.stop_message))
                return 0
            on_gpu = bool(compat.gpu_names(session))
            print(memory_estimate.describe_estimate(estimate, on_gpu))
            name = os.path.basename(os.path.abspath(run.folder))
            with ProgressBar(name, trainer.step, max_steps) as bar:
                try:
                    while (trainer.step < max_steps and signals.exit_status is None
                           and not trainer.stop_message):
                        _train_until_rollback(trainer, hosts, get_batch, max_steps, evaluate,
                                              signals, bar)
                except (InputError, OSError):
                    trainer.save_after_error()
                    raise
                finally:
                    profiler.close()
    finally:
        run.release()
    if signals.exit_status:
        print("interrupted: saved at step %d; repeat the command to resume" % trainer.saved_step,
              file=sys.stderr)
    elif trainer.stop_message:
        print(trainer.stop_message)
    return signals.exit_status or 0


def _train_until_rollback(trainer, hosts, get_batch, max_steps, evaluate, signals, bar):
    """Train until `max_steps`, a signal, or a rollback, after which other batches follow."""
    hp, overhead = trainer.run.hp, OverheadMeter()
    for utterances, feed_dict in prefetch(get_batch, range(trainer.step, max_steps),
                                          overhead.add_wait):
        overhead.add_padding(trainer.graph.padding_fraction(feed_dict))
        if not trainer.train_step(utterances, feed_dict):
            return
        bar.show_step(trainer.step, trainer.loss_guard.mean_loss(), **overhead.shares())
        if trainer.step % hp.summary_interval == 0:
            trainer.record(overhead.shares())
            overhead.reset()
        is_evaluation_step = _is_evaluation_step(hp, trainer.step, max_steps)
        new_host = hosts.new_host()
        stopping = signals.exit_status is not None or new_host is not None
        # also before an evaluation, so that an interrupted one can be repeated
        if trainer.step % hp.checkpoint_interval == 0 or is_evaluation_step or stopping:
            if not trainer.save():
                return
        if new_host is not None:
            hosts.restart("%s answers" % new_host)
        if is_evaluation_step and not stopping:
            _evaluate(trainer, evaluate, signals)
            if trainer.stop_message:
                return
        # a signal that arrived after `stopping` was read takes effect after the next step
        if signals.exit_status is not None and trainer.saved_step == trainer.step:
            return


def _evaluate(trainer, evaluate, signals):
    """Evaluate until a signal arrives. A resumed run repeats an unfinished evaluation."""
    with contextlib.suppress(Interrupted):
        trainer.evaluate(evaluate, signals.check)


def _is_evaluation_step(hp, step, max_steps):
    return step % hp.eval_interval == 0 or step == max_steps
