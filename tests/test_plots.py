"""Pictures: Hangul that can be read, on both versions of matplotlib."""
import io

import matplotlib.image
import numpy as np

import korean
from training import plots


def pixels(png):
    return matplotlib.image.imread(io.BytesIO(png))[:, :, :3].mean(2)


def test_every_jamo_on_the_axis_is_drawn():
    """Matplotlib 2.2 cuts letters that stand alone: of 32, some twenty then leave any trace."""
    letters = korean.to_jamo("무한한 경의를, 닭 읽혔다!")
    picture = pixels(plots.alignment_png(np.eye(len(letters)), list(letters), "정렬"))
    rows = np.flatnonzero((picture[:, :28] < 0.8).any(1))       # left of the ticks: only letters
    assert np.count_nonzero(np.diff(rows) > 1) + 1 == len(letters)


def test_pictures_of_mels_share_one_scale_of_time():
    mel = np.zeros([30, 20])
    assert pixels(plots.mels_png([mel, mel[:10]], ["녹음", "합성"], 4.0)).shape[0] > 200
