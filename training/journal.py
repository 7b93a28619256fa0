"""What a run tells: TensorBoard events, history.jsonl, and the files of eval/.

history.jsonl has a line for each record: step, minutes of training so far, and the figures by
name. It outlives restarts, and is read by a plot or a spreadsheet without TensorBoard.
"""
import io
import json
import os
import struct
import time

import numpy as np

import audio
import files
from tf1 import tf
from training.run import SOFTWARE


class Journal(object):
    """The writer of one run from step `done` on."""

    def __init__(self, run, done):
        self.run = run
        self.events = tf.summary.FileWriter(os.path.join(run.folder, "events"))
        self.minutes_before = _minutes(run.path("history.jsonl"), done)
        self.began = self.last = time.time()
        self.last_step = done

    def training(self, step, got, losses):
        """Record one step's figures, the mean of the losses since the last record, and the pace."""
        now = time.time()
        figures = {"train/" + name: value for name, value in got.items()}
        figures["train/loss"] = np.mean(losses)
        figures["train/steps_per_second"] = (step - self.last_step) / max(now - self.last, 1e-9)
        self.last, self.last_step = now, step
        self.figures(step, figures)

    def figures(self, step, figures):
        """Record scalars by name."""
        figures = {name: float(value) for name, value in figures.items()}
        minutes = self.minutes_before + (time.time() - self.began) / 60
        with open(self.run.path("history.jsonl"), "a", encoding="utf-8") as history:
            history.write(json.dumps(dict(figures, step=step, minutes=round(minutes, 3)),
                                     sort_keys=True) + "\n")
        self._add(step, [tf.Summary.Value(tag=name, simple_value=value)
                         for name, value in figures.items()])

    def picture(self, step, name, png):
        """Keep a PNG, as bytes, under eval/ and show it in TensorBoard."""
        with files.whole(self._path(step, name, "png")) as out:
            out.write(png)
        width, height = struct.unpack(">II", png[16:24])        # of a PNG's header
        image = tf.Summary.Image(encoded_image_string=png, width=width, height=height, colorspace=4)
        self._add(step, [tf.Summary.Value(tag=name, image=image)])

    def sound(self, step, name, samples, sample_rate, comment):
        """Keep samples in [-1, 1] as a WAV under eval/ and let TensorBoard play them."""
        wav = io.BytesIO()
        audio.write_wav(wav, samples, sample_rate, comment, SOFTWARE)
        with files.whole(self._path(step, name, "wav")) as out:
            out.write(wav.getvalue())
        clip = tf.Summary.Audio(sample_rate=sample_rate, num_channels=1,
                                length_frames=len(samples), content_type="audio/wav",
                                encoded_audio_string=wav.getvalue())
        self._add(step, [tf.Summary.Value(tag=name, audio=clip)])

    def close(self):
        self.events.close()

    def _path(self, step, name, ending):
        return self.run.path("eval", "%07d-%s.%s" % (step, name.replace("/", "-"), ending))

    def _add(self, step, values):
        self.events.add_summary(tf.Summary(value=values), step)
        self.events.flush()


def records(path, until=None):
    """The records of a history.jsonl, oldest first, up to the step `until`."""
    found = []
    if not os.path.exists(path):
        return found
    with open(path, encoding="utf-8") as history:
        for line in history:
            try:
                record = json.loads(line)
            except ValueError:              # the last line of a run that was killed
                continue
            if until is None or record.get("step", 0) <= until:
                found.append(record)
    return found


def _minutes(path, done):
    """Minutes of training up to step `done`, as its last record there tells."""
    return max([record.get("minutes", 0.0) for record in records(path, done)] or [0.0])
