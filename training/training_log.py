"""The record of a run: TensorBoard events, history.jsonl, and the audio and pictures in eval/.

Each line of history.jsonl is a JSON object with the step, the minutes of training so far, and
figures by name. A resumed run continues the file. It can be plotted without TensorBoard.
"""
import errno
import hashlib
import io
import json
import os
import struct
import time

import numpy as np

import audio
from common import files
from common.terminal import escape_controls
from nn.compat import tf
from training.run_folder import SOFTWARE_NAME
from training.training_history import read_history

MIN_FREE_BYTES = 1 << 14    # disk space that must remain after an event is written
MAX_NAME_BYTES = 150        # of an utterance in the name of a file, which may have 255

# TensorBoard sorts tags by name and shows them in groups: the most important figures come first.
_MAIN_TAGS = {"train/loss": "loss", "validation/total": "validation_loss",
              "validation/loss": "validation_loss", "validation/text_gain": "text_gain",
              "held-out/focus": "focus", "held-out/coverage": "coverage",
              "held-out/stopped": "stopped", "held-out/mel_distance": "mel_distance"}
_GROUPS = ("sentences", "held-out", "seen", "held-out-forced", "seen-forced", "validation",
           "train", "evaluation")


class TrainingLog(object):
    """Writes the record of a run that has completed `step` steps in `minutes`.

    The methods raise OSError if the disk is full; what was written before stays intact.
    """

    def __init__(self, run, step, minutes, skipped_steps):
        self.run = run
        self.history_path = run.path("history.jsonl")
        self.events = tf.summary.FileWriter(os.path.join(run.folder, "events"))
        self._start = time.monotonic()
        records = self.rewind(step, skipped_steps)
        self._minutes_before = max([minutes] + [record["minutes"] for record in records])

    def rewind(self, step, skipped_steps):
        """Remove the records of later steps, which will be trained again. Returns the others.

        An unfinished evaluation of `step` itself is removed, too; `evaluated` says whether it was
        finished. Records of skipped batches stay if their step is in `skipped_steps`.
        """
        records = read_history(self.history_path)
        self.evaluated = any("evaluation/minutes" in record and record["step"] == step
                             for record in records)
        kept = [record for record in records if
                (record["step"] in skipped_steps if "skipped" in record else
                 record["step"] < step or
                 record["step"] == step and (self.evaluated or "train/loss" in record))]
        content = "".join(map(_to_line, kept)).encode("utf-8")
        if os.path.isfile(self.history_path) and content != files.read_bytes(self.history_path):
            with files.atomic_write(self.history_path) as out:
                out.write(content)
        self.latest, self._last_time, self._last_step = {}, time.monotonic(), step
        # a session log makes TensorBoard (but not 0.1.8) drop the events from its step on
        self.events.add_session_log(tf.SessionLog(status=tf.SessionLog.START), step + 1)
        return kept

    def minutes(self):
        """Minutes of training so far, including those before the run was resumed."""
        return self._minutes_before + (time.monotonic() - self._start) / 60

    def add_training_step(self, step, figures, losses):
        """Record a step's figures, the mean of the losses since the last record, and the speed."""
        now = time.monotonic()
        speed = (step - self._last_step) / max(now - self._last_time, 1e-9)
        self._last_time, self._last_step = now, step
        self.add_scalars(step, "train",
                         dict(figures, loss=np.mean(losses), steps_per_second=speed))

    def add_scalars(self, step, group, figures):
        """Record {name: figure} as GROUP/NAME. `latest` has all those of the latest step."""
        figures = {group + "/" + name: float(value) for name, value in figures.items()}
        if self.latest.get("step") != step:
            self.latest = {"step": step}
        self.latest.update(figures)
        self._append_record(dict(figures, step=step))
        self._add_events(step, [tf.Summary.Value(tag=_tensorboard_tag(name), simple_value=value)
                                for name, value in figures.items()])

    def add_skipped_batch(self, step, utterance_ids, reason):
        self._append_record({"step": step, "skipped": utterance_ids, "why": reason})

    def add_image(self, step, name, png):
        """Write a PNG, given as bytes, to eval/ and to TensorBoard."""
        with files.atomic_write(self._eval_path(step, name, "png")) as out:
            out.write(png)
        width, height = struct.unpack(">II", png[16:24])        # in the PNG's header
        image = tf.Summary.Image(encoded_image_string=png, width=width, height=height, colorspace=4)
        self._add_events(step, [tf.Summary.Value(tag=_tensorboard_tag(name), image=image)])

    def add_audio(self, step, name, samples, sample_rate, text):
        """Write synthesised samples in [-1, 1] to eval/, and to TensorBoard with their text."""
        wav = io.BytesIO()
        comment = "synthetic speech, step %d of %s" % (step, escape_controls(self.run.folder))
        audio.write_wav(wav, samples, sample_rate, comment, SOFTWARE_NAME)
        with files.atomic_write(self._eval_path(step, name, "wav")) as out:
            out.write(wav.getvalue())
        clip = tf.Summary.Audio(sample_rate=sample_rate, num_channels=1,
                                length_frames=len(samples), content_type="audio/wav",
                                encoded_audio_string=wav.getvalue())
        tag = _tensorboard_tag(name) + " " + text
        self._add_events(step, [tf.Summary.Value(tag=tag, audio=clip)])

    def utterance_name(self, group, item):
        """The name for add_image and add_audio: group, speaker if there are several, id."""
        speaker = [self.run.speakers[item.speaker_id]] if len(self.run.speakers) > 1 else []
        return "/".join([group] + speaker + [item.row.id])

    def _eval_path(self, step, name, extension):
        readable = escape_controls(name.replace("/", "-"))
        if len(readable.encode("utf-8")) > MAX_NAME_BYTES:
            beginning = readable.encode("utf-8")[:MAX_NAME_BYTES].decode("utf-8", "ignore")
            readable = beginning + "-" + hashlib.sha1(name.encode("utf-8")).hexdigest()[:8]
        return self.run.path("eval", "%07d-%s.%s" % (step, readable, extension))

    def _append_record(self, record):
        self.run.check_folder()
        try:
            with open(self.history_path, "a", encoding="utf-8",
                      opener=files.open_without_links) as history:
                history.write(_to_line(dict(record, minutes=round(self.minutes(), 6))))
        except OSError as error:        # that of a full disk does not name the file
            raise OSError(error.errno, error.strerror, self.history_path)

    def _add_events(self, step, values):
        summary = tf.Summary(value=values)
        folder = os.path.join(self.run.folder, "events")
        disk = os.statvfs(folder)
        # TensorFlow's event writer does not report a full disk
        if disk.f_bavail * disk.f_frsize < summary.ByteSize() + MIN_FREE_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), folder)
        self.events.add_summary(summary, step)
        self.events.flush()


def _tensorboard_tag(name):
    """The TensorBoard tag for a figure of history.jsonl, a picture or an audio clip."""
    if name in _MAIN_TAGS:
        return "1-watch/" + _MAIN_TAGS[name]
    group, _, rest = name.partition("/")
    return "%d-%s/%s" % (2 + _GROUPS.index(group), group, rest)


def _to_line(record):
    return json.dumps(record, sort_keys=True, ensure_ascii=False) + "\n"
