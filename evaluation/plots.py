"""The plots of the page, as PNG bytes."""
from matplotlib.figure import Figure

from common.plotting import figure_to_png
from evaluation import table
from evaluation.ladder import SYSTEMS
from evaluation.metrics import METRICS

_BLUE, _GREY = "#3b6ea5", "#999999"
_ACROSS = 3


def ladder_png(report):
    """Every figure with its interval, system by system: the recording on top, noise at the bottom.
    """
    metrics = [name for name, of in report.estimates.items() if len(of) > 1]
    systems = table.columns(report)
    rows = -(-len(metrics) // _ACROSS)
    figure = Figure(figsize=(10, 0.9 + rows * (0.5 + 0.24 * len(systems))))
    for place, name in enumerate(metrics):
        axes = figure.add_subplot(rows, _ACROSS, place + 1)
        for height, system in enumerate(reversed(systems)):
            estimate = report.estimates[name].get(system)
            if estimate:
                axes.plot([estimate.low, estimate.high], [height, height], color=_GREY, linewidth=3)
                axes.plot(estimate.mean, height, "o", color=_BLUE, markersize=5)
        axes.set_yticks(range(len(systems)))
        axes.set_yticklabels([SYSTEMS[system] for system in reversed(systems)]
                             if place % _ACROSS == 0 else [])
        axes.set_ylim(-0.6, len(systems) - 0.4)
        axes.set_title(table.label(METRICS[name]), fontsize=9)
        axes.tick_params(labelsize=8)
        axes.grid(axis="x", color="#e4e4e4")
        axes.set_axisbelow(True)
    return figure_to_png(figure)
