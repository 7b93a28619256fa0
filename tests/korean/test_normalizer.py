"""Text normalization: the corpus reading.tsv, single rules, and user lexicons."""
import io
import os
import pickle
import re
import time
import unicodedata
from collections import Counter

import pytest

import korean
from common.errors import InputError
from korean import rules, user_lexicon
from korean.rules import numbers
from korean.rules.rule import RuleSequence, TextInProgress

NORMALIZER = korean.TextNormalizer()


def corpus():
    """[(as written, readings, subject, is_missed)] of reading.tsv.

    All readings are correct. Ours is the first, or none of them if `is_missed`.
    """
    path = os.path.join(os.path.dirname(__file__), "reading.tsv")
    with io.open(path, encoding="utf-8", newline="\n") as file:
        rows = [line.rstrip("\n").split("\t") for line in file][1:]
    return [(written, read.split(" | "), subject, remark.startswith("missed"))
            for written, read, subject, remark in rows]


CORPUS = corpus()


@pytest.mark.parametrize("subject", sorted({row[2] for row in CORPUS}))
def test_the_corpus_is_read_as_expected(subject):
    wrong = []
    for written, readings, row_subject, is_missed in CORPUS:
        if row_subject != subject or is_missed:
            continue
        normalized = NORMALIZER.normalize(written)
        if normalized.text != readings[0] or normalized.unreadable:
            wrong.append((written, normalized.text, readings[0], normalized.unreadable))
    assert not wrong


def test_known_errors_are_listed_as_missed():
    missed = [(written, readings) for written, readings, _, is_missed in CORPUS if is_missed]
    assert len(missed) <= 3
    assert not [written for written, readings in missed
                if NORMALIZER.normalize(written).text in readings]


def test_the_corpus_is_large_and_uses_every_rule():
    assert len(CORPUS) >= 400 and len({row[0] for row in CORPUS}) == len(CORPUS)
    used = Counter()
    for written, _, _, _ in CORPUS:
        used.update({change.rule for change in NORMALIZER.normalize(written).changes})
    names = {rule.name for rule in rules.PIPELINE}
    assert {name: used[name] for name in names if used[name] < 5} == {}


def test_needed_characters_only_save_time():
    """The result is the same if each rule is also applied to texts without them."""
    unconditional = RuleSequence([rule._replace(needs=()) for rule in rules.PIPELINE])
    for written, _, _, _ in CORPUS:
        line = TextInProgress(unicodedata.normalize("NFC", written))
        line.apply(unconditional)
        assert line.changes == [change for change in NORMALIZER.normalize(written).changes
                                if change.rule != "silent"], written


# characters that make rules search a line that has no match for them
_SEARCHED = " @ : = < ≤ ~ ( ^ ⁿ % ° / - ㄱ ㅋ → ↑ & ∩ ㆍ 漢 a 1 +"


@pytest.mark.parametrize("piece", ["119 ", "차 3대 샀다 ", "1만", "3℃ ", "12-3 ", "a", "a-", "é", "Ж",
                                   "㎏", "漢", "7", "a's", "ㅎㅏ", "(", "가 ", "1 ", "D-day", "x=1+",
                                   "CO2",
                                   "1,", "1.", "5개ㅋㅋ", "a.", "1:1 ", "NaCl", "々", "\x1b[", "가"])
def test_the_time_grows_linearly_with_the_length_of_a_line(piece):
    times = [min(_reading_time((piece * length)[:length] + _SEARCHED) for _ in range(2))
             for length in (5000, 20000)]
    # 16 times if it grew with the square; a fixed part makes short lines relatively slow
    assert times[1] < 10 * times[0] + 0.1, times


def _reading_time(line):
    start = time.process_time()
    NORMALIZER.to_jamo(NORMALIZER.normalize(line).text)
    return time.process_time() - start


def test_a_million_digits_are_pronounced_in_seconds():
    normalizer = korean.TextNormalizer(pronounce=True)
    start = time.process_time()
    normalizer.to_jamo(normalizer.normalize("1234567890" * 100000).text)
    assert time.process_time() - start < 20  # about 5; it took hours when it grew with the square


