"""Evaluate a voice: distances, alignment, speaker similarity, naturalness, intelligibility.

    python evaluate.py --voice voices/me --data data/me --out logs/evaluation/me
    python evaluate.py --voice voices/me --text sentences.txt

With --data, synthesizes sentences that were held out from training, and compares them with their
recordings (the upper bound) and with white noise and an untrained voice (the lower bounds). With
--text, measures only the alignment of the lines of a text. Prints a table, and writes
evaluation.json and evaluation.html into --out. Run the same command again to continue after an
interruption.
"""
import os

from tqdm import tqdm

from common import command_line, files
from common.errors import InputError
from common.resources import available_cpus
from datasets.store import load_store
from doctor.device_selection import select_device
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
    run_folders = resolve_run_folders(options.voice, options.tacotron, options.vocoder)
    stores = [load_store(folder) for folder in options.data]
    raw_lines = files.read_lines(options.text) if options.text else []
    pool = measure.create_pool(available_cpus())        # forks, so before TensorFlow has threads
    try:
        select_device(options.device, allow_fallback=True)
        voice = Voice(*run_folders, speaker=options.speaker,
                      weights=BEST if options.best else NEWEST, threads=options.threads)
        checkpoints = "%s, %s" % (voice.tacotron_description, voice.vocoder_description)
        systems.prepare_output_folder(options.out, {
            "runs": [os.path.abspath(folder) for folder in run_folders],
            "checkpoints": checkpoints, "speaker": options.speaker, "seed": options.seed,
            "unseen": options.unseen, "data": [os.path.abspath(store) for store in options.data]})
        texts = []
        if options.text:
            report_default_speaker(voice, options.speaker)
            texts = text_lines.normalize_lines(
                options.text, raw_lines, text_lines.create_normalizer(voice.normalizer))
        sentences, references = held_out.select_sentences(stores, voice, options.sentences,
                                                          options.speaker, options.unseen)
        # without the native engine, WaveNet would take hours for what is only noise
        vocoder_folder = run_folders[1] if binding.load_library() else GRIFFIN_LIM
        untrained = Voice(run_folders[0], vocoder_folder, speaker=options.speaker, weights=INITIAL,
                          precision="float32", threads=options.threads)
        text_report = None
        if options.text:
            alignments = rendering.measure_text_alignments(texts, voice, untrained, options.seed)
            text_report = evaluation_report.create_text_report(options.text, texts, alignments,
                                                               voice.hp)
        rendering.render_sentences(options.out, sentences, voice, untrained, options.seed)
        embeddings = speaker_similarity.embed_references(references, voice.hp.sample_rate)
        jobs = [measure.MeasureJob(options.out, held_out_sentence.sentence, voice.hp, embeddings,
                                   index < options.rated)
                for index, held_out_sentence in enumerate(sentences)]
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
    reports = [report.text] if report.text else []
    for part in reports + ([report] if report.sentences else []):
        print("%s: %d sentences" % (part.title, len(part.sentences)))
        print(*evaluation_report.format_table(part), sep="\n")
        print(evaluation_report.INTERVAL_METHOD)
    print(page)


def _create_parser():
    parser = command_line.Parser(prog="evaluate.py", description=__doc__.splitlines()[0])
    parser.add_voice_options()
    parser.add_argument("--data", action="append", default=[], metavar="STORE",
                        help="an example store, whose recordings are the references; repeat the "
                             "option for more speakers")
    parser.add_argument("--text", metavar="FILE",
                        help="text file without recordings: only the alignment of its lines is "
                             "evaluated")
    parser.add_argument("--sentences", type=command_line.positive_int, metavar="N",
                        help="at most N sentences of all stores together (default: all held out)")
    parser.add_argument("--unseen", action="store_true",
                        help="use all sentences of the stores: the voice was not trained on them")
    parser.add_argument("--rated", type=command_line.positive_int, default=20, metavar="N",
                        help="measure naturalness and intelligibility, which are slow, for the "
                             "first N sentences only (default: 20)")
    parser.add_argument("--out", default=os.path.join("logs", "evaluation"), metavar="DIR",
                        help="folder of the results; default: logs/evaluation")
    return parser


if __name__ == "__main__":
    command_line.run_program(main)
