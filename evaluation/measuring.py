"""All figures of a sentence, and of many sentences side by side in processes of their own."""
import os
import signal
from collections import namedtuple
from multiprocessing import Pool

import numpy as np
from threadpoolctl import threadpool_limits

import audio
from common import files
from evaluation import (closeness, faults, intelligibility, ladder, likeness,
                        metrics, naturalness)

# out: folder of the evaluation; references: {speaker: embedding}; rated: whether what takes longest
# is estimated, too
Job = namedtuple("Job", "out sentence hp references rated")


def workers(count):
    """A pool of processes. It has to begin before TensorFlow has threads: they are not forked."""
    return Pool(count, _begin)


def _begin():
    signal.signal(signal.SIGINT, signal.SIG_IGN)    # Ctrl-C is for the process that gave the work
    threadpool_limits(1)                            # there is a process a core already


def figures(job):
    """{system: {metric: figure}} of a sentence; what cannot be measured of it is missing.

    They are kept beside its sound, and read from there while the same can be measured.
    """
    path = os.path.join(ladder.folder(job.out, job.sentence), "figures.json")
    able = {"rated": job.rated, "absent": list(metrics.absent(len(job.references)))}
    if os.path.exists(path):
        stored = files.read_json(path)
        if stored.get("able") == able:
            return stored["figures"]
    sounds = {system: audio.read_wav(ladder.wav(job.out, job.sentence, system))[0]
              for system in ladder.made_systems(job.out, job.sentence)}
    found = {system: _of_sound(system, samples, sounds["recording"], job)
             for system, samples in sounds.items()}
    for system in ("synthesis", "untrained"):
        line = ladder.line(job.out, job.sentence, system)
        if line:
            found.setdefault(system, {}).update(
                faults.of_parts([(job.sentence.ids, line)]),
                duration=len(line.mel) * job.hp.hop_length / float(len(sounds["recording"])))
    files.write_json(path, {"able": able, "figures": found})
    return found


def _of_sound(system, samples, recording, job):
    hp, text = job.hp, job.sentence.text
    found = dict(closeness.measured(samples, recording, hp)._asdict())
    if job.references and np.any(samples):
        found.update(_likeness(likeness.embedded(samples, hp.sample_rate), job))
    if job.rated and naturalness.is_there():
        found["naturalness"] = naturalness.estimated(samples, hp.sample_rate)
    if job.rated and intelligibility.is_there():
        found["character_error"], found["jamo_error"] = intelligibility.errors(
            samples, hp.sample_rate, text)
    return {name: value for name, value in found.items() if np.isfinite(value)}


def _likeness(embedding, job):
    cosines = {name: float(embedding.dot(reference)) for name, reference in job.references.items()}
    right = cosines.pop(job.sentence.speaker)
    if not cosines:
        return {"likeness": right}
    return {"likeness": right, "likeness_other": max(cosines.values()),
            "told_apart": float(right > max(cosines.values()))}


def reference(recordings):
    """The embedding of a speaker, of [(samples, rate)]."""
    return likeness.together([likeness.embedded(*recording) for recording in recordings])
