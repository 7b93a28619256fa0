"""Judge a voice: how close to recordings, how like, how natural, how intelligible, how aligned.

    python evaluate.py --voice voices/me --data data/me --out logs/evaluation/me
    python evaluate.py --voice voices/me --text sentences.txt

It speaks sentences that training held out, puts every figure between the recording's and noise's,
and leaves a table, evaluation.json and evaluation.html in --out. The same command goes on where it
was interrupted.
"""
import os

from tqdm import tqdm

from common import command_line, files
from common.device import available_cpus
from common.errors import InputError
from common.plotting import KOREAN_FONT_PATH, web_font
from datasets.store import load_store
from doctor.device_selection import select_device
from evaluation import choosing, likeness, measuring, page
from evaluation import report as reports
from evaluation import speaking, table
from synthesis import text_lines
from synthesis.voice import GRIFFIN_LIM, Voice, resolve_run_folders, report_default_speaker
from wavenet_vocoder.engine import binding

FORMAT = 1


def main(arguments):
    options = _parser().parse_args(arguments)
    if not (options.data or options.text):
        raise InputError("nothing to speak: give --data STORE or --text FILE")
    runs = resolve_run_folders(options.voice, options.tacotron, options.vocoder)
    stores = [load_store(folder) for folder in options.data]
    written = options.text and files.read_lines(options.text)
    pool = measuring.workers(available_cpus())
    try:
        select_device(options.device, allow_fallback=True)
        voice = Voice(*runs, speaker=options.speaker, best=options.best, threads=options.threads)
        about = "%s, %s" % (voice.tacotron_description, voice.vocoder_description)
        _claim(options, runs, about)
        if options.text:
            report_default_speaker(voice, options.speaker)
        texts = options.text and text_lines.normalize_lines(options.text, written,
                                                 text_lines.create_normalizer(voice.normalizer))
        chosen, rows = choosing.chosen(stores, voice, options.sentences, options.speaker,
                                       options.unseen)
        # without the engine its samples would take hours
        untrained = Voice(runs[0], runs[1] if binding.load_library() else GRIFFIN_LIM, options.speaker,
                          threads=options.threads, precision="float32", trained=False)
        text = options.text and reports.of_text(options.text, texts, speaking.alignments(
            texts, voice, untrained, options.seed), voice.hp)
        speaking.bring_into_sound(options.out, chosen, voice, untrained, options.seed)
        references = _references(rows, voice.hp.sample_rate)
        jobs = [measuring.Job(options.out, one.sentence, voice.hp, references,
                              number < options.rated) for number, one in enumerate(chosen)]
        figures = list(tqdm(pool.imap(measuring.figures, jobs), total=len(jobs), unit="sentence",
                            desc="measuring"))
    finally:
        pool.terminate()
    _write(options.out, reports.of(
        "%s: %s" % (options.voice, about) if options.voice else about, options.out, voice.hp,
        [job.sentence for job in jobs], figures, len(rows), text))


def _references(rows, rate):
    """{speaker: embedding} of {speaker: (store, rows)}, where there is an encoder."""
    if not likeness.is_there():
        return {}
    return {speaker: measuring.reference([(store.load_example(row).audio, rate) for row in of_speaker])
            for speaker, (store, of_speaker) in rows.items()}


def _claim(options, runs, about):
    """Raises InputError where --out has what another voice said, or the same of other recordings.
    """
    os.makedirs(options.out, exist_ok=True)
    path = os.path.join(options.out, "claim.json")
    claim = {"format": FORMAT, "runs": [os.path.abspath(run) for run in runs], "steps": about,
             "speaker": options.speaker, "seed": options.seed, "unseen": options.unseen,
             "data": [os.path.abspath(store) for store in options.data]}
    if not os.path.exists(path):
        files.write_json(path, claim)
    stored = files.read_json(path)
    differing = sorted(name for name in claim if stored.get(name) != claim[name])
    if differing:
        raise InputError("--out %s: has an evaluation with other values of %s; choose another, or "
                         "delete it" % (options.out, ", ".join(differing)))


def _write(folder, report):
    files.write_json(os.path.join(folder, "evaluation.json"), table.as_object(report))
    with files.atomic_write(os.path.join(folder, os.path.basename(KOREAN_FONT_PATH))) as file:
        file.write(web_font())
    path = os.path.join(folder, "evaluation.html")
    with files.atomic_write(path, "w", encoding="utf-8") as file:
        file.write(page.as_html(report))
    for part in (report.text, report if report.sentences else None):
        if part:
            print("%s: %d sentences" % (part.voice, len(part.sentences)))
            for line in table.lines(part):
                print(line)
            print(part.how)
    print(path)


def _parser():
    parser = command_line.Parser(prog="evaluate.py", description=__doc__.splitlines()[0])
    parser.add_voice_options()
    parser.add_argument("--data", action="append", default=[], metavar="STORE",
                        help="a store with recordings; several are of several speakers")
    parser.add_argument("--text", metavar="FILE",
                        help="lines without recordings, whose alignment is judged")
    parser.add_argument("--sentences", type=command_line.positive_int, metavar="N",
                        help="at most so many of the stores together (default: all held out)")
    parser.add_argument("--unseen", action="store_true",
                        help="the voice was not trained on these stores: all of them is held out")
    parser.add_argument("--rated", type=command_line.positive_int, default=20, metavar="N",
                        help="naturalness and intelligibility, which take longest, are of the "
                             "first N sentences (default: 20)")
    parser.add_argument("--out", default=os.path.join("logs", "evaluation"), metavar="DIR",
                        help="default: logs/evaluation")
    return parser


if __name__ == "__main__":
    command_line.run_program(main)
