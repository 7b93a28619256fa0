"""The Hangul font of plots and pages."""
import importlib.util
import os

# Located without an import, which would change the fonts of every plot in the process. Without the
# package, there is no such file.
_PACKAGE = importlib.util.find_spec("koreanize_matplotlib")
KOREAN_FONT_PATH = os.path.join(os.path.dirname(_PACKAGE.origin) if _PACKAGE else "",
                                "fonts", "NanumGothic.ttf")
