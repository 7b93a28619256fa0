"""Pictures: Hangul that can be read, on both versions of matplotlib."""
import io
import struct

import matplotlib.image
import numpy as np
import pytest
from matplotlib.ft2font import FT2Font

import korean
from common import plotting
from training import training_plots

LONG = ("비가 그치면 우리는 강을 따라 천천히 걷다가, 작은 찻집에서 따뜻한 차를 마시면서 지난 여름에 있었던 "
        "일들을 오래오래 이야기할 거예요.")


def pixels(png):
    return matplotlib.image.imread(io.BytesIO(png))[:, :, :3].mean(2)


def columns(picture):
    """Columns of letters left of the ticks: for each, how many letters stand in it, one by one."""
    frame = np.flatnonzero((picture < 0.1).mean(0) > 0.5)[0]            # the left edge of the axes
    ink = (picture[:, :frame - 5] < 0.8)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], ink.any(0).astype(int), [0]])))
    found = []
    for left, right in zip(edges[::2], edges[1::2]):
        rows = np.flatnonzero(ink[:, left:right].any(1))
        found.append(np.count_nonzero(np.diff(rows) > 1) + 1)
    return found


def test_every_jamo_on_the_axis_is_drawn():
    """Matplotlib 2.2 cuts letters that stand alone: of 32, some twenty then leave any trace."""
    letters = korean.to_jamo("무한한 경의를, 닭 읽혔다!")
    picture = pixels(training_plots.alignment_png(np.eye(len(letters)), list(letters), "정렬"))
    assert columns(picture) == [len(letters)]


def test_jamo_of_a_long_line_stand_in_two_columns_and_do_not_touch():
    letters = list(korean.to_jamo(LONG))
    picture = pixels(training_plots.alignment_png(np.eye(len(letters)), letters, LONG))
    assert sum(columns(picture)) == len(letters) and len(columns(picture)) == 2


@pytest.mark.parametrize("text", ["네.", LONG])
def test_pictures_are_no_wider_than_they_are_shown_and_hold_their_title(text):
    letters = list(korean.to_jamo(text))
    for png in (training_plots.alignment_png(np.eye(len(letters)), letters, text),
                training_plots.mels_png([np.zeros([30, 20])], ["recording: " + text], 4.0)):
        picture = pixels(png)
        assert picture.shape[1] == 350
        assert picture[:, [0, -1]].min() == 1 and picture[[0, -1]].min() == 1   # nothing is cut


def test_pictures_of_mels_share_one_scale_of_time():
    mel = np.zeros([30, 20])
    assert pixels(training_plots.mels_png([mel, mel[:10]], ["녹음", "합성"], 4.0)).shape[0] > 200


def test_the_font_for_browsers_has_every_table_but_the_empty_ones(tmp_path):
    font = plotting.web_font()
    count, = struct.unpack(">H", font[4:6])
    rows = [struct.unpack(">4sIII", font[12 + 16 * i:28 + 16 * i]) for i in range(count)]
    with open(plotting.KOREAN_FONT_PATH, "rb") as file:
        whole = file.read()
    assert all(length for _, _, _, length in rows)
    assert {b"cmap", b"glyf", b"head", b"hmtx", b"loca", b"maxp", b"name"} <= {row[0] for row in rows}
    for _, _, start, length in rows:
        assert font[start:start + length] == whole[start:start + length]
    (tmp_path / "font.ttf").write_bytes(font)
    assert FT2Font(str(tmp_path / "font.ttf")).family_name == "NanumGothic"
