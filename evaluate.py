"""Evaluate a voice: distances, alignment, speaker similarity, naturalness, intelligibility.

    python evaluate.py --voice voices/me --data data/me --out logs/evaluation/me
    python evaluate.py --voice voices/me --text sentences.txt

Sentences that training held out are synthesized, and every figure is shown between those of the
recording and of noise. The results are a table, evaluation.json and evaluation.html in --out. An
interrupted evaluation continues with the same command.
"""
import os

from tqdm import tqdm

from common import command_line, files
from common.resources import available_cpus
from common.errors import InputError
from datasets.store import load_store
from doctor.device_selection import select_device
from evaluation import (evaluation_report, held_out, measure, rendering,
                        speaker_similarity, systems)
from evaluation.evaluation_page import render_report
from synthesis import text_lines
from synthesis.voice import (BEST, GRIFFIN_LIM, INITIAL, NEWEST, Voice,
                             report_default_speaker, resolve_run_folders)
from wavenet_vocoder.engine import binding


def main(arguments):
    options = _parser().parse_args(arguments)
    if not (options.data or options.text):
        raise InputError("nothing to evaluate: give --data STORE or --text FILE")
    run_folders = resolve_run_folders(options.voice, options.tacotron, options.vocoder)
    stores = [load_store(folder) for folder in options.data]
    text = options.text and files.read_lines(options.text)
    pool = measure.create_pool(available_cpus())
    try:
        select_device(options.device, allow_fallback=True)
        voice = Voice(*run_folders, speaker=options.speaker,
                      weights=BEST if options.best else NEWEST, threads=options.threads)
        checkpoints = "%s, %s" % (voice.tacotron_description, voice.vocoder_description)
        systems.claim_output_folder(options.out, {
            "runs": [os.path.abspath(folder) for folder in run_folders],
            "checkpoints": checkpoints, "speaker": options.speaker, "seed": options.seed,
            "unseen": options.unseen, "data": [os.path.abspath(store) for store in options.data]})
        if options.text:
            report_default_speaker(voice, options.speaker)
            texts = text_lines.normalize_lines(
                options.text, text, text_lines.create_normalizer(voice.normalizer))
        sentences, references = held_out.select_sentences(stores, voice, options.sentences,
                                                          options.speaker, options.unseen)
        # without the native engine, WaveNet with initial weights would take hours
        untrained = Voice(run_folders[0], run_folders[1] if binding.load_library() else GRIFFIN_LIM,
                          options.speaker, INITIAL, "float32", options.threads)
        text_report = options.text and evaluation_report.create_text_report(
            options.text, texts, rendering.measure_text_alignments(texts, voice, untrained,
                                                                   options.seed), voice.hp)
        rendering.render_sentences(options.out, sentences, voice, untrained, options.seed)
        embeddings = speaker_similarity.embed_references(references, voice.hp.sample_rate)
        jobs = [measure.MeasureJob(options.out, each.sentence, voice.hp, embeddings,
                                   number < options.rated) for number, each in enumerate(sentences)]
        figures = list(tqdm(pool.imap(measure.measure_sentence, jobs), total=len(jobs),
                            unit="sentence", desc="measuring"))
    finally:
        pool.terminate()
    title = "%s: %s" % (options.voice, checkpoints) if options.voice else checkpoints
    _write_report(evaluation_report.create_report(
        title, options.out, voice.hp, [job.sentence for job in jobs], figures, len(references),
        text_report))


def _write_report(report):
    files.write_json(os.path.join(report.out, "evaluation.json"),
                     evaluation_report.report_to_dict(report))
    page = os.path.join(report.out, "evaluation.html")
    with files.atomic_write(page, "w", encoding="utf-8") as file:
        file.write(render_report(report))
    for part in (report.text, report if report.sentences else None):
        if part:
            print("%s: %d sentences" % (part.title, len(part.sentences)))
            for line in evaluation_report.format_table(part):
                print(line)
            print(evaluation_report.INTERVAL_METHOD)
    print(page)


def _parser():
    parser = command_line.Parser(prog="evaluate.py", description=__doc__.splitlines()[0])
    parser.add_voice_options()
    parser.add_argument("--data", action="append", default=[], metavar="STORE",
                        help="an example store with recordings; may be repeated, one per speaker")
    parser.add_argument("--text", metavar="FILE",
                        help="lines without recordings: only their alignment is evaluated")
    parser.add_argument("--sentences", type=command_line.positive_int, metavar="N",
                        help="at most N sentences of all stores together (default: all held out)")
    parser.add_argument("--unseen", action="store_true",
                        help="the voice was not trained on these stores: use all their sentences")
    parser.add_argument("--rated", type=command_line.positive_int, default=20, metavar="N",
                        help="measure naturalness and intelligibility, which are slow, for the "
                             "first N sentences only (default: 20)")
    parser.add_argument("--out", default=os.path.join("logs", "evaluation"), metavar="DIR",
                        help="default: logs/evaluation")
    return parser


if __name__ == "__main__":
    command_line.run_program(main)
