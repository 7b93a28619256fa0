"""Pictures of mels and alignments, with jamo that can be read, as PNG bytes."""
from matplotlib.figure import Figure

import korean
from pictures import korean_font, letter_labels, png


def alignment_png(weights, symbols, title):
    """Attention weights [steps, jamo] as a picture: decoder steps to the right, jamo upwards.

    `symbols` are the jamo as strings, one a column of the weights; `title` is composed Hangul.
    """
    steps, jamo = weights.shape
    figure = Figure(figsize=(8, max(3.0, 0.13 * jamo + 1)))
    axes = figure.add_subplot(1, 1, 1)
    image = axes.imshow(weights.T, aspect="auto", origin="lower", interpolation="none",
                        vmin=0, vmax=1)
    axes.set_yticks(range(jamo))
    axes.set_yticklabels(letter_labels(korean.shown(symbols)), fontproperties=korean_font(8))
    axes.set_xlabel("decoder step")
    axes.set_title(title, fontproperties=korean_font(11))
    figure.colorbar(image, ax=axes, fraction=0.03, pad=0.02)
    return png(figure)


def mels_png(mels, titles, mel_range):
    """Normalised mels [frames, mels], one above the other on the same scale of time."""
    figure = Figure(figsize=(8, 2.2 * len(mels) + 0.4))
    longest = max(len(mel) for mel in mels)
    for i, (mel, title) in enumerate(zip(mels, titles)):
        axes = figure.add_subplot(len(mels), 1, i + 1)
        axes.imshow(mel.T, aspect="auto", origin="lower", interpolation="none",
                    vmin=-mel_range, vmax=mel_range)
        axes.set_xlim(0, longest)
        axes.set_ylabel("mel band")
        axes.set_title(title, fontproperties=korean_font(10))
    axes.set_xlabel("frame")
    return png(figure)
