"""How a long text is split into utterances."""
import pytest

from korean.hangul import count_syllables
from korean.utterances import (MAX_KSS_CHARACTERS, MAX_SYLLABLES, MIN_SYLLABLES,
                               add_final_punctuation, split_into_utterances, split_sentences)

CLAUSE = "바람이 불고 비가 내려서 강가의 나무들이 흔들렸고"  # 19 syllables


def test_sentences_joined_are_the_text():
    text = "오늘은 날씨가 흐립니다. 내일은 삼점오도쯤 오르겠고, 모레는 맑겠습니다! 우산이 필요할까요?"
    sentences = split_sentences(text)
    assert sentences[0] == "오늘은 날씨가 흐립니다." and len(sentences) >= 3
    assert " ".join(sentences) == text
    assert split_sentences("") == [""] and split_sentences("가" * 500) == ["가" * 500]


@pytest.mark.parametrize("syllables, n_utterances", [(MAX_SYLLABLES, 1), (MAX_SYLLABLES + 1, 2)])
def test_the_limit_counts_syllables(syllables, n_utterances):
    """Spaces and punctuation do not count: a text of 60 syllables has 80 characters and more."""
    text = " ".join(["나무, 가지."] * (syllables // 4) + ["가" * (syllables % 4)]).strip()
    assert count_syllables(text) == syllables and len(text) > MAX_SYLLABLES + 20
    utterances = split_into_utterances(text)
    assert (len(utterances) == 1) == (n_utterances == 1) and " ".join(utterances) == text


@pytest.mark.parametrize("text", [
    "네. " + ", ".join([CLAUSE] * 3) + ".",
    ", ".join([CLAUSE] * 3) + ". 그래요.",
    ". ".join([CLAUSE + " 갔다", "아니요", CLAUSE + " 왔다", "네", "좋아요", CLAUSE + " 섰다"]) + ".",
    " ".join(["네."] * 70),
    "가나다라마 " * 11 + "가나다라마. 네."])
def test_short_fragments_are_joined_with_a_neighbor(text):
    assert count_syllables(text) > MAX_SYLLABLES
    utterances = split_into_utterances(text)
    assert " ".join(utterances) == text and len(utterances) > 1
    assert all(MIN_SYLLABLES <= count_syllables(utterance) <= MAX_SYLLABLES
               for utterance in utterances)


def test_a_short_fragment_is_joined_with_the_shorter_neighbor():
    sentences = [CLAUSE + " 천천히 갔다.", "네.", "오늘은 날씨가 맑습니다.", CLAUSE + " 빨리 왔다."]
    assert split_into_utterances(" ".join(sentences)) == [
        sentences[0], sentences[1] + " " + sentences[2], sentences[3]]


def test_only_a_word_above_the_limit_is_cut():
    word = "가나다라마바" * 50
    utterances = split_into_utterances("그는 " + word + "라고 했다.")
    assert "".join(utterances).replace("그는 ", "") == word + "라고 했다."
    assert all(MIN_SYLLABLES <= count_syllables(utterance) <= MAX_SYLLABLES
               for utterance in utterances)
    assert split_into_utterances("가나 " + "다" * 59) == ["가나 " + "다" * 59]


def test_a_text_that_is_given_to_kss_in_blocks_is_split_at_the_same_sentences():
    sentences = [CLAUSE + " %s다." % verb for verb in ("갔", "왔", "섰", "잤", "봤")] * 60
    assert len(" ".join(sentences)) > 2 * MAX_KSS_CHARACTERS
    assert split_into_utterances(" ".join(sentences)) == sentences


def test_a_very_long_word_is_split():
    assert max(map(count_syllables, split_into_utterances("가" * 20000))) <= MAX_SYLLABLES


def test_a_colon_or_semicolon_at_the_end_becomes_a_comma_or_a_full_stop():
    assert add_final_punctuation(["사과;", "배:", "감;"]) == ["사과,", "배,", "감."]