def test_normalization_is_idempotent():
    for written, _, _, _ in CORPUS:
        once = NORMALIZER.normalize(written).text
        assert NORMALIZER.normalize(once) == korean.NormalizedText(once, [], [])


def test_decomposed_text_is_read_like_its_syllables():
    for written, _, _, _ in CORPUS:
        decomposed = unicodedata.normalize("NFD", written)
        assert NORMALIZER.normalize(decomposed) == NORMALIZER.normalize(written)


def test_a_change_has_rule_span_and_both_forms():
    normalized = NORMALIZER.normalize("고양이 3마리와 개 1마리")
    assert [tuple(change) for change in normalized.changes] == [
        ("counter", 5, "3마리와", "세마리와", 9), ("counter", 12, "1마리", "한마리", 15)]


def test_columns_refer_to_the_text_as_written():
    normalized = NORMALIZER.normalize("３개 ㅎㅏㄱㄱㅛ 10월 々")
    assert normalized.unreadable == [(14, "々")]
    assert {change.column for change in normalized.changes} == {1, 4, 10}


@pytest.mark.parametrize("text, characters, column", [
    ("나는 々형", "々", 4), ("가ー", "ー", 2), ("옛ᅀ", "ᅀ", 2), ("\U00020000", "\U00020000", 1),
    ("학ㄱ교", "ㄱ", 2), ("안ㅗ요", "ㅗ", 2), ("가 ⊢ 나", "⊢", 3),
    ("ㅁㄴㅇㄹ", "ㅁㄴㅇㄹ", 1), ("가\ud800", "\ud800", 2),
    ("나\U000f0000\U000f0001", "\U000f0000\U000f0001", 2)])
def test_each_run_of_unreadable_characters_is_reported_once(text, characters, column):
    with pytest.raises(korean.UnreadableText) as caught:
        NORMALIZER.normalize(text, strict=True)
    assert (caught.value.characters, caught.value.column) == (characters, column)
    assert "U+%04X" % ord(characters[0]) in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert NORMALIZER.normalize(text).unreadable == [(column, characters)]


def test_the_message_names_the_span_of_a_run():
    message = str(korean.UnreadableText("שלום", 3))
    assert message.startswith("columns 3 to 6: 'שלום' (from U+05E9 HEBREW LETTER SHIN) have no ")


def test_column_of_decomposed_text_counts_syllables():
    with pytest.raises(korean.UnreadableText, match="column 3: '々'"):
        NORMALIZER.normalize(unicodedata.normalize("NFD", "한글々"), strict=True)


@pytest.mark.parametrize("written, read", [
    ("Достоевский", "도스토에프스키"), ("Чайковский의", "차이코프스키의"), ("Юрий", "유리"), ("Ёлка", "욜카"),
    ("Αθήνα", "아테나"), ("Ελλάδα", "엘라다"), ("かな", "카나"), ("ｶﾀｶﾅ", "카타카나"), ("きょう", "쿄우"),
    ("हिन्दी", "힌디"), ("თბილისი", "트빌리시")])
def test_words_in_other_alphabets_are_transliterated(written, read):
    normalized = NORMALIZER.normalize(written)
    assert normalized.text == read and not normalized.unreadable
    assert [change.rule for change in normalized.changes][-1] == "transliteration"


@pytest.mark.parametrize("word", ["שלום", "سلام"])
def test_words_in_alphabets_without_vowels_are_reported_as_unreadable(word):
    normalized = NORMALIZER.normalize(word)
    assert normalized.unreadable == [(1, word)]


@pytest.mark.parametrize("written, plain", [
    ("naïve", "naive"), ("São Paulo", "Sao Paulo"), ("Björk", "Bjork"), ("Straße", "Strasse"),
    ("Æther", "AEther"), ("Łódź", "Lodz"), ("Ħal", "Hal")])
