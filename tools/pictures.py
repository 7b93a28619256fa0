"""Plot a Tacotron 2 run for documentation: alignments over training, loss curves, a mel comparison.

    python -m tools.pictures --tacotron logs/me-tacotron --data data/me --out pictures

alignment.png shows the alignment of one sentence before, in the middle and at the end of training.
curves.png shows losses and evaluation metrics, with --vocoder also those of a WaveNet run. mel.png
compares the mel of a held-out recording with that of its synthesis.
"""
import io
import os
import re
from collections import OrderedDict

import matplotlib.image
from matplotlib.figure import Figure

import korean
from common import command_line, files
from common.errors import InputError
from common.plotting import figure_to_png, korean_font
from datasets.store import load_store
from evaluation.held_out import select_sentences
from synthesis.voice import GRIFFIN_LIM, INITIAL, Voice
from tacotron2.alignment_plot import alignment_png
from training import run_folder
from training.evaluators import evaluation_sentences
from training.training_history import read_history

# step, optional speaker, number of the evaluation sentence
_ALIGNMENT_NAME = re.compile(r"(\d{7})-sentences-(.+-)?(\d+)-alignment\.png$")
_ALIGNMENT_SIZE = 4.5       # width and height of an alignment [inches]

# the plots of a run: (title, {label of a curve: name in history.jsonl})
_TACOTRON_CURVES = (
    ("Tacotron 2: loss", {"training": "train/loss", "validation": "validation/total"}),
    ("free-running, held out", {"focus": "held-out/focus", "coverage": "held-out/coverage",
                                "stopped": "held-out/stopped"}))
_VOCODER_CURVES = (
    ("WaveNet: loss [nats per sample]", {"training": "train/loss",
                                         "validation": "validation/loss"}),
    ("copy synthesis: mel distance", {"held out": "held-out/mel_distance",
                                      "training": "seen/mel_distance"}))


def find_alignments(folder):
    """(number of an evaluation sentence, [(step, path)] of its middle and last alignment plots).

    Raises InputError if eval/ in the run folder has fewer than two.
    """
    by_sentence = OrderedDict()
    eval_folder = os.path.join(folder, "eval")
    for name in sorted(os.listdir(eval_folder) if os.path.isdir(eval_folder) else []):
        match = _ALIGNMENT_NAME.match(name)
        if match:
            by_sentence.setdefault(int(match.group(3)), []).append(
                (int(match.group(1)), os.path.join(eval_folder, name)))
    number, plots = next(iter(by_sentence.items()), (0, []))
    if len(plots) < 2:
        raise InputError("%s: has alignments of %d evaluations; two are needed, and "
                         "train_tacotron.py writes them every eval_interval steps"
                         % (eval_folder, len(plots)))
    last_step = plots[-1][0]
    middle = min(plots[:-1], key=lambda plot: abs(plot[0] - last_step / 2.0))
    return number, [middle, plots[-1]]


def untrained_alignment_png(folder, number):
    """PNG bytes: the alignment of an evaluation sentence with the run's initial weights.

    `number` counts the evaluation sentences from 1, as the names of their plots do.
    """
    run = run_folder.load_run(folder, "tacotron")
    item = evaluation_sentences(run)[number - 1]
    voice = Voice(folder, GRIFFIN_LIM, run.speakers[item.speaker_id], INITIAL)
    output = voice.predict_mel(item.text_ids, run.hp.seed)
    return alignment_png(output.alignment, [korean.SYMBOLS[i] for i in item.text_ids],
                         item.row.text)


def join_alignments_png(alignments):
    """PNG bytes: plots (step, path or file object) side by side, titled with their steps."""
    figure = Figure(figsize=(_ALIGNMENT_SIZE * len(alignments), _ALIGNMENT_SIZE))
    for index, (step, file) in enumerate(alignments):
        axes = figure.add_subplot(1, len(alignments), index + 1)
        axes.imshow(matplotlib.image.imread(file), interpolation="none")
        axes.set_axis_off()
        axes.set_title("step {:,}".format(step))
    return figure_to_png(figure)


