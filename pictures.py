"""What every picture of the project shares: Hangul that can be read, and PNG bytes."""
import importlib.util
import io
import os

from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg

# The package is found, not imported: it would change the fonts of every plot in the process.
FONT = os.path.join(
    os.path.dirname(importlib.util.find_spec("koreanize_matplotlib").origin),
    "fonts", "NanumGothic.ttf")


def korean_font(size):
    """The font of labels and titles that may hold Hangul, in points."""
    return font_manager.FontProperties(fname=FONT, size=size)


def letter_labels(letters):
    """Labels of single letters: matplotlib 2.2 cuts a lone one, but not before a space."""
    return [letter + " " for letter in letters]


def png(figure):
    """The PNG bytes of a Figure, which must be one of its own and not pyplot's.

    So nothing has to be closed, and threads do not meet.
    """
    FigureCanvasAgg(figure)
    out = io.BytesIO()
    figure.tight_layout()
    figure.savefig(out, format="png", dpi=90)
    return out.getvalue()