def test_latin_letters_with_accents_are_read_like_plain_ones(written, plain):
    assert NORMALIZER.normalize(written).text == NORMALIZER.normalize(plain).text


@pytest.mark.parametrize("written, read", [
    ("α선", "알파선"), ("β", "베타"), ("Δt", "델타티"), ("Ω", "오메가"), ("5μm", "오마이크로미터"), ("ΔΤ", "델타타우")])
def test_greek_symbols_keep_their_names(written, read):
    normalized = NORMALIZER.normalize(written)
    assert normalized.text == read
    assert "transliteration" not in {change.rule for change in normalized.changes}


def test_only_letters_are_transliterated():
    normalized = NORMALIZER.normalize("가 😀 ♥ 々 𠀀 ㄱ 漢字 한")
    assert "transliteration" not in {change.rule for change in normalized.changes}
    assert normalized.text == "가 기역 한자 한"


def test_silent_characters_are_reported_as_changes():
    normalized = NORMALIZER.normalize("별★표 \x07😀")
    assert normalized.text == "별표"
    assert {(change.written, change.read) for change in normalized.changes} == {
        ("★", ""), ("\x07", ""), ("😀", "")}


@pytest.mark.parametrize("written, pronounced", [
    ("대가(代價)를 치렀다", "대까를 치럳따"), ("문학의 대가(大家)가", "문하긔 대가가"), ("代價", "대까"),
    ("상장(賞狀)을 받고 상장(上場)을", "상짱을 받꼬 상장을"), ("화병(火病)", "화뼝")])
def test_hanja_decide_the_pronunciation_of_words_written_alike(written, pronounced):
    normalizer = korean.TextNormalizer(pronounce=True)
    text = normalizer.normalize(written).text
    assert normalizer.to_jamo(text) == korean.to_jamo(pronounced)
    assert "까" not in NORMALIZER.normalize(written).text


def test_a_rule_may_decline_a_match():
    rule = next(rule for rule in numbers.RULES if rule.name == "counter")
    assert rule.read(rule.pattern.search("2018시즌")) is None


def test_a_lexicon_precedes_every_rule(tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text("# mine\nSQL\t시퀄\nA4\t에이 사\n3.1절\t삼일절\n\n", encoding="utf-8")
    normalizer = korean.TextNormalizer(lexicon=user_lexicon.load_lexicon(str(path)))
    assert normalizer.normalize("SQL과 MySQL, A4와 A42, 3.1절").text == (
        "시퀄과 마이에스큐엘, 에이 사와 에이사십이, 삼일절")
    assert [change.rule for change in normalizer.normalize("SQL").changes] == ["lexicon"]
    restored = korean.TextNormalizer.from_dict(normalizer.as_dict(), "run.json")
    assert restored.normalize("SQL").text == "시퀄"


@pytest.mark.parametrize("content, message", [
    ("SQL 시퀄\n", "own.tsv:1: should have two columns: as written, a tab"),
    ("a\tb\tc\n", "own.tsv:1"),
    ("가\t나\nSQL\tsequel\n", "own.tsv:2: 'SQL' is read as 'sequel'; the reading should be Hangul"),
    ("SQL\t\n", "own.tsv:1"),
    ("SQL\t시퀄\nSQL\t에스큐엘\n", "own.tsv:2: 'SQL' is read as '에스큐엘' here and as '시퀄' above")])
def test_an_invalid_lexicon_is_refused_with_file_and_line(tmp_path, content, message):
    path = tmp_path / "own.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(message)):
        user_lexicon.load_lexicon(str(path))


@pytest.mark.parametrize("stored", [
    None, 1, {"version": 2}, {"version": 2, "pronounce": 1, "lexicon": {}},
    {"version": 2, "pronounce": True, "lexicon": {"a": 1}},
    {"version": 2, "pronounce": True, "lexicon": {"a": "b"}}])
def test_a_damaged_normalizer_is_refused(stored):
    with pytest.raises(InputError):
        korean.TextNormalizer.from_dict(stored, "run.json")
