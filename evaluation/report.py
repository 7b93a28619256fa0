"""All that an evaluation found, ready to be shown."""
from collections import namedtuple

from evaluation import metrics, summary

# voice: its description, or the name of a text; folder: where the sounds lie; hp: of the mels;
# sentences: list of ladder.Sentence, or of texts; figures: {system: {metric: figure}} of each;
# how: the intervals are made; estimates, inversions: of summary; absent: {metric: why};
# text: a Report of lines without recordings, or None
Report = namedtuple("Report", "voice folder hp sentences figures how estimates absent inversions "
                              "text")


def of(voice, folder, hp, sentences, figures, speakers, text=None):
    """The Report on sentences and their figures, with recordings of so many speakers."""
    return Report(voice, folder, hp, sentences, figures, summary.HOW, summary.estimates(figures),
                  metrics.absent(speakers), summary.inversions(figures), text)


def of_text(path, texts, figures, hp):
    """The Report on lines of a text, of which only the alignment can be told."""
    return Report(path, None, hp, texts, figures, summary.HOW, summary.estimates(figures), {}, [],
                  None)
