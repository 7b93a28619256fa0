"""The README's pictures of a run of train_tacotron.py, from its folder and a store.

    python -m tools.pictures --tacotron logs/me-tacotron --data data/me --out pictures

alignment.png has the alignment of a sentence before the training, in its middle and at its end;
curves.png what was measured on the way, with --vocoder of that run, too; mel.png the mel
of a held-out recording beside that of its synthesis.
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
from evaluation import choosing
from evaluation.curves import curves_png
from synthesis.voice import GRIFFIN_LIM, Voice
from training import run_folder
from training.training_plots import alignment_png
from training.tacotron_evaluation import evaluation_sentences

_KEPT = re.compile(r"(\d{7})-sentences-(.+-)?(\d+)-alignment\.png$")
_HEIGHT = 4.5       # of a picture [inches]


def alignments(folder):
    """(number of a sentence, [(step, path)] of its pictures in a run's eval/): nearest to the middle
    of the training, and the last. Raises InputError where there are not two.
    """
    found = OrderedDict()
    kept = os.path.join(folder, "eval")
    for name in sorted(os.listdir(kept) if os.path.isdir(kept) else []):
        match = _KEPT.match(name)
        if match:
            found.setdefault(int(match.group(3)), []).append((int(match.group(1)),
                                                              os.path.join(kept, name)))
    number, steps = next(iter(found.items()), (0, []))
    if len(steps) < 2:
        raise InputError("%s: has pictures of the alignment of %d evaluations, and two are "
                         "shown; train_tacotron.py makes them every evaluate_every steps"
                         % (kept, len(steps)))
    middle = min(steps[:-1], key=lambda each: abs(each[0] - steps[-1][0] / 2.0))
    return number, [middle, steps[-1]]


def untrained_png(folder, number):
    """The alignment of that sentence by the network as the run in the folder began."""
    run = run_folder.load_run(folder, "tacotron")
    item = evaluation_sentences(run)[number - 1]
    line = Voice(folder, GRIFFIN_LIM, run.speakers[item.speaker], trained=False).line(
        item.ids, run.hp.seed)
    return alignment_png(line.alignment, [korean.SYMBOLS[i] for i in item.ids], item.row.text)


def alignments_png(chosen):
    """Pictures (step, file) side by side, each with its step."""
    figure = Figure(figsize=(_HEIGHT * len(chosen), _HEIGHT))
    for place, (step, file) in enumerate(chosen):
        axes = figure.add_subplot(1, len(chosen), place + 1)
        axes.imshow(matplotlib.image.imread(file), interpolation="none")
        axes.set_axis_off()
        axes.set_title("step {:,}".format(step))
    return figure_to_png(figure)


def mels_png(recorded, spoken, text, mel_range):
    """Two normalised mels [frames, mels] side by side, on the same scales."""
    figure = Figure(figsize=(10, 3.2))
    longest = max(len(recorded), len(spoken))
    for place, (name, mel) in enumerate((("recording", recorded), ("synthesis", spoken))):
        axes = figure.add_subplot(1, 2, place + 1)
        axes.imshow(mel.T, aspect="auto", origin="lower", interpolation="none", vmin=-mel_range,
                    vmax=mel_range)
        axes.set_xlim(0, longest)
        axes.set_xlabel("frame")
        axes.set_ylabel("mel band")
        axes.set_title("%s: %s" % (name, text), fontproperties=korean_font(10))
    return figure_to_png(figure)


def main(arguments):
    parser = command_line.Parser(prog="python -m tools.pictures",
                                 description=__doc__.split("\n")[0])
    parser.add_argument("--tacotron", required=True, metavar="RUN", help="of train_tacotron.py")
    parser.add_argument("--vocoder", metavar="RUN", help="of train_vocoder.py")
    parser.add_argument("--data", required=True, metavar="STORE", help="what it was trained on")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder of the pictures")
    options = parser.parse_args(arguments)
    run_folder.load_run(options.tacotron, "tacotron")
    if options.vocoder:
        run_folder.load_run(options.vocoder, "vocoder")
    number, learnt = alignments(options.tacotron)
    before = 0, io.BytesIO(untrained_png(options.tacotron, number))
    over_training = alignments_png([before] + learnt)
    voice = Voice(options.tacotron, GRIFFIN_LIM)
    one = choosing.chosen([load_store(options.data)], voice, 1)[0][0]
    spoken = voice.with_speaker(one.speaker).line(one.sentence.ids, voice.hp.seed)
    mels = mels_png(one.store.mel(one.row), spoken.mel, one.sentence.text, voice.hp.max_abs_value)
    os.makedirs(options.out, exist_ok=True)
    for name, content in (("alignment.png", over_training), ("mel.png", mels),
                          ("curves.png", curves_png(options.tacotron, options.vocoder))):
        path = os.path.join(options.out, name)
        with files.whole(path) as file:
            file.write(content)
        print(path)


if __name__ == "__main__":
    command_line.run(main)
