"""Train a run step by step, save checkpoints, and roll back to them after bad batches."""
import contextlib
import sys
import time

import numpy as np

from nn.compat import tf
from nn.optimizer import is_rejected_step
from training import checkpoint, early_stopping, memory_estimate, run_folder, transfer
from training.loss_guard import LossGuard, TrainingDiverged
from training.progress import print_line
from training.training_history import read_history
from training.training_log import TrainingLog


class Trainer(object):
    """`step` counts the steps taken, `saved_step` is that of the latest checkpoint."""

    def __init__(self, run, session, graph, scalars, estimate, profiler):
        self.run, self.session, self.graph, self.estimate = run, session, graph, estimate
        self.optimizer = optimizer = graph.optimizer
        self.fetches = dict(scalars, loss=optimizer.train_op, learning_rate=optimizer.learning_rate,
                            gradient_norm=optimizer.grad_norm)
        self.saver = tf.train.Saver(max_to_keep=0)
        self.skip_op = tf.assign_add(optimizer.step, 1)
        self.loss_guard, self.profiler, self.log = LossGuard(), profiler, None
        self.step, self.saved_step = 0, None
        self.recent_losses = []     # since the last record
        self.figures = None         # of the last step; None if its batch was skipped
        self.last_batch = None      # (step, utterances, feed_dict) that was last trained on
        self.stop_message = None    # why the run ends before its last step

    def start(self, init_from, speaker_loss=None):
        """Resume from the latest checkpoint, or start from the weights of `init_from`, if given.

        `speaker_loss` is that of transfer.initialise_from. A new run is saved at once, so that it
        can be rolled back from its first step on.
        """
        checkpoint.delete_leftovers(self.run)
        self.session.run(tf.global_variables_initializer())
        state = checkpoint.restore_latest(self.session, self.saver, self.run)
        if state is None and init_from:
            source = run_folder.load_source(init_from, self.run.model_type)
            print(transfer.initialise_from(self.session, self.run, source, speaker_loss))
        self._set_state(state or {})
        if state is None:
            self.saved_step = None
        self.log = TrainingLog(self.run, self.step, (state or {}).get("minutes", 0.0),
                               self.loss_guard.skipped_steps())
        self._update_stop_message()
        self.save()

    def _update_stop_message(self):
        self.stop_message = early_stopping.stop_message(
            read_history(self.log.history_path), self.run.hp.early_stopping_patience,
            self.run.model_type)

    def _set_state(self, state):
        self.step = self.saved_step = int(self.session.run(self.optimizer.step))
        self.last_batch, self.recent_losses = None, list(state.get("recent", []))
        self.loss_guard.restore(state.get("health", {}))

    def train_step(self, utterances, feed_dict):
        """Train on a batch, or skip it. Returns False if the run was rolled back instead."""
        step, self.figures = self.step + 1, None
        if step not in self.loss_guard.skipped_steps():
            with memory_estimate.explain_out_of_memory(self.estimate, self.step):
                self.figures = self._run_train_op(feed_dict)
            if self.figures is None:
                loss, norm = self.session.run(
                    [self.optimizer.loss, self.optimizer.grad_norm], feed_dict)
                reason = "loss %.4g, gradient norm %.4g" % (loss, norm)
                if self._reject_batch(step, utterances, reason, np.isfinite([loss, norm]).all()):
                    return False
        if self.figures is None:
            self.session.run(self.skip_op)
        else:
            loss = float(self.figures["loss"])
            self.loss_guard.add_loss(loss)
            self.recent_losses.append(loss)
            self.last_batch = step, utterances, feed_dict
        self.step = step
        return True

    def _run_train_op(self, feed_dict):
        """The figures of a step, or None if the optimizer rejected it and nothing has changed."""
        feed_dict = dict(feed_dict)
        feed_dict[self.optimizer.learning_rate_factor] = self.loss_guard.learning_rate_factor
        feed_dict[self.optimizer.max_loss] = self.loss_guard.max_loss()
        try:
            return self.profiler.run(self.session, self.fetches, feed_dict)
        except tf.errors.InvalidArgumentError as error:
            if not is_rejected_step(error):
                raise
            return None

    def save(self):
        """Write a checkpoint, unless this step has one.

        Returns False if the run was rolled back instead, because the last step has damaged the
        weights: the loss of the batch they were trained on has exploded.
        """
        if self.saved_step == self.step:
            return True
        if self.last_batch is not None:
            step, utterances, feed_dict = self.last_batch
            loss = self.session.run(self.optimizer.loss, feed_dict)
            if not loss < self.loss_guard.max_loss():
                self._reject_batch(step, utterances, "loss %.4g after training on it" % loss, False)
                return False
        checkpoint.save_checkpoint(
            self.session, self.saver, self.run, self.step,
            {"recent": self.recent_losses, "health": self.loss_guard.state,
             "minutes": self.log.minutes()}, self.run.hp.checkpoints_to_keep)
        self.saved_step = self.step
        return True

    def save_after_error(self):
        """Save before the program ends with the current exception, if that is still possible."""
        if isinstance(sys.exc_info()[1], (TrainingDiverged, checkpoint.CheckpointWriteError,
                                          memory_estimate.OutOfMemory)):
            return
        # of two errors the first is reported, because it is the cause
        with contextlib.suppress(checkpoint.CheckpointWriteError, TrainingDiverged, OSError):
            if self.save():
                print_line("saved at step %d" % self.saved_step)

    def _reject_batch(self, step, utterances, reason, finite):
        """Skip the batch of `step` from now on. Returns whether the run was rolled back.

        It is rolled back if `step` has been trained on, or if the loss guard demands it. Raises
        TrainingDiverged if there were too many bad batches.
        """
        ids = ["%s/%s" % (item.store.speaker, item.row.id) for item in utterances]
        print_line("step %d: %s; skipping the batch of the utterances %s"
                   % (step, reason, ", ".join(ids)))
        self.log.add_skipped_batch(step, ids, reason)
        if not self.loss_guard.reject_batch(step, ids, bool(finite)) and step > self.step:
            return False
        current = self.loss_guard.state
        state = checkpoint.restore_latest(self.session, self.saver, self.run)
        # keep what was learnt about bad batches since that checkpoint
        state["health"] = dict(state.get("health", {}), troubles=current["troubles"],
                               factor=current["factor"])
        self._set_state(state)
        self.log.rewind(self.step, self.loss_guard.skipped_steps())
        print_line("rolled back to the checkpoint of step %d; learning rate multiplied by %g"
                   % (self.step, self.loss_guard.learning_rate_factor))
        return True

    def record(self, shares):
        """Log the figures of the last step, unless it was skipped, with OverheadMeter.shares()."""
        if self.figures is not None:
            self.log.add_training_step(self.step, dict(self.figures, **shares), self.recent_losses)
            self.recent_losses = []

    def evaluate(self, evaluate, check):
        """Run evaluate(session, log, step, check); keep the weights if their score is the best."""
        start = time.monotonic()
        with memory_estimate.explain_out_of_memory(self.estimate, self.step):
            score = evaluate(self.session, self.log, self.step, check)
        figures = {"minutes": (time.monotonic() - start) / 60}
        if score is not None and np.isfinite(score):
            figures["score"] = score = float(score)
            checkpoint.save_best_checkpoint(self.session, self.saver, self.run, self.step, score,
                                            self.log.latest)
        self.log.add_scalars(self.step, "evaluation", figures)
        self._update_stop_message()
