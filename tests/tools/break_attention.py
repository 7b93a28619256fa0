"""Speak the lines of break_lines.py with a voice, and count the failures and what helped.

    python tests/tools/break_attention.py --voice voices/demo --speaker ram --out logs/break

Prints each utterance that needed several attempts, then the share of lines with a fault at the
first attempt and at the end. Writes a plot of the first alignment with a fault and of the one that
was kept. Only the Tacotron 2 runs.
"""
import os
import sys
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))

from break_lines import create_lines

import korean
from common import command_line, files
from common.progress_bar import tqdm
from synthesis import text_lines
from synthesis.attempts import DEFAULT_ATTEMPTS, Predictor, describe_faults
from synthesis.voice import GRIFFIN_LIM, Voice, resolve_run_folders
from tacotron2.alignment_plot import alignment_png


def main(arguments):
    parser = command_line.Parser(prog="break_attention.py", description=__doc__.splitlines()[0])
    parser.add_voice_options()
    parser.add_argument("--attempts", type=command_line.positive_int, default=DEFAULT_ATTEMPTS)
    parser.add_argument("--out", metavar="DIR", help="folder of the plots")
    options = parser.parse_args(arguments)
    tacotron, _ = resolve_run_folders(options.voice, options.tacotron, options.vocoder)
    voice = Voice(tacotron, GRIFFIN_LIM, speaker=options.speaker)
    predictor = Predictor(voice, options.seed, options.attempts)
    first_attempt = Predictor(voice, options.seed, 1)
    texts = text_lines.normalize_lines("break_lines.py", create_lines(), voice.normalizer)
    failed_first, failed_last, remedies = 0, 0, Counter()
    for number, text in enumerate(tqdm(texts, unit="line"), 1):
        predictions = [(utterance, predictor.predict(utterance))
                       for utterance in voice.split_text(text)]
        failed = [(utterance, each) for utterance, each in predictions
                  if len(each.steps) > 1 or describe_faults(each.parts)]
        failed_first += bool(failed)
        failed_last += any(describe_faults(each.parts) for _, each in failed)
        for utterance, prediction in failed:
            is_repaired = not describe_faults(prediction.parts)
            remedies[prediction.remedy if is_repaired else "none"] += 1
            tqdm.write("%d: %s: %s" % (number, utterance, "; ".join(prediction.steps)))
            if options.out:
                _write_plots(options.out, number, first_attempt.predict(utterance), "first")
                _write_plots(options.out, number, prediction, "last")
    print("%s: %d lines; with a fault at the first attempt: %d; at the end: %d; utterances "
          "repaired by %s" % (voice.description, len(texts), failed_first, failed_last, dict(remedies)))


def _write_plots(out, number, prediction, name):
    os.makedirs(out, exist_ok=True)
    for index, part in enumerate(prediction.parts, 1):
        with files.atomic_write(os.path.join(out, "%03d-%s-%d.png" % (number, name, index))) as png:
            png.write(alignment_png(
                part.output.alignment, [korean.SYMBOLS[i] for i in part.ids], part.text))


if __name__ == "__main__":
    command_line.run_program(main)
