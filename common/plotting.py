"""What all plots share: a font with Hangul, and PNG bytes."""
import importlib.util
import io
import os

from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg

# The package is not imported: importing it changes the fonts of every plot in the process.
KOREAN_FONT_PATH = os.path.join(
    os.path.dirname(importlib.util.find_spec("koreanize_matplotlib").origin),
    "fonts", "NanumGothic.ttf")


def korean_font(size):
    """Font properties for labels and titles that may hold Hangul; the size in points."""
    return font_manager.FontProperties(fname=KOREAN_FONT_PATH, size=size)


def figure_to_png(figure):
    """The figure as PNG bytes, through a canvas of its own instead of pyplot's global state.

    So no figure has to be closed, and it works in any thread.
    """
    FigureCanvasAgg(figure)
    output = io.BytesIO()
    figure.tight_layout()
    figure.savefig(output, format="png", dpi=90)
    return output.getvalue()
