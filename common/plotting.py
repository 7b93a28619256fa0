"""What every picture of the project shares: Hangul that can be read, and PNG bytes."""
import importlib.util
import io
import os
import struct

from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg

# The package is found, not imported: it would change the fonts of every plot in the process.
KOREAN_FONT_PATH = os.path.join(
    os.path.dirname(importlib.util.find_spec("koreanize_matplotlib").origin),
    "fonts", "NanumGothic.ttf")


def korean_font(size):
    """The font of labels and titles that may hold Hangul, in points."""
    return font_manager.FontProperties(fname=KOREAN_FONT_PATH, size=size)


def web_font():
    """The bytes of that font as a browser takes them: without the empty tables of its directory."""
    with open(KOREAN_FONT_PATH, "rb") as file:
        font = file.read()
    kind, count = struct.unpack(">4sH", font[:6])
    rows = [font[12 + 16 * i:28 + 16 * i] for i in range(count)]
    kept = [row for row in rows if any(row[12:])]       # the last word of a row is its length
    power = 2 ** (len(kept).bit_length() - 1)
    header = struct.pack(">4sHHHH", kind, len(kept), 16 * power, power.bit_length() - 1,
                         16 * (len(kept) - power))
    # the tables stay where they are, and the directory gets shorter
    return header + b"".join(kept).ljust(16 * count, b"\0") + font[12 + 16 * count:]


def letter_tick_labels(letters):
    """Labels of single letters: matplotlib 2.2 cuts a lone one, but not before a space."""
    return [letter + " " for letter in letters]


def figure_to_png(figure):
    """The PNG bytes of a Figure, which must be one of its own and not pyplot's.

    So nothing has to be closed, and threads do not meet.
    """
    FigureCanvasAgg(figure)
    out = io.BytesIO()
    figure.tight_layout()
    figure.savefig(out, format="png", dpi=90)
    return out.getvalue()
