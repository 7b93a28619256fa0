"""One training under way: where it stands, how it takes a step, saves, goes back."""
import sys
import time

import numpy as np

from nn.compat import tf
from nn.optimizer import refused
from training import checkpoint, memory_estimate
from training import run_folder, transfer
from training.loss_guard import Health, Unhealthy
from training.training_log import TrainingLog


class Interrupted(Exception):
    """A signal asks an evaluation to stop where it is."""


class Trainer(object):
    """The state of a run in training: `done` and `saved` are the steps taken, and those saved."""

    def __init__(self, run, session, optimizer, figures, needs):
        self.run, self.session, self.optimizer, self.needs = run, session, optimizer, needs
        self.wanted = dict(figures, loss=optimizer.train, learning_rate=optimizer.rate,
                           gradient_norm=optimizer.gradient_norm)
        self.saver = tf.train.Saver(max_to_keep=0)
        self.pass_by = tf.assign_add(optimizer.step, 1)
        self.health, self.journal = Health(), None
        self.done, self.saved = 0, None
        self.profiler = None     # a Profile that the steps are run with, if any
        self.recent = []        # losses since they were last recorded
        self.got = None         # the figures of the last step, None where it was passed by
        self.learnt = None      # (step, utterances, feed_dict) that the weights learnt from last

    def begin(self, origin):
        """Go on from the newest checkpoint, or start: from the weights in the folder `origin`.

        A run that starts is saved at once, so that it can go back whatever goes wrong.
        """
        checkpoint.remove_leftovers(self.run)
        self.session.run(tf.global_variables_initializer())
        state, damaged = checkpoint.restore_latest(self.session, self.saver, self.run)
        for path in damaged:
            checkpoint.set_aside_damaged(self.run, path)
        if state is None and origin:
            print(transfer.take_weights(self.session, self.run,
                                        run_folder.load_source_run(origin, self.run.model_type)))
        self._stand(state or {})
        self.saved = None if state is None else self.done
        self.journal = TrainingLog(self.run, self.done, (state or {}).get("minutes", 0.0),
                               self.health.steps())
        self.save()

    def _stand(self, state):
        """Be where the session's variables are."""
        self.done = int(self.session.run(self.optimizer.step))
        self.learnt, self.recent = None, list(state.get("recent", []))
        self.health.restore(state.get("health", {}))

    def learn(self, utterances, feed_dict):
        """Take a step with a batch of these utterances, or pass it by if it is not fit.

        False where the run has gone back instead.
        """
        step, self.got = self.done + 1, None
        if step not in self.health.steps():
            with memory_estimate.enough(self.needs, self.done):
                self.got = self._step(feed_dict)
            if self.got is None:
                loss, norm = self.session.run(
                    [self.optimizer.loss, self.optimizer.gradient_norm], feed_dict)
                why = "a loss of %.4g, a gradient's norm of %.4g" % (loss, norm)
                if self._trouble(step, utterances, why, np.isfinite([loss, norm]).all()):
                    return False
        if self.got is None:
            self.session.run(self.pass_by)
        else:
            loss = float(self.got["loss"])
            self.health.passed(loss)
            self.recent.append(loss)
            self.learnt = step, utterances, feed_dict
        self.done = step
        return True

    def _step(self, feed_dict):
        """The figures of a step, or None where it was refused, and nothing has changed."""
        try:
            feed_dict = _with(feed_dict, {self.optimizer.factor: self.health.factor,
                                          self.optimizer.bound: self.health.bound()})
            if self.profiler:
                return self.profiler.run(self.session, self.wanted, feed_dict)
            return self.session.run(self.wanted, feed_dict)
        except tf.errors.InvalidArgumentError as problem:
            if not refused(problem):
                raise
            return None

    def save(self):
        """Write a checkpoint unless this step has one.

        False where the run has gone back instead, as the weights turn out to be spoilt: the loss
        of the very batch that they have just learnt is beyond all bounds.
        """
        if self.saved == self.done:
            return True
        if self.learnt is not None:
            step, utterances, feed_dict = self.learnt
            loss = self.session.run(self.optimizer.loss, feed_dict)
            if not loss < self.health.bound():
                why = "a loss of %.4g after learning from it" % loss
                self._trouble(step, utterances, why, False)
                return False
        checkpoint.save_checkpoint(self.session, self.saver, self.run, self.done,
                    {"recent": self.recent, "health": self.health.state,
                     "minutes": self.journal.minutes()}, self.run.hp.checkpoints_to_keep)
        self.saved = self.done
        return True

    def rescue(self):
        """Save before leaving with an error, if the disk lets us and the weights are sound."""
        error = sys.exc_info()[1]
        if isinstance(error, (Unhealthy, checkpoint.CheckpointWriteError, memory_estimate.Exhausted)):
            return
        try:
            if self.save():
                self.say("saved at step %d" % self.saved)
        except (checkpoint.CheckpointWriteError, Unhealthy, OSError):
            pass        # of two errors the first is the cause

    def _trouble(self, step, utterances, why, finite):
        """Note that nothing may be learnt from the batch of `step`. Whether the run has gone back.

        It does where the weights may be spoilt, or are, since they have learnt from it. Raises
        Unhealthy where it has often enough.
        """
        names = ["%s/%s" % (item.store.speaker, item.row.id) for item in utterances]
        self.say("step %d: %s; nothing is learnt from its utterances: %s"
                 % (step, why, ", ".join(names)))
        self.journal.skipped(step, names, why)
        if not self.health.trouble(step, names, bool(finite)) and step > self.done:
            return False
        known = self.health.state
        state, _ = checkpoint.restore_latest(self.session, self.saver, self.run)
        self._stand(state)
        # what happened since that checkpoint is not forgotten
        self.health.restore(dict(state.get("health", {}), troubles=known["troubles"],
                                 factor=known["factor"]))
        self.saved = self.done
        self.journal.back_to(self.done, self.health.steps())
        self.say("back to the checkpoint of step %d; the learning rate is multiplied by %g"
                 % (self.done, self.health.factor))
        return True

    def loss(self):
        """The mean of the last losses, to be shown."""
        return float(np.mean(self.health.losses)) if self.health.losses else float("nan")

    def record(self, shares):
        """Write the figures of the last step and `shares` to the journal, if it was taken."""
        if self.got is not None:
            self.journal.training(self.done, dict(self.got, **shares), self.recent)
            self.recent = []

    def evaluate(self, evaluate, check, again=True):
        """Evaluate, and keep the weights if they are the best so far.

        Where not `again`, only if the evaluation of this step was not finished yet. One that
        check() cuts short, by raising Interrupted, counts as not finished.
        """
        if self.journal.evaluated and not again:
            return
        began = time.monotonic()
        try:
            with memory_estimate.enough(self.needs, self.done):
                score = evaluate(self.session, self.journal, self.done, check)
        except Interrupted:
            return
        figures = {"evaluation/minutes": (time.monotonic() - began) / 60}
        if score is not None and np.isfinite(score):
            figures["evaluation/score"] = score = float(score)
            checkpoint.save_best_checkpoint(self.session, self.saver, self.run, self.done, score,
                             self.journal.latest)
        self.journal.figures(self.done, figures)

    def say(self, sentence):
        """Tell the user."""
        print(sentence, file=sys.stderr)


def _with(feed_dict, more):
    together = dict(feed_dict)
    together.update(more)
    return together
