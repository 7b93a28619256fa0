"""Speed of the text front end on one core, for sentences of about 40 syllables."""
import os

import korean
from common import files
from korean.hangul import count_syllables
from tools.bench.bench_report import Result, cpu_times, median_rate

SYLLABLES, SENTENCES = 40, 1000
_CORPUS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
                       "tests", "korean", "reading.tsv")
# the subjects of the reading corpus that are everyday writing; a quarter of that is plain prose
_EVERYDAY = frozenset("plain news tech chat sports blog recipe history weather shop medical manual "
                      "science crime math legal address realestate announce novel timetable "
                      "subtitle lyrics textbook".split())
_PLAIN = "바람이 선선하게 부는 저녁이면 우리는 오래된 다리를 건너 강가의 작은 찻집까지 천천히 걸어가곤 했다."


def measure():
    """[Result] of three types of text, without and with pronunciation."""
    results = []
    for name, texts in (("everyday text", corpus_texts(_EVERYDAY)),
                        ("numbers and English in every clause", corpus_texts({"sentence"})),
                        ("plain Hangul", [_PLAIN] * SENTENCES)):
        for pronounce in (False, True):
            normalizer = korean.TextNormalizer(pronounce)
            times = cpu_times(lambda: [_read(text, normalizer) for text in texts])
            results.append(Result("reading, %s%s" % (name, ", pronounced" if pronounce else ""),
                                  median_rate(len(texts), times),
                                  "sentences of %d syllables/s" % SYLLABLES, None, len(times)))
    return results


def _read(text, normalizer):
    text = normalizer.normalize(text).text
    return normalizer.to_jamo(text) if normalizer.pronounce else text


def corpus_texts(subjects):
    """SENTENCES texts of at least 40 syllables when read, joined from sentences of the corpus."""
    rows = [line.split("\t") for line in files.read_lines(_CORPUS)]
    rows = [(written, read.split(" | ")[0]) for written, read, subject, _ in rows
            if subject in subjects]
    texts, sentences, syllables, number = [], [], 0, 0
    while len(texts) < SENTENCES:
        written, read = rows[number % len(rows)]
        sentences.append(written)
        syllables += count_syllables(read)
        number += 1
        if syllables >= SYLLABLES:
            texts.append(" ".join(sentences))
            sentences, syllables = [], 0
    return texts
