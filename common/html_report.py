"""HTML reports: Jinja2 templates on top of report_base.html, which holds the shared style."""
import base64
import os

import jinja2

_FOLDER = os.path.dirname(os.path.abspath(__file__))


def render_page(template, **context):
    """The HTML page that the template file makes of the context. All values are escaped.

    The template begins with `{% extends "report_base.html" %}` and fills the blocks title, style
    and body. `web_font` is the URL of a font for Hangul, or is not given. Filters beside Jinja's:
    `sentence` (upper-case first letter), `data_uri` (PNG bytes → URL of an inline image).
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([os.path.dirname(os.path.abspath(template)), _FOLDER]),
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(sentence=lambda text: text[:1].upper() + text[1:],
                               data_uri=_data_uri)
    return environment.get_template(os.path.basename(template)).render(
        dict({"web_font": None}, **context))


def _data_uri(png):
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
