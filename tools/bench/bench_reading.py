"""How fast text is read: sentences of 40 syllables a second, on one core."""
import io
import os

import korean
from tools.bench.bench_report import Figure, median_rate, seconds

SYLLABLES, SENTENCES = 40, 1000
# subjects of the corpus that hold what people write, a quarter of it plain prose
_EVERYDAY = frozenset("plain news tech chat sports blog recipe history weather shop medical manual "
                      "science crime math legal address realestate announce novel timetable "
                      "subtitle lyrics textbook".split())
_PLAIN = "바람이 선선하게 부는 저녁이면 우리는 오래된 다리를 건너 강가의 작은 찻집까지 천천히 걸어가곤 했다."


def figures():
    """[Figure] of reading three kinds of text, with and without pronunciation."""
    found = []
    for kind, texts in (("everyday text", _texts(_EVERYDAY)),
                        ("numbers and English in every clause", _texts({"sentence"})),
                        ("plain Hangul", [_PLAIN] * SENTENCES)):
        limit = median_rate(len(texts), seconds(lambda: [_touched(text) for text in texts]))
        for pronounce in (False, True):
            normalizer = korean.TextNormalizer(pronounce)
            work = seconds(lambda: [normalizer.to_jamo(normalizer.normalize(text).text) if pronounce
                                    else normalizer.normalize(text) for text in texts])
            rate = median_rate(len(texts), work)
            found.append(Figure("reading, %s%s" % (kind, ", pronounced" if pronounce else ""), rate,
                                "sentences of %d syllables/s" % SYLLABLES, rate / limit, len(work)))
    return found


def _touched(text):
    """The limit: what Python does a second if it only looks at every character once."""
    return "".join([character for character in text])


def _texts(subjects):
    """Sentences of the reading corpus, joined until each is read as 40 syllables or more."""
    path = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
                        "tests", "korean", "reading.tsv")
    with io.open(path, encoding="utf-8", newline="\n") as file:
        rows = [line.split("\t") for line in file]
    rows = [(written, read.split(" | ")[0]) for written, read, subject, _ in rows
            if subject in subjects]
    texts, written, syllables = [], [], 0
    for number in range(100 * SENTENCES):
        row = rows[number % len(rows)]
        written.append(row[0])
        syllables += sum("가" <= letter <= "힣" for letter in row[1])
        if syllables >= SYLLABLES:
            texts.append(" ".join(written))
            written, syllables = [], 0
        if len(texts) == SENTENCES:
            return texts
