"""The demo voice's corpus: what is said, and that it is said in what a user would write."""
import pytest

import korean
import tools.demo_corpus.__main__ as program
from tools.demo_corpus import coverage, templates


@pytest.fixture(scope="module")
def written():
    return program.corpus_sentences(4000)


def test_it_has_sentences_written_one_by_one_and_thousands_of_a_grammar(written):
    assert len(written) - 4000 >= 400
    assert len(set(written)) == len(written)
    assert sum(text.rstrip().endswith("?") for text in written) > 400
    assert sum(any(letter.isdigit() for letter in text) for text in written) > 400


def test_every_sentence_can_be_read_and_is_of_a_speakable_length(written):
    normalizer = korean.TextNormalizer(False)
    for text in written:
        reading = normalizer.normalize(text, strict=True)
        assert 1 < templates.count_syllables(reading.text) <= 60, text


def test_they_cover_every_jamo_and_what_is_missing_is_told(written):
    normalizer = korean.TextNormalizer(False)
    lines = coverage.told(coverage.counted([normalizer.normalize(text).text for text in written[:1500]]))
    assert lines[0] == "47 of 47 jamo"
    few = coverage.told(coverage.counted(["가나"]))
    assert few[0] == "3 of 47 jamo"
    missing = next(line for line in few if line.startswith("missing pairs"))
    assert "ㄱㅏ" not in missing.split() and "ㄷㅏ" in missing.split()
