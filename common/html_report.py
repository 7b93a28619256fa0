"""HTML reports: Jinja2 templates that extend report_base.html, the shared page and style."""
import base64
import io
import os

import jinja2
from fontTools import subset

from common.fonts import KOREAN_FONT_PATH
from common.terminal import escape_controls

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_FONT_PLACEHOLDER = "web-font-url"      # until the characters of the page are known


def render_page(template, **context):
    """Render a template file to an HTML page that contains its font. All values are escaped.

    The template begins with `{% extends "report_base.html" %}` and fills the blocks title, style
    and body. Filters besides Jinja's own: `sentence` (upper-case first letter), `data_uri` (PNG
    bytes → URL of an inline image).
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([os.path.dirname(os.path.abspath(template)), _FOLDER]),
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        finalize=_escape_value)
    environment.filters.update(sentence=lambda text: text[:1].upper() + text[1:],
                               data_uri=lambda png: _data_uri(png, "image/png"))
    page = environment.get_template(os.path.basename(template)).render(
        context, web_font=_FONT_PLACEHOLDER)
    return page.replace(_FONT_PLACEHOLDER, _embedded_font("".join(sorted(set(page)))))


def _escape_value(value):
    """A value of a template, without control characters if it is text but not markup."""
    return escape_controls(value, keep="\n\t") if type(value) is str else value


def _embedded_font(text):
    """The data URL of a WOFF font with the characters of `text`, Hangul included."""
    options = subset.Options(flavor="woff")
    options.drop_tables += ["TSI0", "TSI1", "TSI2", "TSI3", "TSI5"]     # sources of the hinting
    font = subset.load_font(KOREAN_FONT_PATH, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    output = io.BytesIO()
    subset.save_font(font, output, options)
    return _data_uri(output.getvalue(), "font/woff")


def _data_uri(content, media_type):
    return "data:%s;base64,%s" % (media_type, base64.b64encode(content).decode("ascii"))
