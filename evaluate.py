"""Evaluate a voice: distances, alignment, speaker similarity, naturalness, intelligibility.

    python evaluate.py --voice voices/me --data data/me --out logs/evaluation/me
    python evaluate.py --voice voices/me --text sentences.txt
    python evaluate.py --voice voices/me --data data/me --base voices/base --against data/a \
        --against data/b --sentences 25

With --data, synthesizes sentences that were held out from training, and compares them with their
recordings (the upper bound) and with white noise and an untrained voice (the lower bounds). With
--base, for a voice that was adapted to a new speaker, compares it also with the base voice. With
--text, measures only the alignment of the lines of a text. Prints a table, and writes
evaluation.json and evaluation.html into --out. Run the same command again to continue after an
interruption.
"""
import hashlib
import os
from collections import Counter

from common import command_line, files, parallel
from common.errors import InputError
from common.resources import available_cpus
from datasets.store import load_store
from evaluation import evaluation_report, held_out, measure, rendering, speaker_similarity, systems
from evaluation.evaluation_page import render_report
from synthesis import text_lines
from synthesis.voice import (BEST, GRIFFIN_LIM, INITIAL, NEWEST, Voice, report_default_speaker,
                             resolve_run_folders)
from wavenet_vocoder.engine import binding


def main(arguments):
    options = _create_parser().parse_args(arguments)
    if not (options.data or options.text):
        raise InputError("nothing to evaluate: give --data STORE or --text FILE")
    if options.base and not options.against:
        raise InputError("--base: needs recordings of the base voice's speakers; give their stores "
                         "with --against STORE")
    run_folders = resolve_run_folders(options.voice, options.tacotron, options.vocoder)
    base_folders = resolve_run_folders(options.base, None, None) if options.base else ()
    stores, other_stores = [[load_store(folder) for folder in folders]
                            for folders in (options.data, options.against)]
    raw_lines = files.read_lines(options.text) if options.text else []
    with parallel.open_workers(options.scheduler, available_cpus(), options.data + options.against,
                               options.out) as workers:
        settings = {"weights": BEST if options.best else NEWEST, "threads": options.threads,
                    "device": options.device}
        first_speaker = options.speaker[0] if options.speaker else None
        voice = Voice(*run_folders, speaker=first_speaker, **settings)
        base = Voice(*base_folders, **settings) if options.base else None
        checkpoints = "%s, %s" % (voice.tacotron_description, voice.vocoder_description)
        systems.prepare_output_folder(options.out, {
            "runs": [os.path.abspath(folder) for folder in run_folders + base_folders],
            "checkpoints": checkpoints, "speaker": options.speaker, "seed": options.seed,
            "unseen": options.unseen, "data": [os.path.abspath(store) for store in options.data],
            "against": [os.path.abspath(store) for store in options.against],
            "text": hashlib.sha256("\n".join(raw_lines).encode("utf-8")).hexdigest()
                    if options.text else None})
        texts = []
        if options.text:
            report_default_speaker(voice, first_speaker)
            texts = text_lines.normalize_lines(
                options.text, raw_lines, text_lines.create_normalizer(voice.normalizer))
        sentences = held_out.select_sentences(
            stores, voice, options.sentences, options.speaker, options.unseen, other_stores, base)
        # without the native engine, WaveNet would take hours for what is only noise
        vocoder_folder = run_folders[1] if binding.load_library() else GRIFFIN_LIM
        untrained = Voice(run_folders[0], vocoder_folder, speaker=first_speaker, weights=INITIAL,
                          precision="float32", threads=options.threads)
        text_report = None
        if options.text:
            alignments = rendering.measure_text_alignments(texts, voice, untrained, options.seed)
            text_report = evaluation_report.create_text_report(options.text, texts, alignments,
                                                               voice.hp)
        embeddings = speaker_similarity.embed_references(
            held_out.select_references(stores + other_stores), voice.hp.sample_rate, workers)
        nearest = held_out.find_nearest_speakers(
            sentences, speaker_similarity.find_centroids(embeddings), base)
        base_voices = {speaker: base.with_speaker(other[0])
                       for speaker, other in nearest.items() if base and other}
        rendering.render_sentences(options.out, sentences, voice, untrained, options.seed,
                                   base_voices)
        figures = list(measure.measure_sentences(
            _create_jobs(options, sentences, voice.hp, embeddings), workers))
    title = "%s: %s" % (options.voice, checkpoints) if options.voice else checkpoints
    _write_report(evaluation_report.create_report(
        title, options.out, voice.hp, [each.sentence for each in sentences], figures,
        len(stores + other_stores), nearest, text_report))