def compare_mels_png(recording, synthesis, text, max_abs_value):
    """PNG bytes: two normalised mels [frames, n_mels] side by side, on the same scales."""
    figure = Figure(figsize=(10, 3.2))
    longest = max(len(recording), len(synthesis))
    for index, (name, mel) in enumerate((("recording", recording), ("synthesis", synthesis))):
        axes = figure.add_subplot(1, 2, index + 1)
        axes.imshow(mel.T, aspect="auto", origin="lower", interpolation="none", vmin=-max_abs_value,
                    vmax=max_abs_value)
        axes.set_xlim(0, longest)
        axes.set_xlabel("frame")
        axes.set_ylabel("mel band")
        axes.set_title("%s: %s" % (name, text), fontproperties=korean_font(10))
    return figure_to_png(figure)


def curves_png(tacotron_folder, vocoder_folder=None):
    """PNG bytes: curves over the training steps. Raises InputError if a run has no history."""
    rows = [(folder, plots) for folder, plots in ((tacotron_folder, _TACOTRON_CURVES),
                                                  (vocoder_folder, _VOCODER_CURVES)) if folder]
    figure = Figure(figsize=(10, 3 * len(rows)))
    for row, (folder, plots) in enumerate(rows):
        history = read_history(os.path.join(folder, "history.jsonl"))
        if not history:
            raise InputError("%s: has no history.jsonl with records; train the run first" % folder)
        for column, (title, curves) in enumerate(plots):
            axes = figure.add_subplot(len(rows), 2, 2 * row + column + 1)
            for label, name in curves.items():
                points = [(record["step"], record[name]) for record in history if name in record]
                is_sparse = len(points) < 50
                axes.plot(*zip(*points) if points else ([], []), label=label, linewidth=1.2,
                          marker="o" if is_sparse else None, markersize=3)
            axes.set_title(title)
            axes.set_xlabel("step")
            axes.grid(color="#e4e4e4")
            axes.set_axisbelow(True)
            axes.legend()
    return figure_to_png(figure)


def main(arguments):
    parser = command_line.Parser(prog="python -m tools.pictures",
                                 description=__doc__.split("\n")[0])
    parser.add_argument("--tacotron", required=True, metavar="RUN", help="run of train_tacotron.py")
    parser.add_argument("--vocoder", metavar="RUN", help="run of train_vocoder.py")
    parser.add_argument("--data", required=True, metavar="STORE",
                        help="an example store that the run was trained on")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder of the pictures")
    options = parser.parse_args(arguments)
    # wrong folders are reported before the work starts
    run_folder.load_run(options.tacotron, "tacotron")
    if options.vocoder:
        run_folder.load_run(options.vocoder, "vocoder")
    number, alignments = find_alignments(options.tacotron)
    untrained = 0, io.BytesIO(untrained_alignment_png(options.tacotron, number))
    voice = Voice(options.tacotron, GRIFFIN_LIM)
    held_out = select_sentences([load_store(options.data)], voice, 1)[0][0]
    output = voice.with_speaker(held_out.voice_speaker).predict_mel(held_out.sentence.text_ids,
                                                                    voice.hp.seed)
    os.makedirs(options.out, exist_ok=True)
    for name, png in (
            ("alignment.png", join_alignments_png([untrained] + alignments)),
            ("mel.png", compare_mels_png(held_out.store.load_mel(held_out.row), output.mel,
                                         held_out.sentence.text, voice.hp.max_abs_value)),
            ("curves.png", curves_png(options.tacotron, options.vocoder))):
        path = os.path.join(options.out, name)
        with files.atomic_write(path) as file:
            file.write(png)
        print(path)


if __name__ == "__main__":
    command_line.run_program(main)
