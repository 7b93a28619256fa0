"""Properties of text normalization for random texts, numbers and syllables."""
import random
import re
import signal
import unicodedata

import pytest
from hypothesis import example, given, settings, strategies as st
from numeral_parser import native_value, sino_value
from test_normalizer import corpus

import korean
from korean import numerals
from korean.explanation import LEFT_OUT, explain
from korean.hangul import compose, split_into_letters
from korean.symbols import PUNCTUATION

NORMALIZER = korean.TextNormalizer()
SYLLABLES = [chr(code) for code in range(0xAC00, 0xD7A4)]
SYMBOLS = set(korean.SYMBOLS)

# many pieces match rules, so that one rule reads the results of another
PIECES = st.one_of(
    st.text(max_size=4), st.integers(0, 10 ** 9).map(str),
    st.sampled_from("~ - : / . , ' \" ( ) % $ ㎏ ℃ … ㅋㅋ ㅠㅠ ㅎㅏ ㄱ ㅏ 😀 美 歷史 Ⅲ ① ½ ² A4 km/h JTBC "
                      "love www. @ .com Ж さくら Αθήνα α → ↑ ≤ ≥ < > = + − ∫ √ "
                    "NaCl f(x) x ㆍ ᆞ ﾡ \x1b[1m".split()),
    st.sampled_from("마리 시 명 개월 번 월 일 년 대 층 원 만 억 여 제 오전 스코어 에서 은 는 이".split()),
    st.just(" "))


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=10).map("".join))
def test_any_text_gives_symbols_or_a_report_and_normalization_is_idempotent(text):
    normalized = NORMALIZER.normalize(text)
    assert set(NORMALIZER.to_jamo(normalized.text)) <= SYMBOLS
    assert NORMALIZER.normalize(normalized.text) == korean.NormalizedText(normalized.text, [], [])
    if not normalized.text and "".join(text.split()).strip("'()"):
        assert normalized.changes or normalized.unreadable


def raise_timeout(number, frame):
    raise AssertionError("a pattern backtracks without end")


@settings(max_examples=400, deadline=None, derandomize=True)
@example(["2", "KBS"], 50, ["Hello"])
@example(["ㄱ"], 100, ["ㅠ"])
@given(st.lists(PIECES, min_size=1, max_size=4), st.integers(10, 100), st.lists(PIECES, max_size=2))
def test_no_repetition_takes_exponential_time(pieces, count, end):
    first, repeated = pieces[:-1], pieces[-1]
    old_handler = signal.signal(signal.SIGALRM, raise_timeout)
    signal.alarm(20)
    try:
        NORMALIZER.normalize("".join(first) + repeated * count + "".join(end))
        NORMALIZER.normalize("".join(pieces) * count + "".join(end))
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, old_handler)


WRITTEN = [row[0] for row in corpus()]

# docs/text.md, "Unreadable and silent characters"; number: the 1 of 1만
SILENT_RULES = {"emoji", "emoticon", "ornament", "drawn out", "invisible", "Hanja gloss", "silent",
                "slash", "middle dot",
                "number"}
READABLE = re.compile("[가-힣\\s%s]" % re.escape(PUNCTUATION))


def check_that_every_character_is_accounted_for(text):
    """Each character is read, silent by policy, or reported."""
    text = unicodedata.normalize("NFC", text)
    accounted = set()
    for column, steps, rules in explain(text, NORMALIZER.normalize(text)):
        accounted.update(range(column, column + len(steps[0])))
        assert (steps[-1].strip() or rules == [LEFT_OUT] or set(rules) & SILENT_RULES
                or all(map(READABLE.match, steps[0]))), (text, steps, rules)
    lost = [(column, character) for column, character in enumerate(text, 1)
            if column not in accounted and not READABLE.match(character)]
    assert not lost, (text, lost)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=10).map("".join))
@example("x-y ≤ 3 ↑ → ∫ ∑ √2 ≥ < > a|b")
@example("안ㅗ 학ㄱ교 ㅁㄴㅇㄹ ⊢ ㅿ \U000f0000 가\u0301")
@example("ㅎㅏㄴ\u3164ㄱㅡㄹ ﾡￂﾴ ᄒᆞᆫ글 \x1b[31m빨강\x1b[0m")
def test_every_character_is_read_or_silent_by_policy_or_reported(text):
    check_that_every_character_is_accounted_for(text)


