"""Plots of attention alignments, as PNG bytes.

They are drawn with Pillow: Matplotlib takes longer to import than a sentence takes to synthesize.
"""
import functools
import io
import textwrap

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import korean
from common.fonts import KOREAN_FONT_PATH
from common.terminal import escape_controls

WIDTH = 350         # pixels: the widest image that TensorBoard shows unscaled
TITLE_WIDTH = 25    # letters in a line of the title
MANY_LABELS = 40    # from this number on, every other label is shifted to the left
# pixels
_LABEL_SIZE, _TITLE_SIZE, _MARGIN, _TICK = 11, 13, 8, 4
_LABEL_COLUMN, _MIN_HEIGHT = 13, 100
_X_LABEL = "decoder step (violet: weight 0, yellow: 1)"
# Matplotlib's colour map viridis at equal distances
_VIRIDIS = ((68, 1, 84), (71, 44, 122), (59, 81, 139), (44, 113, 142), (33, 144, 141),
            (39, 173, 129), (92, 200, 99), (170, 220, 50), (253, 231, 37))
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)     # between two ticks


def alignment_png(weights, symbols, title):
    """Plot attention weights [steps, jamo]: decoder steps to the right, jamo upwards.

    `symbols` are the jamo as strings, one for each column of the weights.
    """
    n_steps, n_jamo = weights.shape
    n_columns = 2 if n_jamo >= MANY_LABELS else 1
    lines = textwrap.wrap(title, TITLE_WIDTH)
    left = _MARGIN + n_columns * _LABEL_COLUMN + _TICK
    right = WIDTH - 2 * _MARGIN
    top = _MARGIN + len(lines) * (_TITLE_SIZE + 4) + 4
    bottom = top + max(_MIN_HEIGHT, n_jamo * (7 if n_columns == 2 else 13))
    image = Image.new("RGB", (WIDTH, bottom + 3 * _LABEL_SIZE + _TICK + _MARGIN), "white")
    image.paste(_heat_map(weights).resize((right - left, bottom - top), Image.NEAREST), (left, top))
    draw = ImageDraw.Draw(image)
    draw.rectangle([left - 1, top - 1, right, bottom], outline="black")
    for number, line in enumerate(lines):
        _draw_text(draw, (left + right) / 2, _MARGIN + number * (_TITLE_SIZE + 4), line,
                   _TITLE_SIZE)
    for i, label in enumerate(korean.symbol_labels(symbols)):
        y = bottom - (i + 0.5) * (bottom - top) / n_jamo
        draw.line([left - 1 - _TICK, y, left - 1, y], fill="black")
        x = left - _TICK - _LABEL_COLUMN * (0.5 + i % n_columns)
        _draw_text(draw, x - 2, y - _LABEL_SIZE / 2 - 1, label, _LABEL_SIZE)
    interval = next(step for step in _STEPS if n_steps <= 6 * step or step == _STEPS[-1])
    for step in range(0, n_steps, interval):
        x = left + (step + 0.5) * (right - left) / n_steps
        draw.line([x, bottom, x, bottom + _TICK], fill="black")
        _draw_text(draw, x, bottom + _TICK + 1, str(step), _LABEL_SIZE)
    _draw_text(draw, (left + right) / 2, bottom + _TICK + _LABEL_SIZE + 6, _X_LABEL, _LABEL_SIZE)
    output = io.BytesIO()
    image.save(output, "png")
    return output.getvalue()


def _heat_map(weights):
    """Weights [steps, jamo] in [0, 1] → Image of a pixel each, jamo upwards."""
    points = np.linspace(0, 1, len(_VIRIDIS))
    channels = [np.interp(weights.T[::-1], points, channel) for channel in zip(*_VIRIDIS)]
    return Image.fromarray(np.uint8(np.stack(channels, -1) + 0.5))


@functools.lru_cache(maxsize=4)
def _font(size):
    return ImageFont.truetype(KOREAN_FONT_PATH, size)


def _draw_text(draw, x, y, text, size):
    """Draw a line of text that is centred at x and starts at y."""
    font, text = _font(size), escape_controls(text)
    draw.text((x - font.getlength(text) / 2, y), text, fill="black", font=font)
