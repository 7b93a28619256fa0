"""What a run tells: TensorBoard events, history.jsonl, and the files of eval/.

history.jsonl has a line for each record: step, minutes of training so far, and the figures by
name. It outlives restarts, and is read by a plot or a spreadsheet without TensorBoard.
"""
import errno
import io
import json
import os
import struct
import time

import numpy as np

import audio
from common import files
from nn.compat import tf
from training.run_folder import SOFTWARE_NAME

MARGIN = 1 << 14    # bytes of free disk that events leave

# TensorBoard sorts by name, and shows groups: that of these figures, which decide, comes first …
_FIRST = {"train/loss": "loss", "validation/total": "validation_loss",
          "validation/loss": "validation_loss", "validation/text_gain": "text_gain",
          "held-out/focus": "focus", "held-out/coverage": "coverage",
          "held-out/stopped": "stopped", "held-out/mel_distance": "mel_distance"}
# … then these. History keeps plain names, which do not depend on what shall be seen first.
_GROUPS = ("sentences", "held-out", "seen", "held-out-forced", "seen-forced", "validation",
           "train", "evaluation")


class TrainingLog(object):
    """The writer of one run from step `done` on, which took `minutes` so far.

    `passed_by` has the steps whose batches are known as not fit to learn from. Raises OSError where
    the disk is full; what was written before stays whole.
    """

    def __init__(self, run, done, minutes, passed_by):
        self.run = run
        self.history = run.path("history.jsonl")
        self.events = tf.summary.FileWriter(os.path.join(run.folder, "events"))
        self.began = time.monotonic()
        kept = self.back_to(done, passed_by)
        self.minutes_before = max([minutes] + [record["minutes"] for record in kept])

    def back_to(self, done, passed_by):
        """Forget what was recorded after step `done`, which will come once more.

        An evaluation of that very step is forgotten too, unless it was finished: `evaluated`.
        Returns the records that stay.
        """
        told = read_history(self.history)
        self.evaluated = any("evaluation/minutes" in record and record["step"] == done
                             for record in told)
        kept = [record for record in told if
                (record["step"] in passed_by if "skipped" in record else
                 record["step"] < done or
                 record["step"] == done and (self.evaluated or "train/loss" in record))]
        if kept != told or not _is_whole(self.history):
            with files.whole(self.history, "w", encoding="utf-8") as out:
                out.writelines(_line(record) for record in kept)
        self.latest, self.last, self.last_step = {}, time.monotonic(), done
        cut = any(record["step"] == done and record not in kept for record in told)
        # TensorBoard (0.1.8 does not) then drops what was shown of the steps that come once more,
        # and of `done` where its evaluation was cut
        self.events.add_session_log(tf.SessionLog(status=tf.SessionLog.START),
                                    done if cut else done + 1)
        for record in kept:
            if cut and record["step"] == done and "train/loss" in record:
                self._scalars(done, {name: value for name, value in record.items()
                                     if name.startswith("train/")})
        return kept

    def minutes(self):
        """Minutes of training so far, those before a restart included."""
        return self.minutes_before + (time.monotonic() - self.began) / 60

    def training(self, step, got, losses):
        """Record one step's figures, the mean of the losses since the last record, and the pace."""
        now = time.monotonic()
        figures = {"train/" + name: value for name, value in got.items()}
        figures["train/loss"] = np.mean(losses)
        figures["train/steps_per_second"] = (step - self.last_step) / max(now - self.last, 1e-9)
        self.last, self.last_step = now, step
        self.figures(step, figures)

    def figures(self, step, figures):
        """Record scalars by name. `latest` has those of the last step that had any."""
        figures = {name: float(value) for name, value in figures.items()}
        if self.latest.get("step") != step:
            self.latest = {"step": step}
        self.latest.update(figures)
        self._append(dict(figures, step=step))
        self._scalars(step, figures)

    def skipped(self, step, names, why):
        """Record that the batch of `step`, with the utterances `names`, was not learnt from."""
        self._append({"step": step, "skipped": names, "why": why})

    def picture(self, step, name, png):
        """Keep a PNG, as bytes, under eval/ and show it in TensorBoard."""
        with files.whole(self._path(step, name, "png")) as out:
            out.write(png)
        width, height = struct.unpack(">II", png[16:24])        # of a PNG's header
        image = tf.Summary.Image(encoded_image_string=png, width=width, height=height, colorspace=4)
        self._add(step, [tf.Summary.Value(tag=tag(name), image=image)])

    def sound(self, step, name, samples, sample_rate, comment, text):
        """Keep samples in [-1, 1] as a WAV under eval/, and let TensorBoard play them by `text`."""
        wav = io.BytesIO()
        audio.write_wav(wav, samples, sample_rate, comment, SOFTWARE_NAME)
        with files.whole(self._path(step, name, "wav")) as out:
            out.write(wav.getvalue())
        clip = tf.Summary.Audio(sample_rate=sample_rate, num_channels=1,
                                length_frames=len(samples), content_type="audio/wav",
                                encoded_audio_string=wav.getvalue())
        self._add(step, [tf.Summary.Value(tag=tag(name) + " " + text, audio=clip)])

    def name(self, kind, item):
        """What picture and sound of an utterance are called: kind, speaker if several, its id."""
        speaker = [self.run.speakers[item.speaker]] if len(self.run.speakers) > 1 else []
        return "/".join([kind] + speaker + [item.row.id])

    def close(self):
        self.events.close()

    def _path(self, step, name, ending):
        return self.run.path("eval", "%07d-%s.%s" % (step, name.replace("/", "-"), ending))

    def _append(self, record):
        line = _line(dict(record, minutes=round(self.minutes(), 3))).encode("utf-8")
        with open(self.history, "ab", buffering=0) as history:
            end = history.tell()
            written = 0
            try:
                written = history.write(line)
                if written < len(line):
                    history.write(line[written:])       # now the system says why
            except OSError as problem:
                history.truncate(end)
                raise OSError(problem.errno, problem.strerror, self.history)

    def _scalars(self, step, figures):
        self._add(step, [tf.Summary.Value(tag=tag(name), simple_value=value)
                         for name, value in figures.items()])

    def _add(self, step, values):
        summary = tf.Summary(value=values)
        folder = os.path.join(self.run.folder, "events")
        disk = os.statvfs(folder)
        # TensorFlow's writer tells nobody, or breaks, when the disk is full
        if disk.f_bavail * disk.f_frsize < summary.ByteSize() + MARGIN:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), folder)
        self.events.add_summary(summary, step)
        self.events.flush()


def tag(name):
    """What TensorBoard is told in place of a name of history.jsonl or of a picture."""
    if name in _FIRST:
        return "1-watch/" + _FIRST[name]
    group, _, rest = name.partition("/")
    return "%d-%s/%s" % (2 + _GROUPS.index(group), group, rest)


def _line(record):
    return json.dumps(record, sort_keys=True, ensure_ascii=False) + "\n"


def read_history(path, until=None):
    """The records of a history.jsonl, oldest first, up to the step `until`.

    What a kill or a full disk left of a line is none.
    """
    found = []
    if os.path.exists(path):
        with open(path, encoding="utf-8", errors="replace") as history:
            for line in history:
                try:
                    record = json.loads(line)
                except ValueError:
                    continue
                if isinstance(record, dict) and "step" in record and "minutes" in record:
                    if until is None or record["step"] <= until:
                        found.append(record)
    return found


def _is_whole(path):
    """Whether the file ends with a line's end, or is empty or not there."""
    if not os.path.exists(path) or not os.path.getsize(path):
        return True
    with open(path, "rb") as history:
        history.seek(-1, os.SEEK_END)
        return history.read() == b"\n"