def test_every_character_of_the_corpus_is_accounted_for():
    for text in WRITTEN:
        check_that_every_character_is_accounted_for(text)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.text(max_size=30))
def test_every_character_of_any_unicode_is_accounted_for(text):
    check_that_every_character_is_accounted_for(text)


@settings(max_examples=600, deadline=None, derandomize=True)
@given(st.sampled_from(WRITTEN), st.sampled_from(WRITTEN), st.integers(0, 60),
       st.integers(0, 60))
@example("06.1", "", 9, 0)
def test_any_two_pieces_of_the_corpus_can_be_combined(first, second, end, start):
    normalized = NORMALIZER.normalize(first[:end] + second[start:])
    assert set(NORMALIZER.to_jamo(normalized.text)) <= SYMBOLS
    assert NORMALIZER.normalize(normalized.text) == korean.NormalizedText(normalized.text, [], [])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_any_unicode_gives_symbols_or_a_report(text):
    normalized = NORMALIZER.normalize(text)
    assert set(NORMALIZER.to_jamo(normalized.text)) <= SYMBOLS
    assert NORMALIZER.normalize(normalized.text).text == normalized.text


NUMBERS = sorted(set(range(0, 1200)) | {10 ** power + offset for power in range(17)
                                       for offset in (-1, 0, 1, 11)} |
                 {random.Random(power).randrange(10 ** power) for power in range(1, 17)
                  for _ in range(8)} |
                 {random.Random(7 * number).randrange(10 ** 16) for number in range(200)})
NATIVE = "마리 살 명 개 권 잔 번째 가지 그루 송이 사람".split()
SINO = "년 일 원 층 호 인분 개월 세기 학년 점 위 회".split()


@pytest.mark.parametrize("form", ["%d", "{:,}"])
@pytest.mark.parametrize("counter", NATIVE)
def test_a_number_before_a_native_counter_keeps_its_value(counter, form):
    for number in NUMBERS[1:]:
        text = NORMALIZER.normalize(written(form, number) + counter).text
        assert text.endswith(counter)
        words = text[:-len(counter)]
        assert (1 if words == "첫" else native_value(words)) == number


@pytest.mark.parametrize("form", ["%d", "{:,}"])
@pytest.mark.parametrize("counter", SINO + [""])
def test_a_number_before_any_other_counter_keeps_its_value(counter, form):
    for number in NUMBERS:
        text = NORMALIZER.normalize(written(form, number) + counter).text
        assert text.endswith(counter)
        assert sino_value(text[:len(text) - len(counter)]) == number


def written(form, number):
    return form.format(number) if "{" in form else form % number


def test_hours_and_months_keep_their_values():
    hours = [NORMALIZER.normalize("%d시" % hour).text[:-1] for hour in range(1, 25)]
    assert [native_value(hour) for hour in hours[:12]] == list(range(1, 13))
    assert [sino_value(hour) for hour in hours[12:]] == list(range(13, 25))
    months = [NORMALIZER.normalize("%d월" % month).text[:-1] for month in range(1, 13)]
    assert [months[5], months[9]] == ["유", "시"]
    assert [sino_value(month) for month in months if month not in "유시"] == [
        1, 2, 3, 4, 5, 7, 8, 9, 11, 12]
    assert sino_value(numerals.sino(10 ** 19 + 3)) == 10 ** 19 + 3


@pytest.mark.parametrize("spell", [
    split_into_letters, lambda text: split_into_letters(text, as_typed=True), korean.to_jamo,
    lambda text: " ".join(split_into_letters(text)),
    lambda text: "/".join(split_into_letters(text, as_typed=True)),
    lambda text: " ".join(korean.to_jamo(text))],
    ids=["letters", "keys", "NFD", "spaced letters", "slashed keys", "spaced NFD"])
def test_every_syllable_survives_decomposition(spell):
    for syllable in SYLLABLES:
        # between two syllables that match no rule
        assert NORMALIZER.normalize(spell("강" + syllable + "물")).text == "강" + syllable + "물"


def test_composition_is_the_inverse_of_decomposition():
    rng = random.Random(5)
    for _ in range(20000):
        text = "".join(rng.choice(SYLLABLES) for _ in range(4))
        assert compose(split_into_letters(text)) == text
        assert compose(split_into_letters(text, as_typed=True)) == text
