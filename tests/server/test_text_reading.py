"""The explanation of how a text is read, as the page shows it."""
import unicodedata

import pytest

import korean
from helpers.scripted_voice import ScriptedVoice
from korean.rules import PIPELINE, hanja
from server import limits, text_reading
from server.request_errors import RequestError
from server.rule_titles import TITLES

NORMALIZER = korean.TextNormalizer()


def test_spans_are_the_places_of_the_changes():
    text = "안녕\n사과 3개와 10km를 שלום 보자"
    reading = text_reading.explain(text, NORMALIZER)
    spans = [(text[span["start"]:span["end"]], span["reading"], span["rule"])
             for span in reading["spans"]]
    assert spans == [("3개와", "세개와", "counter"), ("10km", "십킬로미터", "unit")]
    unreadable, = reading["unreadable"]
    assert text[unreadable["start"]:unreadable["end"]] == unreadable["characters"] == "שלום"
    assert reading["reading"] == "안녕\n사과 세개와 십킬로미터를 보자"
    assert reading["jamo"] == korean.to_jamo(reading["reading"]) and reading["seconds"] > 2
    assert reading["spans"][0]["rule_title"] == {"en": "number with a counter",
                                                 "ko": "단위 명사와 수"}


def test_offsets_count_the_characters_of_a_decomposed_text():
    text = unicodedata.normalize("NFD", "한글 각각 3개 값 5kg")
    spans = text_reading.explain(text, NORMALIZER)["spans"]
    sources = [unicodedata.normalize("NFC", text[span["start"]:span["end"]]) for span in spans]
    assert [span["source"] for span in spans] == sources == ["3개", "5kg"]


def test_every_rule_has_a_title_in_both_languages():
    names = {rule.name for rule in tuple(hanja.PRONOUNCED) + tuple(PIPELINE)} | {
        "lexicon", "silent"}
    assert names == set(TITLES)
    for english, hangul in TITLES.values():
        assert english.isascii() if hasattr(english, "isascii") else True
        assert any("가" <= character <= "힣" for character in hangul)


@pytest.mark.parametrize("text, code, status", [
    ("가" * (limits.MAX_CHARACTERS + 1), "text_too_long", 413),
    ("가\n" * limits.MAX_LINES, "text_too_long", 413),
    ("가\ud800나", "invalid_unicode", 400),
    ("", "unreadable_text", 422), ("* * *", "unreadable_text", 422),
    ("שלום", "unreadable_text", 422), ("\0", "unreadable_text", 422)])
def test_texts_that_cannot_be_spoken_are_refused(text, code, status):
    with pytest.raises(RequestError) as error:
        text_reading.read_text(text, ScriptedVoice())
    assert (error.value.code, error.value.status) == (code, status)
    str(error.value).encode("utf-8")


def test_unreadable_characters_are_left_out_or_with_strict_refused():
    text, voice = "가나\n다 שלום 라", ScriptedVoice()
    reading = text_reading.read_text(text, voice)
    assert reading.unreadable == [(2, 3, "שלום")] and len(reading.lines) == 2
    assert text_reading.describe_unreadable(reading.unreadable) == [
        "line 2, column 3: שלום cannot be read"]
    with pytest.raises(RequestError, match="line 2, column 3"):
        text_reading.read_text(text, voice, strict=True)


def test_pauses_between_lines_are_longer_at_an_empty_line():
    lines = text_reading.read_text("하나\r\n둘\n\n셋\n", ScriptedVoice()).lines
    assert [line.pause for line in lines] == [0, 0.35, 0.8]
