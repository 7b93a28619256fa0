"""The README's pictures of a run of train_tacotron.py, from its folder and a store.

    python -m evaluation.pictures --tacotron logs/me-tacotron --data data/me --out pictures

alignment.png has an evaluation's alignment at the beginning, in the middle and at the end of the
training; curves.png what was measured on the way, with --vocoder of that run, too; mel.png the mel
of a held-out recording beside that of its synthesis.
"""
import os
import re
from collections import OrderedDict

import matplotlib.image
from matplotlib.figure import Figure

import command_line
import files
from datasets.store import load_store
from evaluation import choosing
from evaluation.curves import curves_png
from hparams import InputError
from pictures import korean_font, png
from training import run as runs
from voice import GRIFFIN_LIM, Voice

_KEPT = re.compile(r"(\d{7})-(sentences-.+-alignment)\.png$")
_HEIGHT = 4.5       # of a picture [inches]


def alignments(folder):
    """[(step, path)] of the pictures in a run's eval/: of one sentence, at the first step, the one
    nearest to the middle, and the last. Raises InputError where there are not three.
    """
    found = OrderedDict()
    kept = os.path.join(folder, "eval")
    for name in sorted(os.listdir(kept) if os.path.isdir(kept) else []):
        match = _KEPT.match(name)
        if match:
            found.setdefault(match.group(2), []).append((int(match.group(1)),
                                                         os.path.join(kept, name)))
    steps = next(iter(found.values()), [])
    if len(steps) < 3:
        raise InputError("%s: has pictures of the alignment of %d evaluations, and three are "
                         "shown; train_tacotron.py makes them every evaluate_every steps"
                         % (kept, len(steps)))
    middle = min(steps[1:-1], key=lambda each: abs(each[0] - steps[-1][0] / 2.0))
    return [steps[0], middle, steps[-1]]


def alignments_png(chosen):
    """Pictures (step, path) side by side, each with its step."""
    figure = Figure(figsize=(_HEIGHT * len(chosen), _HEIGHT))
    for place, (step, path) in enumerate(chosen):
        axes = figure.add_subplot(1, len(chosen), place + 1)
        axes.imshow(matplotlib.image.imread(path), interpolation="none")
        axes.set_axis_off()
        axes.set_title("step {:,}".format(step))
    return png(figure)


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
    return png(figure)


def main(arguments):
    parser = command_line.Parser(prog="python -m evaluation.pictures",
                                 description=__doc__.split("\n")[0])
    parser.add_argument("--tacotron", required=True, metavar="RUN", help="of train_tacotron.py")
    parser.add_argument("--vocoder", metavar="RUN", help="of train_vocoder.py")
    parser.add_argument("--data", required=True, metavar="STORE", help="what it was trained on")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder of the pictures")
    options = parser.parse_args(arguments)
    runs.load(options.tacotron, "tacotron")
    if options.vocoder:
        runs.load(options.vocoder, "vocoder")
    over_training = alignments_png(alignments(options.tacotron))
    voice = Voice(options.tacotron, GRIFFIN_LIM)
    one = choosing.chosen([load_store(options.data)], voice, 1)[0][0]
    spoken = voice.speaking_as(one.speaking_as).line(one.sentence.ids, voice.hp.seed)
    mels = mels_png(one.store.mel(one.row), spoken.mel, one.sentence.text, voice.hp.mel_range)
    os.makedirs(options.out, exist_ok=True)
    for name, content in (("alignment.png", over_training), ("mel.png", mels),
                          ("curves.png", curves_png(options.tacotron, options.vocoder))):
        path = os.path.join(options.out, name)
        with files.whole(path) as file:
            file.write(content)
        print(path)


if __name__ == "__main__":
    command_line.run(main)
