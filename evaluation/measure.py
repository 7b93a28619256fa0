"""Measures all figures of a sentence, in worker processes."""
import functools
import os
import socket
from collections import OrderedDict, namedtuple

import numpy as np
from threadpoolctl import threadpool_limits

import audio
import korean
from common import files, parallel
from common.errors import InputError
from evaluation import distances, intelligibility, metrics, naturalness, speaker_similarity, systems
from tacotron2 import alignment_metrics

FIGURES_VERSION = 2     # of figures.json; 1 had no n_jamo

# out: folder of the evaluation; centroids: {speaker: embedding}; is_rated: whether naturalness
# and intelligibility are measured, too
MeasureJob = namedtuple("MeasureJob", "out sentence hp centroids is_rated")


def measure_sentences(jobs, workers):
    """Yield measure_sentence(job) of each job, with a progress bar.

    `workers` is that of parallel.map_in_order. Raises InputError if a worker of a cluster lacks
    packages that this process has, or a worker died twice at the same sentence.
    """
    task = functools.partial(_measure_in_worker, metrics.unavailable_metrics(2))
    for job, result in zip(jobs, parallel.map_in_order(task, jobs, workers, "sentence")):
        if isinstance(result, parallel.Failure):
            raise InputError("%s: %s" % (job.sentence[0], result.reason))
        yield result


def _measure_in_worker(unavailable, job):
    """measure_sentence(job) in a worker. `unavailable`: as for the program."""
    here = metrics.unavailable_metrics(2)
    different = sorted(set(here) ^ set(unavailable))
    if different:
        raise InputError("the worker on %s and this program do not have the same packages of "
                         "requirements-evaluate.txt: only one of them measures %s"
                         % (socket.gethostname(), ", ".join(different)))
    with threadpool_limits(1):      # there is one process per core already
        return measure_sentence(job)


def measure_sentence(job):
    """{system: {metric: value}} of a sentence, without the metrics that cannot be measured.

    They are cached in figures.json beside the WAV files, for as long as the same metrics can be
    measured.
    """
    path = os.path.join(systems.sentence_folder(job.out, job.sentence), "figures.json")
    conditions = {"version": FIGURES_VERSION, "rated": job.is_rated,
                  "speakers": sorted(job.centroids),
                  "unavailable": list(metrics.unavailable_metrics(len(job.centroids)))}
    if os.path.exists(path):
        stored = files.read_json(path)
        if stored.get("conditions") == conditions:
            return stored["figures"]
    samples = {system: audio.read_wav(systems.wav_path(job.out, job.sentence, system))[0]
               for system in systems.available_systems(job.out, job.sentence)}
    recording = samples.get("recording")
    figures = {system: _audio_figures(samples[system], recording, job) for system in samples}
    for system in systems.SYNTHESIZED:
        output = systems.read_mel_output(job.out, job.sentence, system)
        if output:
            added = figures.setdefault(system, {})
            added.update(alignment_figures([(job.sentence.text_ids, output)]))
            if recording is not None:
                added["duration_ratio"] = len(output.mel) * job.hp.hop_length / float(
                    len(recording))
    files.write_json(path, {"conditions": conditions, "figures": figures})
    return figures


def _audio_figures(samples, recording, job):
    hp, figures = job.hp, {}
    if recording is not None:
        figures.update(distances.compute_distances(samples, recording, hp)._asdict())
    if job.centroids and np.any(samples):
        figures.update(speaker_similarity.measure_similarities(
            speaker_similarity.embed_utterance(samples, hp.sample_rate), job.sentence.speaker,
            job.centroids))
    if job.is_rated and naturalness.is_available():
        figures["naturalness_mos"] = naturalness.predict_mos(samples, hp.sample_rate)
    if job.is_rated and intelligibility.is_available():
        figures["cer"], figures["jamo_error_rate"] = intelligibility.error_rates(
            samples, hp.sample_rate, job.sentence.text)
        letters = intelligibility.keep_letters(job.sentence.text)
        figures["n_letters"] = len(letters)
        figures["n_jamo"] = len(intelligibility.letters_to_jamo(letters))
    return {name: value for name, value in figures.items() if np.isfinite(value)}


def alignment_figures(utterances):
    """{metric: value} of a text that consists of `utterances`: [(symbol ids, MelOutput)].

    focus, coverage, monotonicity: means over the utterances. skip, repeat, missed_stop: 1 if any
    utterance has the fault (see tacotron2.alignment_metrics), else 0. fault_free: 1 if no fault.
    """
    alignments = [alignment_metrics.measure_alignment(
        output.alignment, [korean.SYMBOLS[i] in korean.JAMO for i in ids])
        for ids, output in utterances]
    faults = OrderedDict([("skip", any(each.skipped for each in alignments)),
                          ("repeat", any(each.repeated for each in alignments)),
                          ("missed_stop", not all(output.stopped for _, output in utterances))])
    figures = {name: float(np.mean([getattr(each, name) for each in alignments]))
               for name in ("focus", "coverage", "monotonicity")}
    figures.update((name, float(fault)) for name, fault in faults.items())
    return dict(figures, fault_free=float(not any(faults.values())))
