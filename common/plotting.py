"""Shared by all plots: a Hangul font, and encoding as PNG."""
import io

from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg

from common.fonts import KOREAN_FONT_PATH
from common.terminal import escape_controls


def korean_font(size):
    """FontProperties for labels and titles with Hangul; `size` in points."""
    return font_manager.FontProperties(fname=KOREAN_FONT_PATH, size=size)


def plain_text(text):
    """A text for a plot, without control characters and without the signs of formulas."""
    return escape_controls(text, keep="\n").replace("$", r"\$")


def figure_to_png(figure):
    """PNG bytes of a figure.

    It is drawn without pyplot, so that no figure has to be closed and any thread can do it.
    """
    FigureCanvasAgg(figure)
    output = io.BytesIO()
    figure.tight_layout()
    figure.savefig(output, format="png", dpi=90)
    return output.getvalue()
