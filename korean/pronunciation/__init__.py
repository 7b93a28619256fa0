"""Hangul as read → Hangul as pronounced: the standard pronunciation of Korean (표준 발음법).

Each syllable gives one syllable, so that text and audio stay aligned: 값이 → 갑씨, 국물 → 궁물,
신라 → 실라. Where the standard allows several forms, its principal form is given: 의 and ㅖ stay,
냇가 is 내까, 맛있다 is 마싣따.

Across a space. The words between two punctuation marks are a phrase. The standard has rules for
phrases spoken without a pause: 옷 한 벌 → 오 탄 벌, 할 것 → 할 껃. But speakers may pause:
- changes within an intonation phrase apply at every space: a stop becomes nasal before ㄴ and ㅁ
  (책 넣는다 → 챙 넌는다);
- changes within an accentual phrase (a stop moves before a vowel, merges with ㅎ or makes the next
  initial tense; ㄴ becomes ㄹ after ㄹ) apply if both words together have at most seven syllables
  (S.-A. Jun: The Phonetics and Phonology of Korean Prosody, 1993; K-ToBI, 2000);
- ㄴ, ㄹ, ㅁ do not move to the next word (오늘 아침), which is right with and without a pause; ㄹ at the
  start of a word stays (그런 로봇), because such words are loanwords;
- before 이, 야, 여, 요, 유 the standard allows two forms, and a stop is only neutralized (꽃 이야기 →
  꼳 이야기), except in the pairs of phrases.py (한 일 → 한 닐, 못 잊다 → 몬 닏따).

Measured on tests/korean/pronunciation.tsv; its rows "held out" were written after the rules. Other
libraries: g2pK and its forks need a morphological analyzer, miss more of these rows and convert
about 20 sentences per second; kornorm is as accurate, but needs Python 3.10 and 300 MB.
"""
import functools
import re

from korean.hangul import join_syllable, split_syllable
from korean.pronunciation.phonology import TENSE, articles_of_change, change_sounds, neutralize
from korean.pronunciation.phrases import boundary_between, is_verb
from korean.pronunciation.words import pronounce_word, word_articles

__all__ = ["explain", "pronounce"]

_WORD = re.compile("[가-힣]+")


def pronounce(text):
    """The text with every Hangul syllable as it is pronounced; all other characters stay in place.

    Accepts every string. A character other than a composed syllable or a space ends the phrase.
    """
    pieces, phrase, end = [], [], 0
    for match in _WORD.finditer(text):
        gap = text[end:match.start()]
        if gap.strip(" ") or not phrase:
            pieces += _pronounce_phrase(phrase) + [gap]
            phrase = []
        else:
            phrase.append(gap)
        phrase.append(match.group())
        end = match.end()
    return "".join(pieces + _pronounce_phrase(phrase) + [text[end:]])


def explain(text):
    """[(column, word, as pronounced, [articles])] of each word whose pronunciation changes.

    Columns count from 1. An article is that of 표준 발음법; 0 is usage without an article.
    """
    pronounced, changes = pronounce(text), []
    matches = list(_WORD.finditer(text))
    for index, match in enumerate(matches):
        word, spoken = match.group(), pronounced[match.start():match.end()]
        if spoken == word:
            continue
        previous, following = ("" if not 0 <= other < len(matches) else _in_same_phrase(
            text, match, matches[other]) for other in (index - 1, index + 1))
        articles = word_articles(word, is_verb(word, previous, following))
        if previous and pronounced[match.start()] != pronounce(word)[0]:
            articles = _articles_between(previous, word) + articles
        if following and pronounced[match.end() - 1] != pronounce(word)[-1]:
            articles += _articles_between(word, following)
        changes.append((match.start() + 1, word, spoken, sorted(set(articles), key=int)))
    return changes


def _in_same_phrase(text, match, other):
    """The word of `other`, or "" if anything but spaces lies between it and `match`."""
    first, second = sorted((match, other), key=lambda word: word.start())
    return "" if text[first.end():second.start()].strip(" ") else other.group()


def _articles_between(left, right):
    boundary = boundary_between(left, right)
    final, (initial, vowel, _) = split_syllable(left[-1])[2], split_syllable(right[0])
    return (["27"] if boundary == TENSE else []) + articles_of_change(final, initial, vowel, boundary)


def _pronounce_phrase(pieces):
    """[word, gap, word, gap, … word] with each word as pronounced; changed in place."""
    words = pieces[::2]
    padded = [""] + words + [""]
    pronounced = [list(pronounce_word(word, is_verb(word, padded[index], padded[index + 2])))
                  for index, word in enumerate(words)]
    for index, (left, right) in enumerate(zip(pronounced, pronounced[1:])):
        _change_sounds_between(left, right, boundary_between(words[index], words[index + 1]))
    if pronounced:
        initial, vowel, final = pronounced[-1][-1]
        pronounced[-1][-1] = initial, vowel, neutralize(final)
    pieces[::2] = ["".join([_join(*letters) for letters in word]) for word in pronounced]
    return pieces


def _change_sounds_between(left, right, boundary):
    """Change the last (initial, vowel, final) of `left` and the first of `right`, in place."""
    initial, vowel, final = left[-1]
    next_initial, next_vowel, next_final = right[0]
    final, next_initial = change_sounds(final, next_initial, next_vowel, boundary)
    left[-1] = initial, vowel, final
    right[0] = next_initial, next_vowel, next_final


@functools.lru_cache(maxsize=None)
def _join(initial, vowel, final):
    """The composed syllable, with ㅓ for ㅕ after ㅈ, ㅉ, ㅊ: 제5항 다만 1."""
    return join_syllable(initial, "ㅓ" if vowel == "ㅕ" and initial in "ㅈㅉㅊ" else vowel, final)
