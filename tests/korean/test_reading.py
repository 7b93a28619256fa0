"""How written Korean is read: the corpus reading.tsv, and what the reader promises of any text."""
import io
import os
import pickle
import re
import time
import unicodedata
from collections import Counter

import pytest
from conftest import ROOT

import korean
from common.errors import InputError
from korean import rules, user_lexicon
from korean.rules import numbers
from korean.rules.rule import TextInProgress
from korean.utterances import split_sentences

NORMALIZER = korean.TextNormalizer()


def corpus():
    """[(as written, ways to read it, subject, missed)] of reading.tsv, ours first.

    Where `missed`, none of these ways is ours yet.
    """
    path = os.path.join(os.path.dirname(__file__), "reading.tsv")
    with io.open(path, encoding="utf-8", newline="\n") as file:
        rows = [line.rstrip("\n").split("\t") for line in file][1:]
    return [(written, read.split(" | "), subject, remark.startswith("missed"))
            for written, read, subject, remark in rows]


CORPUS = corpus()


@pytest.mark.parametrize("subject", sorted({row[2] for row in CORPUS}))
def test_the_corpus_is_read_as_it_says(subject):
    wrong = []
    for written, ways, of, missed in CORPUS:
        reading = NORMALIZER.normalize(written)
        if of == subject and not missed and (reading.text != ways[0] or reading.unreadable):
            wrong.append((written, reading.text, ways[0], reading.unreadable))
    assert not wrong


def test_what_is_known_to_be_missed_is_still_missed():
    missed = [(written, ways) for written, ways, _, missed in CORPUS if missed]
    assert len(missed) <= 3
    assert not [written for written, ways in missed if NORMALIZER.normalize(written).text in ways]


def test_the_corpus_is_large_and_uses_every_rule():
    assert len(CORPUS) >= 400 and len({row[0] for row in CORPUS}) == len(CORPUS)
    used = Counter()
    for written, _, _, _ in CORPUS:
        used.update({change.rule for change in NORMALIZER.normalize(written).changes})
    names = {rule.name for rule in rules.PIPELINE}
    assert {name: used[name] for name in names if used[name] < 5} == {}


def test_needed_characters_only_save_time():
    """Rules read the same if they are also applied to texts without the characters they need."""
    unconditional = [rule._replace(needs=frozenset()) for rule in rules.PIPELINE]
    for written, _, _, _ in CORPUS:
        line = TextInProgress(unicodedata.normalize("NFC", written))
        line.apply(unconditional)
        assert line.changes == [change for change in NORMALIZER.normalize(written).changes
                                if change.rule != "soundless"], written


@pytest.mark.parametrize("piece", ["119 ", "차 3대 샀다 ", "1만", "3℃ ", "12-3 ", "a", "a-", "é", "㎏",
                                   "漢", "7", "a's", "ㅎㅏ", "(", "가 "])
def test_the_longest_line_is_read_in_seconds(piece):
    began = time.process_time()
    NORMALIZER.normalize((piece * 20000)[:20000])
    assert time.process_time() - began < 10     # it took minutes where a rule saw the whole line


def test_reading_a_reading_changes_nothing():
    for written, _, _, _ in CORPUS:
        once = NORMALIZER.normalize(written).text
        assert NORMALIZER.normalize(once) == korean.NormalizedText(once, [], [])


def test_decomposed_text_is_read_like_its_syllables():
    for written, _, _, _ in CORPUS:
        assert NORMALIZER.normalize(unicodedata.normalize("NFD", written)) == NORMALIZER.normalize(written)


def test_a_change_tells_rule_place_and_both_forms():
    reading = NORMALIZER.normalize("고양이 3마리와 개 1마리")
    assert [tuple(change) for change in reading.changes] == [
        ("counter", 5, "3마리와", "세마리와"), ("counter", 12, "1마리", "한마리")]


def test_columns_are_those_of_the_text_as_written():
    reading = NORMALIZER.normalize("３개 ㅎㅏㄱㄱㅛ 10월 Ж")
    assert reading.unreadable == [(14, "Ж")]
    assert {change.column for change in reading.changes} == {1, 4, 10}