def _create_jobs(options, sentences, hp, embeddings):
    """A MeasureJob for each HeldOutSentence; the first ones of each speaker are rated."""
    counts, jobs = Counter(), []
    for each in sentences:
        speaker = each.sentence.speaker
        centroids = speaker_similarity.find_centroids(embeddings,
                                                      (speaker, each.row and each.row.id))
        # recordings that are not synthesized continue the count of those that are
        kinds = [kind for kind, is_present in (("synthesis", each.voice_speaker),
                                               ("recording", each.row)) if is_present]
        is_rated = any(counts[speaker, kind] < options.rated for kind in kinds)
        counts.update((speaker, kind) for kind in kinds)
        jobs.append(measure.MeasureJob(options.out, each.sentence, hp, centroids, is_rated))
    return jobs


def _write_report(report):
    files.write_json(os.path.join(report.out, "evaluation.json"),
                     evaluation_report.report_to_dict(report))
    page = os.path.join(report.out, "evaluation.html")
    with files.atomic_write(page, "w", encoding="utf-8") as file:
        file.write(render_report(report))
    reports = [report.text] if report.text else []
    for part in reports + ([report] if report.sentences else []):
        print("%s: %d sentences" % (part.title, len(part.sentences)))
        print(*evaluation_report.format_table(part), sep="\n")
        print(evaluation_report.INTERVAL_METHOD)
    print(page)


def _create_parser():
    parser = command_line.Parser(prog="evaluate.py", description=__doc__.splitlines()[0],
                                 conflict_handler="resolve")        # --speaker is redefined
    parser.add_voice_options()
    parser.add_argument("--data", action="append", default=[], metavar="STORE",
                        help="an example store, whose recordings are the references; repeat the "
                             "option for more speakers")
    parser.add_argument("--speaker", action="append", default=[], metavar="NAME",
                        help="evaluate only this speaker of the stores (repeat the option for "
                             "more); or the voice's speaker who reads the texts of stores whose "
                             "speakers the voice does not have")
    parser.add_argument("--against", action="append", default=[], metavar="STORE",
                        help="a store of another speaker, for speaker similarity; repeat the "
                             "option for more")
    parser.add_argument("--base", metavar="VOICE",
                        help="the voice that the evaluated one was trained from, and whose "
                             "training data are the stores of --against: its nearest speaker "
                             "reads the texts, too")
    parser.add_argument("--text", metavar="FILE",
                        help="text file without recordings: only the alignment of its lines is "
                             "evaluated")
    parser.add_argument("--sentences", type=command_line.positive_int, metavar="N",
                        help="N sentences of each speaker (default: all held out). If the speaker "
                             "recorded fewer, the voice reads texts held out of the other stores")
    parser.add_argument("--unseen", action="store_true",
                        help="use all sentences of the stores: the voice was not trained on them")
    parser.add_argument("--rated", type=command_line.positive_int, default=25, metavar="N",
                        help="measure naturalness and intelligibility, which are slow, for the "
                             "first N sentences of each speaker only (default: 25)")
    parser.add_scheduler_option()
    parser.add_argument("--out", default=os.path.join("logs", "evaluation"), metavar="DIR",
                        help="folder of the results; default: logs/evaluation")
    return parser


if __name__ == "__main__":
    command_line.run_program(main)
