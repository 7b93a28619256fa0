"""Plots and the web font show Hangul legibly, with both versions of matplotlib."""
import base64
import io
import re

import matplotlib.image
import numpy as np
import pytest
from fontTools.ttLib import TTFont

import korean
from common import html_report
from tacotron2 import alignment_plot
from training import training_plots

LONG_TEXT = (
    "비가 그치면 우리는 강을 따라 천천히 걷다가, 작은 찻집에서 따뜻한 차를 마시면서 지난 여름에 있었던 "
    "일들을 오래오래 이야기할 거예요.")


def pixels(png):
    return matplotlib.image.imread(io.BytesIO(png))[:, :, :3].mean(2)


def letters_per_column(picture):
    """The number of letters in each column of tick labels left of the axes."""
    frame = np.flatnonzero((picture < 0.1).mean(0) > 0.5)[0]            # the left edge of the axes
    ink = (picture[:, :frame - 5] < 0.8)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], ink.any(0).astype(int), [0]])))
    counts = []
    for left, right in zip(edges[::2], edges[1::2]):
        rows = np.flatnonzero(ink[:, left:right].any(1))
        # the parts of a letter, such as ㅎ, are at most one row apart
        counts.append(np.count_nonzero(np.diff(rows) > 2) + 1)
    return counts


def test_every_jamo_label_is_drawn():
    letters = korean.to_jamo("무한한 경의를, 닭 읽혔다!")
    picture = pixels(alignment_plot.alignment_png(np.eye(len(letters)), list(letters), "정렬"))
    assert letters_per_column(picture) == [len(letters)]


def test_jamo_labels_of_a_long_line_alternate_between_two_columns_and_do_not_touch():
    letters = list(korean.to_jamo(LONG_TEXT))
    picture = pixels(alignment_plot.alignment_png(np.eye(len(letters)), letters, LONG_TEXT))
    counts = letters_per_column(picture)
    assert len(counts) == 2 and sum(counts) == len(letters)


@pytest.mark.parametrize("text", ["네.", LONG_TEXT])
def test_plots_are_as_wide_as_tensorboard_shows_them_and_their_title_fits(text):
    letters = list(korean.to_jamo(text))
    for png in (alignment_plot.alignment_png(np.eye(len(letters)), letters, text),
                training_plots.mels_png([np.zeros([30, 20])], ["recording: " + text], 4.0)):
        picture = pixels(png)
        assert picture.shape[1] == 350
        assert picture[:, [0, -1]].min() == 1 and picture[[0, -1]].min() == 1   # nothing is clipped


def test_mels_are_plotted_one_above_the_other():
    mel = np.zeros([30, 20])
    assert pixels(training_plots.mels_png([mel, mel[:10]], ["녹음", "합성"], 4.0)).shape[0] > 200


def test_names_from_files_cannot_change_a_plot_or_a_page(tmp_path):
    """A dollar sign would begin a formula, and a control character a command."""
    name = "price $\\frac$ \x1b[2J\0<b>"
    assert training_plots.mels_png([np.zeros([30, 20])], [name], 4.0)
    assert alignment_plot.alignment_png(np.eye(3), list("abc"), name + "\n" + name)
    template = tmp_path / "page.html"
    template.write_text('{% extends "report_base.html" %}{% block body %}{{ text }}{% endblock %}')
    page = html_report.render_page(str(template), text=name)
    assert "\\x1b[2J\\x00&lt;b&gt;" in page and "\x1b" not in page


def test_a_page_contains_a_font_with_its_letters_and_no_others(tmp_path):
    template = tmp_path / "page.html"
    template.write_text('{% extends "report_base.html" %}{% block body %}{{ text }}{% endblock %}',
                        encoding="utf-8")
    page = html_report.render_page(str(template), text="안녕 <ㅎ>")
    assert "안녕 &lt;ㅎ&gt;" in page
    content, = re.findall(r'url\("data:font/woff;base64,([^"]+)"\)', page)
    font = TTFont(io.BytesIO(base64.b64decode(content)))
    assert font.flavor == "woff"
    characters = set(map(chr, font.getBestCmap()))
    assert set("안녕ㅎ a0.") <= characters and "가" not in characters