@pytest.mark.parametrize("text, character, column", [
    ("나는 Ж형", "Ж", 4), ("가ऄ", "ऄ", 2), ("옛ᅀ", "ᅀ", 2), ("ひら", "ひ", 1), ("학ㄱ교", "ㄱ", 2),
    ("ㅁㄴㅇㄹ", "ㅁ", 1), ("가\ud800", "\ud800", 2)])
def test_what_cannot_be_read_is_named_and_never_lost(text, character, column):
    with pytest.raises(korean.UnreadableText) as caught:
        NORMALIZER.normalize(text, strict=True)
    assert (caught.value.character, caught.value.column) == (character, column)
    assert "U+%04X" % ord(character) in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert (column, character) in NORMALIZER.normalize(text).unreadable


def test_column_of_decomposed_text_counts_syllables():
    with pytest.raises(korean.UnreadableText, match="column 3: 'Ж'"):
        NORMALIZER.normalize(unicodedata.normalize("NFD", "한글Ж"), strict=True)


def test_what_has_no_sound_is_reported_as_a_change():
    assert NORMALIZER.normalize("별★표 \x07😀").text == "별표"
    assert {(change.written, change.read) for change in NORMALIZER.normalize("별★표 \x07😀").changes} == {
        ("★", ""), ("\x07", ""), ("😀", "")}


def test_a_rule_leaves_what_it_does_not_know():
    rule = next(rule for rule in numbers.RULES if rule.name == "counter")
    assert rule.read(rule.pattern.search("2018시즌")) is None


def test_a_lexicon_goes_before_every_rule(tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text("# mine\nSQL\t시퀄\nA4\t에이 사\n3.1절\t삼일절\n\n", encoding="utf-8")
    normalizer = korean.TextNormalizer(lexicon=user_lexicon.load_lexicon(str(path)))
    assert normalizer.normalize("SQL과 MySQL, A4와 A42, 3.1절").text == (
        "시퀄과 마이에스큐엘, 에이 사와 에이사십이, 삼일절")
    assert [change.rule for change in normalizer.normalize("SQL").changes] == ["lexicon"]
    again = korean.TextNormalizer.from_dict(normalizer.as_dict(), "run.json")
    assert again.normalize("SQL").text == "시퀄"


@pytest.mark.parametrize("content, message", [
    ("SQL 시퀄\n", "own.tsv:1: should have two columns with a tab"), ("a\tb\tc\n", "own.tsv:1"),
    ("가\t나\nSQL\tsequel\n", "own.tsv:2: 'SQL' is read as 'sequel'; the reading should be Hangul"), ("SQL\t\n", "own.tsv:1"),
    ("SQL\t시퀄\nSQL\t에스큐엘\n", "own.tsv:2: 'SQL' is read as '에스큐엘' here and as '시퀄' above")])
def test_a_bad_lexicon_is_refused_with_its_place(tmp_path, content, message):
    path = tmp_path / "own.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(message)):
        user_lexicon.load_lexicon(str(path))


@pytest.mark.parametrize("stored", [
    None, 1, {"version": 2}, {"version": 2, "pronounce": 1, "lexicon": {}},
    {"version": 2, "pronounce": True, "lexicon": {"a": 1}},
    {"version": 2, "pronounce": True, "lexicon": {"a": "b"}}])
def test_a_damaged_reader_is_refused(stored):
    with pytest.raises(InputError):
        korean.TextNormalizer.from_dict(stored, "run.json")


def test_a_long_line_falls_into_sentences_and_loses_nothing():
    text = "오늘은 날씨가 흐립니다. 내일은 삼점오도쯤 오르겠고, 모레는 맑겠습니다! 우산이 필요할까요?"
    parts = split_sentences(text)
    assert parts[0] == "오늘은 날씨가 흐립니다." and len(parts) >= 3
    assert " ".join(parts) == text
    assert split_sentences("") == [""] and split_sentences("가" * 500) == ["가" * 500]


@pytest.mark.parametrize("name", ["docs/text.md", "docs/text.ko.md"])
def test_the_readme_shows_what_is_so(name):
    path = os.path.join(ROOT, name)
    with io.open(path, encoding="utf-8") as file:
        table = re.search("(?s)\\| 3,600마리.*?\n\n", file.read()).group()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.split("\n") if line]
    assert len(rows) == 15
    assert [NORMALIZER.normalize(written).text for written, _ in rows] == [read for _, read in rows]
