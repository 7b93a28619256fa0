"""The HTML page of an evaluation. It links to the WAV files; plots and font are embedded."""
import os

from matplotlib.figure import Figure

import audio
import korean
from common.html_report import render_page
from common.plotting import figure_to_png
from evaluation import evaluation_report, speaker_summary, systems
from evaluation.evaluation_report import format_label, list_columns
from evaluation.metrics import METRICS
from evaluation.systems import SYSTEMS
from tacotron2.alignment_plot import alignment_png
from training.training_plots import mels_png

MAX_ILLUSTRATED = 10    # sentences with plots
MAX_PLAYERS = 40        # sentences with audio players, besides those with a fault
FAULTS = ("skip", "repeat", "missed_stop")      # names of metrics


def render_report(report):
    """The page as a string. Raises InputError if a file of a sentence is damaged."""
    players = [(sentence, list_faults(figures), systems.available_systems(report.out, sentence))
               for sentence, figures in zip(report.sentences, report.figures)]
    lines = [(text, list_faults(figures)) for text, figures in zip(
        report.text.sentences, report.text.figures)] if report.text else []
    return render_page(
        os.path.join(os.path.dirname(os.path.abspath(__file__)), "evaluation_page.html"),
        report=report, evaluation_report=evaluation_report, METRICS=METRICS, SYSTEMS=SYSTEMS,
        list_summary_columns=speaker_summary.list_columns,
        format_summary_value=speaker_summary.format_value,
        overview_png=plot_overview(report) if report.sentences else None,
        faulty_lines=[(text, faults) for text, faults in lines if faults],
        max_players=MAX_PLAYERS,
        players=players[:MAX_PLAYERS] + [player for player in players[MAX_PLAYERS:] if player[1]],
        illustrated=[(sentence, _alignment_png(report, sentence), _mels_png(report, sentence))
                     for sentence in _synthesized(report)[:MAX_ILLUSTRATED]])


def list_faults(figures):
    """The labels of the alignment faults of the synthesis, of {system: {metric: value}}."""
    return [name.replace("_", " ") for name in FAULTS if figures.get("synthesis", {}).get(name)]


def _synthesized(report):
    return [sentence for sentence, figures in zip(report.sentences, report.figures)
            if "focus" in figures.get("synthesis", {})]


def plot_overview(report):
    """Every metric with its confidence intervals, one row per system, as PNG bytes."""
    names = [name for name, by_system in report.estimates.items() if len(by_system) > 1]
    columns, row_systems = 3, list_columns(report)[::-1]
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(10, 0.9 + rows * (0.5 + 0.24 * len(row_systems))))
    for index, name in enumerate(names):
        axes = figure.add_subplot(rows, columns, index + 1)
        for y, system in enumerate(row_systems):
            estimate = report.estimates[name].get(system)
            if estimate:
                axes.plot([estimate.ci_low, estimate.ci_high], [y, y], color="#999999",
                          linewidth=3)
                axes.plot(estimate.mean, y, "o", color="#3b6ea5", markersize=5)
        axes.set_yticks(range(len(row_systems)))
        axes.set_yticklabels([SYSTEMS[system].label for system in row_systems]
                             if index % columns == 0 else [])
        axes.set_ylim(-0.6, len(row_systems) - 0.4)
        axes.set_title(format_label(METRICS[name]), fontsize=9)
        axes.tick_params(labelsize=8)
        axes.grid(axis="x", color="#e4e4e4")
        axes.set_axisbelow(True)
    return figure_to_png(figure)


def _alignment_png(report, sentence):
    output = systems.read_mel_output(report.out, sentence, "synthesis")
    return alignment_png(output.alignment, [korean.SYMBOLS[i] for i in sentence.text_ids],
                         sentence.text)


def _mels_png(report, sentence):
    available = systems.available_systems(report.out, sentence)
    shown = [system for system in ("recording", "copy-synthesis", "synthesis")
             if system in available]
    mels = [audio.melspectrogram(audio.read_wav(
        systems.wav_path(report.out, sentence, system))[0], report.hp) for system in shown]
    return mels_png(mels, [SYSTEMS[system].label for system in shown], report.hp.max_abs_value)
