"""The Hangul font of plots and pages."""
import importlib.util
import os

# Located without an import, which would change the fonts of every plot in the process.
KOREAN_FONT_PATH = os.path.join(
    os.path.dirname(importlib.util.find_spec("koreanize_matplotlib").origin),
    "fonts", "NanumGothic.ttf")
