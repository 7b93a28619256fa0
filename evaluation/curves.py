"""What two runs wrote into history.jsonl while they learnt, as curves over their steps."""
import os

from matplotlib.figure import Figure

from common.errors import InputError
from common.plotting import figure_to_png
from training.training_log import read_history

# of each model: the panels, each a title and its curves, label → figure
_TACOTRON = (
    ("Tacotron 2: loss", {"training": "train/loss", "validation": "validation/total"}),
    ("held out, spoken freely", {"focus": "held-out/focus", "coverage": "held-out/coverage",
                                 "stopped": "held-out/stopped"}))
_VOCODER = (
    ("WaveNet: loss [nats a sample]", {"training": "train/loss", "validation": "validation/loss"}),
    ("copies' mel distance", {"held out": "held-out/mel_distance", "seen": "seen/mel_distance"}))


def curves_png(tacotron, vocoder=None):
    """Curves of the folders of a run of each; of the vocoder's, where it is given.

    Raises InputError where a run has recorded nothing.
    """
    rows = [(folder, panels) for folder, panels in ((tacotron, _TACOTRON), (vocoder, _VOCODER))
            if folder]
    figure = Figure(figsize=(10, 3 * len(rows)))
    for row, (folder, panels) in enumerate(rows):
        history = read_history(os.path.join(folder, "history.jsonl"))
        if not history:
            raise InputError("%s: has no history.jsonl with figures" % folder)
        for column, (title, curves) in enumerate(panels):
            axes = figure.add_subplot(len(rows), 2, 2 * row + column + 1)
            for label, name in curves.items():
                points = [(record["step"], record[name]) for record in history if name in record]
                few = len(points) < 50      # evaluations, which lie far apart
                axes.plot(*zip(*points) if points else ([], []), label=label, linewidth=1.2,
                          marker="o" if few else None, markersize=3)
            axes.set_title(title)
            axes.set_xlabel("step")
            axes.grid(color="#e4e4e4")
            axes.set_axisbelow(True)
            axes.legend()
    return figure_to_png(figure)
